"""A network that keeps every k-th layer, run back and counted; and how many
layers can be undone with s places and r runs of each, by trying all ways."""

from functools import cache
from math import inf

import numpy as np

from ..functions import whole
from ..notation import Array
from ..world import Steps, World


@cache
def runs(layers: int, places: int) -> float:
    """The least number of times that some layer must run."""
    if layers <= 1:
        return 0
    if places <= 0:
        return inf
    return min(
        max(1 + runs(stop, places), runs(layers - stop, places - 1))
        for stop in range(1, layers)
    )


class Chapter(World):
    def draw(self) -> None:
        k, q = (int(n) for n in self.rng.integers(2, 7, size=2))
        kept = most = work = 0
        for _ in range(q):
            kept += 1
            work += k  # on the way forward
        for start in reversed(range(0, k * q, k)):
            inside = [start]
            while len(inside) < k:
                inside.append(inside[-1] + 1)
                work += 1  # and again
            most = max(most, kept + len(inside))
        self.given |= {"k": k, "q": q, "L": k * q, "M": most, "F": work}
        self.given |= {"s": int(self.rng.integers(1, 4)), "r": 3}

    def steps(self, q: Steps) -> None:
        q.functions["N"] = [self.longest]

    @staticmethod
    def longest(s: Array, r: Array) -> Array:
        """How many layers s places can undo, if none runs over r times."""
        layers = 1
        while layers < 200 and runs(layers + 1, whole(s)) <= whole(r):
            layers += 1
        return np.float64(layers)
