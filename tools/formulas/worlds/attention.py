"""Attention over the rows of X, a row for each token; a question and an offer
at random; and a small language model with causal heads and one table of
tokens, E, for reading and for writing."""

from itertools import product

import numpy as np

from ..functions import rows
from ..world import Outcome, Steps, World

SIZES = [(4, 3, 2, 5), (5, 4, 3, 2), (3, 2, 4, 6)]  # tokens, width, d, values


class Chapter(World):
    networks = len(SIZES)

    def draw(self) -> None:
        (m, width, d, values), rng = SIZES[self.seed], self.rng
        self.given |= {
            "m": m,
            "d": d,
            "X": rng.normal(size=(m, width)),
            ("w", "Q"): rng.normal(size=(width, d)),
            ("w", "K"): rng.normal(size=(width, d)),
            ("w", "V"): rng.normal(size=(width, values)),
            "Y": rng.normal(size=(m, values)),
        }

    def steps(self, q: Steps) -> None:
        q.functions["softmax"] = [rows]
        for name in "QKV":
            q[name] = q["X"] @ q["w", name]
        q["S"] = q["Q"] @ q["K"].T / np.sqrt(q["d"])
        q["P"] = rows(q["S"])
        q["O"] = q["P"] @ q["V"]
        q["C"] = ((np.tanh(q["O"]) - q["Y"]) ** 2).sum() / 2


class Scale(World):
    """A question q and an offer k: each entry is 2 or -1/2, with the chances
    1/5 and 4/5, so that its mean is 0 and its variance 1."""

    networks = 3

    def draw(self) -> None:
        d, every = 2 + self.seed, []
        for entries in product([2, -0.5], repeat=2 * d):
            chance = np.prod([0.2 if e == 2 else 0.8 for e in entries])
            q, k = np.reshape(entries, (2, d, 1))
            every.append(Outcome(float(chance), {"q": q, "k": k}))
        self.draws = [every]
        self.given |= {"d": d, **every[5].given}


class Language(World):
    networks = len(SIZES)
    heads = 2

    def draw(self) -> None:
        (m, width, d, values), rng = SIZES[self.seed], self.rng
        tokens, g = 7, self.given
        g |= {"m": m, "d": d, "E": rng.normal(size=(tokens, width)) / 2}
        g["T"], g["Y"] = np.eye(tokens)[rng.integers(tokens, size=(2, m))]
        for h in range(1, self.heads + 1):
            g["w", "Q", h] = rng.normal(size=(width, d))
            g["w", "K", h] = rng.normal(size=(width, d))
            g["w", "V", h] = rng.normal(size=(width, values))
            g["w", "O", h] = rng.normal(size=(values, width))

    def steps(self, q: Steps) -> None:
        q.functions["softmax"] = [rows]
        q["X"] = q["T"] @ q["E"]
        seen = np.tri(self.given["m"])  # by each token: itself, and before
        heads = []
        for h in range(1, self.heads + 1):
            for name in "QKV":
                q[name, h] = q["X"] @ q["w", name, h]
            q["S", h] = q["Q", h] @ q["K", h].T / np.sqrt(q["d"])
            weights = np.exp(q["S", h]) * seen
            q["P", h] = weights / weights.sum(axis=1, keepdims=True)
            heads.append(q["P", h] @ q["V", h] @ q["w", "O", h])
        q["O"] = sum(heads)
        q["Z"] = (q["X"] + q["O"]) @ q["E"].T
        q["A"] = rows(q["Z"])
        q["C"] = -(q["Y"] * np.log(q["A"])).sum() / self.given["m"]
