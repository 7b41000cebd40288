"""What a chapter's letters stand for: a run of steps, each with a name.

A world is a small program on numpy arrays.  `draw` gives what is drawn at
random (weights, samples, …); `steps` sets what follows, in the order in which
it is computed.  Every quantity goes by the name and the marks (a layer, a
time, a head) that it has in print:

    q["z", l] = q["w", l] @ q["a", l - 1] + q["b", l]

Whatever is set can be nudged there, so the derivative of anything by anything
is had by running the steps again.  No derivative is ever written in a world.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .functions import Forms
from .notation import Array, Key, Notation, Values

KEPT = 2000  # runs of one world


class Steps(dict[Key, Array]):
    """The quantities of one run; what is set is nudged on its way in."""

    def __init__(
        self, nudges: Values, plain: "Steps | None", still: frozenset[Key]
    ) -> None:
        super().__init__()
        self.nudges, self.plain, self.still = nudges, plain, still
        self.functions: dict[Key, Forms] = {}  # of the chapter's own
        self.kept: dict[Any, Array] = {}  # slopes that were had in this run

    def __setitem__(self, key: Key, value: Array) -> None:
        if key in self.still and self.plain is not None:
            value = self.plain[key]
        if key in self.nudges:
            value = value + self.nudges[key]
        super().__setitem__(key, value)

    def held(self, key: Key) -> Array:
        """A quantity that no nudge reaches but its own."""
        if self.plain is None:
            return self[key]
        return self.plain[key] + self.nudges.get(key, 0)

    def put(self, name: str, values: Iterable[Array]) -> None:
        """One after the other, with the marks 1, 2, …"""
        for mark, value in enumerate(values, start=1):
            self[name, mark] = value


class Asked:
    """A run that notes which of its quantities are asked for."""

    def __init__(self, run: Steps) -> None:
        self.run = run
        self.keys: dict[Key, None] = {}  # in the order of the questions
        self.more = False  # is anything asked that no quantity answers?

    def __getitem__(self, key: Key) -> Array:
        self.keys[key] = None
        return self.run[key]

    def get(self, key: Key) -> Array | None:
        self.keys[key] = None
        return self.run.get(key)

    def __getattr__(self, name: str) -> Any:
        self.more |= name != "functions"
        return getattr(self.run, name)


@dataclass
class Outcome:
    """One of the ways in which a random draw can end."""

    chance: float
    given: dict[Key, Array]  # what the random letters are then


class World(Notation):
    """Base of the chapters' worlds."""

    networks = 5  # how many are looked at, of different sizes

    def __init__(self, seed: int, draw: int = 0, samples: int = 1) -> None:
        self.seed, self.samples = seed, samples
        self.rng = np.random.default_rng([seed, draw])
        self.given: dict[Key, Array] = {}
        self.moves: dict[Key, Array] = {}  # where all moves, for R(…) and ẋ
        self.draws: list[list[Outcome]] = []  # each with all its outcomes
        self.relations: dict[str, Callable[..., bool]] = {}
        self.kept: dict[Any, Any] = {}  # what is had once for all formulas
        self._runs: dict[Any, Steps] = {}
        self.draw()

    def draw(self) -> None:
        """Fill `given`, and what else the chapter has."""

    def steps(self, q: Steps) -> None:
        """What follows from what is given."""

    @property
    def said(self) -> str:
        """Which world this is, in a message."""
        return f"world {self.seed}"

    @property
    def keys(self) -> list[Key]:
        return [*self.run()]

    def run(
        self,
        nudges: Values | None = None,
        real: type = np.float64,
        instead: Values | None = None,  # of what is given
        still: frozenset[Key] = frozenset(),  # what keeps its value
    ) -> Steps:
        """All quantities, computed anew or as they were kept."""
        nudges, instead = nudges or {}, instead or {}
        key = (real, _bytes(nudges), _bytes(instead), still)
        if key not in self._runs:
            plain = self.run({}, real, instead) if nudges else None
            if len(self._runs) >= KEPT:
                self._runs.clear()
            q = Steps(nudges, plain, still)
            for name, value in self.as_given(real).items():
                q[name] = value
            for name, value in instead.items():
                q[name] = np.asarray(value).astype(real)[()]
            self.steps(q)
            self._runs[key] = q
        return self._runs[key]

    def as_given(self, real: type) -> dict[Key, Array]:
        if ("given", real) not in self.kept:
            self.kept["given", real] = {
                key: np.asarray(value).astype(real)[()]
                for key, value in self.given.items()
            }
        found: dict[Key, Array] = self.kept["given", real]
        return found


def _bytes(values: Values) -> frozenset[Any]:
    return frozenset((k, np.asarray(v).tobytes()) for k, v in values.items())
