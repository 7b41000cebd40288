"""Statements that hold in the limit: ≈ with small changes, and O(h^n)."""

import itertools
from collections.abc import Iterator

import numpy as np

from . import tree
from .changes import take_step
from .compare import Comparison, Failed, shown
from .notation import Array
from .setting import Setting
from .tree import Node, NotUnderstood

NUDGE = 1e-3
SMALL = 0.1  # a number h in O(h^n), and then a tenth of it
Side = tuple[Array, Array | None]  # its value, and that of its O


def about(one: Comparison) -> bool:
    """≈: to first order, beside small changes; else between numbers."""
    if any(isinstance(part, tree.Change) for part in one.chain.parts):
        return first_order(one)
    return rounded(one)


# --- small changes


def first_order(one: Comparison) -> bool:
    """What is left out must shrink like the square of the changes."""
    with one.on.extended():
        (wide, size), (narrow, small) = (
            left_out(one, nudge) for nudge in (NUDGE, NUDGE / 10)
        )
    one.verdict.places += 1
    shrinks = wide / max(narrow, 1e-30)
    if not (shrinks >= 50 or narrow <= 1e-15 * max(small, 1e-3)):
        raise Failed(
            f"a nudge ten times smaller leaves {shrinks:.0f} times less out, "
            "where it should be 100"
        )
    one.verdict.first_order = True
    return size > 0


def left_out(one: Comparison, nudge: float) -> tuple[float, float]:
    """The difference that changes of a size leave, and the left side."""
    place = one.chain.relations.index(r"\approx")
    left, right = changed(one, nudge, place + 1)
    for number, pair in enumerate(itertools.pairwise(left)):
        one.step(number, *pair)
    for number, pair in enumerate(itertools.pairwise(right), place + 1):
        one.step(number, *pair)
    one.same_shape(place, left[-1], right[0])
    return biggest(left[-1] - right[0]), biggest(left[-1])


def changed(
    one: Comparison, nudge: float, cut: int
) -> tuple[list[Array], list[Array]]:
    """The sides left and right of ≈; those on the right say what changes."""
    on, sides, before = one.on, one.chain.sides, one.on.given
    on.changes, on.size_of_change = {}, nudge
    try:
        if on.step:
            on.given = before | {r"\eta": np.asarray(nudge)}
            take_step(on, on.step)
        on.collecting = True
        right = [on.value(side) for side in sides[cut:]]
        on.collecting = False
        return [on.value(side) for side in sides[:cut]], right
    finally:
        on.collecting, on.changes, on.given = False, None, before


def biggest(value: Array) -> float:
    return float(np.max(np.abs(value)))


# --- remainders


def is_remainder(node: Node) -> bool:
    return isinstance(node, tree.Call) and node.function == "O"


def split_remainder(side: Node) -> tuple[Node, Node | None]:
    """`f + O(h^2)` as f and h^2."""
    if isinstance(side, tree.Sum) and is_remainder(side.terms[-1]):
        *rest, last = side.terms
        assert isinstance(last, tree.Call)
        node = rest[0] if len(rest) == 1 else tree.Sum(tuple(rest))
        return node, last.arguments[0]
    return side, None


def with_remainder(one: Comparison) -> bool:
    """What O(h^2) stands for must shrink like h^2, neither slower nor faster.

    The numbers in an O are made small for that, and then ten times smaller.
    """
    on = one.on
    split = [split_remainder(side) for side in one.chain.sides]
    letters = {name for _, order in split if order for name in order.letters}
    numbers = {n: v for n in letters if (v := given(on, n)) is not None}
    if not numbers or set(one.chain.relations) != {"="}:
        raise NotUnderstood("O", "write … = … + O(h^2), with h a number")
    runs: list[list[Side]] = [
        [(on.value(side), order and on.value(order)) for side, order in split]
        for _ in made_small(on, numbers)
    ]
    for number in range(len(one.chain.relations)):
        pairs = [(run[number], run[number + 1]) for run in runs]
        if all(order is None for _, order in pairs[0]):
            for (left, _), (right, _) in pairs:
                one.step(number, left, right)
        else:
            shrinks(one, number, pairs)
    one.verdict.remainder = True
    return bool(np.any(np.abs(runs[0][0][0]) > 1e-9))


def given(on: Setting, name: str) -> Array | None:
    return on.given.get(name, on.world.given.get(name))


def made_small(on: Setting, numbers: dict[str, Array]) -> Iterator[float]:
    before = on.given
    try:
        with on.extended():
            for size in (SMALL, SMALL / 10):
                scaled = {n: np.asarray(v) * size for n, v in numbers.items()}
                on.given = before | scaled
                yield size
    finally:
        on.given = before


def shrinks(
    one: Comparison, number: int, pairs: list[tuple[Side, Side]]
) -> None:
    """Do two neighbours differ by what O says?"""
    apart, order = [], []
    for (left, here), (right, there) in pairs:
        one.same_shape(number, left, right)
        apart.append(biggest(left - right))
        order.append(biggest(here if there is None else there))
    found = apart[0] / max(apart[1], 1e-30)
    said = order[0] / max(order[1], 1e-30)
    if not said / 3 < found < said * 3:
        raise Failed(
            f"ten times smaller numbers leave {found:.3g} times less out, "
            f"where O says {said:.3g}"
        )
    one.verdict.places += 1


# --- numbers


def rounded(one: Comparison) -> bool:
    """≈ between numbers: equal to the digits that are printed."""
    values = [one.on.number(side) for side in one.chain.sides]
    pairs = itertools.pairwise(values)
    for number, (left, right) in enumerate(pairs):
        relation = one.chain.relations[number]
        if relation != r"\approx":
            one.step(number, left, right, relation)
            continue
        unit = 10.0 ** -decimals(one.chain.sides[number + 1])
        if not abs(left - right) <= 0.5001 * unit:
            raise Failed(f"{shown(left)} is not about {shown(right)}")
        one.verdict.places += 1
    return True


def decimals(side: Node) -> int:
    """How many are printed, in the longest of its numbers."""
    numbers = [p.text for p in side.parts if isinstance(p, tree.Number)]
    return max((len(n.partition(".")[2]) for n in numbers), default=0)
