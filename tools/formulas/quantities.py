"""What chapters mean by letters of their own, had without their formulas.

Each function gives, for one random world, the quantities of a chapter that
no comment `% where: …` can say: data, counts, and what code has computed.
"""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

import numpy as np

from . import world
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


def landscape(on: Evaluator) -> None:
    """The cost of a network 2-2-1, from a point θ along a unit vector v.

    f is the cost on that line, G the gradient at any point, g and H
    gradient and Hessian at θ, all by differences of the cost; λ and q, with
    c, are eigenvalues and the lowest eigenvector of H, and the components
    of v; P permutes the entries of r, with signs, and s is 1 for each minus.
    """
    rng = on.world.rng
    x, y = rng.normal(size=(2, 3)), rng.uniform(size=3)
    theta, u = rng.normal(size=(2, 9, 1))

    def cost(t: np.ndarray) -> np.ndarray:
        t = t[:, 0]
        a = world.sigma(t[:4].reshape(2, 2) @ x + t[4:6, None])
        return ((world.sigma(t[6:8] @ a + t[8]) - y) ** 2).sum() / 6

    def slopes(f: Callable, t: np.ndarray) -> list:
        """A fourth-order difference of f in each entry of t."""
        h, found = np.longdouble("1e-4"), []
        for e in np.eye(9)[:, :, None]:
            far = f(t + 2 * h * e) - f(t - 2 * h * e)
            found.append((8 * (f(t + h * e) - f(t - h * e)) - far) / 12 / h)
        return found

    def gradient(t: np.ndarray) -> np.ndarray:
        return np.array(slopes(cost, t)).reshape(9, 1)

    def third(v: np.ndarray) -> float:
        """A difference of third order along v."""
        near, far = (cost(theta + t * v) - cost(theta - t * v) for t in (1, 2))
        return abs(far - 2 * near)

    directions = rng.normal(size=(9, 9, 1))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    v = max(directions / 4, key=third) * 4  # not one with a tiny remainder

    def line(t: np.ndarray) -> np.ndarray:
        return cost(theta + t * v)

    def exact(t: np.ndarray) -> np.ndarray:
        steps = [cost(t + 1e-30j * e) for e in np.eye(9)[:, :, None]]
        return np.imag(steps)[:, None] / np.longdouble("1e-30")

    hessian = np.hstack(slopes(exact, theta)).astype(float)
    values, vectors = np.linalg.eigh(hessian)
    signed = np.eye(4)[[2, 0, 3, 1]] * rng.permutation([1, -1, -1, 1])
    on.functions |= {"f": [line], "G": [gradient]}
    on.given |= {
        name: Given(np.asarray(value))
        for name, value in {
            "g": exact(theta).astype(float),
            "H": hessian,
            "v": v,
            "u": u,
            r"\theta": theta,
            r"\lambda": values.reshape(-1, 1),
            "q": vectors[:, [0]],
            "c": vectors.T @ v,
            "Q": signed,
            "s": (signed.min(axis=0) < 0).reshape(-1, 1).astype(float),
            "r": rng.normal(size=(4, 1)),
        }.items()
    }


OWN: dict[str, Callable[[Evaluator], None]] = {
    "00_reading": counts,
    "01_digits": digits,
    "03_network": bump,
    "09_algorithm": products,
    "14_minima": landscape,
}
OWN_FUNCTIONS = {"03_network": {"g"}, "14_minima": {"f", "G"}}
