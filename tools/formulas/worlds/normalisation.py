"""n neurons and m samples, each neuron normalised over the batch; and blocks
that add to what they get."""

import numpy as np

from ..functions import sigma
from ..world import Steps, World

SIZES = [(3, 7), (4, 5), (2, 6)]


class Chapter(World):
    networks = 3
    slopes = {r"\delta": ("C", "u")}

    def draw(self) -> None:
        (n, m), rng = SIZES[self.seed], self.rng
        self.given |= {
            "m": m,
            "n": n,
            r"\varepsilon": rng.uniform(0.1, 0.5),
            "z": rng.normal(size=(n, m)),
            "y": rng.normal(size=(n, m)),
            r"\gamma": rng.normal(size=(n, 1)),
            r"\beta": rng.normal(size=(n, 1)),
        }

    def steps(self, q: Steps) -> None:
        z = q["z"]
        q[r"\mu"] = z.mean(axis=1, keepdims=True)
        q["v"] = ((z - q[r"\mu"]) ** 2).mean(axis=1, keepdims=True)
        q["s"] = np.sqrt(q["v"] + q[r"\varepsilon"])
        q[r"\hat z"] = (z - q[r"\mu"]) / q["s"]
        q["u"] = q[r"\gamma"] * q[r"\hat z"] + q[r"\beta"]
        q["C"] = ((np.tanh(q["u"]) - q["y"]) ** 2).sum() / 2


class Residual(World):
    """Blocks of the same width, each with a narrow layer inside."""

    networks = 3

    def draw(self) -> None:
        rng, (n, inner) = self.rng, [(4, 3), (3, 5), (2, 4)][self.seed]
        g = self.given
        g["L"], g["a", 0] = 3, rng.normal(size=(n, 1))
        g["y"], g["I"] = rng.normal(size=(n, 1)), np.eye(n)
        for l in (1, 2, 3):
            g["w", l] = rng.normal(size=(inner, n))
            g["v", l] = rng.normal(size=(n, inner))

    def steps(self, q: Steps) -> None:
        for l in (1, 2, 3):
            q["z", l] = q["w", l] @ q["a", l - 1]
            q["a", l] = q["a", l - 1] + q["v", l] @ sigma(q["z", l])
        q["C"] = ((q["a", 3] - q["y"]) ** 2).sum() / 2
