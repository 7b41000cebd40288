"""How layers compose

Written by the chapter chapters/03_network.md: edit it there, not here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from bp.digits import Array, as_columns
from bp.neuron import SIGMOID, Activation, weighted_input
from bp.reading import as_wholes, check_rng, in_words

__all__ = [
    "check_network",
    "Network",
    "ForwardPass",
    "forward",
    "random_network",
]


_Layers = dict[int, Array]


def _layers(w: Any, b: Any) -> range:
    """The layers that both have, or an error that names what is missing."""
    for name, given in [("w", w), ("b", b)]:
        if not isinstance(given, Mapping):
            raise TypeError(
                f"{name} is a {type(given).__name__}, expected a "
                "dictionary keyed by layer: "
                f"write dict(enumerate({name}, start=1))"
            )
    layers = range(1, max(len(w), len(b), 1) + 1)
    for name, given in [("w", w), ("b", b)]:
        if missing := [l for l in layers if l not in given]:
            raise ValueError(
                f"{name} has the layers {list(given)}, expected "
                f"{list(layers)}: give {name}[{missing[0]}]"
            )
    return layers


def _fitting(w: Any, b: Any) -> tuple[_Layers, _Layers]:
    """Weights and biases as matrices that fit together, or an error."""
    layers = _layers(w, b)
    w = {l: as_columns(w[l], f"w[{l}]") for l in layers}
    b = {l: as_columns(b[l], f"b[{l}]", len(w[l])) for l in layers}
    for l in layers:
        columns = len(w[l - 1]) if l > 1 else w[l].shape[1]
        if w[l].shape[1] != columns:
            raise ValueError(
                f"w[{l}] has shape {w[l].shape}, expected {columns} "
                f"columns, one for each row of w[{l - 1}]"
            )
        if b[l].shape[1] != 1:
            raise ValueError(
                f"b[{l}] has shape {b[l].shape}, expected ({len(w[l])}, 1)"
            )
    return w, b


def _functions(f: Any, layers: range) -> dict[int, Activation]:
    """The function of each layer, σ where none is given, or an error."""
    if not isinstance(f, Mapping):
        said = "expected a dictionary keyed by layer: write {1: SIGMOID}"
        raise TypeError(f"f is a {type(f).__name__}, {said}")
    for l, function in f.items():
        if not all(callable(getattr(function, n, 0)) for n in ("f", "prime")):
            raise TypeError(
                f"f[{l}] is a {type(function).__name__}, expected an "
                "Activation: write Activation(sigmoid, sigmoid_prime)"
            )
        if l not in layers:
            raise ValueError(f"f has the layer {l}, expected {list(layers)}")
    return {l: f.get(l, SIGMOID) for l in layers}


def check_network(network: object) -> None:
    """Raise TypeError for what is no network; of any load of this module."""
    parts = ("w", "b", "f", "sizes", "depth")
    if not isinstance(network, Network):
        if not all(hasattr(network, part) for part in parts):
            raise TypeError(
                f"network is a {type(network).__name__}, expected a Network: "
                "write random_network((64, 30, 10), rng)"
            )


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """Weights w[l], shape (n_l, n_{l-1}), and biases b[l], shape (n_l, 1).

    They are dictionaries keyed by layer l = 1, ..., L, and so is f, of the
    layers whose function is not σ.  Real and complex types stay.  Raises
    TypeError for what cannot be meant, ValueError for what does not fit.
    """

    w: Mapping[int, Array]
    b: Mapping[int, Array]
    f: Mapping[int, Activation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        w, b = _fitting(self.w, self.b)
        f = _functions(self.f, range(1, len(w) + 1))
        vars(self).update(w=w, b=b, f=f)  # it is frozen for others

    @property
    def depth(self) -> int:
        """L, the number of the last layer."""
        return len(self.w)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The layer widths n_0, n_1, ..., n_L."""
        return (self.w[1].shape[1], *(len(w) for w in self.w.values()))

    def __repr__(self) -> str:
        return f"Network({'-'.join(map(str, self.sizes))})"


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """All that a forward pass computes, a column for each sample."""

    z: dict[int, Array]  # weighted inputs, z[1] to z[L]
    a: dict[int, Array]  # activations, a[0] = x to a[L]


def forward(network: Network, x: ArrayLike) -> ForwardPass:
    """Run a network on a batch x of shape (n_0, m) (eq-network-batch).

    Raises TypeError for what is no Network and for what is not numbers;
    ValueError when x is no matrix of n_0 rows of finite numbers.
    """
    check_network(network)
    z, a = {}, {0: as_columns(x, "x", rows=network.sizes[0])}
    for l in range(1, network.depth + 1):
        z[l] = weighted_input(network.w[l], network.b[l], a[l - 1])
        a[l] = network.f[l].f(z[l])
    return ForwardPass(z, a)


def _wide(dtype: DTypeLike) -> np.dtype[np.inexact[Any]]:
    """A type of real or complex numbers that is wide enough to learn in."""
    try:
        found: np.dtype[Any] = np.dtype(dtype)
    except (TypeError, ValueError):
        found = np.dtype(object)
    if found.char not in "fdgFDG":
        raise TypeError(
            f"dtype is {in_words(dtype)}, expected float32, float64 or a "
            "complex type: write dtype=np.float64"
        )
    return found


def random_network(
    sizes: Sequence[int],
    rng: "np.random.Generator",
    dtype: DTypeLike = np.float64,
) -> Network:
    """A network of the widths n_0, ..., n_L, ready to learn.

    Weights are normal with variance 1/n_{l-1} (eq-network-variance), biases
    normal with variance 1.  Raises TypeError when rng is no Generator, when
    sizes are not whole numbers or none, or dtype is not float32 or wider;
    ValueError for a single layer, or a width below 1.
    """
    check_rng(rng)
    sizes, dtype = as_wholes(sizes, "sizes", 1), _wide(dtype)
    if len(sizes) < 2:
        raise ValueError(
            f"sizes are {sizes}, expected at least two positive whole "
            "numbers, such as (64, 30, 10)"
        )
    w, b = {}, {}
    for l in range(1, len(sizes)):
        n, before = sizes[l], sizes[l - 1]
        w[l] = rng.standard_normal((n, before)) / np.sqrt(before)
        b[l] = rng.standard_normal((n, 1))
    return Network(
        {l: w[l].astype(dtype) for l in w}, {l: b[l].astype(dtype) for l in b}
    )
