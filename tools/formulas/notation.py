"""How the letters of a world are read: read off the names of its quantities.

The key `("z", 2)` in a run means that z has a mark, a layer or a time; so its
superscript is that mark and no power, and 2 is one that exists.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from . import tree
from .tree import Node, NotUnderstood, Symbol

Array = Any  # of numpy, of real or complex numbers, of either precision
Mark = int | str  # the layer in z^l, the time in h_t; a label: w^Q, β_1
Key = str | tuple[Any, ...]  # "C", or ("z", 2)
Values = Mapping[Key, Array]


@dataclass(frozen=True)
class Place:
    """What a symbol points to: marks, a sample, components of an array."""

    marks: tuple[Node, ...]
    sample: Node | None
    below: tuple[Node, ...]


class Notation:
    """What the keys cannot say: each world sets what differs in it."""

    below: ClassVar[dict[str, int]] = {}  # so many subscripts are marks: h_t
    first: ClassVar[dict[str, tuple[int, ...]]] = {}  # component, if not 1
    outside: ClassVar[set[str]] = set()  # what is 0 outside of its range
    slopes: ClassVar[dict[str, tuple[str, str]]] = {}  # δ: ∂C/∂z
    rates: ClassVar[dict[str, str]] = {}  # ẋ: how fast x moves with `moves`
    capitals: ClassVar[dict[str, str]] = {}  # Z: z, a column for each sample
    batch: ClassVar[set[str]] = set()  # what only makes sense for many
    parameters: ClassVar[tuple[str, ...]] = ()  # what θ runs over
    bare: Mark | None = None  # the mark of a letter that shows none
    many = 1  # samples in a batch, where there is one
    samples = 1  # in this world

    @property
    def keys(self) -> list[Key]:
        """Of all quantities of a run."""
        raise NotImplementedError

    @cached_property
    def forms(self) -> dict[str, set[tuple[Mark, ...]]]:
        """Every name with its marks: z with {(1,), (2,)}, C with {()}."""
        found: dict[str, set[tuple[Mark, ...]]] = {}
        for key in self.keys:
            name, marks = parts(key)
            found.setdefault(name, set()).add(marks)
        for letter, (of, by) in self.slopes.items():
            found[letter] = found[of if () in found[by] else by]
        for letter, name in (self.rates | self.capitals).items():
            found[letter] = found[name]
        return found

    @cached_property
    def layered(self) -> frozenset[str]:
        """Names whose superscript is a mark, and no power."""
        return frozenset(
            name
            for name, forms in self.forms.items()
            if any(len(f) > self.below.get(name, 0) for f in forms)
        )

    @cached_property
    def numbers(self) -> range:
        """The numbers that layers, times, … can have."""
        every = {m for forms in self.forms.values() for f in forms for m in f}
        found = [0, *(mark for mark in every if isinstance(mark, int))]
        return range(min(found), max(found) + 1)

    @cached_property
    def labels(self) -> dict[str, set[Mark]]:
        """For every name, its marks that are labels: of w, Q and K."""
        return {
            name: {m for form in forms for m in form if isinstance(m, str)}
            for name, forms in self.forms.items()
        }

    @cached_property
    def every_label(self) -> set[Mark]:
        return set().union(*self.labels.values())

    def shown(self, s: Symbol) -> tuple[tuple[Node, ...], list[Node]]:
        """The marks of a symbol, above and below; and its samples."""
        samples = [m.index for m in s.above if isinstance(m, tree.Sample)]
        above = [m for m in s.above if not isinstance(m, tree.Sample)]
        if s.name not in self.capitals.values():  # w^{(t)}: of a time, a copy
            above, samples = above + samples, []
        return (*above, *s.below[: self.below.get(s.name, 0)]), samples

    def place(self, s: Symbol) -> Place:
        """The marks, sample and components that a symbol points to."""
        marks, samples = self.shown(s)
        if len(samples) > 1:
            raise NotUnderstood(s.name, "two samples at once")
        if not marks and () not in self.forms[s.name]:
            if self.bare is None:
                raise NotUnderstood(s.name, "which one? its mark is missing")
            marks = (tree.Number(str(self.bare)),)
        if len(marks) not in {len(form) for form in self.forms[s.name]}:
            raise NotUnderstood(s.name, "bracket a power: (…)^2")
        below = s.below[self.below.get(s.name, 0) :]
        if self.is_per_sample(s.name) and not samples and len(below) != 2:
            raise NotUnderstood(
                s.name, "which sample of the batch? write a_{ji} or A"
            )
        return Place(marks, samples[0] if samples else None, below)

    def is_per_sample(self, name: str) -> bool:
        return self.samples > 1 and name in self.capitals.values()

    def is_measured(self, name: str) -> bool:
        """Is a letter a slope or a rate, such as δ, had by a nudge?"""
        name = self.capitals.get(name, name)
        return name in self.slopes or name in self.rates

    def slope_of(self, name: str, marks: tuple[Mark, ...]) -> tuple[Key, Key]:
        """What a letter such as δ is the slope of, and by what."""
        of, by = self.slopes[name]
        if () in self.forms[by]:
            return joined(of, marks), by
        return of, joined(by, marks)

    def underlying(self, key: Key) -> Key:
        """The quantity that gives a slope or a rate its shape."""
        name, marks = parts(key)
        if name in self.slopes:
            return self.slope_of(name, marks)[1]
        return joined(self.rates.get(name, name), marks)

    @classmethod
    def samples_of(cls, statement: tree.Statement) -> int:
        """How many samples a formula speaks of: one, or a batch."""
        for part in statement.parts:
            if isinstance(part, Symbol) and cls.speaks_of_many(part):
                return cls.many
        return 1

    @classmethod
    def speaks_of_many(cls, s: Symbol) -> bool:
        if s.name in cls.capitals.values():
            sample = any(isinstance(mark, tree.Sample) for mark in s.above)
            return sample or len(s.below) == 2
        of_one = s.name == "C" and "C" in cls.below and bool(s.below)
        return of_one or s.name in cls.capitals.keys() | cls.batch


def parts(key: Key) -> tuple[str, tuple[Mark, ...]]:
    """Name and marks."""
    return (key, ()) if isinstance(key, str) else (key[0], key[1:])


def joined(name: str, marks: tuple[Mark, ...]) -> Key:
    return (name, *marks) if marks else name
