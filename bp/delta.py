"""What δ is, and what it is at the end

Written by the chapter chapters/05_delta.md: edit it there, not here.
"""

from numpy.typing import ArrayLike

from bp.digits import Array, as_columns
from bp.neuron import sigmoid_prime

__all__ = ["output_error"]


def output_error(cost_gradient: ArrayLike, z: ArrayLike) -> Array:
    """δ of the last layer (eq-bp1), a column for each sample.

    cost_gradient is the gradient of each sample's cost by its answers, z
    the weighted inputs of the last layer, both of shape (n_L, m).  The
    result has that shape and is not divided by m.  Raises ValueError when
    the shapes differ.
    """
    cost_gradient = as_columns(cost_gradient, "cost_gradient")
    z = as_columns(z, "z", rows=len(cost_gradient))
    if cost_gradient.shape != z.shape:
        raise ValueError(
            f"cost_gradient has shape {cost_gradient.shape} and z has shape "
            f"{z.shape}, expected the same: give both for the same samples"
        )
    delta: Array = cost_gradient * sigmoid_prime(z)
    return delta
