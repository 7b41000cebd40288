"""How to read this book

Written by the chapter chapters/00_reading.md: edit it there, not here.
"""

import sys
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from copy import deepcopy
from inspect import unwrap
from itertools import pairwise
from numbers import Integral, Real
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "count_parameters",
    "in_words",
    "as_whole",
    "as_wholes",
    "as_real",
    "check_rng",
    "check_callable",
    "as_array",
    "as_numbers",
    "distance",
    "verdict",
]


def count_parameters(sizes: Sequence[int]) -> int:
    """How many weights and biases a network has (eq-reading-count).

    `sizes` are the layer widths n_0, n_1, ..., n_L, for example (3, 2, 1).
    Raises TypeError unless they are whole numbers, ValueError below 1.
    """
    widths = as_wholes(sizes, "sizes", 1)
    return sum(n * (before + 1) for before, n in pairwise(widths))


_MANY = 10**12  # more of anything than fits into a machine


def in_words(value: Any) -> str:
    """A value in a few words, for an error that speaks of it."""
    try:
        text = str(value) if isinstance(value, np.generic) else repr(value)
    except Exception:  # a whole number of very many digits has none
        text = ""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if text.isprintable() and 0 < len(text) < 50 and text[0] != "<":
        return text
    return f"a {type(value).__name__}"


def as_whole(value: Any, name: str, low: int, high: int = _MANY) -> int:
    """`value` as an int of Python, which never wraps around.

    Raises TypeError for what is no whole number, ValueError unless it is
    from low to high.  `name` is what the error calls it, here as elsewhere.
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        whole = isinstance(value, Real) and value == value // 1
        write = f"int({name})" if whole else f"{name}=10"
        raise TypeError(
            f"{name} is {in_words(value)}, expected a whole number: "
            f"write {write}"
        )
    number = int(value)
    if not low <= number <= high:
        limit = "or more" if number < low and high == _MANY else f"to {high}"
        raise ValueError(
            f"{name} is {in_words(number)}, expected {low} {limit}"
        )
    return number


def as_wholes(values: Any, name: str, low: int) -> tuple[int, ...]:
    """Several whole numbers, each as in `as_whole`."""
    try:
        listed = [] if isinstance(values, str | bytes) else list(values)
    except TypeError:
        listed = []
    if not listed:
        raise TypeError(
            f"{name} is {in_words(values)}, expected several whole numbers: "
            f"write {name}=(3, 2, 1)"
        )
    return tuple(
        as_whole(value, f"{name}[{i}]", low) for i, value in enumerate(listed)
    )


def as_real(
    value: Any,
    name: str,
    example: float,
    high: float = np.inf,
    above: bool = False,
) -> float:
    """`value` as a float, finite and from 0 (or above it) to high.

    Raises TypeError for what is no number, ValueError for one out of these
    bounds; both show the example.
    """
    write = f": write {name}={example}"
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(
            f"{name} is {in_words(value)}, expected a number{write}"
        )
    try:
        number = float(value)
    except OverflowError:
        number = np.inf
    low = 0 < number if above else 0 <= number
    if not (low and number <= high and number < np.inf):
        start = "a positive number" if above else "a number from 0 on"
        limit = "" if high == np.inf else f", up to {high}"
        raise ValueError(
            f"{name} is {in_words(value)}, expected {start}{limit}{write}"
        )
    return number


def check_rng(rng: Any) -> None:
    """Raise TypeError unless rng is a random generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng is a {type(rng).__name__}, expected a random generator: "
            "write np.random.default_rng(0)"
        )


def check_callable(f: Any, name: str) -> None:
    """Raise TypeError unless f can be called."""
    if not callable(f):
        raise TypeError(
            f"{name} is {in_words(f)}, expected a function: "
            f"write its name, without calling it"
        )


_PLAIN = {int, float, bool, complex}
_ELSEWHERE = "__dlpack__ __array_namespace__ __array_function__ toarray"
_TO_NUMPY = {
    "torch": "{}.numpy(force=True)",
    "tensorflow": "{}.numpy()",
    "cupy": "{}.get()",
    "dask": "{}.compute()",
    "sparse": "{}.todense()",
    "scipy": "{}.toarray()",
}


