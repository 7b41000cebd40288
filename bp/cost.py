"""What is being minimised

Written by the chapter chapters/05_cost.md: edit it there, not here.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bp.digits import Array, as_columns, as_targets

__all__ = ["quadratic_cost", "quadratic_cost_gradient"]


def _pair(a: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """a and y as matrices of the same shape, or an error."""
    a = as_columns(a, "a")
    y = as_targets(y, "y", rows=len(a))
    if a.shape != y.shape:
        raise ValueError(
            f"a has shape {a.shape} and y has shape {y.shape}, expected "
            "the same: give a wanted output for each answer"
        )
    return a, y


def quadratic_cost(a: ArrayLike, y: ArrayLike) -> np.inexact[Any]:
    """Mean over the columns of ½ times the squared distance (eq-cost-mean).

    a and y have shape (n, m): answers, and wanted outputs, a column for
    each sample.  Works for complex a (it never takes an absolute value).
    Raises TypeError for what is not numbers; ValueError for what is no
    matrix of finite numbers and when the shapes differ.
    """
    a, y = _pair(a, y)
    cost: np.inexact[Any] = ((y - a) ** 2).sum(axis=0).mean() / 2
    return cost


def quadratic_cost_gradient(a: ArrayLike, y: ArrayLike) -> Array:
    """The gradient of each sample's own cost (eq-cost-gradient).

    Shapes and errors as in `quadratic_cost`; the result has the shape of a
    and is not divided by the number of samples.
    """
    a, y = _pair(a, y)
    gradient: Array = a - y
    return gradient
