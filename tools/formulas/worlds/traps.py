"""As in the world of minima: a point, a step away from it, its Hessian."""

from .minima import Chapter

__all__ = ["Chapter"]
