"""A network 1-2n-1, run as it is, and the bumps that its neurons make."""

import numpy as np

from ..functions import sigma
from ..notation import Array
from ..tree import Wrong
from ..world import Steps, World


def run(x: Array, s: Array, steps: Array, weights: Array) -> Array:
    """z² of the network with the hidden weights s and its steps there."""
    if np.ndim(x):
        raise Wrong(f"x of shape {np.shape(x)}, not a number")
    w = s * np.ones((len(steps), 1))
    a = sigma(w @ np.reshape(x, (1, 1)) - s * steps)
    return (weights @ a)[0, 0]


class Chapter(World):
    """One bump g, from p to q."""

    def draw(self) -> None:
        for name in "hspq":
            sign = self.rng.choice([-1, 1])
            self.given[name] = self.rng.uniform(0.3, 1.7) * sign

    def steps(self, q: Steps) -> None:
        def one(x: Array) -> Array:
            steps = np.array([[q["p"]], [q["q"]]])
            return run(x, q["s"], steps, np.array([[q["h"], -q["h"]]]))

        q.functions["g"] = [one]


class Staircase(World):
    """F, of n bumps of height h from p to q."""

    def draw(self) -> None:
        rng, g = self.rng, self.given
        n = (3, 4, 2, 6, 5)[self.seed]
        g["n"], g["s"] = n, rng.uniform(0.5, 3)
        for name in "hpq":
            g[name] = rng.normal(size=(n, 1))

    def steps(self, q: Steps) -> None:
        def all_bumps(x: Array) -> Array:
            steps = np.concatenate([q["p"], q["q"]])
            return run(x, q["s"], steps, np.concatenate([q["h"], -q["h"]]).T)

        q.functions["F"] = [all_bumps]
