"""n test digits, each read (r) or not with the chance p, and the ends of
Wilson's interval; the shares u, v of two equal machines, s the larger; q,
the chance of at most k heads among n fair coins."""

from itertools import product
from math import comb

import numpy as np

from ..world import Outcome, Steps, World


class Chapter(World):
    many = 7

    def draw(self) -> None:
        rng, n = self.rng, self.many
        p, t = rng.uniform(0.1, 0.9), rng.uniform(0.5, 3)
        chance = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
        read = [
            Outcome(
                p ** sum(ways) * (1 - p) ** (n - sum(ways)),
                {"r": np.array(ways, float).reshape(-1, 1)},
            )
            for ways in product([0, 1], repeat=n)
        ]
        pairs = [
            Outcome(chance[j] * chance[k], {"u": j / n, "v": k / n})
            for j, k in product(range(n + 1), repeat=2)
        ]
        self.draws = [read, pairs]
        differ = [o for o in pairs if o.given["u"] != o.given["v"]]
        for draw in (read, differ):  # one, for what is said of a single test
            self.given |= draw[int(rng.integers(len(draw)))].given
        share = float(self.given["r"].mean())
        # (share - x)^2 n = t^2 x (1 - x), as a polynomial in x
        low, high = sorted(
            np.roots([n + t * t, -2 * n * share - t * t, n * share**2])
        )
        k = int(rng.integers(n))
        heads = np.array([sum(ways) for ways in product([0, 1], repeat=n)])
        self.given |= {
            "n": n,
            "p": p,
            "t": t,
            "c": (low + high) / 2,
            "h": (high - low) / 2,
            r"\mathbf 1": np.ones((n, 1)),
            "I": np.eye(n),
            "k": k,
            "q": float((heads <= k).mean()),
        }

    def steps(self, q: Steps) -> None:
        q[r"\hat p"] = q["r"].sum() / q["n"]
        q["s"] = max(q["u"], q["v"], key=np.real)
