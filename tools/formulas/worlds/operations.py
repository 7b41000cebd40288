"""Entries a_i of one array that become entries b_k of another: b_k is the
sum of all a_i with i → k, one or none of them; then a cost of b.
"""

import numpy as np

from ..notation import Array
from ..world import Steps, World

# from which entry of a each entry of b comes; 0 for none
PLACES = [(1, 1, 3), (2, 0, 2, 4, 2), (5, 1, 1, 0, 2, 5)]
SIZES = [3, 4, 6]


class Chapter(World):
    networks = 3
    below = {"a": 1, "b": 1, r"\bar a": 1, r"\bar b": 1}
    slopes = {r"\bar a": ("C", "a"), r"\bar b": ("C", "b")}

    def draw(self) -> None:
        self.places = PLACES[self.seed]
        self.relations[r"\to"] = self.goes
        for i in range(1, SIZES[self.seed] + 1):
            self.given["a", i] = self.rng.normal()
        self.given |= {"n": SIZES[self.seed], "m": len(self.places)}
        self.far = self.rng.normal(size=len(self.places))

    def goes(self, i: float, k: float) -> bool:
        return self.places[round(k) - 1] == round(i)

    def steps(self, q: Steps) -> None:
        total: Array = np.zeros(())
        for k, i in enumerate(self.places, start=1):
            q["b", k] = q["a", i] if i else 0 * q["a", 1]
            total = total + self.far[k - 1] * np.sin(q["b", k])
        q["C"] = total
