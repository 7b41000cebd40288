"""A point (p, q), a circle around (u, v) of radius r, and their distance."""

import numpy as np

from ..world import Steps, World


class Chapter(World):
    def draw(self) -> None:
        for letter in "pquv":
            self.given[letter] = self.rng.normal()
        self.given["r"] = self.rng.uniform(0.5, 2)

    def steps(self, q: Steps) -> None:
        q["d"] = np.sqrt((q["p"] - q["u"]) ** 2 + (q["q"] - q["v"]) ** 2)
        q["C"] = (q["d"] - q["r"]) ** 2 / 2
