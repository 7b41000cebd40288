"""The whole algorithm

Written by the chapter chapters/11_algorithm.md: edit it there, not here.
"""

from collections.abc import Callable
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

__all__ = ["End", "Gradient", "backprop"]


End = Callable[[Array, ArrayLike], tuple[Any, Array]]


@dataclass(frozen=True, eq=False)
class Gradient:
    """Derivatives of a cost, in the shapes of the network, and the cost."""

    w: dict[int, Array]  # by the weights, w[1] to w[L]
    b: dict[int, Array]  # by the biases, b[1] to b[L]
    cost: np.inexact[Any]


def backprop(
    network: Network, x: ArrayLike, y: ArrayLike, end: End | None = None
) -> Gradient:
    """Gradient of the cost, the mean over a batch (eq-algorithm-batch).

    x has shape (n_0, m) and y (n_L, m).  `end` makes the cost and δ^L from
    z^L and y; without it the cost is the quadratic one of a^L.  Raises
    ValueError when x or y does not fit the network or the other.
    """
    run, w, f, L = forward(network, x), network.w, network.f, network.depth
    z, a = run.z, run.a
    delta = {}
    if end:
        cost, delta[L] = end(z[L], y)
    else:
        cost, pull = quadratic_cost(a[L], y), quadratic_cost_gradient(a[L], y)
        delta[L] = output_error(pull, z[L], f[L])  # BP1
    for l in range(L - 1, 0, -1):
        delta[l] = propagate_error(w[l + 1], delta[l + 1], z[l], f[l])  # BP2
    return Gradient(
        b={l: bias_gradient(delta[l]) for l in w},  # BP3
        w={l: weight_gradient(delta[l], a[l - 1]) for l in w},  # BP4
        cost=cost,
    )
