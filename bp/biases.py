"""How the cost answers to a bias

Written by the chapter chapters/09_biases.md: edit it there, not here.
"""

from numpy.typing import ArrayLike

from bp.digits import Array, as_columns

__all__ = ["bias_gradient"]


def bias_gradient(delta: ArrayLike) -> Array:
    """The gradient of the mean cost by the biases of a layer (eq-bp3-batch).

    delta holds the errors of the layer, shape (n_l, m), a column for each
    sample, not divided by m.  The result is their mean over the samples,
    of shape (n_l, 1) as the biases are: the division by m is done here.
    float32 and complex types are kept.  Raises ValueError for a delta that
    is 1-D, empty or not finite, TypeError for what is not numbers.
    """
    delta = as_columns(delta, "delta")
    gradient: Array = delta.mean(axis=1, keepdims=True)
    return gradient
