"""How far indices run, seen from the places where they stand.

An index of a component runs over that axis of its array, and all places where
it stands must agree.  A letter in the place of a mark (a layer, a time) is
tried with every number that such marks have.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from . import parameters, tree
from .notation import Mark
from .setting import Setting
from .spots import place_of, spot, starts
from .tree import Node, NotUnderstood, Symbol, Wrong

MOST = 10_000  # terms of a sum
Bound = frozenset[str]
Subscripts = list[tuple[Node, range]]  # each with how far it runs


def letter(on: Setting, node: Node, index: str = "") -> str:
    """The name of a bare letter that stands for no quantity; or nothing.

    The index of a sum is one, whatever else it may be outside.
    """
    if not isinstance(node, Symbol) or node.above or node.below:
        return ""
    if node.name == index:
        return index
    known = node.name in on.given or node.name in on.alias
    if known or () in on.world.forms.get(node.name, set()):
        return ""
    return node.name


# --- components


def ranges(on: Setting, node: Node) -> dict[str, range]:
    """The range of each unbound index, from the places where it is."""
    found: dict[str, range] = {}
    for part, bound in node.scopes:
        for index, there in components(on, part):
            name = letter(on, index)
            if name and name not in bound and name not in on.at:
                agree(name, found.setdefault(name, there), there)
    return found


def summed(on: Setting, node: tree.Fold) -> range | None:
    """The range of the index of a sum, if it stands for a component."""
    found: range | None = None
    for part in node.places:
        for index, there in components(on, part):
            if letter(on, index, node.index) == node.index:
                found = found or there
                agree(node.index, found, there)
    return found


def agree(name: str, one: range, other: range) -> None:
    if one != other:
        raise Wrong(f"{name} runs over {said(one)} and {said(other)}")


def said(r: range) -> str:
    return str(len(r)) if r.start == 1 else f"{r.start}..{r.stop - 1}"


def components(on: Setting, node: Node) -> Subscripts:
    """The subscripts of a node; none, if their place is not known yet."""
    try:
        if isinstance(node, tree.Entry):
            shape = np.shape(on.value(node.of))
            return along_axes(on, "it", node.below, shape)
        return of_symbol(on, node) if isinstance(node, Symbol) else []
    except NotUnderstood:
        return []


def of_symbol(on: Setting, s: Symbol) -> Subscripts:
    if s.name in on.given:
        return along_axes(on, s.name, s.below, np.shape(on.given[s.name]))
    if s.name in on.world.forms:
        there = spot(on, s)
        shape = np.shape(on.run()[on.world.underlying(there.key)])
        sample = place_of(on, s).sample
        if sample is None:
            return along_axes(on, s.name, there.below, shape)
        own = along_axes(on, s.name, there.below, shape[:1])
        return [(sample, range(1, shape[1] + 1)), *own]
    if parameters.is_theta(on, s):
        return along_axes(on, s.name, s.below, (len(parameters.entries(on)),))
    return []


def along_axes(
    on: Setting, name: str, below: tuple[Node, ...], shape: tuple[int, ...]
) -> Subscripts:
    column = len(below) == 1 and shape[1:] == (1,)
    if below and len(below) != len(shape) and not column:
        most = "at most " if len(below) > len(shape) else ""
        raise Wrong(f"{name} has {most}{len(shape)} subscripts")
    return [
        (index, range(start, start + n))
        for index, start, n in zip(
            below, starts(on, name), shape, strict=False
        )
    ]


# --- marks


def marks(on: Setting, node: Node) -> Iterator[tuple[Node, list[int], Bound]]:
    """What stands in the place of a mark, and which numbers such have."""
    for part, bound in node.scopes:
        found, forms = marked(on, part)
        for place, mark in enumerate(found):
            some = {form[place] for form in forms if len(form) > place}
            yield mark, sorted(m for m in some if isinstance(m, int)), bound


def marked(
    on: Setting, node: Node
) -> tuple[tuple[Node, ...], set[tuple[Mark, ...]]]:
    """The marks of a symbol or a function, and all that there are."""
    if isinstance(node, tree.Call) and node.marks:
        known = [k for k in on.run().functions if k[0] == node.function]
        return node.marks, {tuple(key[1:]) for key in known}
    if isinstance(node, Symbol) and node.name not in on.given:
        if node.name in on.world.forms:
            return on.world.shown(node)[0], on.world.forms[node.name]
    return (), set()


def mark_letters(on: Setting, node: Node) -> dict[str, list[int]]:
    """Free letters that stand for a layer or the like: what they may be."""
    taken = component_letters(on, node) | on.world.every_label
    every = list(on.world.numbers)
    found: dict[str, list[int]] = {}
    for mark, numbers, bound in marks(on, node):
        for part in mark.parts:
            name = letter(on, part)
            if name and name not in bound and name not in taken:
                here = numbers if part == mark else every
                before = found.get(name, every)
                found[name] = [n for n in before if n in here]
    return found


def component_letters(on: Setting, node: Node) -> set[Mark]:
    """Letters that stand for a component somewhere."""
    found: set[Mark] = set()
    for part, bound in node.scopes:
        below: tuple[Node, ...] = ()
        if isinstance(part, tree.Entry):
            below = part.below
        elif isinstance(part, Symbol):
            if part.name in on.given:
                below = part.below
            elif part.name in on.world.forms:
                below = part.below[on.world.below.get(part.name, 0) :]
        found |= {letter(on, b) for b in below} - bound
    return found - {""}


# --- sums


def steps(on: Setting, node: tree.Fold) -> Iterable[int]:
    """What the index of a sum runs over."""
    name = node.index
    there: Iterable[int] | None = summed(on, node)
    if node.low is None or node.high is None:
        there = of_marks(on, node) if there is None else there
        if there is None:
            raise NotUnderstood(name, "give the sum its bounds")
        return there
    low, high = on.integer(node.low), on.integer(node.high)
    if {*outermost(node.low), *outermost(node.high)} & on.at.keys():
        there = None  # a part of it, up to where we are: t, but not n_l
    if there is not None and there != range(low, high + 1):
        raise Wrong(f"{name} runs from {low} to {high}, not {span(there)}")
    if high - low >= MOST:
        raise NotUnderstood(name, f"a sum of {high - low + 1} terms")
    return range(low, high + 1)


def outermost(node: Node) -> Iterator[str]:
    """The letters of an expression, without those in marks."""
    if isinstance(node, Symbol):
        yield node.name
    else:
        for child in node.children:
            yield from outermost(child)


def span(there: Iterable[int]) -> str:
    every = list(there)
    return f"{every[0]}..{every[-1]}"


def of_marks(on: Setting, node: tree.Fold) -> list[int] | None:
    """The numbers that the index has, where it stands for a layer or time."""
    found = [
        numbers
        for mark, numbers, bound in marks(on, node.body)
        if letter(on, mark, node.index) == node.index
        and node.index not in bound
    ]
    every = [n for n in on.world.numbers if all(n in f for f in found)]
    return every if found else None
