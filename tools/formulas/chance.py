"""E and Var, over all outcomes of what is drawn at random."""

from collections.abc import Iterator

import numpy as np

from . import slopes
from .notation import Array, Key, parts
from .setting import Setting
from .tree import Node, NotUnderstood, Symbol, Wrong
from .world import Asked, Outcome, Steps, World


def outcome_runs(world: World, draw: list[Outcome]) -> list[Steps]:
    """What follows from each outcome."""
    kept = "runs", id(draw)
    if kept not in world.kept:
        world.kept[kept] = [world.run(instead=o.given) for o in draw]
    found: list[Steps] = world.kept[kept]
    return found


def moved_by(world: World, draw: list[Outcome]) -> frozenset[str]:
    """The names of all quantities that a draw decides."""
    kept = "moved by", id(draw)
    if kept not in world.kept:
        first, *others = outcome_runs(world, draw)
        same = set(first)
        for run in others:
            same = {
                key for key in same if np.array_equal(first[key], run[key])
            }
        world.kept[kept] = frozenset(parts(k)[0] for k in first.keys() - same)
    found: frozenset[str] = world.kept[kept]
    return found


def drawn(on: Setting, of: Node) -> list[Outcome]:
    """The outcomes of the one draw that decides what an expression is."""
    names = {on.world.capitals.get(n, n) for n in on.letters(of)}
    draws = [d for d in on.world.draws if names & moved_by(on.world, d)]
    if len(draws) > 1:
        raise NotUnderstood("E", "letters of one draw, not of two")
    return draws[0] if draws else []


def alike(
    world: World, draw: list[Outcome], keys: tuple[Key, ...]
) -> list[int]:
    """A number for each outcome, the same where these quantities are."""
    kept = "alike", id(draw), keys
    if kept not in world.kept:
        numbers: dict[object, int] = {}
        world.kept[kept] = [
            numbers.setdefault(answers(run, keys), len(numbers))
            for run in outcome_runs(world, draw)
        ]
    found: list[int] = world.kept[kept]
    return found


def answers(run: Steps, keys: tuple[Key, ...]) -> object:
    """What a run says to these questions, and which functions it has."""
    found = [np.asarray(run.get(key)) for key in keys]
    functions = tuple(map(id, run.functions.values()))
    return functions, *[(a.shape, a.dtype, a.tobytes()) for a in found]


class Met:
    """The values of an expression, by all that it has asked of a run.

    Many outcomes differ in nothing that it asks for: its value is theirs.
    """

    def __init__(self, world: World, draw: list[Outcome]) -> None:
        self.world, self.draw = world, draw
        self.values: list[tuple[list[int], dict[int, Array]]] = []

    def find(self, outcome: int) -> Array | None:
        for numbers, values in self.values:
            if (number := numbers[outcome]) in values:
                return values[number]
        return None

    def keep(self, outcome: int, asked: Asked, value: Array) -> None:
        if asked.more:
            return
        numbers = alike(self.world, self.draw, tuple(asked.keys))
        for known, values in self.values:
            if known is numbers:
                values[numbers[outcome]] = value
                return
        self.values.append((numbers, {numbers[outcome]: value}))


def outcomes(on: Setting, of: Node) -> Iterator[tuple[float, Array]]:
    """The chance and the value in each outcome."""
    draw = drawn(on, of)
    if not draw:
        return
    moved = on.moved | moved_by(on.world, draw)
    if not on.is_plain or on.still:
        for outcome in draw:
            instead = on.instead | outcome.given
            with on.having(instead=instead, moved=moved):
                yield outcome.chance, on.value(of)
        return
    met = Met(on.world, draw)
    runs = outcome_runs(on.world, draw)
    for number, outcome in enumerate(draw):
        value = met.find(number)
        if value is None:
            asked = Asked(runs[number])
            how = {"instead": outcome.given, "moved": moved}
            with on.having(**how, now=asked, asked=asked):
                value = on.value(of)
            met.keep(number, asked, value)
        yield outcome.chance, value


def expected(on: Setting, of: Node) -> Array:
    """The mean over all outcomes, each with its chance."""
    found = [chance * value for chance, value in outcomes(on, of)]
    if not found:
        raise NotUnderstood("E", "of what? nothing in it is random")
    return sum(found, on.real(0))


def spread(on: Setting, of: Node) -> Array:
    """The variance: over all outcomes of a draw, where there is one; else of
    what is linear in independent random numbers."""
    found = list(outcomes(on, of))
    if not found:
        return of_independent(on, of)
    if any(np.ndim(value) for _, value in found):
        raise Wrong("the variance of a matrix: take an entry")
    mean = sum((chance * value for chance, value in found), on.real(0))
    return sum((c * (value - mean) ** 2 for c, value in found), on.real(0))


def of_independent(on: Setting, of: Node) -> Array:
    """What each random number adds to the variance of their sum."""
    total = on.real(0)
    for name, variance in on.variance.items():
        entries, _ = slopes.target(on, Symbol(name))
        here = slopes.slopes(on, of, entries)
        key = entries[0][0]
        with on.nudged({key: np.ones(slopes.full_shape(on, key))}):
            there = slopes.slopes(on, of, entries)
        if not np.allclose(here, there):
            raise NotUnderstood("Var", "of what is linear in the random")
        squares = sum(slope * slope for slope in here)
        total = total + on.number(variance) * squares
    return total
