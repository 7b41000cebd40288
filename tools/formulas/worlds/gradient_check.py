"""A cost C of the entries of a column, each on its way from x with a speed v
of its own: at the time t they are at x + t v."""

import numpy as np

from ..world import Steps, World


class Chapter(World):
    """x and v of n numbers; C is smooth, and no entry acts by itself."""

    networks = 3
    below = {"C": 1}

    def draw(self) -> None:
        rng, n = self.rng, 3 + self.seed
        for name in ("x", "v"):
            self.given[name] = rng.normal(size=(n, 1))
        self.given["mix"] = rng.normal(size=(n, n))
        self.given["t"] = rng.uniform(0.1, 1)
        self.given["n"] = n

    def steps(self, q: Steps) -> None:
        q["u"] = q["x"] + q["t"] * q["v"]
        q["C"] = (np.sin(q["mix"] @ q["u"]) * q["u"]).sum()
