"""What chapters mean by letters of their own, had without their formulas.

Each function gives, for one random world, the quantities of a chapter that
no comment `% where: …` can say: data, counts, and what code has computed.
"""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

import numpy as np

from .evaluate import Evaluator, Given, Wrong


def counts(on: Evaluator) -> None:
    """P, the number of entries of all weights and biases."""
    arrays = [a for (kind, _), a in on.world.fixed.items() if kind in "wb"]
    on.given["P"] = Given(np.asarray(sum(a.size for a in arrays)))


@cache
def data() -> tuple:
    """Training samples as `bp` gives them, and the ink in the file."""
    from bp.digits import load_digits

    train, _ = load_digits()
    with np.load(files("bp.data").joinpath("digits.npz")) as file:
        return train, file["pixels"][file["order"]]


def digits(on: Evaluator) -> None:
    """Real digits: a sample x, y of class c, its ink p; v of another class;
    a batch X, Y with 1, 2, … of each class, and the average images."""
    (train, ink), rng = data(), on.world.rng
    i = int(rng.integers(train.label.size))
    other = int(rng.choice(np.flatnonzero(train.label != train.label[i])))
    some = [
        rng.choice(np.flatnonzero(train.label == c), c + 1) for c in range(10)
    ]
    batch = rng.permutation(np.concatenate(some))
    x, label = train.x[:, batch], train.label[batch]
    means = [np.mean([*x.T[label == c]], axis=0) for c in range(10)]
    on.given |= {
        "p": Given(ink[i].astype(float).reshape(-1, 1)),
        "c": Given(np.asarray(train.label[i])),
        "x": Given(train.x[:, [i]], x),
        "y": Given(train.y[:, [i]], train.y[:, batch]),
        "v": Given(train.y[:, [other]]),
        "X": Given(x),
        "Y": Given(train.y[:, batch]),
        "m": Given(np.asarray(batch.size)),
        r"\bar x": Given(np.array(means).T),
    }


def bump(on: Evaluator) -> None:
    """g, made of two neurons and run as the network that it is."""
    from bp.network import Network, forward

    def two_neurons(x: np.ndarray) -> np.ndarray:
        if np.ndim(x):
            raise Wrong(f"g of shape {x.shape}, not of a number")
        h, s, p, q = (on.given[name].value for name in "hspq")
        steps = Network(
            w={1: np.array([[s], [s]])},
            b={1: np.array([[-s * p], [-s * q]])},
        )
        a = forward(steps, np.reshape(x, (1, 1))).a[1]
        return (h * (a[0] - a[1]))[0]

    on.functions["g"] = [two_neurons]


def products(on: Evaluator) -> None:
    """F and B: multiplications of a run forward and back, counted."""
    forward = back = 0
    for (kind, l), array in on.world.fixed.items():
        if kind == "w":
            for _ in np.nditer(array):
                forward += 1  # w a
                back += 1 + (l > 1)  # δ aᵀ, and wᵀ δ
    on.given["F"] = Given(np.asarray(forward))
    on.given["B"] = Given(np.asarray(back))


OWN: dict[str, Callable[[Evaluator], None]] = {
    "00_reading": counts,
    "01_digits": digits,
    "03_network": bump,
    "09_algorithm": products,
}
OWN_FUNCTIONS = {"03_network": {"g"}}
