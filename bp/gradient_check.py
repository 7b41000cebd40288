"""How to know that a gradient is right

Written by the chapter chapters/12_gradient_check.md: edit it there, not here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.changes import as_place, complex_step, one_number
from bp.digits import Array
from bp.reading import as_array, as_numbers, as_real, check_callable, in_words

__all__ = [
    "finite_difference",
    "relative_error",
    "GradientCheck",
    "check_gradient",
]


def _one_real(value: Any) -> Any:
    """What f returned, if it is one finite real number, or an error."""
    if np.iscomplexobj(number := one_number(value)):
        raise ValueError(
            "f returned a complex number for a real x, expected a real one: "
            "let f return its real part"
        )
    return number


def finite_difference(f: Callable[[Any], Any], x: ArrayLike) -> Array:
    """Gradient of f at x by central differences (eq-gradient-check-central).

    f takes an array like x, of any shape, and returns a real number; the
    result has the shape of x, and x is left as it is.  The step is the cube
    root of eps, of x or of what f returns, whichever is coarser, and beside
    a large entry that times the entry.  Raises ValueError where f returns
    None or no single, finite, real number, TypeError for no number.
    """
    check_callable(f, "f")
    start = as_place(x, "x")
    here = _one_real(f(start.copy()))
    eps = max(np.finfo(start.dtype).eps, np.finfo(here.dtype).eps)
    gradient = np.zeros_like(start)
    for place in np.ndindex(start.shape):
        up, down = start.copy(), start.copy()
        step = eps ** (1 / 3) * max(1, abs(start[place]))
        up[place] += step
        down[place] -= step
        moved = up[place] - down[place]  # after rounding: not quite 2h
        gradient[place] = (_one_real(f(up)) - _one_real(f(down))) / moved
    return gradient


def _check_shape(got: Array, wanted: Array, names: tuple[str, str]) -> None:
    """Raise ValueError unless both arrays have one shape."""
    if got.shape != wanted.shape:
        write = f": write {names[0]}.reshape{wanted.shape}"
        raise ValueError(
            f"{names[0]} has shape {got.shape}, expected {wanted.shape}, that "
            f"of {names[1]}" + write * (got.size == wanted.size)
        )


def _differences(got: Array, wanted: Array) -> NDArray[np.floating[Any]]:
    """|got − wanted|, infinite where one of them is no finite number."""
    with np.errstate(all="ignore"):
        apart: Array = np.abs(got - wanted)
    return np.where(np.isfinite(apart), apart, np.inf)


def relative_error(got: ArrayLike, wanted: ArrayLike) -> float:
    """Largest difference of two arrays, relative to their largest entry.

    Give one array at a time: one of small entries hides behind one of large
    entries.  Symmetric; 0 for equal arrays, 2 for opposite ones, infinite
    where an entry is not finite.  Raises ValueError when the shapes differ.
    """
    got, wanted = as_numbers(got, "got"), as_numbers(wanted, "wanted")
    _check_shape(got, wanted, ("got", "wanted"))
    largest = float(_differences(got, wanted).max(initial=0))
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest / float(max(np.abs(got).max(), np.abs(wanted).max()))


@dataclass(frozen=True)
class GradientCheck:
    """What a check found; `str` of it is a sentence."""

    error: float  # largest difference, relative to the largest entry
    place: tuple[int, ...]  # the worst entry
    said: float  # the gradient there
    measured: float
    tolerance: float
    advice: str = ""  # what to do, where the method is to blame

    @property
    def right(self) -> bool:
        """Is the error within the tolerance?"""
        return self.error <= self.tolerance

    def __str__(self) -> str:
        if self.right:
            return f"right: largest relative error {self.error:.0e}"
        where = f"at {list(self.place)} " if self.place else ""
        pair = self.said, self.measured
        for digits in range(6, 18):  # as many as show the difference
            said, measured = (f"{v + 0.0:.{digits}g}" for v in pair)
            if said != measured:
                break
        return (
            f"wrong: {where}the gradient says {said}, measured {measured}: "
            f"a relative error of {self.error:.1g}, with {self.tolerance:.1g} "
            f"allowed{self.advice}"
        )


def _said(grad: Any, x: Array) -> NDArray[np.floating[Any]]:
    """The gradient that is to be checked, as an array of the shape of x."""
    given = grad(x.copy()) if callable(grad) else grad
    if given is None:
        raise ValueError("grad returned None: is a return missing?")
    said: NDArray[Any] = as_numbers(given, "grad")
    kind = as_array(given, "grad").dtype
    if said.dtype.kind == "c" or kind == np.float16:
        raise TypeError(
            f"grad holds {kind}, expected float32 or float64: compute it in "
            "one of these"
        )
    _check_shape(said, x, ("grad", "x"))
    if said.size == 0:
        raise ValueError(f"x has shape {x.shape}: nothing in it")
    return said


def _near(f: Callable[[Any], Any], places: list[Array]) -> list[Any]:
    """The values of f at some places; none if it has none at one of them."""
    try:
        with np.errstate(all="ignore"):
            return [np.real(one_number(f(place))) for place in places]
    except Exception:
        return []


def _check_analytic(
    f: Callable[[Any], Any], x: Array, slopes: Array, least: float
) -> None:
    """Raise ValueError where real steps of f contradict imaginary ones."""
    way = np.random.default_rng(0).standard_normal(x.shape)
    way *= np.maximum(least, abs(x))
    h, k = 1e-6, 2.7  # no multiple, for waves that would look alike
    if not (values := _near(f, [x + t * h * way for t in (-k, -1, 0, 1, k)])):
        return
    far, before, here, after, beyond = values
    slope, seen = (after - before) / (2 * h), (slopes * way).sum()
    bend, wide = (after - 2 * here + before) / h, (beyond - far) / (2 * k * h)
    kink = bend - (beyond - 2 * here + far) / (k**2 * h)
    noise = 1e7 * np.finfo(here.dtype).eps * (abs(here) + abs(slopes).sum())
    if max(abs(bend), 1e-6 * abs(seen)) > 1e-3 * abs(slope) + noise:
        return  # too bent for these steps: nothing can be said
    unsure = abs(wide - slope) + abs(kink) + noise
    if abs(slope - seen) > 1e-7 * max(abs(slope), abs(seen)) + unsure:
        raise ValueError(
            f"an imaginary step of f gives the slope {seen:.6g}, a real one "
            f"{slope:.6g}: a conjugate (conj, vdot), an abs() or a .real in f "
            'does that; rewrite it, or write method="central"'
        )


def _size_of_zero(
    f: Callable[[Any], Any], x: Array, said: Array, here: float, eps: float
) -> float:
    """What zeros are relative to: |f| and its steepness nearby; else 0."""
    h = 0.1 * max(1.0, float(abs(x).max()))
    values = _near(f, [x, x + h]) or [here]
    size = here + float(np.ptp(values)) / h
    return size / 10 * (float(abs(said).max()) <= 1000 * eps * size)


def check_gradient(
    f: Callable[[Any], Any],
    grad: ArrayLike | Callable[[Any], ArrayLike],
    x: ArrayLike,
    method: str = "complex",
    tolerance: float | None = None,
) -> GradientCheck:
    """Compare a gradient of f at x with the measured one.

    f takes an array like x, of any shape, and returns a number; grad is an
    array of this shape, or a function of x that returns it.  method is
    "complex" or, less exact, "central"; errors are as in `relative_error`,
    for a gradient of zeros relative to (|f| + its steepness nearby) /
    10.  The usual tolerance leaves room for what rounding does to the
    method.  Raises ValueError for an unknown method, another shape of grad,
    and "complex" where f takes no complex number, or where real steps show
    that it does not suit f: not beside a large constant, or at a tiny x.
    """
    if not isinstance(method, str) or method not in ("complex", "central"):
        raise ValueError(
            f"method is {in_words(method)}, expected complex or central"
        )
    check_callable(f, "f")
    start, exact = as_place(x, "x"), method == "complex"
    said, here = _said(grad, start), one_number(f(start.copy()))
    measured = (complex_step if exact else finite_difference)(f, start)
    coarse = [a.dtype for a in (start, said, here) if a.dtype.kind == "f"]
    eps = max(float(np.finfo(kind).eps) for kind in coarse)
    promise = eps if exact else eps ** (2 / 3)
    tolerance = 1000 * promise if tolerance is None else tolerance
    tolerance = as_real(tolerance, "tolerance", 1e-6)
    error, size = relative_error(said, measured), float(abs(here))
    apart, advice = _differences(said, measured), ""
    place = tuple(map(int, np.unravel_index(apart.argmax(), apart.shape)))
    if error > tolerance:
        whole = _size_of_zero(f, start, said, size, eps)
        error = float(apart[place]) / whole if whole else error
    if exact:
        for least in (1, 1e-6):  # shorter beside small entries, too
            _check_analytic(f, start, measured, least)
    elif float(apart[place]) < 10 * promise * size:
        advice = (
            f": f is {float(here):.1g} there, beside which differences see no "
            'more; take a constant out of f, or write method="complex"'
        )
    found = float(said[place]), float(measured[place])
    return GradientCheck(error, place, *found, tolerance, advice)
