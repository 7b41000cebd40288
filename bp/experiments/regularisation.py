"""What regularisation does

Written by the chapter chapters/15_regularisation.md: edit it there, not here.
"""

from typing import Any

import numpy as np

from bp.digits import Array, load_digits, one_hot
from bp.network import Network, random_network
from bp.neuron import sigmoid

__all__ = [
    "Pair",
    "few_digits",
    "Stack",
    "XOR",
    "stacked",
    "answers",
    "descend_many",
]


Pair = tuple[Array, Array]


def few_digits(
    seed: int, wrong: float = 0.2, n: int = 100
) -> tuple[Pair, Pair, Network]:
    """n digits to train, a share of them with a wrong label; n others to
    validate; and a network 64-100-10 to start from."""
    rng, (train, _) = np.random.default_rng(seed), load_digits()
    chosen = rng.permutation(train.label.size)[: 2 * n]
    mine, others = chosen[:n], chosen[n:]
    label = train.label[mine]
    spoiled = rng.permutation(n)[: round(wrong * n)]
    label[spoiled] += rng.integers(1, 10, size=spoiled.size)
    return (
        (train.x[:, mine], one_hot(label % 10)),
        (train.x[:, others], train.y[:, others]),
        random_network((64, 100, 10), rng),
    )


Stack = tuple[Array, Array, Array, Array]  # w[1], b[1], w[2], b[2]
XOR = (
    np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]),
    np.array([[0.0, 1.0, 1.0, 0.0]]),
)


def stacked(networks: list[Network]) -> Stack:
    """S networks with one hidden layer, all of one shape, as four arrays."""
    w = [np.stack([net.w[l] for net in networks]) for l in (1, 2)]
    b = [np.stack([net.b[l] for net in networks]) for l in (1, 2)]
    return w[0], b[0], w[1], b[1]


def answers(many: Stack, x: Array) -> tuple[Array, Array]:
    """Hidden activations (S, n_1, m) and answers (S, n_2, m)."""
    w1, b1, w2, b2 = many
    a1 = sigmoid(w1 @ x + b1)
    return a1, sigmoid(w2 @ a1 + b2)


def descend_many(
    many: Stack,
    x: Array,
    y: Array,
    rate: float,
    steps: int,
    lam: "float | Array" = 0.0,
    size: int = 0,
    noise: float = 0.0,
    keep: float = 1.0,
    rng: "np.random.Generator | None" = None,
) -> Stack:
    """Descent of S networks side by side, with the rules of this chapter.

    lam is the λ of L2, a number or of shape (S, 1, 1).  With a size, each
    takes mini-batches of its own; noise is on the inputs, keep is for
    dropout.
    """
    w1, b1, w2, b2 = (part.copy() for part in many)
    S, m = len(w1), size or x.shape[1]
    rng = rng or np.random.default_rng(0)
    for step in range(steps):
        u, v = x, y
        if size:
            start = step * m % x.shape[1]
            if start == 0:
                order = rng.random((S, x.shape[1])).argsort(axis=1)
            index = order[:, start : start + m]
            u, v = (np.moveaxis(part[:, index], 1, 0) for part in (x, y))
        if noise:
            u = u + noise * rng.standard_normal((S, len(x), m))
        a1 = sigmoid(w1 @ u + b1)
        mask: Any = 1.0
        if keep < 1:
            mask = (rng.random(a1.shape) < keep) / keep
        spoken = a1 * mask
        a2 = sigmoid(w2 @ spoken + b2)
        d2 = (a2 - v) * a2 * (1 - a2)
        d1 = (w2.mT @ d2) * mask * a1 * (1 - a1)
        w2 -= rate * (d2 @ spoken.mT / m + lam * w2)
        b2 -= rate * d2.mean(axis=2, keepdims=True)
        w1 -= rate * (d1 @ np.swapaxes(u, -1, -2) / m + lam * w1)
        b1 -= rate * d1.mean(axis=2, keepdims=True)
    return w1, b1, w2, b2
