"""Δ of a quantity: a small change, beside ≈."""

import numpy as np

from . import parameters, slopes, tree
from .notation import Array, parts
from .setting import Setting
from .tree import Node, NotUnderstood, Symbol


def change(on: Setting, node: tree.Change) -> Array:
    if on.changes is None:
        raise NotUnderstood("Δ", r"a small change stands beside \approx")
    if on.collecting:
        return collected(on, node.of)
    before = on.value(node.of)
    with on.nudged(on.changes):
        return on.value(node.of) - before


def take_step(on: Setting, step: Node) -> None:
    """Change all parameters by what Δθ is declared to be."""
    on.changes = {}
    moves = iter(on.value(step)[:, 0])
    for key, array in on.run().items():
        if parts(key)[0] in on.world.parameters:
            moved = [next(moves) for _ in range(array.size)]
            on.changes[key] = np.array(moved).reshape(array.shape)


def collected(on: Setting, of: Node) -> Array:
    """The nudge that a Δ on the right of ≈ stands for."""
    assert on.changes is not None
    if of == Symbol(parameters.THETA) and not on.parameter:
        return parameters.column(on, tree.Change(of))
    entries, shape = slopes.target(on, of)
    found = []
    for key, place in entries:
        zero: Array = np.zeros(slopes.full_shape(on, key), on.real)
        array: Array = on.changes.setdefault(key, zero)
        if not on.step:
            fixed = np.random.default_rng([len(key[0]), *place])
            array[place] = on.size_of_change * fixed.uniform(0.5, 1.5)
        found.append(array[place])
    return np.array(found).reshape(shape)[()]
