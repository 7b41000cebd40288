"""Does a display hold?  On random networks, everywhere it applies."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from . import tree
from .declare import declare, functions, has_numbers, is_free
from .evaluate import TESTS, Evaluator, Given, OutOfRange, Wrong, unbound
from .extract import Display
from .notation import BATCH, FUNCTIONS, LAYERED, TABLE
from .parse import Grammar, read
from .quantities import OWN, OWN_FUNCTIONS
from .tree import NotUnderstood
from .world import SAMPLES, SIZES, World

NETWORKS = 5
DRAWS = 4  # of declared numbers, on each network
AT_MOST = 150  # places of one statement on one network
EXACT, NESTED = 1e-9, 1e-7  # relative; derivatives of derivatives
FLOOR = 1e-13  # rounding of numbers of the size of 1
NUDGE = 1e-3
SMALL = 0.1  # a number h in O(h^n), and then a tenth of it


@dataclass
class Verdict:
    label: str
    line: int
    state: str  # "holds", "false", "not understood", "not checked"
    why: str = ""
    largest: float = 0.0  # difference, relative
    where: str = ""  # it was largest
    first_order: bool = False  # a statement with ≈, checked as a limit
    remainder: bool = False  # one with O(…), whose order is measured
    places: int = 0  # that were compared
    layers: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        if self.state == "holds":
            head = f"{self.label}: holds at {self.places} places"
            if self.first_order:
                return f"{head}, to first order"
            if self.remainder:
                return f"{head}, with a remainder of that order"
            return f"{head}; largest difference {self.measured}{self.where}"
        return f"{self.label}: {self.state}: {self.why}"

    @property
    def measured(self) -> str:
        return f"{self.largest:.0e}" if self.largest else "0"


class Failed(Exception):
    """A statement that is false, and where."""


def check(display: Display, chapter: str = "", macros: dict | None = None):
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


def compare(left, right, relation, on, chain, step, verdict) -> None:
    said = f"step {step + 1}: " if len(chain.relations) > 1 else ""
    if np.shape(left) != np.shape(right):
        shapes = f"{np.shape(left)} and {np.shape(right)}"
        raise Failed(f"{said}shapes {shapes}")
    verdict.places += 1
    if relation in {r"\le", r"\ge", "<", ">", r"\ne"}:
        if not np.all(TESTS[relation](np.real(left), np.real(right))):
            raise Failed(f"{said}{shown(left)} {relation} {shown(right)}")
        return
    nested = any(
        isinstance(part, tree.Derivative)
        and any(p is not part and is_slope(p) for p in part.walk())
        for part in chain.walk()
    )
    scale = max(np.max(np.abs(left)), np.max(np.abs(right)))
    difference = np.max(np.abs(np.asarray(left) - np.asarray(right)))
    tolerance = NESTED if nested else EXACT
    if not difference <= tolerance * scale + FLOOR:
        raise Failed(f"{said}{shown(left)} is not {shown(right)}")
    relative = float(difference / scale) if scale else 0.0
    if relative >= verdict.largest:
        verdict.largest, verdict.where = relative, at(on)


def is_slope(node: tree.Node) -> bool:
    if isinstance(node, tree.Symbol):
        return node.name in {r"\delta", r"\Delta"}
    return isinstance(node, tree.Derivative | tree.Nabla)


def updated(on: Evaluator, side: tree.Node) -> np.ndarray:
    """Where a step of descent takes a parameter."""
    slope = tree.Derivative(tree.Symbol("C"), side)
    rate = on.number(tree.Symbol(r"\eta"))
    return on.value(side) - rate * on.value(slope)


def first_order(on: Evaluator, chain: tree.Chain, verdict: Verdict) -> bool:
    """≈ for small Δ: what is left out must shrink like their square."""
    if not any(isinstance(p, tree.Change) for p in chain.walk()):
        return rounded(on, chain, verdict)
    place = chain.relations.index(r"\approx")
    left_out, sizes = [], []
    with on.extended():
        for size in (NUDGE, NUDGE / 10):
            on.changes, on.size_of_change = {}, size
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
    if shrinks < 50 and left_out[1] > 1e-15 * max(sizes[1], 1e-3):
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


def at(on: Evaluator) -> str:
    """Where we are, in words."""
    sizes = "-".join(map(str, on.world.sizes))
    places = [f"{name} = {value}" for name, value in on.at.items()]
    return f" (network {', '.join([sizes, *places])})"


def shown(value: np.ndarray) -> str:
    flat = np.real(np.asarray(value)).ravel()
    text = ", ".join(f"{float(v):.6g}" for v in flat[:4])
    return text if flat.size <= 4 else f"{text}, …"


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


__all__ = ["SIZES", "Verdict", "check", "states_nothing"]