def _refuse(values: Any, name: str, depth: int = 4) -> None:
    """An error for what numpy would quietly strip of a meaning."""
    if isinstance(values, list | tuple):
        for value in values if depth else ():
            if type(value) not in _PLAIN:
                _refuse(value, name, depth - 1)
    elif isinstance(values, np.ndarray | np.generic):
        if type(values) is not np.ndarray and np.ma.is_masked(values):
            raise ValueError(
                f"{name} has masked entries, expected a number in each "
                f"place: write {name}.filled(0), or leave these samples out"
            )
    elif any(hasattr(type(values), mark) for mark in _ELSEWHERE.split()):
        library = type(values).__module__.split(".")[0]
        write = _TO_NUMPY.get(library, "np.asarray({})").format(name)
        raise TypeError(
            f"{name} is a {library} {type(values).__name__}, expected an "
            f"array of numpy: write {write}"
        )


def as_array(values: Any, name: str) -> NDArray[Any]:
    """`values` as a plain array of numpy, of any shape and type.

    Raises TypeError for an array of another library, ValueError for one
    with masked entries, and for rows that are not all of one length.
    """
    if type(values) is np.ndarray:
        return values
    _refuse(values, name)
    try:
        return np.asarray(values)
    except Exception as error:
        raise ValueError(
            f"{name} is {in_words(values)}, which makes no array: give it "
            "rows of one length"
        ) from error


def as_numbers(values: Any, name: str) -> NDArray[np.inexact[Any]]:
    """`values` as an array of real or complex numbers, of any shape.

    float32 and wider stay what they are, complex numbers too; whole numbers,
    True and False, and float16 (too coarse to add up many) become float64.
    Raises TypeError for what is not numbers, and what `as_array` raises.
    """
    array = as_array(values, name)
    if array.dtype.char in "fdgFDG":
        return array
    if array.dtype.kind in "biuf":
        return array.astype(np.float64)
    if array.ndim == 0:
        raise TypeError(f"{name} is {in_words(values)}, expected numbers")
    raise TypeError(
        f"{name} holds {array.dtype}, expected numbers: "
        f"write np.asarray({name}, dtype=float)"
    )


def _values(given: Any) -> NDArray[np.inexact[Any]]:
    """What a function returned, as numbers; else an error about "it"."""
    array = as_array(given, "it")
    if array.dtype == object:  # fractions, or whole numbers of any length
        try:
            array = array.astype(float)
        except (TypeError, ValueError, OverflowError):
            raise TypeError(
                f"it is {in_words(given)}, expected numbers of ordinary size"
            ) from None
    return as_numbers(array, "it")


def distance(got: Any, wanted: Any, least: float = 0.0) -> float:
    """Largest difference of two arrays, relative to the largest one wanted.

    That is taken to be `least` or more, and 1 if there is none but 0.
    Infinite when shapes differ, or where one of them alone is not finite.
    """
    got, wanted = _values(got), _values(wanted)
    if got.shape != wanted.shape:
        return np.inf
    with np.errstate(all="ignore"):
        same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
        apart = np.where(same, 0, np.abs(got - wanted)).max(initial=0)
        size = np.abs(wanted[np.isfinite(wanted)]).max(initial=least)
        far = float(apart / (size or 1))
    return np.inf if np.isnan(far) else far


def verdict(
    answer: Callable[..., Any],
    right: Callable[..., Any],
    cases: Iterable[tuple[Any, ...]],
    slips: Mapping[str, Callable[..., Any]] = {},
    tolerance: float = 1e-9,
    at_most: Mapping[Callable[..., Any], int] = {},
) -> None:
    """Say whether `answer` does what `right` does on every case.

    `cases` are tuples of arguments, of which each call gets its own copies;
    `slips` are well-known wrong answers by name, so that the verdict can
    name the one that was made.  Errors are as in `distance`.  `at_most` says
    how often a function may be called in a case, by the answer or by what
    it calls: 0 forbids it.  Whatever the answer raises, the verdict is a
    sentence; only who stops it by hand gets the KeyboardInterrupt.  Raises
    TypeError if `at_most` names a class, or what else nobody sees called.
    """
    cases, given, changed, often = list(cases), [], False, ""
    watched = {_code(f): (f.__name__, most) for f, most in at_most.items()}
    try:
        for case in cases:
            mine = _copies(case)
            with _counting(watched) as calls, np.errstate():
                got = answer(*mine)
            given.append(_copies((got,))[0])
            changed = changed or not _alike(mine, case)
            often = often or _too_often(calls, watched)
    except NotImplementedError:
        print("not yet: put your line in place of NotImplementedError")
        return
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit too
        print(f"not right: it stops with {_words(error)}")
        return
    said = _compare(given, right, cases, slips, tolerance)
    if often and said.startswith("right"):
        said = f"not right: the numbers are, but it calls {often}"
    print(said + ", but it changes its argument in place" * changed)


