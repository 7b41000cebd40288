"""The whole algorithm

Written by the chapter chapters/11_algorithm.md: edit it there, not here.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bp.biases import bias_gradient
from bp.cost import quadratic_cost, quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import Array
from bp.network import Network, forward
from bp.recursion import propagate_error
from bp.weights import weight_gradient

__all__ = ["Gradient", "backprop"]


@dataclass(frozen=True, eq=False)
class Gradient:
    """Derivatives of a cost, in the shapes of the network, and the cost."""

    w: dict[int, Array]  # by the weights, w[1] to w[L]
    b: dict[int, Array]  # by the biases, b[1] to b[L]
    cost: np.inexact[Any]


def backprop(network: Network, x: ArrayLike, y: ArrayLike) -> Gradient:
    """Gradient of the quadratic cost, the mean over a batch.

    x has shape (n_0, m) and y (n_L, m) (eq-algorithm-batch).  Raises
    ValueError when they do not fit the network or each other.
    """
    run, w, L = forward(network, x), network.w, network.depth
    z, a = run.z, run.a
    delta = {L: output_error(quadratic_cost_gradient(a[L], y), z[L])}  # BP1
    for l in range(L - 1, 0, -1):
        delta[l] = propagate_error(w[l + 1], delta[l + 1], z[l])  # BP2
    return Gradient(
        b={l: bias_gradient(delta[l]) for l in w},  # BP3
        w={l: weight_gradient(delta[l], a[l - 1]) for l in w},  # BP4
        cost=quadratic_cost(a[L], y),
    )
