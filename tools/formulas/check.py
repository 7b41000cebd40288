"""Does a display hold?  On random networks, everywhere it applies."""

import itertools
from collections.abc import Iterator

import numpy as np

from . import tree
from .compare import Failed, Verdict, at, compare
from .declare import declare, functions, has_numbers, is_free
from .evaluate import Evaluator, OutOfRange, Wrong, unbound
from .extract import Display
from .limits import first_order, is_remainder, with_remainder
from .notation import BATCH, FUNCTIONS, LAYERED, TABLE
from .parse import Grammar, read
from .quantities import OWN, OWN_FUNCTIONS
from .tree import NotUnderstood
from .world import SAMPLES, World

NETWORKS = 5
DRAWS = 4  # of declared numbers, on each network
AT_MOST = 150  # places of one statement on one network


@np.errstate(all="ignore")  # what is not finite is found where it stands
def check(
    display: Display, chapter: str = "", macros: dict | None = None
) -> Verdict:
    """The verdict on one display."""
    verdict = Verdict(display.label or "no label", display.line, "holds")
    if display.not_checked is not None:
        verdict.state, verdict.why = "not checked", display.not_checked
        return verdict
    try:
        names = functions(display.where) | OWN_FUNCTIONS.get(chapter, set())
        grammar = Grammar(FUNCTIONS | names, LAYERED)
        statements = read(display.latex, grammar, macros)
        for number, statement in enumerate(statements, start=1):
            prefix = f"statement {number}, " if len(statements) > 1 else ""
            try:
                checked(statement, display, chapter, grammar, verdict)
            except (Failed, Wrong) as error:
                raise Failed(prefix + str(error)) from None
    except NotUnderstood as error:
        verdict.state, verdict.why = "not understood", str(error)
    except Failed as error:
        verdict.state, verdict.why = "false", str(error)
    return verdict


def checked(
    statement: tree.Statement,
    display: Display,
    chapter: str,
    grammar: Grammar,
    verdict: Verdict,
) -> None:
    """Evaluate a statement everywhere; raises where it is false."""
    refuse_clashes(statement)
    batch = is_batch(statement)
    used = {p.name for p in statement.walk() if isinstance(p, tree.Symbol)}
    live, visited, held = False, set(), set()
    draws = DRAWS if has_numbers(display.where) else 1
    for seed, draw in itertools.product(range(NETWORKS), range(draws)):
        world = World(seed, SAMPLES if batch else 1, draw)
        on = Evaluator(world, batch)
        if chapter in OWN:
            OWN[chapter](on)
        declare(on, display.where, grammar, used)
        for layers in assignments(on, statement):
            with on.bound(**layers):
                try:
                    places = list(index_places(on, statement.chain))
                except OutOfRange:
                    continue
                for place in places:
                    with on.bound(**place):
                        try:
                            live |= compared(on, statement, verdict)
                        except OutOfRange:
                            break
                        except (Failed, Wrong) as error:
                            if not outside(on, statement, layers):
                                raise Failed(f"{error}{at(on)}") from None
                            break
                else:
                    held.add((seed, *sorted(layers.items())))
                    verdict.layers |= {f"{k}={v}" for k, v in layers.items()}
        check_range(on, statement, seed, held)
        visited |= on.visited
    if not held:
        raise Failed("it applies to no layer of any network")
    zero = tree.Number("0") in statement.chain.sides
    if not live and not zero:
        raise Failed("both sides are zero everywhere: nothing is stated")
    every = {
        (id(part), n)
        for part in statement.walk()
        if isinstance(part, tree.Cases)
        for n in range(len(part.values))
    }
    if every - visited:
        raise Failed("one of the cases never occurs")


def refuse_clashes(statement: tree.Statement) -> None:
    """No index both free and summed; none summed and unused."""
    free, summed = set(), set()
    for part, bound in unbound(statement.chain, frozenset()):
        if isinstance(part, tree.Fold):
            summed.add(part.index)
            names = {
                p.name for p in part.body.walk() if isinstance(p, tree.Symbol)
            }
            if part.index not in names:
                raise Failed(f"{part.index} is summed over and never used")
            if part.index in bound:
                raise Failed(f"{part.index} is summed over twice")
        elif isinstance(part, tree.Symbol) and part.name not in bound:
            free.add(part.name)
    summed.discard(r"\theta")  # outside of a sum it is the column of all
    if clash := sorted(free & summed):
        raise Failed(f"{clash[0]} is free in one place and summed in another")