def _code(function: Callable[..., Any]) -> Any:
    """What a call is known by, also that of a copy on another page."""
    plain = unwrap(getattr(function, "__func__", function))
    code = getattr(plain, "__code__", None)
    made = f"class {plain.__name__}" if isinstance(plain, type) else ""
    if not code and (made or getattr(plain, "__module__", "") != "builtins"):
        raise TypeError(
            f"the calls of {made or in_words(function)} cannot be counted: "
            "give a function that is written in Python"
        )
    return (code.co_name, code.co_code) if code else plain


@contextmanager
def _counting(watched: Collection[Any]) -> Iterator[dict[Any, int]]:
    """Counts calls, whatever name they are made by, and whoever makes them."""
    calls = dict.fromkeys(watched, 0)

    def watch(frame: FrameType, event: str, called: Any) -> None:
        code = frame.f_code
        one = (code.co_name, code.co_code) if event == "call" else called
        if event in ("call", "c_call") and one in calls:
            calls[one] += 1

    before = sys.getprofile()
    sys.setprofile(watch if watched else before)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def _too_often(
    calls: Mapping[Any, int], watched: Mapping[Any, tuple[str, int]]
) -> str:
    """What was called more often than it may be, in words, or nothing."""
    for code, (name, most) in watched.items():
        if (times := calls[code]) > most:
            said = f" {times} times, where {most} should do"
            return name + (said if most else ", which is not allowed here")
    return ""


def _copies(case: Iterable[Any]) -> tuple[Any, ...]:
    """Copies of some arguments; what has none is handed on as it is."""
    copies = []
    for value in case:
        try:
            copies.append(deepcopy(value))
        except Exception:
            copies.append(value)
    return tuple(copies)


_COMPARED = (int, float, complex, str, bytes, bytearray, set, np.generic)


def _alike(one: Any, other: Any) -> bool:
    """Are a value and its copy the same, bit by bit?"""
    if one is other or type(one) is not type(other):
        return one is other
    if isinstance(one, np.ndarray):
        if one.dtype == object:
            return _alike(one.tolist(), other.tolist())
        pair = [(a.shape, a.dtype, a.tobytes()) for a in (one, other)]
        return pair[0] == pair[1]
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(
            _alike(one[key], other[key]) for key in one
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, _COMPARED):
        return bool(one == other or one != one)  # nan is not equal to itself
    return not hasattr(one, "__dict__") or _alike(vars(one), vars(other))


def _words(error: BaseException) -> str:
    """The name of an error, and the first line of what it says."""
    try:
        lines = str(error).splitlines()
    except Exception:
        lines = []
    return ": ".join([type(error).__name__, *lines[:1]])[:200]


def _results(
    rule: Callable[..., Any], cases: list[tuple[Any, ...]]
) -> list[NDArray[np.inexact[Any]]] | None:
    """What a rule makes of each case, or None if it fails on one."""
    try:
        return [_values(rule(*_copies(case))) for case in cases]
    except KeyboardInterrupt:
        raise
    except BaseException:
        return None


def _error(given: list[Any], wanted: list[Any] | None) -> float:
    """Largest distance of all cases.

    In a case of small numbers it is relative to a millionth of the largest
    ones: what rounding leaves of a zero is no error.
    """
    if wanted is None:
        return np.inf
    sizes = [np.abs(w[np.isfinite(w)]).max(initial=0) for w in wanted]
    least = 1e-6 * max(sizes, default=0)
    pairs = zip(given, wanted, strict=True)
    return max((distance(*pair, least) for pair in pairs), default=0)


def _compare(
    given: list[Any],
    right: Callable[..., Any],
    cases: list[tuple[Any, ...]],
    slips: Mapping[str, Callable[..., Any]],
    tolerance: float,
) -> str:
    """The verdict in words."""
    if any(got is None for got in given):
        return "not right: it returns nothing (is a return missing?)"
    try:
        given = [_values(got) for got in given]
    except (TypeError, ValueError) as error:
        return f"not right: {_words(error).partition(': ')[2]}"
    wanted = _results(right, cases)
    if wanted is None:
        return "no verdict: the answer to compare with fails itself"
    if (largest := _error(given, wanted)) <= tolerance:
        return f"right: largest error {largest:.0e} on {len(cases)} cases"
    for name, slip in slips.items():
        if _error(given, _results(slip, cases)) <= tolerance:
            return f"not right: that is what comes of {name}"
    for got, want in zip(given, wanted, strict=True):
        if got.shape != want.shape:
            return (
                f"not right: its shape is {got.shape}, "
                f"and should be {want.shape}"
            )
    if largest == np.inf:
        return "not right: it is not finite where it should be, or too large"
    return (
        f"not right: it differs by up to {largest:.1g} times the largest "
        "number that should come out"
    )
