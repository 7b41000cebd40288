"""A recurrent network over T times, with the same weights at each; w^{(t)} is
the copy that time t uses.  And a cell c with gates, f to forget, i to let in
g, o to let out."""

import numpy as np

from ..functions import sigma
from ..world import Steps, World

SIZES = [(3, 2, 4, 4), (2, 4, 3, 5), (4, 3, 2, 3)]  # state, input, answer; T


class Chapter(World):
    networks = len(SIZES)
    below = dict.fromkeys(["x", "y", "z", "h", "p", "C", r"\delta"], 1)
    slopes = {r"\delta": ("C", "z")}

    def draw(self) -> None:
        state, inputs, answers, self.T = SIZES[self.seed]
        rng, g = self.rng, self.given
        g["T"] = self.T
        g["w"] = rng.normal(size=(state, state))
        g["u"] = rng.normal(size=(state, inputs))
        g["v"] = rng.normal(size=(answers, state))
        g["b"] = rng.normal(size=(state, 1))
        g["h", 0] = rng.normal(size=(state, 1))
        for t in range(1, self.T + 1):
            g["x", t] = rng.normal(size=(inputs, 1))
            g["y", t] = rng.normal(size=(answers, 1))

    def steps(self, q: Steps) -> None:
        times = range(1, self.T + 1)
        for t in times:
            q["w", t] = q["w"]
            before = q["w", t] @ q["h", t - 1]
            q["z", t] = before + q["u"] @ q["x", t] + q["b"]
            q["h", t] = np.tanh(q["z", t])
            q["p", t] = q["v"] @ q["h", t]
            q["C", t] = ((q["p", t] - q["y", t]) ** 2).sum() / 2
        q["C"] = sum(q["C", t] for t in times)


class Gates(World):
    networks = len(SIZES)
    below = dict.fromkeys("xhcfigoC", 1)

    def draw(self) -> None:
        n, inputs, _, self.T = SIZES[self.seed]
        rng, g = self.rng, self.given
        g["T"], g["h", 0], g["c", 0] = self.T, *rng.normal(size=(2, n, 1))
        for gate in "figo":
            g["w", gate] = rng.normal(size=(n, n))
            g["u", gate] = rng.normal(size=(n, inputs))
        for t in range(1, self.T + 1):
            g["x", t] = rng.normal(size=(inputs, 1))

    def steps(self, q: Steps) -> None:
        for t in range(1, self.T + 1):
            for gate in "figo":
                bend = np.tanh if gate == "g" else sigma
                q[gate, t] = bend(
                    q["w", gate] @ q["h", t - 1] + q["u", gate] @ q["x", t]
                )
            q["c", t] = q["f", t] * q["c", t - 1] + q["i", t] * q["g", t]
            q["h", t] = q["o", t] * np.tanh(q["c", t])
        q["C"] = (q["h", self.T] ** 3).sum()
