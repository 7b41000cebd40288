"""Are two values the same?  What was found, and where we are."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from . import tree
from .folds import TESTS
from .notation import Array
from .setting import Setting, is_finite
from .slopes import TINY, is_derived, is_slope
from .tree import NotUnderstood

EXACT, NESTED = 1e-9, 1e-7  # relative; derivatives of derivatives
FLOOR = 1e-13  # rounding of numbers of the size of 1
EQUAL = {"=", r"\equiv", ":=", r"\leftarrow", r"\to"}
ZERO = tree.Number("0")
UNEQUAL = {r"\le", r"\ge", "<", ">", r"\ne"}


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


@dataclass
class Comparison:
    """Of neighbours in a chain, in one world."""

    on: Setting
    chain: tree.Chain
    verdict: Verdict

    def all(self) -> bool:
        """Of all neighbours; is there anything but zero?"""
        values = [self.on.value(self.chain.sides[0])]
        for step, relation in enumerate(self.chain.relations):
            values.append(self.on.value(self.chain.sides[step + 1]))
            left, right = values[-2:]
            if relation in {r"\leftarrow", r"\to"}:
                left = self.updated(self.chain.sides[step])
            self.step(step, left, right, relation)
        return any(np.any(np.abs(value) > 1e-9) for value in values)

    def step(
        self, number: int, left: Array, right: Array, relation: str = "="
    ) -> None:
        """Raises Failed, or notes the difference."""
        said = self.said(number)
        if self.chain.sides[number] == ZERO:
            left = np.zeros(np.shape(right))  # it is meant of every entry
        if self.chain.sides[number + 1] == ZERO:
            right = np.zeros(np.shape(left))
        self.same_shape(number, left, right)
        if not (is_finite(left) and is_finite(right)):
            raise Failed(f"{said}{shown(left)} is not {shown(right)}")
        self.verdict.places += 1
        if relation in UNEQUAL:
            if not np.all(TESTS[relation](np.real(left), np.real(right))):
                raise Failed(f"{said}{shown(left)} {relation} {shown(right)}")
        elif relation in EQUAL:
            self.equal(said, left, right)
        else:
            raise NotUnderstood(
                relation, "a relation that only a sum may have"
            )

    def same_shape(self, number: int, left: Array, right: Array) -> None:
        if np.shape(left) != np.shape(right):
            shapes = f"{np.shape(left)} and {np.shape(right)}"
            raise Failed(f"{self.said(number)}shapes {shapes}")

    def equal(self, said: str, left: Array, right: Array) -> None:
        if self.on.dual:
            left, right = two_parts(left), two_parts(right)
        scale = max(np.max(np.abs(left)), np.max(np.abs(right)))
        difference = np.max(np.abs(np.asarray(left) - np.asarray(right)))
        if not difference <= self.tolerance * scale + FLOOR:
            raise Failed(f"{said}{shown(left)} is not {shown(right)}")
        zero = scale <= FLOOR  # both sides: no size to compare with
        relative = float(difference if zero else difference / scale)
        if relative >= self.verdict.largest:
            self.verdict.largest, self.verdict.where = relative, at(self.on)

    def said(self, number: int) -> str:
        return f"step {number + 1}: " if len(self.chain.relations) > 1 else ""

    @cached_property
    def tolerance(self) -> float:
        nested = any(is_nested(self.on, part) for part in self.chain.parts)
        return NESTED if nested else EXACT

    def updated(self, side: tree.Node) -> Array:
        """Where a step of descent takes a parameter."""
        slope = tree.Nabla(tree.Symbol("C"), side)
        rate = self.on.number(tree.Symbol(r"\eta"))
        return self.on.value(side) - rate * self.on.value(slope)


def is_nested(on: Setting, node: tree.Node) -> bool:
    """A slope of a slope, which is had by differences."""
    return is_slope(node) and any(is_derived(on, p) for p in node.children)


def two_parts(value: Array) -> Array:
    """A number with a dual part, as two."""
    return np.array([np.real(value), np.imag(value) / TINY])


def at(on: Setting) -> str:
    """Where we are, in words."""
    places = [f"{name} = {value}" for name, value in on.at.items()]
    return f" ({', '.join([on.world.said, *places])})"


def shown(value: Array) -> str:
    flat = np.real(np.asarray(value)).ravel()
    text = ", ".join(f"{float(v):.6g}" for v in flat[:4])
    return text if flat.size <= 4 else f"{text}, …"
