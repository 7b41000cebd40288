"""Real digits: a sample x, y of class c, its ink p; v of another class; a
batch X, Y with 1, 2, … of each class, and the average images."""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from ..notation import Array
from ..world import World


@cache
def data() -> tuple[Any, Array]:
    """Training samples as `bp` gives them, and the ink in the file."""
    from bp.digits import load_digits

    train, _ = load_digits()
    path = files("bp.data").joinpath("digits.npz")
    with path.open("rb") as opened, np.load(opened) as file:
        return train, file["pixels"][file["order"]]


class Chapter(World):
    capitals = {"X": "x", "Y": "y"}
    batch = {"m", r"\mathbf 1"}
    many = 55

    def draw(self) -> None:
        (train, ink), rng = data(), self.rng
        i = int(rng.integers(train.label.size))
        other = int(rng.choice(np.flatnonzero(train.label != train.label[i])))
        chosen = np.array([i])
        if self.samples > 1:
            some = [
                rng.choice(np.flatnonzero(train.label == c), c + 1)
                for c in range(10)
            ]
            chosen = rng.permutation(np.concatenate(some))
        x, label = train.x[:, chosen], train.label[chosen]
        means = [np.mean([*x.T[label == c]], axis=0) for c in {*label}]
        self.given |= {
            "p": ink[i].astype(float).reshape(-1, 1),
            "c": train.label[i],
            "x": x,
            "y": train.y[:, chosen],
            "v": train.y[:, [other]],
            "m": chosen.size,
            r"\mathbf 1": np.ones((chosen.size, 1)),
            r"\bar x": np.array(means).T,
        }
