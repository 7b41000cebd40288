"""Inputs x act on a cost C through u, or on several v through u; and what
moves u is nothing but x.  A batch has a column for each sample."""

import numpy as np

from ..world import Steps, World


class Chapter(World):
    """x of n, u of K, v of M numbers, all smooth in what comes before."""

    networks = 3
    many = 4
    batch = {"m"}
    below = {"C": 1}

    def draw(self) -> None:
        rng, g = self.rng, self.given
        n, k, v = [(3, 5, 2), (4, 2, 3), (2, 4, 5)][self.seed]
        g["m"] = self.samples
        g["x"] = rng.normal(size=(n, self.samples))
        for name, shape in (
            ("into", (k, n)),
            ("on", (v, k)),
            ("bend", (k, 1)),
            ("weigh", (v, 1)),
        ):
            g[name] = rng.normal(size=shape)

    def steps(self, q: Steps) -> None:
        q["u"] = np.tanh(q["into"] @ q["x"]) + q["bend"] * (q["into"] @ q["x"])
        q["v"] = np.sin(q["on"] @ q["u"]) + (q["on"] @ q["u"]) ** 2 / 4
        costs = (q["weigh"] * q["v"] + q["v"] ** 2).sum(axis=0)
        q.put("C", costs)
        q["C"] = costs.mean()
