"""The value of a letter with its marks and subscripts."""

import numpy as np

from . import parameters, slopes
from .notation import Array, Mark, joined, parts
from .setting import Setting, complex_of
from .spots import Spot, pick, spot
from .tree import Entry, NotUnderstood, Symbol, Wrong


def symbol(on: Setting, s: Symbol) -> Array:
    if not s.above and not s.below:
        bare = letter(on, s.name)
        if bare is not None:
            return bare
    if s.name in on.given:
        return declared(on, s)
    if s.name in on.world.forms:
        there = spot(on, s)
        array = array_of(on, there)
        return pick(on, array, there.below, s.name) if there.below else array
    if parameters.is_theta(on, s):
        return parameters.theta(on, s)
    raise NotUnderstood(s.name, f"say above: % where: {s.name} is a …")


def letter(on: Setting, name: str) -> Array | None:
    """What a bare letter stands for, other than a quantity."""
    if name in on.at:
        return on.real(on.at[name])
    if name == on.imaginary:
        return complex_of(on.real)(1j)
    if name == on.dual:
        return complex_of(on.real)(1j * slopes.TINY)
    if name in on.alias and name not in on.given:
        return on.value(on.alias[name])
    return None


def declared(on: Setting, s: Symbol) -> Array:
    """A quantity that the text has declared."""
    if s.above:
        raise NotUnderstood(s.name, "it has no layers: bracket a power")
    array: Array = np.asarray(on.given[s.name]).astype(on.real)[()]
    array = array + on.nudges.get(("given", s.name), 0)
    return pick(on, array, s.below) if s.below else array


def array_of(on: Setting, there: Spot) -> Array:
    array = on.run().get(there.key)
    if array is None:
        array = measured(on, *parts(there.key))
    if there.sample is None:
        return array
    if not 1 <= there.sample <= array.shape[1]:
        raise Wrong(f"sample {there.sample} of {array.shape[1]}")
    return array[:, [there.sample - 1]]


def measured(on: Setting, name: str, marks: tuple[Mark, ...]) -> Array:
    """A letter that means a slope, or a rate."""
    if name in on.world.slopes:
        return slopes.slope_letter(on, name, marks)
    return slopes.rate_of(on, joined(on.world.rates[name], marks))


def entry(on: Setting, node: Entry) -> Array:
    return pick(on, on.value(node.of), node.below)
