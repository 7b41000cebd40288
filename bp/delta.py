"""What δ is, and what it is at the end

Written by the chapter chapters/07_delta.md: edit it there, not here.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bp.changes import complex_step
from bp.cost import quadratic_cost
from bp.digits import Array, as_columns
from bp.network import Network, check_network
from bp.neuron import SIGMOID, Activation, weighted_input
from bp.reading import as_whole

__all__ = ["cost_when_nudged", "measured_delta", "output_error"]


def cost_when_nudged(
    network: Network, x: Array, y: Array, l: int, nudge: Array
) -> np.inexact[Any]:
    """The cost when `nudge` is added to z[l] on its way through.

    x is (n_0, m), y (n_L, m) and nudge (n_l, m), which may be complex.
    Raises ValueError when a shape does not fit or l is not 1, ..., L,
    TypeError when l is no whole number.
    """
    check_network(network)
    l = as_whole(l, "l", 1, network.depth)
    a, nudge = as_columns(x, "x"), as_columns(nudge, "nudge", network.sizes[l])
    if nudge.shape[1] != a.shape[1]:
        said = f"nudge has shape {nudge.shape}, expected {a.shape[1]} columns"
        raise ValueError(said)
    for layer in range(1, network.depth + 1):
        z = weighted_input(network.w[layer], network.b[layer], a)
        a = network.f[layer].f(z + nudge if layer == l else z)
    return quadratic_cost(a, y)


def measured_delta(network: Network, x: Array, y: Array, l: int) -> Array:
    """δ of layer l, from its definition alone (eq-delta-definition).

    Shapes as in `cost_when_nudged`; a column for each sample, the slope of
    that sample's own cost.  Takes a run of the network for every entry.
    """
    check_network(network)
    l = as_whole(l, "l", 1, network.depth)
    x = as_columns(x, "x", network.sizes[0])

    def cost(nudge: Array) -> Any:
        return cost_when_nudged(network, x, y, l, nudge)

    still = np.zeros((network.sizes[l], x.shape[1]))
    delta: Array = complex_step(cost, still) * x.shape[1]  # not of the mean
    return delta


def output_error(
    cost_gradient: ArrayLike, z: ArrayLike, f: Activation = SIGMOID
) -> Array:
    """δ of the last layer (eq-bp1), a column for each sample.

    cost_gradient is the gradient of each sample's cost by its answers, z
    the weighted inputs of the last layer, both of shape (n_L, m), and f what
    its neurons compute.  The result has that shape and is not divided by m.
    Raises ValueError when the shapes differ.
    """
    cost_gradient = as_columns(cost_gradient, "cost_gradient")
    z = as_columns(z, "z", rows=len(cost_gradient))
    if cost_gradient.shape != z.shape:
        raise ValueError(
            f"cost_gradient has shape {cost_gradient.shape} and z has shape "
            f"{z.shape}, expected the same: give both for the same samples"
        )
    delta: Array = cost_gradient * f.prime(z)
    return delta
