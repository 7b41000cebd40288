"""How a network learns

Written by the chapter chapters/12_descent.md: edit it there, not here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from bp.algorithm import Gradient, backprop
from bp.cost import quadratic_cost
from bp.digits import Array, as_columns
from bp.minibatch import minibatches
from bp.network import Network, forward

__all__ = ["GradientRule", "History", "accuracy", "sgd"]


GradientRule = Callable[[Network, Array, Array], Gradient]


@dataclass(eq=False)
class History:
    """What was measured before the first epoch and after each."""

    cost: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    test_cost: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)


def accuracy(network: Network, x: ArrayLike, y: ArrayLike) -> float:
    """Share of the samples whose largest answer is where y is largest.

    With a single output neuron: on the right side of one half.
    """
    a, y = forward(network, x).a[network.depth], as_columns(y, "y")
    if len(a) == 1:
        return float(((a > 0.5) == (y > 0.5)).mean())
    return float((a.argmax(axis=0) == y.argmax(axis=0)).mean())


def sgd(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    rng: "np.random.Generator",
    test: "tuple[ArrayLike, ArrayLike] | None" = None,
    gradient: GradientRule = backprop,
    history: History | None = None,
    callback: Callable[[int, Network, History], object] | None = None,
    progress: bool | None = None,
) -> tuple[Network, History]:
    """Stochastic gradient descent: the trained network and its history.

    x has shape (n_0, N), y (n_L, N).  `gradient` is the rule for the
    gradient of a mini-batch.  `callback` is called after each epoch with
    its number, the network and the history; when it returns True, the run
    ends there.
    """
    x, y = as_columns(x, "x"), as_columns(y, "y")
    w = {l: v.copy() for l, v in network.w.items()}
    b = {l: v.copy() for l, v in network.b.items()}
    network = Network(w, b)
    history = history or History()

    def record() -> None:
        a = forward(network, x).a[network.depth]
        history.cost.append(float(quadratic_cost(a, y)))
        history.accuracy.append(accuracy(network, x, y))
        if test is not None:
            a = forward(network, test[0]).a[network.depth]
            history.test_cost.append(float(quadratic_cost(a, test[1])))
            history.test_accuracy.append(accuracy(network, *test))

    if not history.cost:
        record()
    for _ in range(epochs):
        for index in minibatches(x.shape[1], batch_size, rng):
            g = gradient(network, x[:, index], y[:, index])
            for l in w:
                w[l] -= learning_rate * g.w[l]
                b[l] -= learning_rate * g.b[l]
        record()
        epoch = len(history.cost) - 1
        if callback and callback(epoch, network, history) is True:
            break
    return network, history
