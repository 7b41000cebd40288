"""How a network learns

Written by the chapter chapters/13_descent.md: edit it there, not here.
"""

from typing import Any

from bp.algorithm import Gradient
from bp.digits import Array
from bp.network import Network, check_network
from bp.reading import as_numbers, as_real

__all__ = ["as_slope", "step_down"]


def as_slope(
    found: Any, kind: str, l: int, array: Array, said: str = "slope is"
) -> Array:
    """The slopes by w[l] or b[l] that a gradient holds, if they fit.

    Raises TypeError for what is no Gradient, ValueError for slopes of
    another shape than the array, and for complex ones.
    """
    name = said.split()[0]
    try:
        slope = as_numbers(getattr(found, kind)[l], f"{name}.{kind}[{l}]")
    except (AttributeError, LookupError):
        raise TypeError(
            f"{said} a {type(found).__name__} without {kind}[{l}], "
            "expected a Gradient: is a return missing?"
        ) from None
    if slope.shape != array.shape or slope.dtype.kind == "c":
        raise ValueError(
            f"{name} has shape {slope.shape} in layer {l}, of "
            f"{slope.dtype}, expected {array.shape} of real numbers"
        )
    return slope


def step_down(
    network: Network, slope: Gradient, learning_rate: float
) -> Network:
    """The network after one step against a gradient (eq-descent-batch).

    The network that was given stays as it is; `slope` is what `backprop`
    returns for it.  Raises TypeError and ValueError for what is no gradient
    of this network, and for a learning_rate that is not positive.
    """
    check_network(network)
    rate = as_real(learning_rate, "learning_rate", 3.0, above=True)
    w, b = {}, {}
    for l in network.w:
        w[l] = network.w[l] - rate * as_slope(slope, "w", l, network.w[l])
        b[l] = network.b[l] - rate * as_slope(slope, "b", l, network.b[l])
    return Network(w, b, network.f)