def is_batch(statement: tree.Statement) -> bool:
    """Does a formula speak of many samples?"""
    for part in statement.walk():
        if isinstance(part, tree.Sample):
            return True
        if isinstance(part, tree.Symbol):
            per_sample = {"x", "y", "z", "a", r"\delta"}
            if part.name in BATCH or (part.name == "C" and part.below):
                return True
            if part.name in per_sample and len(part.below) == 2:
                return True
    return False


def layer_names(on: Evaluator, node: tree.Node) -> list[str]:
    """Free letters that stand for a layer."""
    found: dict[str, None] = {}
    for part, bound in unbound(node, frozenset()):
        if not isinstance(part, tree.Symbol):
            continue
        marks: list[tree.Node] = []
        if part.name in TABLE and part.name not in on.given:
            marks = [m for m in part.above if not isinstance(m, tree.Sample)]
        elif part.name == "n":
            marks = list(part.below)
        for letter in (s for mark in marks for s in mark.walk()):
            if isinstance(letter, tree.Symbol) and letter.name not in bound:
                found[letter.name] = None
    known = {"L", *on.given, *on.alias}
    return [name for name in found if name not in known]


def assignments(on: Evaluator, statement: tree.Statement) -> Iterator[dict]:
    names = layer_names(on, statement.chain)
    numbers = range(on.world.depth + 1)
    for values in itertools.product(numbers, repeat=len(names)):
        yield dict(zip(names, values, strict=True))


def index_places(on: Evaluator, chain: tree.Chain) -> Iterator[dict]:
    """Every choice of the free indices; a fair sample if there are many."""
    ranges = on.ranges(chain)
    sizes = [range(1, n + 1) for n in ranges.values()]
    total = int(np.prod([len(s) for s in sizes]))
    if total <= AT_MOST:
        for values in itertools.product(*sizes):
            yield dict(zip(ranges, values, strict=True))
        return
    rng = np.random.default_rng(total)
    for _ in range(AT_MOST):
        yield {name: int(rng.integers(1, n + 1)) for name, n in ranges.items()}


def compared(
    on: Evaluator, statement: tree.Statement, verdict: Verdict
) -> bool:
    """Compare neighbours in a chain; is there anything but zero?"""
    chain = statement.chain
    if r"\approx" in chain.relations:
        return first_order(on, chain, verdict)
    if any(map(is_remainder, chain.walk())):
        return with_remainder(on, chain, verdict)
    values = [on.value(side) for side in chain.sides]
    for step, relation in enumerate(chain.relations):
        left, right = values[step], values[step + 1]
        if relation == r"\leftarrow":
            left = updated(on, chain.sides[step])
        compare(left, right, relation, on, chain, step, verdict)
    return any(np.any(np.abs(value) > 1e-9) for value in values)


def updated(on: Evaluator, side: tree.Node) -> np.ndarray:
    """Where a step of descent takes a parameter."""
    slope = tree.Nabla(tree.Symbol("C"), side)
    rate = on.number(tree.Symbol(r"\eta"))
    return on.value(side) - rate * on.value(slope)


def outside(
    on: Evaluator, statement: tree.Statement, layers: dict[str, int]
) -> bool:
    """Is this layer outside of the range that is printed?"""
    for r in statement.where:
        if r.index in layers and layers[r.index] not in span(on, r):
            return True
    return False


def span(on: Evaluator, r: tree.Range) -> range:
    ends = sorted((on.integer(r.first), on.integer(r.last)))
    return range(ends[0], ends[1] + 1)


def check_range(
    on: Evaluator, statement: tree.Statement, seed: int, held: set
) -> None:
    """A printed range must be all of where a statement holds, and no more."""
    names = layer_names(on, statement.chain)
    for r in statement.where:
        if r.index in names:
            found = {dict(key[1:])[r.index] for key in held if key[0] == seed}
            if found != set(span(on, r)):
                raise Failed(
                    f"it holds for {r.index} in {sorted(found)}, and "
                    f"{list(span(on, r))} is printed"
                )
            continue
        for layers in assignments(on, statement):
            try:
                with on.bound(**layers):
                    size = on.ranges(statement.chain).get(r.index)
                    wanted = span(on, r)
            except OutOfRange:
                continue
            if size is None:
                raise Failed(f"no {r.index} is left free")
            if wanted != range(1, size + 1):
                raise Failed(f"{r.index} runs from 1 to {size}")


def states_nothing(display: Display) -> bool:
    """An example: every side but a single letter is numbers alone."""
    grammar = Grammar(FUNCTIONS, LAYERED)
    for statement in read(display.latex, grammar):
        first, *rest = statement.chain.sides
        if not all(is_free(side) for side in rest):
            return False
        if not (is_free(first) or isinstance(first, tree.Symbol)):
            return False
    return True
