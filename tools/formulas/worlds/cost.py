"""The network with its cost, and a chain of single neurons."""

from ..functions import sigma
from ..world import Steps, World
from .network import Network


class Chapter(Network):
    """The answers, and what they cost."""


class Chain(World):
    """1-1-1-1: all its quantities are numbers, so none has a subscript."""

    def draw(self) -> None:
        rng, g = self.rng, self.given
        g["x"], g["y"] = rng.normal(), rng.uniform()
        for l in (1, 2, 3):
            g["w", l], g["b", l] = rng.normal(), rng.normal()

    def steps(self, q: Steps) -> None:
        q["a", 0] = q["x"]
        for l in (1, 2, 3):
            q["z", l] = q["w", l] * q["a", l - 1] + q["b", l]
            q["a", l] = sigma(q["z", l])
        q["C"] = (q["y"] - q["a", 3]) ** 2 / 2
