"""The value of a printed expression on a random network."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from . import tree, world
from .notation import TABLE
from .tree import Node, NotUnderstood, Symbol

TINY = 1e-30  # the complex step
STEP = 1e-4  # the real step, in extended precision


class OutOfRange(Exception):
    """A layer that does not exist: the formula does not apply there."""


class Wrong(Exception):
    """A formula that cannot hold: shapes or ranges that do not fit."""


@dataclass
class Given:
    """A chapter's own quantity: a number or column, and its batch form."""

    value: np.ndarray
    batch: np.ndarray | None = None


@dataclass
class Outcome:
    """One of the ways in which a random draw can end."""

    chance: float
    given: dict[str, Given]  # what the random letters are then


ELEMENTWISE: dict[str, list[Callable]] = {
    "sigma": [world.sigma, world.sigma_1, world.sigma_2],
    "exp": [np.exp, np.exp, np.exp],
    "ln": [np.log, lambda x: 1 / x],
    "abs": [lambda x: np.sqrt(x * x)],  # smooth off 0, unlike np.abs
    "Im": [np.imag],
}
ONE = {tree.Number("1"), tree.Negative(tree.Number("1"))}
TESTS: dict[str, Callable] = {
    "=": lambda a, b: abs(a - b) < 1e-12,
    r"\ne": lambda a, b: abs(a - b) >= 1e-12,
    r"\le": lambda a, b: a <= b + 1e-12,
    r"\ge": lambda a, b: a >= b - 1e-12,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}


def is_number(value: np.ndarray) -> bool:
    return np.ndim(value) == 0


