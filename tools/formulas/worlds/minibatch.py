"""N samples with slopes g of their own, and batches of m of them.

s marks the samples of a batch, and ĝ is the mean of their slopes; c counts
them, and g̃ is their mean, where samples are put back.
"""

from collections import Counter
from functools import cache
from itertools import combinations, product

import numpy as np

from ..notation import Array
from ..world import Outcome, Steps
from . import network


@cache
def put_back(N: int, m: int) -> list[tuple[tuple[int, ...], int]]:
    """What m draws from N can be, and in how many orders."""
    draws = Counter(tuple(sorted(d)) for d in product(range(N), repeat=m))
    return list(draws.items())


class Chapter(network.Network):
    def draw(self) -> None:
        super().draw()
        rng, N = self.rng, self.many
        m = int(rng.integers(2, 5))
        g = rng.normal(size=(N, 1)) + 0.5

        def column(chosen: tuple[int, ...]) -> Array:
            counts = np.bincount(chosen, minlength=N)
            return counts.reshape(N, 1).astype(float)

        subsets = list(combinations(range(N), m))
        self.draws = [
            [Outcome(1 / len(subsets), {"s": column(c)}) for c in subsets],
            [
                Outcome(times / N**m, {"c": column(c)})
                for c, times in put_back(N, m)
            ],
        ]
        for draw in self.draws:  # one, for what is said of a single batch
            self.given |= draw[int(rng.integers(len(draw)))].given
        self.given |= {
            "N": N,
            "m": m,
            "g": g,
            "d": g - g.sum() / N,
            "S": np.std(g, ddof=1),
            r"\bar g": g.sum() / N,
        }

    def steps(self, q: Steps) -> None:
        super().steps(q)
        q[r"\hat g"] = (q["s"] * q["g"]).sum() / q["m"]
        q[r"\tilde g"] = (q["c"] * q["g"]).sum() / q["m"]
