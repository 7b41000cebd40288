"""Networks whose weights are drawn, over everything that these can be.

`Chapter` is without biases, with ReLUs; its weights are s_l times -√3, 0 or
√3, with the chances 1/6, 2/3 and 1/6, which have the mean, the variance and
the third and fourth moments of a normal number.  `Signs` has biases, and
weights ±s_l, so that no weighted input is 0.  `Drawn` has other functions,
`Any` too, where it is the column u that is drawn; the networks of `Extreme`
are those of sigmoids, with chains among them for which what is said to be
small is as large as it can be."""

from itertools import product
from math import sqrt

import numpy as np

from ..functions import FUNCTIONS, Forms, relu, relu_1, sigma
from ..notation import Array, Key
from ..world import Outcome, Steps, World
from . import network

NORMAL = {-sqrt(3): 1 / 6, 0.0: 2 / 3, sqrt(3): 1 / 6}
THREE = {-sqrt(1.5): 1 / 3, 0.0: 1 / 3, sqrt(1.5): 1 / 3}
SIGNS = {-1.0: 1 / 2, 1.0: 1 / 2}


def soft(z: Array) -> Array:
    return np.log(1 + np.exp(z))


class Chapter(World):
    """ReLUs, no biases; means over all weights, the input held."""

    widths: tuple[tuple[int, ...], ...] = ((3, 1, 2), (2, 2, 1, 1), (1, 2, 3))
    values = NORMAL
    networks = 3
    below = {"n": 1, "s": 1, "t": 1}
    biases = False
    curves: tuple[Forms, ...] = ([relu, relu_1],)

    def draw(self) -> None:
        self.sizes = self.widths[self.seed % len(self.widths)]
        self.curve = self.curves[self.seed % len(self.curves)]
        rng, g = self.rng, self.given
        g["L"] = len(self.sizes) - 1
        g["x"] = rng.uniform(0.5, 2, size=(self.sizes[0], 1))
        for l, n in enumerate(self.sizes):
            g["n", l] = n
            if l:
                g["s", l], g["t", l] = rng.uniform(0.5, 2, size=2)
                g["u", l] = rng.normal(size=(n, 1))
        count = sum(int(np.prod(shape)) for shape in self.shapes.values())
        self.draws = [[]]
        for units in product(self.values, repeat=count):
            chance = float(np.prod([self.values[u] for u in units]))
            self.draws[0].append(Outcome(chance, self.parts(units)))
        g |= self.draws[0][-1].given  # all above 0: no neuron on its edge

    @property
    def shapes(self) -> dict[Key, tuple[int, int]]:
        found: dict[Key, tuple[int, int]] = {}
        for l in range(1, len(self.sizes)):
            found["w", l] = self.sizes[l], self.sizes[l - 1]
            if self.biases:
                found["b", l] = self.sizes[l], 1
        return found

    def parts(self, units: tuple[float, ...]) -> dict[Key, Array]:
        """Weights s_l times these, biases t_l times these."""
        left, found = iter(units), {}
        for key, (rows, columns) in self.shapes.items():
            size = self.given["s" if key[0] == "w" else "t", key[1]]
            some = [[next(left) for _ in range(columns)] for _ in range(rows)]
            found[key] = size * np.array(some)
        return found

    def steps(self, q: Steps) -> None:
        q.functions["f"] = self.curve
        q["a", 0] = q["x"]
        for l in range(1, len(self.sizes)):
            b = q["b", l] if self.biases else 0
            q["z", l] = q["w", l] @ q["a", l - 1] + b
            q["a", l] = self.curve[0](q["z", l])


class Relu(Chapter):
    """The chapter's, where another stands above."""


class Drawn(Chapter):
    """Any function, and biases."""

    widths = ((2, 1, 2), (1, 2, 1))
    values = THREE
    networks = 2
    biases = True
    curves = (FUNCTIONS[r"\tanh"], [soft, sigma])


class Signs(Chapter):
    """ReLUs with biases; nothing is 0."""

    widths = ((2, 1, 2, 1), (1, 2, 1))
    values = SIGNS
    networks = 2
    biases = True


class Any(network.Network):
    """The book's network, with another function; u is drawn: ±1/√n_L."""

    def draw(self) -> None:
        soft_forms = [soft, FUNCTIONS[r"\sigma"][0]]
        some = [FUNCTIONS[r"\tanh"], soft_forms, FUNCTIONS["relu"]]
        self.curve = some[self.seed % 3]
        super().draw()
        last = self.sizes[-1]
        columns = [
            np.array(signs).reshape(-1, 1) / sqrt(last)
            for signs in product([-1.0, 1.0], repeat=last)
        ]
        self.given["u"] = columns[0]
        chance = 1 / len(columns)
        self.draws = [[Outcome(chance, {"u": u}) for u in columns]]

    def activation(self, l: int, z: Array) -> Array:
        return self.curve[0](z)

    def steps(self, q: Steps) -> None:
        super().steps(q)
        q.functions["f"] = self.curve


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
