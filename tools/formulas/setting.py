"""Where and how an expression is evaluated: in which world, with what bound,
declared, nudged, held, or drawn."""

import cmath
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .functions import Forms
from .notation import Array, Key, Place, Values
from .tree import Call, Derivative, Fold, Node, Symbol, Wrong
from .world import Asked, Steps, World

DEAR = (Fold, Call, Derivative)  # what is not evaluated twice in one place
Entry = tuple[Key, tuple[int, ...]]  # a quantity, and which entry of it


def is_number(value: Array) -> bool:
    return np.ndim(value) == 0


def complex_of(real: type) -> type:
    return np.clongdouble if real is np.longdouble else np.complex128


@dataclass
class Setting(ABC):
    world: World
    real: type = np.float64

    # what the text declares
    given: dict[str, Array] = field(default_factory=dict)
    alias: dict[str, Node] = field(default_factory=dict)
    variance: dict[str, Node] = field(default_factory=dict)
    functions: dict[Key, Forms] = field(default_factory=dict)
    imaginary: str = ""  # the letter that stands for it, if one does
    dual: str = ""  # the letter whose square is 0
    step: Node | None = None  # what Δθ is

    # where we are
    at: dict[str, int] = field(default_factory=dict)  # indices
    parameter: Entry | None = None  # θ, in a sum over it
    nudges: dict[Key, Array] = field(default_factory=dict)
    instead: dict[Key, Array] = field(default_factory=dict)  # an outcome
    moved: frozenset[str] = frozenset()  # the names that it decides
    still: frozenset[Key] = frozenset()  # what is held
    changes: dict[Key, Array] | None = None  # what Δ means
    size_of_change: float = 0.0
    collecting: bool = False  # Δ sets the changes, and does not follow them

    # what is kept on the way
    visited: set[tuple[int, int]] = field(default_factory=set)  # cases
    places: dict[int, tuple[Symbol, Place]] = field(default_factory=dict)
    kept: dict[tuple[int | None, ...], Array] = field(default_factory=dict)
    now: Steps | Asked | None = None  # the run, as it is nudged now
    asked: Asked | None = None  # the run of an outcome, while it is watched

    @abstractmethod
    def raw(self, node: Node) -> Array:
        """The value of an expression, finite or not."""

    def value(self, node: Node) -> Array:
        kept = isinstance(node, DEAR) and self.is_plain
        if kept:
            names = self.letters(node)
            here = id(node), *[self.at.get(name) for name in names]
            if here in self.kept:
                return self.kept[here]
        value = self.raw(node)
        if not is_finite(value):
            raise Wrong(f"not finite: a {type(node).__name__.lower()}")
        if kept:
            self.kept[here] = value
        return value

    def letters(self, node: Node) -> frozenset[str]:
        """Those of an expression, with those of what they stand for."""
        if not self.alias:
            return node.letters
        found: frozenset[str] = frozenset()
        more = node.letters
        while more - found:
            found |= more
            meant = [self.alias[n] for n in more if n in self.alias]
            more = frozenset().union(*(m.letters for m in meant))
        return found

    @property
    def is_plain(self) -> bool:
        """Does a value depend on the indices alone?"""
        otherwise = self.nudges or self.instead or self.parameter
        return (
            not otherwise and self.changes is None and self.real is np.float64
        )

    def number(self, node: Node) -> Array:
        value = self.value(node)
        if not is_number(value):
            raise Wrong(f"a number is needed, shape {value.shape} is there")
        return value

    def integer(self, node: Node) -> int:
        if isinstance(node, Symbol) and node.name in self.at:  # often
            return self.at[node.name]
        value = complex(self.number(node)).real
        if value != round(value):
            raise Wrong(f"a whole number is needed, {value} is there")
        return round(value)

    def run(self) -> Steps | Asked:
        """All quantities of the world, as it is nudged."""
        if self.now is None:
            if self.asked is not None:
                self.asked.more = True
            how = self.real, self.instead, self.still
            self.now = self.world.run(self.nudges, *how)
        return self.now

    # --- for a while

    @contextmanager
    def having(self, **values: Any) -> Iterator[None]:
        """Some of the above otherwise, where it changes the run."""
        values.setdefault("now", None)
        before = {name: getattr(self, name) for name in values}
        self.__dict__.update(values)
        try:
            yield
        finally:
            self.__dict__.update(before)

    @contextmanager
    def bound(self, names: dict[str, int]) -> Iterator[None]:
        before = self.at
        self.at = before | names
        try:
            yield
        finally:
            self.at = before

    def nudged(self, nudges: Values) -> Any:
        every = dict(self.nudges)
        for key, value in nudges.items():
            every[key] = every[key] + value if key in every else value
        return self.having(nudges=every)

    def extended(self) -> Any:
        return self.having(real=np.longdouble)


def is_finite(value: Array) -> bool:
    if isinstance(value, np.ndarray):
        return bool(np.isfinite(value).all())
    return cmath.isfinite(value)
