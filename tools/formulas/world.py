"""A random network with a batch, in which any quantity can be nudged.

Nothing here is taken from `bp` or from the chapters' formulas: derivatives
are had by nudging a quantity where it stands and running what comes after.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

# All widths of a network differ, and so does the number of samples.
SIZES = [
    (4, 5, 3, 2),
    (3, 2, 4, 6, 5),
    (2, 6, 4, 3),
    (6, 4, 5, 2, 3),
    (5, 3, 6, 4),
]
SAMPLES = 7
Nudges = Mapping[tuple[str, int], np.ndarray]  # ("z", 2) to what is added


def sigma(z: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(z / 2)) / 2


def sigma_1(z: np.ndarray) -> np.ndarray:
    return 1 / (4 * np.cosh(z / 2) ** 2)


def sigma_2(z: np.ndarray) -> np.ndarray:
    return -np.tanh(z / 2) / (4 * np.cosh(z / 2) ** 2)


def quadratic(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cost of each sample."""
    return ((a - y) * (a - y)).sum(axis=0) / 2


COSTS: dict[str, Callable] = {"quadratic": quadratic}


@dataclass
class Run:
    """All quantities of one run: arrays by kind and layer."""

    arrays: dict[tuple[str, int], np.ndarray]
    costs: np.ndarray  # (m,)


class World:
    def __init__(
        self, seed: int, samples: int, draw: int = 0, cost: str = "quadratic"
    ) -> None:
        self.rng = np.random.default_rng([seed, draw])
        self.sizes = SIZES[seed % len(SIZES)]
        self.depth = len(self.sizes) - 1
        self.samples = samples
        self.rate = self.rng.uniform(0.1, 0.9)  # η
        self.cost = COSTS[cost]
        self.real: type = np.float64
        self.fixed: dict[tuple[str, int], np.ndarray] = {}
        for l in range(1, self.depth + 1):
            n, before = self.sizes[l], self.sizes[l - 1]
            self.fixed["w", l] = self.rng.normal(size=(n, before))
            self.fixed["b", l] = self.rng.normal(size=(n, 1))
            self.fixed["mu", l] = np.ones((n, samples))  # nothing is masked
        self.fixed["x", 0] = self.rng.normal(size=(self.sizes[0], samples))
        self.fixed["y", 0] = self.rng.uniform(size=(self.sizes[-1], samples))
        self._plain: dict[type, Run] = {}

    def run(self, nudges: Nudges) -> Run:
        """Forward, with each nudge added where its quantity stands."""
        if not nudges:
            if self.real not in self._plain:
                self._plain[self.real] = self._run({})
            return self._plain[self.real]
        return self._run(nudges)

    def _run(self, nudges: Nudges) -> Run:
        arrays: dict[tuple[str, int], np.ndarray] = {}

        def put(kind: str, l: int, value: np.ndarray) -> np.ndarray:
            arrays[kind, l] = value + nudges.get((kind, l), 0)
            return arrays[kind, l]

        def given(kind: str, l: int) -> np.ndarray:
            return self.fixed[kind, l].astype(self.real)

        y = put("y", 0, given("y", 0))
        a = put("a", 0, given("x", 0))
        for l in range(1, self.depth + 1):
            w, b = put("w", l, given("w", l)), put("b", l, given("b", l))
            z = put("z", l, w @ a + b)
            a = put("a", l, put("mu", l, given("mu", l)) * sigma(z))
        return Run(arrays, self.cost(a, y))
