"""The network, and a direction in which its weights and biases move: v^l for
the weights, u^l for the biases; and targets that are drawn."""

from itertools import product

import numpy as np

from ..world import Outcome, Steps
from . import network


class Chapter(network.Network):
    widths = network.SMALL  # since all is nudged, twice
    networks = len(widths)

    def draw(self) -> None:
        super().draw()
        g = self.given
        for l in range(1, self.depth + 1):
            for moving, along in ("w", "v"), ("b", "u"):
                g[along, l] = self.rng.normal(size=g[moving, l].shape)
                self.moves[moving, l] = g[along, l]


class Drawn(Chapter):
    """Targets that are drawn: the answers, and noise e, each entry 2 or -1/2
    with the chances 1/5 and 4/5, so that its mean is 0 and its variance 1."""

    def draw(self) -> None:
        super().draw()
        every = []
        for entries in product([2, -0.5], repeat=self.sizes[-1]):
            chance = np.prod([0.2 if e == 2 else 0.8 for e in entries])
            noise = np.reshape(entries, (-1, 1))
            every.append(Outcome(float(chance), {"e": noise}))
        self.draws = [every]
        self.given |= every[1].given

    def steps(self, q: Steps) -> None:
        super().steps(q)
        q["y"] = q.held(("a", self.depth)) + q["e"]
        q.put("C", self.cost(q["a", self.depth], q["y"]))
        q["total"] = sum(q["C", i] for i in range(1, self.samples + 1))
        q["C"] = q["total"] / self.samples
