"""What happens to δ over many layers

Written by the chapter chapters/24_depth.md: edit it there, not here.
"""

from collections.abc import Callable, Mapping, Sequence
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from bp.digits import Array
from bp.network import Network, check_network, forward, random_network
from bp.neuron import SIGMOID, Activation
from bp.reading import as_numbers, as_real, as_whole, check_callable

__all__ = [
    "jacobian",
    "gaussian_expectation",
    "scale_for",
    "initialised",
    "mean_field",
]


def jacobian(network: Network, x: ArrayLike, l: int) -> Array:
    """∂z^L/∂z^l at one sample x, of shape (n_L, n_l) (eq-depth-jacobian).

    Raises ValueError unless x is one column and l is 1, ..., L.
    """
    check_network(network)
    l, L = as_whole(l, "l", 1, network.depth), network.depth
    z = forward(network, x).z
    if (shape := z[L].shape)[1] != 1:
        raise ValueError(f"x has {shape[1]} columns: write x[:, [0]]")
    product: Array = np.eye(shape[0], dtype=z[L].dtype)
    for r in range(L - 1, l - 1, -1):
        product = product @ network.w[r + 1] * network.f[r].prime(z[r]).T
    return product


_NODES = (np.arange(-5000, 5000) + 0.5) / 500
_CHANCES = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()


def gaussian_expectation(
    g: Callable[[Array], Array], variance: float = 1.0
) -> float:
    """E(g(z)) for a normal z of mean 0; g takes an array of any shape."""
    check_callable(g, "g")
    z = sqrt(as_real(variance, "variance", 1.0)) * _NODES
    return float((_CHANCES * as_numbers(g(z), "g(z)")).sum().item())


def _checked(f: Activation) -> Activation:
    if not all(callable(getattr(f, part, None)) for part in ("f", "prime")):
        said = f"f is a {type(f).__name__}, expected an Activation"
        raise TypeError(f"{said}: write SIGMOID")
    return f


def scale_for(f: Activation) -> float:
    """The scale that keeps a variance of 1 (eq-depth-variance)."""
    return 1 / gaussian_expectation(lambda z: _checked(f).f(z) ** 2)


def initialised(
    sizes: Sequence[int],
    rng: "np.random.Generator",
    f: Activation | Mapping[int, Activation] = SIGMOID,
    scale: float | None = None,
) -> Network:
    """A network with functions f, weights of variance scale / n_{l-1}.

    f is one for all layers, or a dictionary keyed by layer.  The scale of
    layer l is by default `scale_for` the function of layer l - 1; that of
    layer 1 is 1, and biases are 0.  Raises what `random_network` and
    `Network` raise, and ValueError for a scale that is not above 0.
    """
    start = random_network(sizes, rng)
    own = f if isinstance(f, Mapping) else dict.fromkeys(start.w, f)
    w, b = {**start.w}, {l: np.zeros_like(b) for l, b in start.b.items()}
    functions = Network(w, b, own).f
    if scale is not None:
        scale = as_real(scale, "scale", 2.0, above=True)
    for l in range(2, len(w) + 1):
        w[l] = w[l] * sqrt(scale or scale_for(functions[l - 1]))
    return Network(w, b, functions)


def mean_field(
    f: Activation, scale: float, depth: int, start: float = 1, bias: float = 0
) -> tuple[dict[int, float], dict[int, float]]:
    """Var z^l of wide layers, l = 1, ..., depth, and the factors back.

    `start` is Var z^1, `bias` the variance of the biases; factor l is what
    ‖δ^{l+1}‖² is multiplied by, in the mean, to give ‖δ^l‖² (eq-depth-back).
    """
    f, variance, factor = _checked(f), {1: as_real(start, "start", 1.0)}, {}
    scale, bias = as_real(scale, "scale", 2.0), as_real(bias, "bias", 1.0)
    for l in range(1, as_whole(depth, "depth", 1)):
        v = variance[l]
        factor[l] = scale * gaussian_expectation(lambda z: f.prime(z) ** 2, v)
        through = gaussian_expectation(lambda z: f.f(z) ** 2, v)
        variance[l + 1] = scale * through + bias
    return variance, factor
