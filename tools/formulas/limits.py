"""Statements that hold in the limit: ≈ with small changes, and O(h^n)."""

import itertools

import numpy as np

from . import tree
from .compare import Failed, Verdict, compare, shown
from .evaluate import Evaluator, Given
from .tree import NotUnderstood

NUDGE = 1e-3
SMALL = 0.1  # a number h in O(h^n), and then a tenth of it


def first_order(on: Evaluator, chain: tree.Chain, verdict: Verdict) -> bool:
    """≈ for small Δ: what is left out must shrink like their square."""
    if not any(isinstance(p, tree.Change) for p in chain.walk()):
        return rounded(on, chain, verdict)
    place = chain.relations.index(r"\approx")
    left_out, sizes = [], []
    with on.extended():
        for size in (NUDGE, NUDGE / 10):
            on.changes, on.size_of_change = {}, size
            if on.step:
                on.world.rate = size
                on.take_step(on.step)
            on.collecting = True
            right = [on.value(side) for side in chain.sides[place + 1 :]]
            on.collecting = False
            left = [on.value(side) for side in chain.sides[: place + 1]]
            on.changes = None
            for pair in itertools.pairwise(left):
                compare(*pair, "=", on, chain, 0, verdict)
            for pair in itertools.pairwise(right):
                compare(*pair, "=", on, chain, place + 1, verdict)
            if np.shape(left[-1]) != np.shape(right[0]):
                shapes = f"{np.shape(left[-1])} and {np.shape(right[0])}"
                raise Failed(f"step {place + 1}: shapes {shapes}")
            left_out.append(float(np.max(np.abs(left[-1] - right[0]))))
            sizes.append(float(np.max(np.abs(left[-1]))))
    verdict.places += 1
    shrinks = left_out[0] / max(left_out[1], 1e-30)
    if not (shrinks >= 50 or left_out[1] <= 1e-15 * max(sizes[1], 1e-3)):
        raise Failed(
            f"a nudge ten times smaller leaves {shrinks:.0f} times less out, "
            "where it should be 100"
        )
    verdict.first_order = True
    return sizes[0] > 0


def is_remainder(node: tree.Node) -> bool:
    return isinstance(node, tree.Call) and node.function == "O"


def split_remainder(side: tree.Node) -> tuple[tree.Node, tree.Node | None]:
    """`f + O(h^2)` as f and h^2."""
    if isinstance(side, tree.Sum) and is_remainder(side.terms[-1]):
        *rest, last = side.terms
        assert isinstance(last, tree.Call)
        node = rest[0] if len(rest) == 1 else tree.Sum(tuple(rest))
        return node, last.argument
    return side, None


def with_remainder(on: Evaluator, chain: tree.Chain, verdict: Verdict) -> bool:
    """What O(h^2) stands for must shrink like h^2, neither slower nor faster.

    The numbers in an O are made small for that, and then ten times smaller.
    """
    split = [split_remainder(side) for side in chain.sides]
    orders = [order for _, order in split]
    names = {
        part.name
        for order in orders
        if order
        for part in order.walk()
        if isinstance(part, tree.Symbol) and part.name in on.given
    }
    if not names or set(chain.relations) != {"="}:
        raise NotUnderstood("O", "write … = … + O(h^2), with h a number")
    runs, before = [], dict(on.given)
    with on.extended():
        for size in (SMALL, SMALL / 10):
            for name in names:
                on.given[name] = Given(before[name].value * size)
            sides = [on.value(node) for node, _ in split]
            runs.append((sides, [o and on.value(o) for o in orders]))
    on.given = before
    (first, wide), (second, narrow) = runs
    for step in range(len(chain.relations)):
        left_out = [s[step] - s[step + 1] for s in (first, second)]
        place = step + 1 if orders[step + 1] else step
        if not orders[place]:
            for s in (first, second):
                compare(s[step], s[step + 1], "=", on, chain, step, verdict)
            continue
        large, small = (float(np.max(np.abs(v))) for v in left_out)
        said = float(abs(wide[place] / narrow[place]))
        shrinks = large / max(small, 1e-30)
        if not said / 3 < shrinks < said * 3:
            raise Failed(
                f"ten times smaller numbers leave {shrinks:.3g} times less "
                f"out, where O says {said:.3g}"
            )
        verdict.places += 1
    verdict.remainder = True
    return bool(np.any(np.abs(first[0]) > 1e-9))


def rounded(on: Evaluator, chain: tree.Chain, verdict: Verdict) -> bool:
    """≈ between numbers: equal to the digits that are printed."""
    left, right = (np.real(on.number(side)) for side in chain.sides)
    digits = [
        len(part.text.partition(".")[2])
        for part in chain.sides[1].walk()
        if isinstance(part, tree.Number)
    ]
    unit = 10.0 ** -max(digits, default=0)
    if not abs(left - right) <= 0.5001 * unit:
        raise Failed(f"{shown(left)} is not about {shown(right)}")
    verdict.places += 1
    return True
