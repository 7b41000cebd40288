"""The book's network: layers of sigmoids, and the quadratic cost."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from ..functions import quadratic, sigma
from ..notation import Array
from ..world import Steps, World

# All widths of a network differ, and so does the number of samples.
SIZES = [
    (4, 5, 3, 2),
    (3, 2, 4, 6, 5),
    (2, 6, 4, 3),
    (6, 4, 5, 2, 3),
    (5, 3, 6, 4),
]
SMALL = [(2, 3, 4), (4, 2, 3)]
SHAPES = {  # as the tables of the chapters print them
    "w": "(n_l, n_{l-1})",
    "b": "(n_l, 1)",
    "z": "(n_l, 1)",
    "a": "(n_l, 1)",
    r"\delta": "(n_l, 1)",
    "Z": "(n_l, m)",
    "A": "(n_l, m)",
    r"\Delta": "(n_l, m)",
    "x": "(n_0, 1)",
    "X": "(n_0, m)",
    r"\mu": "(n_l, 1)",
    "y": "(n_L, 1)",
    "Y": "(n_L, m)",
}


class Network(World):
    """One sample, or a batch with a column for each."""

    capitals = {"X": "x", "Z": "z", "A": "a", "Y": "y", r"\Delta": r"\delta"}
    batch = {"m", r"\mathbf 1"}
    below = {"n": 1, "C": 1}  # n_l, and C_i, the cost of a sample
    slopes = {r"\delta": ("total", "z")}  # of each sample's own cost
    parameters = ("w", "b")
    bare = 1
    many = 7
    widths: ClassVar[Sequence[tuple[int, ...]]] = SIZES

    def draw(self) -> None:
        self.sizes = self.widths[self.seed % len(self.widths)]
        self.depth = len(self.sizes) - 1
        rng, g, m = self.rng, self.given, self.samples
        g["L"], g["m"], g[r"\eta"] = self.depth, m, rng.uniform(0.1, 0.9)
        g[r"\mathbf 1"] = np.ones((m, 1))
        for l, n in enumerate(self.sizes):
            g["n", l] = n
            if l:
                g["w", l] = rng.normal(size=(n, self.sizes[l - 1]))
                g["b", l] = rng.normal(size=(n, 1))
                g[r"\mu", l] = np.ones((n, m))  # nothing is masked
        g["x"] = rng.normal(size=(self.sizes[0], m))
        g["y"] = rng.uniform(size=(self.sizes[-1], m))

    def steps(self, q: Steps) -> None:
        q["a", 0] = q["x"]
        for l in range(1, self.depth + 1):
            q["z", l] = q["w", l] @ q["a", l - 1] + q["b", l]
            q["a", l] = q[r"\mu", l] * self.activation(l, q["z", l])
        q.put("C", self.cost(q["a", self.depth], q["y"]))
        q["total"] = sum(q["C", i] for i in range(1, self.samples + 1))
        q["C"] = q["total"] / self.samples

    def activation(self, l: int, z: Array) -> Array:
        return sigma(z)

    def cost(self, a: Array, y: Array) -> Array:
        """Of each sample."""
        return quadratic(a, y)

    @property
    def said(self) -> str:
        return "network " + "-".join(map(str, self.sizes))


class Chapter(Network):
    """The chapter speaks of nothing else."""
