"""How to know that a gradient is right

Written by the chapter chapters/10_gradient_check.md: edit it there, not here.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.digits import Array

__all__ = [
    "finite_difference",
    "complex_step",
    "relative_error",
    "GradientCheck",
    "check_gradient",
]


def _real(x: ArrayLike, name: str) -> NDArray[np.floating[Any]]:
    """A copy of x with real, finite entries, or an error."""
    array = np.array(x)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{name} holds {array.dtype}, expected real numbers: "
            f"write np.asarray({name}, dtype=float)"
        )
    if not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0].tolist()
        raise ValueError(
            f"{name} is {array[tuple(place)]} at {place}, expected finite "
            "numbers: find where it came from with np.isfinite"
        )
    return array


def _one(value: Any) -> Any:
    """What f returned, if it is one number."""
    if np.size(value) != 1:
        raise ValueError(
            f"f returned an array of shape {np.shape(value)}, expected one "
            "number: let f return a sum or a mean"
        )
    return np.asarray(value).reshape(())[()]


def _step(h: float) -> None:
    if not (np.isfinite(h) and h > 0):
        raise ValueError(f"h is {h}, expected a small positive number")


def finite_difference(
    f: Callable[[Any], Any],
    x: ArrayLike,
    h: float | None = None,
    central: bool = True,
) -> Array:
    """Gradient of f at x by differences (eq-gradient-check-central).

    f takes an array like x, of any shape, and returns a real number; the
    result has the shape of x, and x is left as it is.  Without `central`
    differences are forward (eq-gradient-check-forward).  Without h the step
    is eps^(1/3), forward eps^(1/2), times max(1, |entry|), with eps that of
    x or of what f returns, whichever is coarser.  Raises ValueError when h
    is lost beside an entry of x, or f returns no single real number.
    """
    start = _real(x, "x")
    here = _one(f(start.copy()))
    if np.iscomplexobj(here):
        raise ValueError(
            "f returned a complex number for a real x, expected a real one: "
            "let f return its real part"
        )
    eps = float(np.finfo(start.dtype).eps)
    if np.asarray(here).dtype.kind == "f":
        eps = max(eps, float(np.finfo(np.asarray(here).dtype).eps))
    steps = eps ** (1 / 3 if central else 1 / 2) * np.maximum(1, abs(start))
    if h is not None:
        _step(h)
        steps = np.full(start.shape, h)
    gradient = np.zeros_like(start)
    for place in np.ndindex(start.shape):
        up, down = start.copy(), start.copy()
        up[place] += steps[place]
        if central:
            down[place] -= steps[place]
        moved = up[place] - down[place]  # after rounding: not quite h or 2h
        if moved == 0:
            raise ValueError(
                f"h = {h} is lost beside the entry {start[place]} at "
                f"{list(place)} in {start.dtype}: give a larger h, or none"
            )
        below = _one(f(down)) if central else here
        gradient[place] = (_one(f(up)) - below) / moved
    return gradient


_REAL = (
    "f lost the imaginary part of its argument, expected a complex result: "
    "an abs(), a float() or an array of floats in f drops it; rewrite that, "
    "or write finite_difference(f, x)"
)


def complex_step(
    f: Callable[[Any], Any], x: ArrayLike, h: float = 1e-30
) -> NDArray[np.float64]:
    """Gradient of f at x by imaginary steps (eq-gradient-check-complex).

    f takes a complex array like x, of any shape, and returns a complex
    number; it must be smooth, without abs or conjugates.  The result has
    the shape of x, in double precision, and x is left as it is.  Raises
    ValueError when f drops the imaginary part.
    """
    _step(h)
    start = _real(x, "x").astype(np.complex128)
    gradient = np.zeros(start.shape)
    for place in np.ndindex(start.shape):
        moved = start.copy()
        moved[place] += 1j * h
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            try:
                value = _one(f(moved))
            except np.exceptions.ComplexWarning:
                raise ValueError(_REAL) from None
            except TypeError as error:
                if "complex" not in str(error):
                    raise
                raise ValueError(_REAL) from error
        if not np.iscomplexobj(value):
            raise ValueError(_REAL)
        gradient[place] = value.imag / h
    return gradient


def _differences(got: Array, wanted: Array) -> NDArray[np.floating[Any]]:
    """|got − wanted|, infinite where one of them is no finite number."""
    finite = np.isfinite(got) & np.isfinite(wanted)
    apart: NDArray[np.floating[Any]] = np.full(got.shape, np.inf)
    apart[finite] = np.abs(got[finite] - wanted[finite])
    return apart


def relative_error(
    got: ArrayLike, wanted: ArrayLike, scale: float | None = None
) -> float:
    """Largest difference of two arrays, relative to their largest entry.

    The scale is the largest absolute entry of either array, unless one is
    given.  Give one array at a time: an array of small entries hides behind
    one with large entries.  Symmetric; 0 for equal arrays, 2 for opposite
    ones, infinite where an entry is not finite.  Raises ValueError when the
    shapes differ.
    """
    got, wanted = np.asarray(got), np.asarray(wanted)
    if got.shape != wanted.shape:
        hint = f": write got.reshape{wanted.shape}"
        raise ValueError(
            f"got has shape {got.shape}, expected {wanted.shape}, that of "
            "wanted" + (hint if got.size == wanted.size else "")
        )
    largest = float(_differences(got, wanted).max(initial=0))
    if largest == 0 or not np.isfinite(largest):
        return largest
    if scale is None:
        scale = float(max(np.abs(got).max(), np.abs(wanted).max()))
    return largest / scale


@dataclass(frozen=True)
class GradientCheck:
    """What a check found; `str` of it is a sentence."""

    error: float  # largest difference, relative to the largest entry
    place: tuple[int, ...]  # the worst entry
    said: float  # the gradient there
    measured: float
    tolerance: float

    @property
    def right(self) -> bool:
        """Is the error within the tolerance?"""
        return self.error <= self.tolerance

    def __str__(self) -> str:
        if self.right:
            return f"right: largest relative error {self.error:.0e}"
        where = f"at {list(self.place)} " if self.place else ""
        return (
            f"wrong: {where}the gradient says {self.said:.6g}, "
            f"measured {self.measured:.6g}"
        )


def check_gradient(
    f: Callable[[Any], Any],
    grad: ArrayLike | Callable[[Any], ArrayLike],
    x: ArrayLike,
    method: str = "complex",
    tolerance: float | None = None,
    scale: float | None = None,
) -> GradientCheck:
    """Compare a gradient of f at x with the measured one.

    f takes an array like x, of any shape, and returns a number; grad is the
    gradient, of the shape of x, or a function of x that returns it.  method
    is "complex" (best), "central" or "forward"; `scale` is as in
    `relative_error`.  Without a tolerance it is 1000 times what the method
    promises (eq-gradient-check-best-forward, eq-gradient-check-best-central).
    Leaves x as it is.  Raises ValueError for an unknown method, or when grad
    has not the shape of x.
    """
    powers = {"complex": 1.0, "central": 2 / 3, "forward": 1 / 2}
    if method not in powers:
        raise ValueError(
            f"method is {method!r}, expected one of {', '.join(powers)}"
        )
    start = _real(x, "x")
    said = np.asarray(grad(start.copy()) if callable(grad) else grad)
    if said.shape != start.shape:
        hint = f": write grad.reshape{start.shape}"
        raise ValueError(
            f"grad has shape {said.shape}, expected {start.shape}, that of x"
            + (hint if said.size == start.size else "")
        )
    measured: Array
    if method == "complex":
        measured = complex_step(f, start)
    else:
        measured = finite_difference(f, start, central=method == "central")
    if tolerance is None:
        returned = np.asarray(f(start.copy()))
        coarse = [a.dtype for a in (start, said, returned)]
        coarse = [kind for kind in coarse if kind.kind == "f"]
        eps = max(float(np.finfo(kind).eps) for kind in coarse)
        tolerance = 1000 * eps ** powers[method]
    error = relative_error(said, measured, scale)
    apart = _differences(said, measured)
    worst = np.unravel_index(int(apart.argmax()), apart.shape)
    place = tuple(int(i) for i in worst)
    return GradientCheck(
        error, place, float(said[place]), float(measured[place]), tolerance
    )
