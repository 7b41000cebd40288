"""Small networks without biases, over everything that their weights can be:
-c s_l, 0 or c s_l, equally likely, with c² = 3/2, so that the mean is 0 and
the variance (s_l)²; in all but the last network, ±s_l.

And the book's network, with chains among them for which what is said to be
small is as large as it can be."""

from itertools import product

import numpy as np

from ..functions import relu, sigma
from ..notation import Array, Key
from ..world import Outcome, Steps, World
from . import network

WIDTHS = [(3, 1, 2), (2, 2, 1, 1), (2, 1, 3)]


class Chapter(World):
    networks = len(WIDTHS)
    below = {"n": 1, "s": 1}

    def draw(self) -> None:
        self.sizes = WIDTHS[self.seed]
        rng, g = self.rng, self.given
        g["L"] = len(self.sizes) - 1
        g["x"] = rng.uniform(0.5, 2, size=(self.sizes[0], 1))
        for l, n in enumerate(self.sizes):
            g["n", l] = n
            if l:
                g["s", l] = rng.uniform(0.5, 2)
        count = sum(map(np.prod, self.shapes.values()))
        c = np.sqrt(1.5)
        values = [-c, 0, c] if self.seed == 2 else [-1, 1]
        chance = len(values) ** -float(count)
        every = product(values, repeat=count)
        self.draws = [[Outcome(chance, self.weights(w)) for w in every]]
        g |= self.draws[0][-1].given  # all above 0: no neuron on its edge

    @property
    def shapes(self) -> dict[int, tuple[int, int]]:
        pairs = zip(self.sizes[1:], self.sizes, strict=False)
        return dict(enumerate(pairs, start=1))

    def weights(self, units: tuple[float, ...]) -> dict[Key, Array]:
        """Of all layers, s_l times these."""
        left = iter(units)
        found: dict[Key, Array] = {}
        for l, (n, k) in self.shapes.items():
            some = np.array([[next(left) for _ in range(k)] for _ in range(n)])
            found["w", l] = self.given["s", l] * some
        return found

    def steps(self, q: Steps) -> None:
        q["a", 0] = q["x"]
        for l in range(1, len(self.sizes)):
            q["z", l] = q["w", l] @ q["a", l - 1]
            q["a", l] = relu(q["z", l])


class Extreme(network.Network):
    """Chains of single neurons too, each where it is steepest."""

    widths = [*network.SIZES, (1, 1, 1, 1), (1, 1, 1, 1, 1)]
    networks = len(widths)

    def draw(self) -> None:
        super().draw()
        if max(self.sizes) == 1:
            a = self.given["x"]
            for l in range(1, self.depth + 1):
                near = self.rng.normal(size=(1, 1)) / 1000
                self.given["b", l] = near - self.given["w", l] @ a
                a = sigma(near)
