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


_Reals = NDArray[np.floating[Any]]


def _slopes(
    f: Callable[[Any], Any], here: Any, x: _Reals, steps: _Reals, central: bool
) -> _Reals:
    """The slope of f by each entry of x, with a step to both sides or one."""
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += steps[place]
        if central:
            down[place] -= steps[place]
        moved = up[place] - down[place]  # after rounding: not quite h or 2h
        if moved == 0:
            raise ValueError(
                f"h = {steps[place]} is lost beside the entry {x[place]} at "
                f"{list(place)} in {x.dtype}: give a larger h, or none"
            )
        below = f(down) if central else here
        gradient[place] = (f(up) - below) / moved
    return gradient


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
    check_callable(f, "f")
    start = as_place(x, "x")
    here = one_number(f(start.copy()))
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
        h = as_real(h, "h", 1e-6, above=True)
        steps = np.full(start.shape, h)
    return _slopes(lambda x: one_number(f(x)), here, start, steps, central)


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
    got, wanted = as_numbers(got, "got"), as_numbers(wanted, "wanted")
    if scale is not None:
        scale = as_real(scale, "scale", 1.0, above=True)
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
    advice: str = ""  # what to do, where the method is to blame

    @property
    def right(self) -> bool:
        """Is the error within the tolerance?"""
        return self.error <= self.tolerance

    def __str__(self) -> str:
        if self.right:
            return f"right: largest relative error {self.error:.0e}"
        where = f"at {list(self.place)} " if self.place else ""
        for digits in range(6, 18):  # as many as show the difference
            said, measured = (
                f"{v + 0.0:.{digits}g}" for v in (self.said, self.measured)
            )
            if said != measured:
                break
        return (
            f"wrong: {where}the gradient says {said}, measured {measured}: "
            f"a relative error of {self.error:.1g}, with {self.tolerance:.1g} "
            f"allowed{self.advice}"
        )


def _said(
    grad: ArrayLike | Callable[[Any], ArrayLike], x: Array
) -> NDArray[np.floating[Any]]:
    """The gradient that is to be checked, as an array of the shape of x."""
    given = grad(x.copy()) if callable(grad) else grad
    if given is None:
        raise ValueError("grad returned None: is a return missing?")
    said: NDArray[Any] = as_numbers(given, "grad")
    if said.dtype.kind == "c" or as_array(given, "grad").dtype == np.float16:
        raise TypeError(
            f"grad holds {as_array(given, 'grad').dtype}, expected float32 or "
            "float64: compute it in one of these"
        )
    if said.shape != x.shape:
        hint = f": write grad.reshape{x.shape}"
        raise ValueError(
            f"grad has shape {said.shape}, expected {x.shape}, that of x"
            + (hint if said.size == x.size else "")
        )
    if said.size == 0:
        raise ValueError(f"x has shape {x.shape}: nothing in it")
    return said


def _check_analytic(
    f: Callable[[Any], Any], x: Array, slopes: Array, at: Any
) -> None:
    """Raise ValueError where real steps of f contradict imaginary ones.

    Taken from the entry `at`, or without one from all, at random.  A
    conjugate (as in vdot) keeps imaginary parts, and turns them round.
    """
    way = np.random.default_rng(0).standard_normal(x.shape)
    if at is not None:
        way = np.zeros(x.shape)
        way[at] = 1
    way *= np.maximum(1, abs(x))
    h, more = 1e-6, 2.7  # no multiple, for waves that would look alike
    places = [x + t * h * way for t in (-more, -1, 0, 1, more)]
    try:
        with np.errstate(all="ignore"):
            values = [np.real(one_number(f(place))) for place in places]
    except Exception:
        return  # f ends here
    far, before, here, after, beyond = values
    slope = (after - before) / (2 * h)
    wide = (beyond - far) / (2 * more * h)
    bend = abs(after - 2 * here + before) / h  # a kink is one, too
    noise = 1e7 * np.finfo(here.dtype).eps * abs(here)
    seen = (slopes * way).sum()
    if max(bend, 1e-6 * abs(seen)) > 1e-3 * abs(slope) + noise:
        return  # too bent for these steps: nothing can be said
    unsure = 1e-7 * max(abs(slope), abs(seen)) + abs(wide - slope) + noise
    unsure += bend if at is None else 1e-3 * bend
    if abs(slope - seen) > unsure:
        raise ValueError(
            f"an imaginary step of f gives the slope {seen:.6g}, a real one "
            f"{slope:.6g}: a conjugate (conj, vdot), an abs() or a .real in f "
            'does that; rewrite it, or write method="central"'
        )


def _scale_of_zero(
    f: Callable[[Any], Any], x: Array, said: Array, eps: float
) -> float | None:
    """What the error of a gradient of zeros is relative to, if it is one.

    A tenth of f, and of how steep f is in the neighbourhood.
    """
    size = float(abs(one_number(f(x.copy()))))
    try:
        with np.errstate(all="ignore"):
            h = 0.1 * max(1.0, float(abs(x).max()))
            slopes = finite_difference(f, x, h, central=False)
            size += float(abs(slopes).max())
    except Exception:  # so far away f may have no value
        pass
    return size / 10 if abs(said).max() <= 1000 * eps * size > 0 else None


def _advice(here: float, apart: float, promise: float) -> str:
    """What to do where a difference sees no better beside a large f."""
    if apart >= 10 * promise * abs(here):
        return ""
    return (
        f": f is {here:.1g} there, beside which differences see no more; take "
        'a constant out of f, or write method="complex"'
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
    `relative_error`, or, for a gradient of zeros, the size of f.  Without a
    tolerance it is 1000 times what the method promises
    (eq-gradient-check-best-forward, eq-gradient-check-best-central).
    Leaves x as it is.  Raises ValueError for an unknown method, when grad
    has not the shape of x, and when the method does not suit f.
    """
    powers = {"complex": 1.0, "central": 2 / 3, "forward": 1 / 2}
    if not isinstance(method, str) or method not in powers:
        raise ValueError(
            f"method is {in_words(method)}, expected one of "
            f"{', '.join(powers)}"
        )
    check_callable(f, "f")
    start = as_place(x, "x")
    said, here = _said(grad, start), one_number(f(start.copy()))
    measured: Array
    if method == "complex":
        measured = complex_step(f, start)
    else:
        measured = finite_difference(f, start, central=method == "central")
    coarse = [a.dtype for a in (start, said, here) if a.dtype.kind == "f"]
    eps = max(float(np.finfo(kind).eps) for kind in coarse)
    promise = eps ** powers[method]
    if tolerance is None:
        tolerance = 1000 * promise
    tolerance = as_real(tolerance, "tolerance", 1e-6)
    error = relative_error(said, measured, scale)
    if error > tolerance and scale is None:
        scale = _scale_of_zero(f, start, said, eps)
        error = relative_error(said, measured, scale)
    apart = _differences(said, measured)
    worst = np.unravel_index(int(apart.argmax()), apart.shape)
    place, advice = tuple(int(i) for i in worst), ""
    if method == "complex":
        at = place if error > tolerance else None
        _check_analytic(f, start, measured, at)
    else:
        advice = _advice(float(here), float(apart[place]), promise)
    found = float(said[place]), float(measured[place])
    return GradientCheck(error, place, *found, tolerance, advice)
