"""How to read this book

Written by the chapter chapters/00_reading.md: edit it there, not here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["count_parameters", "distance", "verdict"]


def count_parameters(sizes: Sequence[int]) -> int:
    """How many weights and biases a network has (eq-reading-count).

    `sizes` are the layer widths n_0, n_1, ..., n_L, for example (3, 2, 1).
    """
    return sum(n * (before + 1) for before, n in pairwise(sizes))


def distance(got: Any, wanted: Any) -> float:
    """Largest difference of two numbers or arrays, relative to the largest
    of them beyond 1; infinite when shapes differ or a number is missing."""
    got, wanted = np.asarray(got), np.asarray(wanted, dtype=float)
    if got.shape != wanted.shape:
        return np.inf
    scale = max(1.0, float(np.abs(wanted).max(initial=0)))
    largest = float(np.abs(got - wanted).max(initial=0)) / scale
    return np.inf if np.isnan(largest) else largest


def verdict(
    answer: Callable[..., Any],
    right: Callable[..., Any],
    cases: Iterable[tuple[Any, ...]],
    slips: Mapping[str, Callable[..., Any]] = {},
    tolerance: float = 1e-9,
) -> None:
    """Say whether `answer` does what `right` does on every case.

    `cases` are tuples of arguments; `slips` are well-known wrong answers by
    name, so that the verdict can name the one that was made.  Never raises.
    """
    cases = list(cases)
    try:
        given = [answer(*case) for case in cases]
    except NotImplementedError:
        print("not yet: put your line in place of NotImplementedError")
        return
    except Exception as error:
        print(f"not right: it stops with {type(error).__name__}: {error}")
        return
    print(_compare(given, right, cases, slips, tolerance))


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

    def error(rule: Callable[..., Any]) -> float:
        pairs = zip(given, cases, strict=True)
        try:
            return max(distance(got, rule(*case)) for got, case in pairs)
        except ValueError:  # a slip that does not run on every case
            return np.inf

    try:
        if (largest := error(right)) <= tolerance:
            return f"right: largest error {largest:.0e} on {len(cases)} cases"
        for name, slip in slips.items():
            if error(slip) <= tolerance:
                return f"not right: that is what comes of {name}"
    except TypeError:
        return f"not right: it returns {type(given[0]).__name__}, not numbers"
    shape, wanted = np.shape(given[0]), np.shape(right(*cases[0]))
    if shape != wanted:
        return f"not right: its shape is {shape}, and should be {wanted}"
    return f"not right: it differs by up to {largest:.1g}"
