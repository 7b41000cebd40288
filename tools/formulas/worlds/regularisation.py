"""A network with dropout, and what is random in training it.

Every sample has masks μ, 1/q or 0, on the hidden layers.  In E and Var a bare
μ is one of layer 1, over all masks, and ε a column of signs like x, over all
patterns; T(s) is the mean of the cost over them, with s ε on the input.  u is
where t steps from 0 lead in a valley of curvature h > 0 around c; λ > 0.  In
Shifts, sample k is the image after move k.
"""

from itertools import product

import numpy as np

from ..notation import Array
from ..world import Outcome, Steps
from . import network


class Chapter(network.Network):
    def draw(self) -> None:
        super().draw()
        rng, g = self.rng, self.given
        g["q"], g["h"], g["c"], g[r"\lambda"] = rng.uniform(0.4, 0.9, size=4)
        for l in range(1, self.depth):
            kept = rng.random(g[r"\mu", l].shape) < g["q"]
            kept[0] = True
            g[r"\mu", l] = kept / g["q"]
        self.draws = [self.masks(), self.signs()]
        for draw in self.draws:  # one, for a formula without E
            g |= draw[int(rng.integers(len(draw)))].given
        g["t"], g["s"] = int(rng.integers(2, 6)), rng.uniform(0.3, 0.9)

    def masks(self) -> list[Outcome]:
        q, every = self.given["q"], product([0, 1], repeat=self.sizes[1])
        return [
            Outcome(
                q ** sum(kept) * (1 - q) ** (len(kept) - sum(kept)),
                {r"\mu": np.reshape(kept, (-1, 1)) / q},
            )
            for kept in every
        ]

    def signs(self) -> list[Outcome]:
        every = list(product([-1.0, 1.0], repeat=self.sizes[0]))
        return [
            Outcome(1 / len(every), {r"\varepsilon": np.reshape(e, (-1, 1))})
            for e in every
        ]

    def steps(self, q: Steps) -> None:
        super().steps(q)
        u = q["c"] * 0
        for _ in range(self.given["t"]):
            u = u - q[r"\eta"] * q["h"] * (u - q["c"])
        q["u"] = u
        q.functions["T"] = [lambda s: self.expected_cost(q, s)]

    def expected_cost(self, q: Steps, s: Array) -> Array:
        real = type(np.real(s)[()])
        costs = []
        for outcome in self.draws[1]:
            noise = s * outcome.given[r"\varepsilon"]
            nudges = dict(q.nudges)
            nudges["a", 0] = nudges.get(("a", 0), 0) + noise
            costs.append(self.run(nudges, real)["total"])
        return sum(costs) / len(costs)


class Shifts(network.Network):
    """An image moved in nine ways, with one target: a sample for each."""

    many = 9

    def draw(self) -> None:
        super().draw()
        n, m = self.sizes[0], self.samples
        image, y = self.rng.uniform(size=n), self.given["y"][:, :1]
        moved = [np.eye(n, k=k - m // 2) @ image for k in range(m)]
        self.given |= {"x": np.stack(moved, axis=1), "y": y.repeat(m, axis=1)}
