"""How the cost answers to a weight

Written by the chapter chapters/10_weights.md: edit it there, not here.
"""

from numpy.typing import ArrayLike

from bp.digits import Array, as_columns

__all__ = ["weight_gradient"]


def weight_gradient(delta: ArrayLike, a_previous: ArrayLike) -> Array:
    """The gradient of the mean cost by the weights of a layer (eq-bp4-batch).

    delta holds the errors of layer l, shape (n_l, m), not divided by m;
    a_previous the activations of layer l - 1, shape (n_{l-1}, m); a column
    for each sample.  The result is the mean over the samples, of shape
    (n_l, n_{l-1}) as the weights are: the division by m is done here.
    float32 and complex types are kept.  Raises ValueError when the numbers
    of samples differ, and for an array that is 1-D, empty or not finite;
    TypeError for what is not numbers.
    """
    delta = as_columns(delta, "delta")
    a_previous = as_columns(a_previous, "a_previous")
    m = delta.shape[1]
    if a_previous.shape[1] != m:
        raise ValueError(
            f"delta has shape {delta.shape} and a_previous has shape "
            f"{a_previous.shape}, expected as many columns in both: give "
            "both for the same samples"
        )
    gradient: Array = delta @ a_previous.T / m
    return gradient
