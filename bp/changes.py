"""How small changes add up

Written by the chapter chapters/06_changes.md: edit it there, not here.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.cost import quadratic_cost
from bp.digits import Array, as_columns
from bp.network import Network, check_network, forward
from bp.reading import (
    as_array,
    as_numbers,
    as_real,
    as_whole,
    check_callable,
    in_words,
)

__all__ = [
    "as_place",
    "one_number",
    "complex_step",
    "measured_jacobian",
    "values_of",
    "with_values",
    "measured_slopes",
]


def as_place(x: ArrayLike, name: str) -> NDArray[np.floating[Any]]:
    """A copy of x with real, finite entries, or an error."""
    array: NDArray[Any] = as_numbers(x, name).copy()
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


def one_number(value: Any) -> Any:
    """What f returned, if it is one finite number, or an error."""
    if value is None:
        raise ValueError(
            "f returned None, expected one number: is a return missing?"
        )
    array, number = as_array(value, "f(x)"), as_numbers(value, "f(x)")
    if number.size != 1:
        raise ValueError(
            f"f returned an array of shape {number.shape}, expected one "
            "number: let f return a sum or a mean"
        )
    if not np.isfinite(number).all():
        raise ValueError(
            f"f returned {number.item()}, expected a finite number: find "
            "where it came from with np.isfinite"
        )
    return (array if array.dtype.kind == "f" else number).reshape(())[()]


def _at_complex(f: Callable[[Any], Any], moved: Any) -> Any:
    """What f returned for a complex argument, if that is its value there."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            value = one_number(f(moved))
    except np.exceptions.ComplexWarning:
        value = None
    except Exception as error:
        try:
            one_number(f(moved.real.copy()))
        except Exception:  # not for being complex: it is an error of f
            raise error from None
        raise ValueError(
            f"f does not take complex numbers ({error}): write "
            'finite_difference(f, x), and check_gradient with method="central"'
        ) from error
    if np.iscomplexobj(value):
        return value
    raise ValueError(
        "f lost the imaginary part of its argument, expected a complex "
        "result: an abs(), a float() or an array of floats in f drops it; "
        "rewrite that, or write finite_difference(f, x)"
    )


def complex_step(
    f: Callable[[Any], Any], x: ArrayLike, h: float = 1e-30
) -> NDArray[np.float64]:
    """Gradient of f at x by imaginary steps (eq-changes-complex).

    f takes a complex array like x, of any shape, and returns a complex
    number; it must be smooth, without abs or conjugates.  The result has
    the shape of x, in double precision, and x is left as it is.  Raises
    ValueError when f takes no complex number, or the result is not complex;
    abs(x[0]) + x[1] is complex, and passes, with a wrong slope by x[0].
    """
    check_callable(f, "f")
    h = as_real(h, "h", 1e-30, above=True)
    start = as_place(x, "x").astype(np.complex128)
    gradient = np.zeros(start.shape)
    for place in np.ndindex(start.shape):
        moved = start.copy()
        moved[place] += 1j * h
        gradient[place] = _at_complex(f, moved).imag / h
    return gradient


def measured_jacobian(
    f: Callable[[Any], Any], x: ArrayLike
) -> NDArray[np.float64]:
    """Jacobian of f at a column x by imaginary steps (eq-changes-complex).

    f takes a complex column (n, 1) and returns one (k, 1), smooth as for
    `complex_step`; the result is (k, n), a row for each result.  Raises
    ValueError when x or what f returns is no column.
    """
    check_callable(f, "f")
    start = as_place(x, "x")
    for name, value in (("x", start), ("f(x)", f(start.copy()))):
        if (shape := as_columns(value, name).shape)[1] != 1:
            raise ValueError(f"{name} has shape {shape}, expected one column")

    def result(k: int) -> Callable[[Any], Any]:
        return lambda x: f(x)[k]

    rows = [complex_step(result(k), start) for k in range(shape[0])]
    return np.hstack(rows).T


def values_of(network: Network, kind: str, l: int) -> Array:
    """w[l] or b[l], as `kind` says; ValueError for another kind."""
    check_network(network)
    if not (isinstance(kind, str) and kind in ("w", "b")):
        raise ValueError(f"kind is {in_words(kind)}, expected 'w' or 'b'")
    layers = network.w if kind == "w" else network.b
    return layers[as_whole(l, "l", 1, network.depth)]


def with_values(
    network: Network, kind: str, l: int, values: ArrayLike
) -> Network:
    """The network with w[l] or b[l] replaced by values of as many rows."""
    rows = len(values_of(network, kind, l))
    parts: Any = {"w": {**network.w}, "b": {**network.b}, "f": network.f}
    parts[kind][l] = as_columns(values, "values", rows)
    return Network(**parts)


def measured_slopes(
    network: Network, x: ArrayLike, y: ArrayLike, kind: str, l: int
) -> NDArray[np.float64]:
    """Slopes of the mean cost by w[l] or b[l], measured (eq-changes-complex).

    `kind` is "w" or "b"; x is (n_0, m) and y (n_L, m); the result has the
    shape of what is moved.  Takes a run of the network for every entry.
    """

    def cost(values: Array) -> Any:
        moved = with_values(network, kind, l, values)
        return quadratic_cost(forward(moved, x).a[moved.depth], y)

    return complex_step(cost, values_of(network, kind, l))
