"""Does a display hold?  In random worlds, everywhere it applies."""

import itertools
from functools import lru_cache

import numpy as np

from . import tree, worlds
from .compare import Comparison, Failed, Verdict, at
from .declare import declare, functions, has_numbers, is_free
from .evaluate import Evaluator
from .extract import Display
from .grammar import FUNCTIONS, OPERATORS, Grammar
from .limits import about, is_remainder, with_remainder
from .notation import parts
from .parse import read
from .places import Held, assignments, check_range, index_places, outside
from .tokens import Macros
from .tree import NotUnderstood, OutOfRange, Wrong
from .world import World

DRAWS = 4  # of declared numbers, in each world
DECLARED = 9  # another stream of random numbers than that of the world


@lru_cache(400)
def world(kind: type[World], seed: int, draw: int, samples: int) -> World:
    return kind(seed, draw, samples)


def check(
    display: Display, chapter: str = "", macros: Macros | None = None
) -> Verdict:
    """The verdict on one display."""
    verdict = Verdict(display.label or "no label", display.line, "holds")
    if display.not_checked is not None:
        verdict.state, verdict.why = "not checked", display.not_checked
        return verdict
    try:
        kind = worlds.find(chapter, display.world)
        statements = read(display.latex, grammar_of(kind, display), macros)
        check_all(statements, display, kind, verdict)
    except NotUnderstood as error:
        verdict.state, verdict.why = "not understood", str(error)
    except Failed as error:
        verdict.state, verdict.why = "false", str(error)
    return verdict


@np.errstate(all="ignore")  # what is not finite is found where it stands
def check_all(
    statements: list[tree.Statement],
    display: Display,
    kind: type[World],
    verdict: Verdict,
) -> None:
    """Raises where one of them is false or not understood."""
    for number, statement in enumerate(statements, start=1):
        try:
            check_one(statement, display, kind, verdict)
        except (Failed, Wrong) as error:
            prefix = f"statement {number}, " if len(statements) > 1 else ""
            raise Failed(prefix + str(error)) from None


@lru_cache(400)
def grammar_of(kind: type[World], display: Display) -> Grammar:
    """How a display is read: its functions, and what has marks above."""
    on = world(kind, 0, 0, kind.many)
    names = {parts(key)[0] for key in on.run().functions}
    names |= functions(display.where) | (OPERATORS - on.forms.keys())
    transposes = {r"\top", "T"} - on.forms.keys()  # T may be a time
    return Grammar(FUNCTIONS | names, on.layered, frozenset(transposes))


def check_one(
    statement: tree.Statement,
    display: Display,
    kind: type[World],
    verdict: Verdict,
) -> None:
    """Evaluate a statement everywhere; raises where it is false."""
    refuse_clashes(statement)
    grammar, samples = grammar_of(kind, display), kind.samples_of(statement)
    says, visited, held = False, set(), Held()
    draws = DRAWS if has_numbers(display.where) else 1
    for seed, draw in itertools.product(range(kind.networks), range(draws)):
        on = Evaluator(world(kind, seed, draw, samples))
        rng = np.random.default_rng([seed, draw, DECLARED])
        declare(on, display.where, grammar, statement.letters, rng)
        one = Comparison(on, statement.chain, verdict)
        for layers in assignments(on, statement):
            with on.bound(layers):
                here = everywhere(one, statement, layers)
            if here is not None:
                says |= here
                held.append((seed, layers))
                verdict.layers |= {f"{k}={v}" for k, v in layers.items()}
        check_range(on, statement, seed, held)
        visited |= on.visited
    if not held:
        raise Failed("it applies to no layer of any network")
    if not says:
        raise Failed("both sides are zero everywhere: nothing is stated")
    if every_case(statement) - visited:
        raise Failed("one of the cases never occurs")


def everywhere(
    one: Comparison, statement: tree.Statement, layers: dict[str, int]
) -> bool | None:
    """Does it say anything in this layer, but 0 = 0?  None, if it does not
    apply, or is false outside of the range that is printed."""
    on, zero = one.on, tree.Number("0") in statement.chain.sides
    beyond, says = outside(on, statement, layers), zero
    try:
        for place in index_places(on, statement.chain):
            with on.bound(place):
                apart = outside(on, statement, place)
                try:
                    here = compared(one)
                except (Failed, Wrong) as error:
                    if beyond:
                        return None
                    if apart:
                        continue
                    raise Failed(f"{error}{at(on)}") from None
                if apart and (here or zero):
                    raise Failed(f"it holds elsewhere, too{at(on)}")
                says |= here
    except OutOfRange:
        return None
    return None if beyond and not says else says


def compared(one: Comparison) -> bool:
    """Compare neighbours in a chain; is there anything but zero?"""
    if r"\approx" in one.chain.relations:
        return about(one)
    if any(map(is_remainder, one.chain.parts)):
        return with_remainder(one)
    return one.all()


def refuse_clashes(statement: tree.Statement) -> None:
    """No index both free and summed; none summed and unused."""
    free, summed = set(), set()
    for part, bound in statement.chain.scopes:
        if isinstance(part, tree.Fold):
            summed.add(part.index)
            if part.index not in part.body.letters:
                raise Failed(f"{part.index} is summed over and never used")
            if part.index in bound:
                raise Failed(f"{part.index} is summed over twice")
        elif isinstance(part, tree.Symbol) and part.name not in bound:
            free.add(part.name)
    summed.discard(r"\theta")  # outside of a sum it is the column of all
    if clash := sorted(free & summed):
        raise Failed(f"{clash[0]} is free in one place and summed in another")


def every_case(statement: tree.Statement) -> set[tuple[int, int]]:
    return {
        (id(part), n)
        for part in statement.parts
        if isinstance(part, tree.Cases)
        for n in range(len(part.values))
    }


def states_nothing(display: Display, chapter: str = "") -> bool:
    """An example: every side but a single letter is numbers alone."""
    grammar = grammar_of(worlds.find(chapter, display.world), display)
    for statement in read(display.latex, grammar):
        first, *rest = statement.chain.sides
        if not all(is_free(side) for side in rest):
            return False
        if not (is_free(first) or isinstance(first, tree.Symbol)):
            return False
    return True
