"""Derivatives: what is derived by is nudged, and all runs again.

Around what was had by a nudge already, such as δ, the nudge is a real one, to
both sides and in extended precision; else it is a complex step.
"""

import numpy as np

from . import parameters, tree
from .notation import Array, Key, Mark, Values, parts
from .setting import Entry, Setting, complex_of
from .spots import Spot, named, position, spot
from .tree import Node, NotUnderstood, Symbol, Wrong

TINY = 1e-30  # the complex step
STEP = 1e-4  # the real step, in extended precision
HUGE = 1e12  # no slope, but a jump: ln or a root of what is below 0
Target = tuple[list[Entry], tuple[int, ...]]  # what is nudged; its shape

# --- what is nudged


def target(on: Setting, by: Node) -> Target:
    """The entries that a derivative nudges, and the shape of the result."""
    by = named(by)
    if by.name in on.given and not by.above:
        there = Spot("", ("given", by.name), None, by.below)
        return within(on, there, on.given[by.name])
    if by.name in on.world.forms and not on.world.is_measured(by.name):
        there = spot(on, by)
        return within(on, there, on.run()[there.key])
    if parameters.is_theta(on, by):
        one = parameters.meant(on, by)
        every = parameters.entries(on)
        return ([one], ()) if one else (every, (len(every), 1))
    raise NotUnderstood(by.name, "nothing can be derived by this")


def within(on: Setting, there: Spot, array: Array) -> Target:
    """The entries of an array that a symbol points to."""
    shape = np.shape(array)
    places = list(np.ndindex(*shape))
    if there.sample is not None:
        places = [p for p in places if p[1] == there.sample - 1]
        shape = (shape[0], 1)
    if there.below:
        place = position(on, shape, there.below, there.name)
        if place is None:
            raise Wrong("a derivative by what is not there")
        places, shape = [places[np.ravel_multi_index(place, shape)]], ()
    return [(there.key, place) for place in places], shape


def full_shape(on: Setting, key: Key) -> tuple[int, ...]:
    if key[0] == "given":
        return np.shape(on.given[key[1]])
    return np.shape(on.run()[key])


def unit(
    on: Setting, key: Key, entry: tuple[int, ...], size: complex
) -> Array:
    step: Array = np.zeros(full_shape(on, key), complex_of(on.real))
    step[entry] = size
    return step


# --- how fast something moves with it


def slopes(on: Setting, of: Node, entries: list[Entry]) -> list[Array]:
    """How `of` moves with each entry of what is nudged."""
    return [
        moved(on, of, {key: unit(on, key, place, 1)}) for key, place in entries
    ]


def moved(on: Setting, of: Node, direction: Values) -> Array:
    """How fast `of` moves when all moves in a direction."""
    if is_derived(on, of):
        with on.extended():
            return real_slope(on, of, direction)
    with on.nudged({k: 1j * TINY * v for k, v in direction.items()}):
        slope = np.imag(on.value(of)) / TINY
    if np.any(np.abs(slope) > HUGE):
        raise Wrong("not finite: a slope")
    return slope


def real_slope(on: Setting, of: Node, direction: Values) -> Array:
    """Fourth order central difference."""
    values, step = [], on.real(STEP)
    for k in (-2, -1, 1, 2):
        with on.nudged({key: k * step * v for key, v in direction.items()}):
            values.append(np.real(on.value(of)))
    far, near = values[3] - values[0], values[2] - values[1]
    return (8 * near - far) / (12 * step)


def is_slope(node: Node) -> bool:
    """Is an expression a derivative, by its form?"""
    if isinstance(node, tree.Call):
        return node.function == "op R"
    return isinstance(node, tree.Derivative | tree.Nabla)


def is_derived(on: Setting, node: Node) -> bool:
    """Is anything in it had by a nudge already?"""
    for part in node.parts:
        if is_slope(part):
            return True
        if isinstance(part, Symbol):
            if on.world.is_measured(part.name):
                return True
            if part.name in on.alias and part.name not in on.given:
                if is_derived(on, on.alias[part.name]):
                    return True
    return False


# --- derivatives


def derivative(on: Setting, node: tree.Derivative) -> Array:
    entries, shape = target(on, node.by)
    with on.having(still=still(on, node.held)):
        found = slopes(on, node.of, entries)
    if shape == ():
        return found[0]
    if all(np.ndim(s) == 0 for s in found):
        return np.array(found).reshape(shape)
    if np.shape(found[0])[1:] != (1,) or shape[1:] != (1,):
        raise NotUnderstood(
            "a derivative of a matrix, or by one", "take an entry"
        )
    return np.hstack(found)  # the Jacobian: a row for each of `of`


def still(on: Setting, held: tuple[Node, ...]) -> frozenset[Key]:
    """What keeps its value, while something else is nudged."""
    if held and on.nudges:
        raise NotUnderstood("|", "hold nothing in a derivative of another")
    found = set(on.still)
    for name in map(named, held):
        if name.name not in on.world.forms or on.world.is_measured(name.name):
            raise NotUnderstood(name.name, "hold a quantity of the chapter")
        found.add(spot(on, name).key)
    return frozenset(found)


def nabla(on: Setting, node: tree.Nabla) -> Array:
    """∇_a C is by the answers; ∇_A C is a column a sample, of its own;
    ∇C is a column, by all weights and biases."""
    by = named(node.by)
    theta = by == Symbol(parameters.THETA) and bool(on.world.parameters)
    if theta and not on.parameter:
        return parameters.column(on, tree.Derivative(node.of, by))
    if by.name in {"a", "A"} and not by.above:
        by = Symbol(by.name, (Symbol("L"),), by.below)
    slope = derivative(on, tree.Derivative(node.of, by))
    return slope * on.world.samples if by.name in on.world.capitals else slope


def slope_letter(on: Setting, name: str, marks: tuple[Mark, ...]) -> Array:
    """The array of a letter that means a slope, such as δ."""
    of, by = on.world.slope_of(name, marks)
    if on.instead and not on.moved & {parts(of)[0], parts(by)[0]}:
        with on.having(instead={}):
            return slope_letter(on, name, marks)
    kept = on.run().kept
    if (name, marks) not in kept:
        found: Array = np.zeros(np.shape(on.run()[by]), on.real)
        for entry in np.ndindex(*found.shape):
            with on.nudged({by: unit(on, by, entry, 1j * TINY)}):
                found[entry] = np.imag(on.run()[of]) / TINY
        kept[name, marks] = found[()]
    return kept[name, marks]


# --- along the direction in which a world moves


def rate(on: Setting, node: Node) -> Array:
    if not on.world.moves:
        raise NotUnderstood("R", "nothing moves in this chapter")
    return moved(on, node, directions(on))


def rate_of(on: Setting, key: Key) -> Array:
    with on.nudged({k: 1j * TINY * v for k, v in directions(on).items()}):
        return np.imag(on.run()[key]) / TINY


def directions(on: Setting) -> Values:
    return {
        k: np.asarray(v).astype(on.real) for k, v in on.world.moves.items()
    }
