"""How layers compose

Written by the chapter chapters/03_network.md: edit it there, not here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from bp.digits import Array, as_columns
from bp.neuron import sigmoid, weighted_input

__all__ = ["Network", "ForwardPass", "forward", "random_network"]


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """Weights w[l], shape (n_l, n_{l-1}), and biases b[l], shape (n_l, 1).

    Both are dictionaries keyed by layer l = 1, ..., L.  float32, float64
    and complex arrays stay what they are.  Raises TypeError when w or b is
    no dictionary, ValueError when a layer is missing or does not fit.
    """

    w: Mapping[int, Array]
    b: Mapping[int, Array]

    def __post_init__(self) -> None:
        for name, given in [("w", self.w), ("b", self.b)]:
            if not isinstance(given, Mapping):
                raise TypeError(
                    f"{name} is a {type(given).__name__}, expected a "
                    "dictionary keyed by layer: "
                    f"write dict(enumerate({name}, start=1))"
                )
        layers = range(1, max(len(self.w), len(self.b), 1) + 1)
        for name, given in [("w", self.w), ("b", self.b)]:
            if missing := [l for l in layers if l not in given]:
                raise ValueError(
                    f"{name} has the layers {list(given)}, expected "
                    f"{list(layers)}: give {name}[{missing[0]}]"
                )
        w = {l: as_columns(self.w[l], f"w[{l}]") for l in layers}
        b = {l: as_columns(self.b[l], f"b[{l}]", len(w[l])) for l in layers}
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
        object.__setattr__(self, "w", w)
        object.__setattr__(self, "b", b)

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

    Raises ValueError when x is no matrix of n_0 rows of finite numbers.
    """
    z, a = {}, {0: as_columns(x, "x", rows=network.sizes[0])}
    for l in range(1, network.depth + 1):
        z[l] = weighted_input(network.w[l], network.b[l], a[l - 1])
        a[l] = sigmoid(z[l])
    return ForwardPass(z, a)


def random_network(
    sizes: Sequence[int],
    rng: "np.random.Generator",
    dtype: DTypeLike = np.float64,
) -> Network:
    """A network of the widths n_0, ..., n_L, ready to learn.

    Weights are normal with variance 1/n_{l-1} (eq-network-variance), biases
    normal with variance 1.  Raises TypeError when rng is no Generator,
    ValueError for fewer than two layers or an empty one.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng is a {type(rng).__name__}, expected a random generator: "
            "write np.random.default_rng(0)"
        )
    if len(sizes) < 2 or any(n < 1 or n != int(n) for n in sizes):
        raise ValueError(
            f"sizes are {tuple(sizes)}, expected at least two positive "
            "whole numbers, such as (64, 30, 10)"
        )
    w, b = {}, {}
    for l in range(1, len(sizes)):
        n, before = sizes[l], sizes[l - 1]
        w[l] = rng.standard_normal((n, before)) / np.sqrt(before)
        b[l] = rng.standard_normal((n, 1))
    return Network(
        {l: w[l].astype(dtype) for l in w}, {l: b[l].astype(dtype) for l in b}
    )
