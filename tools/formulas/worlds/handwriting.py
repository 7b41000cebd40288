"""Labels Y and guesses G of n digits, counted in N."""

import numpy as np

from ..world import World


class Chapter(World):
    capitals = {"Y": "y", "G": "g"}
    many = 7

    def draw(self) -> None:
        label, guess = self.rng.integers(10, size=(2, self.many))
        guess[0] = label[0]
        N = np.zeros((10, 10))
        np.add.at(N, (label, guess), 1)
        self.given |= {
            "n": self.many,
            r"\mathbf 1": np.ones((self.many, 1)),
            "I": np.eye(self.many),
            "y": np.eye(10)[:, label[: self.samples]],
            "g": np.eye(10)[:, guess[: self.samples]],
            "N": N,
        }
