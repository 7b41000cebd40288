"""Where a letter with its marks and subscripts points to."""

from collections.abc import Iterable
from itertools import repeat
from typing import NamedTuple

import numpy as np

from .notation import Array, Key, Mark, Place, joined
from .setting import Setting
from .tree import Node, NotUnderstood, Number, OutOfRange, Symbol, Wrong


class Spot(NamedTuple):
    """A symbol with its numbers put in: which array, which part of it."""

    name: str
    key: Key
    sample: int | None
    below: tuple[Node, ...]


def named(node: Node) -> Symbol:
    if not isinstance(node, Symbol):
        raise NotUnderstood(str(node), "name a quantity here")
    return node


def spot(on: Setting, s: Symbol) -> Spot:
    place = place_of(on, s)
    name = on.world.capitals.get(s.name, s.name)
    if not place.marks and place.sample is None:
        return Spot(s.name, name, None, place.below)
    labels = on.world.labels[s.name]
    marks = tuple([mark(on, m, labels) for m in place.marks])
    if marks not in on.world.forms[s.name]:
        raise OutOfRange
    sample = None if place.sample is None else on.integer(place.sample)
    return Spot(s.name, joined(name, marks), sample, place.below)


def place_of(on: Setting, s: Symbol) -> Place:
    """Kept, since every symbol is looked up often."""
    kept = on.places.get(id(s))
    if kept is None:
        kept = on.places[id(s)] = s, on.world.place(s)
    return kept[1]


def mark(on: Setting, node: Node, labels: set[Mark]) -> Mark:
    if labels and isinstance(node, Symbol) and node.name in labels:
        return node.name
    if labels and isinstance(node, Number) and node.text in labels:
        return node.text  # β_1 is a name, and no β_t
    return on.integer(node)


def pick(
    on: Setting, array: Array, below: tuple[Node, ...], name: str = ""
) -> Array:
    """An entry of an array, or of a column."""
    place = position(on, np.shape(array), below, name)
    return on.real(0) if place is None else array[place]


def position(
    on: Setting, shape: tuple[int, ...], below: tuple[Node, ...], name: str
) -> tuple[int, ...] | None:
    """Where a component stands; nowhere, if it is outside, and 0 there."""
    if not shape:
        raise Wrong("a component of a number")
    column = len(below) == 1 and shape[1:] == (1,)
    if len(below) != len(shape) and not column:
        raise Wrong(f"{len(below)} subscripts for shape {shape}")
    place = []
    for index, start, n in zip(below, starts(on, name), shape, strict=False):
        number = on.integer(index)
        if not start <= number < start + n:
            if name in on.world.outside:
                return None
            raise Wrong(f"component {number} of {n}")
        place.append(number - start)
    return (place[0], 0) if column else tuple(place)


def starts(on: Setting, name: str) -> Iterable[int]:
    """The number of the first component along each axis."""
    return on.world.first.get(name) or repeat(1)
