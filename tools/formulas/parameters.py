"""θ: all weights and biases, one after the other."""

from collections.abc import Iterator

import numpy as np

from .notation import Array, parts
from .setting import Entry, Setting
from .tree import Node, Symbol, Wrong

THETA = r"\theta"


def is_theta(on: Setting, s: Symbol) -> bool:
    return s.name == THETA and bool(on.world.parameters) and not s.above


def entries(on: Setting) -> list[Entry]:
    kept = on.world.kept
    if "entries" not in kept:
        kept["entries"] = [
            (key, entry)
            for key, array in on.run().items()
            if parts(key)[0] in on.world.parameters
            for entry in np.ndindex(*np.shape(array))
        ]
    found: list[Entry] = kept["entries"]
    return found


def meant(on: Setting, s: Symbol) -> Entry | None:
    """The one that θ_p is, or θ in a sum over it; None for all of them."""
    if not s.below:
        return on.parameter
    every = entries(on)
    if len(s.below) != 1:
        raise Wrong("θ has one subscript")
    p = on.integer(s.below[0])
    if not 1 <= p <= len(every):
        raise Wrong(f"component {p} of {len(every)}")
    return every[p - 1]


def theta(on: Setting, s: Symbol) -> Array:
    one = meant(on, s)
    if one is None:
        return column(on, s)
    key, entry = one
    return on.run()[key][entry]


def over_all(on: Setting, body: Node) -> Iterator[Array]:
    """The body for each of them."""
    before = on.parameter
    try:
        for entry in entries(on):
            on.parameter = entry
            yield on.value(body)
    finally:
        on.parameter = before


def column(on: Setting, body: Node) -> Array:
    """The body for each of them, as a column."""
    return np.array([*over_all(on, body)]).reshape(-1, 1)
