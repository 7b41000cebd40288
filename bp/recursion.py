"""One layer back

Written by the chapter chapters/08_recursion.md: edit it there, not here.
"""

from numpy.typing import ArrayLike

from bp.digits import Array, as_columns
from bp.neuron import SIGMOID, Activation

__all__ = ["propagate_error"]


def propagate_error(
    w_next: ArrayLike,
    delta_next: ArrayLike,
    z: ArrayLike,
    f: Activation = SIGMOID,
) -> Array:
    """δ of a layer from δ of the next one (eq-bp2, eq-bp2-batch).

    w_next, of shape (n_{l+1}, n_l), are the weights between the two;
    delta_next, (n_{l+1}, m), the errors of the next layer; z, (n_l, m), the
    weighted inputs of this one, whose neurons compute f.  The result has the
    shape of z and is not divided by m.  Raises ValueError when the shapes do
    not fit.
    """
    w_next = as_columns(w_next, "w_next")
    delta_next = as_columns(delta_next, "delta_next", rows=len(w_next))
    z = as_columns(z, "z", rows=w_next.shape[1])
    if delta_next.shape[1] != z.shape[1]:
        raise ValueError(
            f"delta_next has {delta_next.shape[1]} columns and z has "
            f"{z.shape[1]}, expected the same: give both for the same samples"
        )
    delta: Array = (w_next.T @ delta_next) * f.prime(z)
    return delta
