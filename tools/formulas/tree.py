"""What a printed formula is made of, once it has been read."""

from dataclasses import dataclass, fields
from functools import cached_property


class NotUnderstood(Exception):
    """A piece of a formula that has no meaning here, and what would."""

    def __init__(self, piece: str, hint: str = "") -> None:
        super().__init__(f"{piece}: {hint}" if hint else piece)


class OutOfRange(Exception):
    """A layer that does not exist: the formula does not apply there."""


class Wrong(Exception):
    """A formula that cannot hold: shapes or ranges that do not fit."""


@dataclass(frozen=True)
class Node:
    @cached_property
    def children(self) -> tuple["Node", ...]:
        values = (getattr(self, field.name) for field in fields(self))
        many = (v if isinstance(v, tuple) else (v,) for v in values)
        return tuple(p for some in many for p in some if isinstance(p, Node))

    @cached_property
    def parts(self) -> tuple["Node", ...]:
        """The node itself, and all that it is made of."""
        inner = (part for child in self.children for part in child.parts)
        return (self, *inner)

    @cached_property
    def scopes(self) -> tuple[tuple["Node", frozenset[str]], ...]:
        """Its parts, each with the indices that are summed there."""
        inner = (pair for child in self.children for pair in child.scopes)
        return ((self, frozenset()), *inner)

    @property
    def subscripts(self) -> tuple["Node", ...]:
        """What stands in the place of a component or of a sample."""
        return ()

    @cached_property
    def letters(self) -> frozenset[str]:
        """The names of all symbols in it."""
        return frozenset(p.name for p in self.parts if isinstance(p, Symbol))


@dataclass(frozen=True)
class Number(Node):
    text: str


@dataclass(frozen=True)
class Symbol(Node):
    """A letter with its layer or sample above and its components below."""

    name: str
    above: tuple[Node, ...] = ()
    below: tuple[Node, ...] = ()

    @property
    def subscripts(self) -> tuple[Node, ...]:
        samples = [m.index for m in self.above if isinstance(m, Sample)]
        return (*self.below, *samples)


@dataclass(frozen=True)
class Sample(Node):
    """(i) as a superscript: the number of a sample."""

    index: Node


@dataclass(frozen=True)
class Sum(Node):
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Negative(Node):
    of: Node


@dataclass(frozen=True)
class Product(Node):
    """Factors side by side: numbers, or matrices in this order."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Hadamard(Node):
    left: Node
    right: Node


@dataclass(frozen=True)
class Quotient(Node):
    above: Node
    below: Node


@dataclass(frozen=True)
class Power(Node):
    base: Node
    exponent: Node


@dataclass(frozen=True)
class Transpose(Node):
    of: Node


@dataclass(frozen=True)
class Entry(Node):
    """An entry of an expression in brackets, (…)_{jk}."""

    of: Node
    below: tuple[Node, ...]

    @property
    def subscripts(self) -> tuple[Node, ...]:
        return self.below


@dataclass(frozen=True)
class Call(Node):
    function: str
    primes: int
    arguments: tuple[Node, ...]
    marks: tuple[Node, ...] = ()  # of a function of its own for each layer


@dataclass(frozen=True)
class Norm(Node):
    of: Node


@dataclass(frozen=True)
class Fold(Node):
    """A sum or a product over an index; max and argmax are such, too."""

    kind: str  # "sum", "prod", "max", "min" or "argmax"
    index: str
    low: Node | None
    high: Node | None
    body: Node
    condition: Node | None = None  # what the index must fulfil

    @cached_property
    def scopes(self) -> tuple[tuple[Node, frozenset[str]], ...]:
        ends = [end for end in (self.low, self.high) if end is not None]
        inside = [p for p in (self.condition, self.body) if p is not None]
        return (
            (self, frozenset()),
            *(pair for end in ends for pair in end.scopes),
            *(
                (part, bound | {self.index})
                for piece in inside
                for part, bound in piece.scopes
            ),
        )

    @cached_property
    def places(self) -> tuple[Node, ...]:
        """Where its index is a subscript."""
        index = Symbol(self.index)
        return tuple(p for p in self.body.parts if index in p.subscripts)


@dataclass(frozen=True)
class Derivative(Node):
    of: Node
    by: Node  # a Symbol
    held: tuple[Node, ...] = ()  # what is not to move with it


@dataclass(frozen=True)
class Nabla(Node):
    of: Node
    by: Node  # a Symbol


@dataclass(frozen=True)
class Change(Node):
    """Δ of a quantity, small."""

    of: Node


@dataclass(frozen=True)
class Chain(Node):
    """left = middle = right: sides, and the relations between them."""

    sides: tuple[Node, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True)
class Range(Node):
    """l = L-1, …, 1 behind a statement: where exactly it holds."""

    index: str
    first: Node
    last: Node


@dataclass(frozen=True)
class Statement(Node):
    chain: Chain
    where: tuple[Range, ...] = ()


@dataclass(frozen=True)
class Cases(Node):
    values: tuple[Node, ...]
    conditions: tuple[Node | None, ...]  # None is "otherwise"


@dataclass(frozen=True)
class Matrix(Node):
    rows: tuple[tuple[Node, ...], ...]

    @cached_property
    def children(self) -> tuple[Node, ...]:
        return tuple(entry for row in self.rows for entry in row)