class Evaluator:
    """Values of expressions, with what has been bound, given and nudged."""

    def __init__(self, on: world.World, batch: bool) -> None:
        self.world, self.batch = on, batch
        self.at: dict[str, int] = {}  # indices
        self.parameter: tuple[tuple[str, int], tuple] | None = None  # θ
        self.step: Node | None = None  # what Δθ is, if it is declared
        self.given: dict[str, Given] = {}
        self.alias: dict[str, Node] = {}
        self.functions: dict[str, list[Callable]] = {}
        self.variance: dict[str, Node] = {}
        self.draws: list[list[Outcome]] = []  # each with all its outcomes
        self.imaginary = ""  # the letter that stands for it, if one does
        self.nudges: dict[tuple[str, int | str], np.ndarray] = {}
        self.changes: dict[tuple[str, int | str], np.ndarray] | None = None
        self.size_of_change = 0.0
        self.collecting = False
        self.visited: set[tuple[int, int]] = set()  # cases, and which
        self._deltas: dict[tuple[int, type], np.ndarray] = {}

    # --- binding and nudging

    @contextmanager
    def bound(self, **names: int) -> Iterator[None]:
        before = dict(self.at)
        self.at.update(names)
        try:
            yield
        finally:
            self.at = before

    @contextmanager
    def nudged(
        self, nudges: Mapping[tuple[str, int | str], np.ndarray]
    ) -> Iterator[None]:
        before = dict(self.nudges)
        for key, value in nudges.items():
            self.nudges[key] = self.nudges.get(key, 0) + value
        try:
            yield
        finally:
            self.nudges = before

    def run(self) -> world.Run:
        inside = {k: v for k, v in self.nudges.items() if k[0] != "given"}
        return self.world.run(inside)

    # --- expressions

    def value(self, node: Node) -> np.ndarray:
        method = getattr(self, "_" + type(node).__name__.lower())
        value = method(node)
        if not np.isfinite(value).all():
            raise Wrong(f"not finite: {type(node).__name__.lower()}")
        return value

    def number(self, node: Node) -> np.ndarray:
        value = self.value(node)
        if not is_number(value):
            raise Wrong(f"a number is needed, shape {value.shape} is there")
        return value

    def integer(self, node: Node) -> int:
        value = complex(self.number(node)).real
        if value != round(value):
            raise Wrong(f"a whole number is needed, {value} is there")
        return round(value)

    def _number(self, node: tree.Number) -> np.ndarray:
        return self.world.real(node.text)

    def _negative(self, node: tree.Negative) -> np.ndarray:
        return -self.value(node.of)

    def _sum(self, node: tree.Sum) -> np.ndarray:
        total = self.value(node.terms[0])
        first = node.terms[0]
        for term in node.terms[1:]:
            value = self.value(term)
            one = ONE & {first, term}  # 1 − a means it of every entry
            if np.shape(total) != np.shape(value) and not one:
                shapes = f"{np.shape(total)} and {np.shape(value)}"
                raise Wrong(f"shapes {shapes} cannot be added")
            total, first = total + value, None
        return total

    def _product(self, node: tree.Product) -> np.ndarray:
        result = self.value(node.factors[0])
        for factor in node.factors[1:]:
            value = self.value(factor)
            if is_number(result) or is_number(value):
                result = result * value
                continue
            if result.shape[1] != value.shape[0]:
                shapes = f"{result.shape} and {value.shape}"
                raise Wrong(f"shapes {shapes} cannot be multiplied")
            result = result @ value
            if result.shape == (1, 1):
                result = result[0, 0]
        return result

    def _hadamard(self, node: tree.Hadamard) -> np.ndarray:
        left, right = self.value(node.left), self.value(node.right)
        if np.shape(left) != np.shape(right) or is_number(left):
            shapes = f"{np.shape(left)} and {np.shape(right)}"
            raise Wrong(f"⊙ of shapes {shapes}")
        return left * right

    def _quotient(self, node: tree.Quotient) -> np.ndarray:
        return self.value(node.above) / self.number(node.below)

    def _power(self, node: tree.Power) -> np.ndarray:
        base, exponent = self.number(node.base), self.number(node.exponent)
        if np.isreal(exponent) and exponent == round(float(exponent.real)):
            whole = round(float(exponent.real))
            result = math.prod([base] * abs(whole), start=self.world.real(1))
            return 1 / result if whole < 0 else result
        return base**exponent

    def _transpose(self, node: tree.Transpose) -> np.ndarray:
        value = self.value(node.of)
        if is_number(value):
            raise Wrong("the transpose of a number")
        return value.T

    def _norm(self, node: tree.Norm) -> np.ndarray:
        value = self.value(node.of)
        return np.sqrt((value * value).sum())

    def _matrix(self, node: tree.Matrix) -> np.ndarray:
        return np.array([[self.number(e) for e in row] for row in node.rows])

    def _entry(self, node: tree.Entry) -> np.ndarray:
        return self.pick(self.value(node.of), node.below)

    def pick(self, array: np.ndarray, below: tuple[Node, ...]) -> np.ndarray:
        """An entry of a matrix, or of a column; counted from 1."""
        if is_number(array):
            raise Wrong("a component of a number")
        if len(below) == 1 and array.shape[1] == 1:
            below = (*below, tree.Number("1"))
        if len(below) != 2:
            raise Wrong(f"{len(below)} subscripts for shape {array.shape}")
        place = tuple(self.integer(i) - 1 for i in below)
        for p, n in zip(place, array.shape, strict=True):
            if not 0 <= p < n:
                raise Wrong(f"component {p + 1} of {n}")
        return array[place]

    def _call(self, node: tree.Call) -> np.ndarray:
        if node.function == "diag":
            return self.diagonal(self.value(node.argument))
        if node.function == "O":
            raise NotUnderstood("O", "a remainder is a term of its own")
        if node.function == "E":
            return self.expected(node.argument)
        if node.function == "Var":
            return self.spread(node.argument)
        forms = self.functions.get(node.function) or ELEMENTWISE[node.function]
        if node.primes >= len(forms):
            raise NotUnderstood(f"{node.function} with {node.primes} primes")
        return forms[node.primes](self.value(node.argument))

    @staticmethod
    def diagonal(value: np.ndarray) -> np.ndarray:
        if is_number(value) or value.shape[1] != 1:
            raise Wrong(f"diag of shape {np.shape(value)}, not of a column")
        return np.diag(value[:, 0])

    def _fold(self, node: tree.Fold) -> np.ndarray:
        values = []
        if node.index == r"\theta":
            values = list(self.over_parameters(node.body))
        else:
            for i in self.steps(node):
                with self.bound(**{node.index: i}):
                    values.append(self.value(node.body))
        if node.kind == "argmax":
            return self.world.real(int(np.argmax(np.real(values))) + 1)
        if not values:
            return self.world.real(node.kind == "prod")
        total = values[0]
        for value in values[1:]:
            if node.kind == "sum" or is_number(value) or is_number(total):
                total = total + value if node.kind == "sum" else total * value
            else:
                total = total @ value
        return total

    def over_parameters(self, body: Node) -> Iterator[np.ndarray]:
        """The body for each entry of all weights and biases."""
        for key, array in self.run().arrays.items():
            if key[0] in {"w", "b"}:
                for entry in np.ndindex(*array.shape):
                    self.parameter = key, entry
                    yield self.value(body)
        self.parameter = None

    def all_parameters(self, body: Node) -> np.ndarray:
        """A column: the body for each of them."""
        return np.array([*self.over_parameters(body)]).reshape(-1, 1)

    def steps(self, node: tree.Fold) -> range:
        """What the index of a sum runs over."""
        size = self.ranges(node.body).get(node.index)
        if node.low is None or node.high is None:
            if size is None:
                raise NotUnderstood(node.index, "give the sum its bounds")
            return range(1, size + 1)
        low, high = self.integer(node.low), self.integer(node.high)
        if size is not None and (low, high) != (1, size):
            raise Wrong(
                f"{node.index} runs from {low} to {high}, not 1..{size}"
            )
        return range(low, high + 1)

    def _cases(self, node: tree.Cases) -> np.ndarray:
        apply = [c is not None and self.true(c) for c in node.conditions]
        if None in node.conditions and not any(apply):
            apply[node.conditions.index(None)] = True
        if sum(apply) != 1:
            raise Wrong(f"{sum(apply)} of the cases apply at once")
        place = apply.index(True)
        self.visited.add((id(node), place))
        return self.value(node.values[place])

    def true(self, chain: tree.Chain) -> bool:
        values = [np.real(self.number(side)) for side in chain.sides]
        links = zip(chain.relations, values, values[1:], strict=False)
        return all(TESTS[relation](a, b) for relation, a, b in links)

    # --- symbols

    def _symbol(self, s: Symbol) -> np.ndarray:
        bare = not s.above and not s.below
        if s.name == self.imaginary and bare:
            return complex_of(self.world.real)(1j)
        if s.name in self.at and bare:
            return self.world.real(self.at[s.name])
        if s.name in self.given:
            return self.own(s)
        if s.name in self.alias and bare:
            return self.value(self.alias[s.name])
        if s.name in TABLE:
            array, below = self.place(s)
            return self.pick(array, below) if below else array
        match s:
            case Symbol("C"):
                return self.cost(s)
            case Symbol("n", (), (layer,)):
                return self.world.real(self.world.sizes[self.layer(layer, 0)])
            case Symbol(r"\eta", (), ()):
                return self.world.real(self.world.rate)
            case Symbol(r"\theta", (), ()) if self.parameter:
                key, entry = self.parameter
                return self.run().arrays[key][entry]
            case Symbol(r"\theta", (), ()):
                return self.all_parameters(s)
            case Symbol("L", (), ()):
                return self.world.real(self.world.depth)
            case Symbol("m", (), ()):
                return self.world.real(self.world.samples)
            case Symbol(r"\mathbf 1", (), ()):
                m = self.integer(Symbol("m"))
                return np.ones((m, 1), self.world.real)
        raise NotUnderstood(s.name, f"say above: % where: {s.name} is a …")

    def own(self, s: Symbol) -> np.ndarray:
        """A quantity that the chapter has declared."""
        given = self.given[s.name]
        array = given.value
        if len(s.below) == 2 and given.batch is not None:
            array = given.batch
        if s.above:
            raise NotUnderstood(s.name, "it has no layers: bracket a power")
        nudge = self.nudges.get(("given", s.name), 0)
        array = array.astype(self.world.real) + nudge
        return self.pick(array, s.below) if s.below else array

    def layer(self, node: Node, first: int) -> int:
        l = self.integer(node)
        if not first <= l <= self.world.depth:
            raise OutOfRange
        return l

    def where(self, s: Symbol) -> tuple[str, int, Node | None]:
        """Kind, layer and sample of a symbol of the network."""
        entry = TABLE[s.name]
        marks = [m for m in s.above if not isinstance(m, tree.Sample)]
        samples = [m.index for m in s.above if isinstance(m, tree.Sample)]
        if len(marks) > (entry.first is not None) or len(samples) > 1:
            raise NotUnderstood(s.name, "bracket a power: (…)^2")
        layer = 0
        if entry.first is not None:
            layer = 1  # a bare letter is of the layer that we look at
            if marks:
                layer = self.layer(marks[0], entry.first)
        return entry.kind, layer, samples[0] if samples else None

    def place(self, s: Symbol) -> tuple[np.ndarray, tuple[Node, ...]]:
        """The array that a symbol stands for, or is an entry of."""
        kind, layer, sample = self.where(s)
        array = self.array(kind, layer)
        below = s.below
        if kind in {"w", "b"} or not self.batch or TABLE[s.name].whole:
            return array, below
        if sample is not None:
            i = self.integer(sample) - 1
            return array[:, [i]], below
        if len(below) != 2:
            raise NotUnderstood(
                s.name, "which sample of the batch? write a_{ji} or A"
            )
        return array, below

    def array(self, kind: str, layer: int) -> np.ndarray:
        if kind == "delta":
            return self.deltas(layer)
        return self.run().arrays[kind, layer]

    def deltas(self, layer: int) -> np.ndarray:
        """δ of every sample: what nudging z does to that sample's cost."""
        key = (layer, self.world.real)
        if not self.nudges and key in self._deltas:
            return self._deltas[key]
        z = self.run().arrays["z", layer]
        delta = np.zeros(z.shape, complex_of(self.world.real))
        for j in range(len(z)):
            step = np.zeros(z.shape, delta.dtype)
            step[j] = 1j * TINY  # samples do not meet: all at once
            with self.nudged({("z", layer): step}):
                delta[j] = self.run().costs.imag / TINY
        if not self.nudges:
            self._deltas[key] = delta
        return delta

    def cost(self, s: Symbol) -> np.ndarray:
        costs = self.run().costs
        marks = [*s.below, *(m.index for m in s.above)]
        if marks:
            return costs[self.integer(marks[0]) - 1]
        return costs.sum() / len(costs)

    # --- derivatives

    def target(self, by: Node) -> tuple[tuple, list, tuple[int, ...]]:
        """What a derivative nudges: key, its entries, shape of the result."""
        if not isinstance(by, Symbol):
            raise NotUnderstood(str(by), "derive by a quantity")
        if by.name == r"\theta" and self.parameter:
            return self.parameter[0], [self.parameter[1]], ()
        if by.name in self.given and not by.above:
            key: tuple = ("given", by.name)
            array, below = self.given[by.name].value, by.below
        elif by.name in TABLE and TABLE[by.name].kind != "delta":
            kind, layer, _ = self.where(by)
            key = (kind, layer)
            array, below = self.place(by)
        else:
            raise NotUnderstood(by.name, "nothing can be derived by this")
        if is_number(array):
            return key, [()], ()
        if not below:
            return key, list(np.ndindex(*array.shape)), array.shape
        if len(below) == 1 and array.shape[1] == 1:
            below = (*below, tree.Number("1"))
        self.pick(array, below)  # refuses what is out of range
        return key, [tuple(self.integer(i) - 1 for i in below)], ()

    def full_shape(self, key: tuple) -> tuple[int, ...]:
        if key[0] == "given":
            return np.shape(self.given[key[1]].value)
        return self.run().arrays[key].shape

    def slopes(self, of: Node, key: tuple, entries: list) -> list[np.ndarray]:
        """How `of` moves with each entry of what is nudged."""
        if any(derived(part) for part in of.walk()):
            with self.extended():
                return [self.real_slope(of, key, e) for e in entries]
        found = []
        for entry in entries:
            with self.nudged({key: self.unit(key, entry, 1j * TINY)}):
                found.append(np.imag(self.value(of)) / TINY)
        return found

    def unit(self, key: tuple, entry: tuple, size: complex) -> np.ndarray:
        step = np.zeros(self.full_shape(key), complex_of(self.world.real))
        step[entry] = size
        return step

    def real_slope(self, of: Node, key: tuple, entry: tuple) -> np.ndarray:
        """Fourth order central difference, for derivatives of derivatives."""
        values = []
        for k in (-2, -1, 1, 2):
            with self.nudged({key: self.unit(key, entry, k * STEP)}):
                values.append(np.real(self.value(of)))
        far, near = values[3] - values[0], values[2] - values[1]
        return (8 * near - far) / (12 * self.world.real(STEP))

    @contextmanager
    def extended(self) -> Iterator[None]:
        before = self.world.real
        self.world.real = np.longdouble
        try:
            yield
        finally:
            self.world.real = before

    def _derivative(self, node: tree.Derivative) -> np.ndarray:
        key, entries, shape = self.target(node.by)
        slopes = self.slopes(node.of, key, entries)
        if shape == ():
            return slopes[0]
        if all(is_number(s) for s in slopes):
            return np.array(slopes).reshape(shape)
        columns = np.shape(slopes[0])[1:] == (1,) and shape[1:] == (1,)
        if not columns:
            raise NotUnderstood(
                "a derivative of a matrix, or by one", "take an entry"
            )
        return np.hstack(slopes)  # the Jacobian: a row for each of `of`

    def _nabla(self, node: tree.Nabla) -> np.ndarray:
        """∇_a C is by the answers; ∇_A C is a column a sample, of its own;
        ∇C is a column, by all weights and biases."""
        by = node.by
        if by == Symbol(r"\theta") and not self.parameter:
            return self.all_parameters(tree.Derivative(node.of, by))
        if isinstance(by, Symbol) and by.name in {"a", "A"} and not by.above:
            by = Symbol(by.name, (Symbol("L"),), by.below)
        if (
            isinstance(by, Symbol)
            and by.name in TABLE
            and TABLE[by.name].whole
        ):
            slope = self._derivative(tree.Derivative(node.of, by))
            return slope * self.world.samples
        return self._derivative(tree.Derivative(node.of, by))

    # --- what is random

    def drawn(self, of: Node) -> list[Outcome]:
        """The outcomes of the one draw whose letters an expression has."""
        names: set[str] = set()
        nodes = [of]
        while nodes:
            found = {
                part.name
                for part in nodes.pop().walk()
                if isinstance(part, Symbol)
            }
            nodes += [self.alias[n] for n in found - names if n in self.alias]
            names |= found
        draws = [d for d in self.draws if names & d[0].given.keys()]
        if len(draws) > 1:
            raise NotUnderstood("E", "letters of one draw, not of two")
        return draws[0] if draws else []

    def expected(self, of: Node) -> np.ndarray:
        """The mean over all outcomes, each with its chance."""
        outcomes = self.drawn(of)
        if not outcomes:
            raise NotUnderstood("E", "of what? nothing in it is random")
        total, before = self.world.real(0), self.given
        try:
            for outcome in outcomes:
                self.given = before | outcome.given
                total = total + outcome.chance * self.value(of)
        finally:
            self.given = before
        return total

    def spread(self, of: Node) -> np.ndarray:
        """The variance: over all outcomes of a draw, where there is one;
        else of what is linear in independent random numbers."""
        if self.drawn(of):
            mean = self.expected(of)
            square = tree.Product((of, of))
            return self.expected(square) - mean * mean
        total = self.world.real(0)
        for name, variance in self.variance.items():
            key, entries, _ = self.target(Symbol(name))
            here = self.slopes(of, key, entries)
            moved = np.ones(self.full_shape(key))
            with self.nudged({key: moved}):
                there = self.slopes(of, key, entries)
            if not np.allclose(here, there):
                raise NotUnderstood("Var", "of what is linear in the random")
            squares = sum(slope * slope for slope in here)
            total = total + self.number(variance) * squares
        return total

    # --- small changes

    def _change(self, node: tree.Change) -> np.ndarray:
        if self.changes is None:
            raise NotUnderstood("Δ", r"a small change stands beside \approx")
        if self.collecting:
            return self.collected(node.of)
        before = self.value(node.of)
        with self.nudged(self.changes):
            return self.value(node.of) - before

    def take_step(self, step: Node) -> None:
        """Change all parameters by what Δθ is declared to be."""
        self.changes = {}
        moves = iter(self.value(step)[:, 0])
        for key, array in self.run().arrays.items():
            if key[0] in {"w", "b"}:
                moved = [next(moves) for _ in range(array.size)]
                self.changes[key] = np.array(moved).reshape(array.shape)

    def collected(self, of: Node) -> np.ndarray:
        """The nudge that a Δ on the right of ≈ stands for."""
        assert self.changes is not None
        if of == Symbol(r"\theta") and not self.parameter:
            return self.all_parameters(tree.Change(of))
        key, entries, shape = self.target(of)
        if self.step:
            return self.changes[key][entries[0]]
        array = self.changes.setdefault(
            key, np.zeros(self.full_shape(key), self.world.real)
        )
        for entry in entries:
            fixed = np.random.default_rng([len(key[0]), *entry])
            array[entry] = self.size_of_change * fixed.uniform(0.5, 1.5)
        if shape == ():
            return array[entries[0]]
        return array.copy()

    # --- how far indices run

    def ranges(
        self, node: Node, inside: frozenset[str] = frozenset()
    ) -> dict[str, int]:
        """The range of each unbound index, from the places where it is."""
        found: dict[str, int] = {}

        def note(index: Node, size: int) -> None:
            if not isinstance(index, Symbol) or index.above or index.below:
                return
            name = index.name
            if name in self.at or name in inside or name in self.given:
                return
            if found.setdefault(name, size) != size:
                raise Wrong(f"{name} runs over {found[name]} and {size}")

        for part, bound in unbound(node, frozenset()):
            try:
                places = self.places(part)
            except (KeyError, NotUnderstood):
                continue
            for index, size in places:
                if not isinstance(index, Symbol) or index.name not in bound:
                    note(index, size)
        return found

    def places(self, node: Node) -> list[tuple[Node, int]]:
        """The subscripts of a node, each with how far it runs."""
        if isinstance(node, tree.Sample):
            return [(node.index, self.world.samples)]
        if isinstance(node, tree.Entry):
            shape = np.shape(self.value(node.of))
            return list(zip(node.below, shape, strict=False))
        if not isinstance(node, Symbol) or not node.below:
            return []
        if node.name in self.given:
            given = self.given[node.name]
            two = len(node.below) == 2 and given.batch is not None
            shape = np.shape(given.batch if two else given.value)
        elif node.name in TABLE:
            kind, layer, _ = self.where(node)
            shape = self.shape(kind, layer)
        elif node.name == "C":
            shape = (self.world.samples,)
        else:
            return []
        if len(node.below) > len(shape):
            raise Wrong(f"{node.name} has at most {len(shape)} subscripts")
        if node.name in TABLE and TABLE[node.name].kind == "w":
            if len(node.below) != 2:
                raise Wrong("w has two subscripts, to and from")
        return list(zip(node.below, shape, strict=False))

    def shape(self, kind: str, layer: int) -> tuple[int, ...]:
        sizes, m = self.world.sizes, self.world.samples
        if kind == "w":
            return sizes[layer], sizes[layer - 1]
        if kind == "b":
            return sizes[layer], 1
        return sizes[-1] if kind == "y" else sizes[layer], m


def unbound(
    node: Node, bound: frozenset[str]
) -> Iterator[tuple[Node, frozenset[str]]]:
    """Every part of a formula, with the indices that are summed there."""
    yield node, bound
    if isinstance(node, tree.Fold):
        for part in (node.low, node.high):
            if part is not None:
                yield from unbound(part, bound)
        yield from unbound(node.body, bound | {node.index})
    else:
        for child in node.children():
            yield from unbound(child, bound)


def derived(node: Node) -> bool:
    """Is this had by a nudge already?  Then a complex step is taken."""
    if isinstance(node, Symbol):
        return node.name in TABLE and TABLE[node.name].kind == "delta"
    return isinstance(node, tree.Derivative | tree.Nabla)


def complex_of(real: type) -> type:
    return np.clongdouble if real is np.longdouble else np.complex128
