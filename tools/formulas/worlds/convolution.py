"""One image x, one kernel w, a map z of places; channels; pooling."""

import numpy as np

from ..functions import largest
from ..notation import Array
from ..world import Steps, World

SIZES = [(6, 8, 3), (7, 5, 2), (5, 6, 4)]  # of the image and of the kernel


def windows(x: Array, k: int) -> dict[tuple[int, int], Array]:
    """For each offset, the part of the image that it meets."""
    rows, columns = x.shape[-2] - k + 1, x.shape[-1] - k + 1
    return {
        (u, v): x[..., u : u + rows, v : v + columns]
        for u in range(k)
        for v in range(k)
    }


class Chapter(World):
    networks = 3
    first = {"w": (0, 0), r"\tilde w": (0, 0)}  # offsets count from 0
    outside = {"w", r"\delta"}  # 0 where there is no weight, no neuron
    slopes = {r"\delta": ("C", "z")}

    def draw(self) -> None:
        rows, columns, k = SIZES[self.seed]
        self.given |= {
            "k": k,
            "w": self.rng.normal(size=(k, k)),
            "b": self.rng.normal(),
            "x": self.rng.normal(size=(rows, columns)),
            "y": self.rng.normal(size=(rows - k + 1, columns - k + 1)),
        }

    def steps(self, q: Steps) -> None:
        parts = windows(q["x"], self.given["k"])
        q["z"] = sum(q["w"][o] * part for o, part in parts.items()) + q["b"]
        q["C"] = ((np.tanh(q["z"]) - q["y"]) ** 2).sum() / 2
        q[r"\tilde w"] = q["w"][::-1, ::-1]


class Channels(Chapter):
    """Channels c of the image, d of the map: w_{dcuv}, x_{cij}, z_{dij}."""

    first = {"w": (1, 1, 0, 0)}

    def draw(self) -> None:
        super().draw()
        g, rng, k = self.given, self.rng, self.given["k"]
        g["w"] = rng.normal(size=(3, 2, k, k))
        g["b"] = rng.normal(size=(3, 1))
        g["x"] = rng.normal(size=(2, *g["x"].shape))
        g["y"] = rng.normal(size=(3, *g["y"].shape))

    def steps(self, q: Steps) -> None:
        maps = []
        for d in range(3):
            parts = windows(q["x"], self.given["k"]).items()
            one = sum(
                (q["w"][d, :, *o, None, None] * p).sum(0) for o, p in parts
            )
            maps.append(one + q["b"][d, 0])
        q["z"] = np.array(maps)
        q["C"] = ((np.tanh(q["z"]) - q["y"]) ** 2).sum() / 2


class Pooling(World):
    """Of each square of four the largest."""

    networks = 3

    def draw(self) -> None:
        rows, columns = [(4, 6), (6, 2), (2, 8)][self.seed]
        self.given["z"] = self.rng.normal(size=(rows, columns))
        self.given["y"] = self.rng.normal(size=(rows // 2, columns // 2))

    def steps(self, q: Steps) -> None:
        z = q["z"]
        q["a"] = largest(
            z[::2, ::2], z[1::2, ::2], z[::2, 1::2], z[1::2, 1::2]
        )
        q["C"] = ((np.tanh(q["a"]) - q["y"]) ** 2).sum() / 2
