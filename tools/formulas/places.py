"""Where a statement is looked at, and the ranges that are printed behind it.

A printed range must be all of where the statement holds, and no more.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from . import tree
from .compare import Failed
from .indices import mark_letters, ranges
from .setting import Setting
from .tree import OutOfRange

AT_MOST = 150  # places of one statement in one world


def assignments(
    on: Setting, statement: tree.Statement
) -> Iterator[dict[str, int]]:
    """Every choice of the free layers, times, …"""
    letters = mark_letters(on, statement.chain)
    for values in itertools.product(*letters.values()):
        yield dict(zip(letters, values, strict=True))


def index_places(on: Setting, chain: tree.Chain) -> Iterator[dict[str, int]]:
    """Every choice of the free indices; a fair sample if there are many."""
    found = ranges(on, chain)
    total = int(np.prod([len(r) for r in found.values()]))
    if total <= AT_MOST:
        for values in itertools.product(*found.values()):
            yield dict(zip(found, values, strict=True))
        return
    rng = np.random.default_rng(total)
    for _ in range(AT_MOST):
        yield {n: int(rng.integers(r.start, r.stop)) for n, r in found.items()}


def outside(
    on: Setting, statement: tree.Statement, found: dict[str, int]
) -> bool:
    """Is this layer, or component, outside of the range that is printed?"""
    return any(
        r.index in found and found[r.index] not in span(on, r)
        for r in statement.where
    )


def span(on: Setting, r: tree.Range) -> range:
    """Up, as in s = t + 1, …, T, which may be nothing; down to a number."""
    first, last = on.integer(r.first), on.integer(r.last)
    down = isinstance(r.last, tree.Number)
    if down and not isinstance(r.first, tree.Number):
        return range(last, first + 1)
    return range(first, last + 1)


class Held(list[tuple[int, dict[str, int]]]):
    """Where a statement was seen to hold: the world, and layers and times."""

    def values(self, seed: int, name: str, others: dict[str, int]) -> set[int]:
        return {
            layers[name]
            for where, layers in self
            if where == seed and layers | others == layers
        }


def check_range(
    on: Setting, statement: tree.Statement, seed: int, held: Held
) -> None:
    letters = mark_letters(on, statement.chain)
    for r in statement.where:
        if r.index in letters:
            check_marks(on, r, letters, seed, held)
        else:
            check_components(on, r, statement)


def check_components(
    on: Setting, r: tree.Range, statement: tree.Statement
) -> None:
    """Where the range has no place, nothing was looked at."""
    for layers in assignments(on, statement):
        with on.bound(layers):
            try:
                there = ranges(on, statement.chain).get(r.index)
            except OutOfRange:
                continue
            if there is None:
                raise Failed(f"no {r.index} is left free")
            for place in index_places(on, statement.chain):
                del place[r.index]
                with on.bound(place):
                    if not set(span(on, r)) <= set(there):
                        ends = f"from {there.start} to {there.stop - 1}"
                        raise Failed(f"{r.index} runs {ends}")


def check_marks(
    on: Setting,
    r: tree.Range,
    letters: dict[str, list[int]],
    seed: int,
    held: Held,
) -> None:
    """The range of a layer; it may depend on other letters: s = 1, …, t."""
    names = r.first.letters | r.last.letters
    others = [n for n in letters if n in names and n != r.index]
    for values in itertools.product(*(letters[n] for n in others)):
        layers = dict(zip(others, values, strict=True))
        found = held.values(seed, r.index, layers)
        with on.bound(layers):
            wanted = span(on, r)
        if found != set(wanted) and (found or not others):
            raise Failed(
                f"it holds for {r.index} in {sorted(found)}, and "
                f"{list(wanted)} is printed"
            )
