"""Where descent stops

Written by the chapter chapters/18_minima.md: edit it there, not here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.algorithm import Gradient, backprop
from bp.digits import Array, as_columns
from bp.network import Network, check_network
from bp.neuron import Activation
from bp.reading import as_real, as_wholes, count_parameters

__all__ = [
    "as_vector",
    "as_network",
    "hessian_along",
    "hessian",
    "Place",
    "classify",
]


def as_vector(parts: Network | Gradient) -> Array:
    """All weights and biases, or their derivatives, as one column.

    The result has shape (P, 1): w[1] row by row, then b[1], then layer 2.
    """
    if not (hasattr(parts, "w") and hasattr(parts, "b")):
        raise TypeError(
            f"parts is a {type(parts).__name__}, expected a Network or a "
            "Gradient: write backprop(network, x, y)"
        )
    arrays = [a for l in parts.w for a in (parts.w[l], parts.b[l])]
    return np.concatenate([array.reshape(-1, 1) for array in arrays])


def as_network(
    vector: ArrayLike,
    sizes: Sequence[int],
    f: Mapping[int, Activation] | None = None,
) -> Network:
    """The network whose numbers stand in a column (see `as_vector`).

    `sizes` are the widths n_0, ..., n_L, `f` as in `Network`.  Raises
    ValueError unless the vector has P numbers for them, shape (P, 1).
    """
    sizes = as_wholes(sizes, "sizes", 1)
    vector = _one_column(vector, "vector", count_parameters(sizes))
    w, b, start = {}, {}, 0
    for l, (before, n) in enumerate(pairwise(sizes), start=1):
        middle, end = start + n * before, start + n * before + n
        w[l] = vector[start:middle].reshape(n, before).copy()
        b[l] = vector[middle:end].copy()
        start = end
    return Network(w, b, {} if f is None else f)


def _one_column(vector: ArrayLike, name: str, rows: int) -> Array:
    column = as_columns(vector, name, rows)
    if column.shape[1] != 1:
        raise ValueError(
            f"{name} has shape {column.shape}, expected ({rows}, 1): "
            "give one column at a time"
        )
    return column


def hessian_along(
    network: Network, x: ArrayLike, y: ArrayLike, v: ArrayLike
) -> NDArray[np.float64]:
    """The Hessian of the mean quadratic cost times v, shape (P, 1).

    By one complex step of backprop (eq-minima-hessian-vector); v is a real
    column of P numbers, in the order of `as_vector`, of any length.  The
    result is in double precision.  Raises ValueError when a shape does not
    fit, TypeError when the network or v is complex.
    """
    check_network(network)
    theta = as_vector(network)
    v = _one_column(v, "v", len(theta))
    for name, array in [("network", theta), ("v", v)]:
        if array.dtype.kind == "c":
            raise TypeError(
                f"{name} is complex, expected real numbers: the imaginary "
                "part is what the step is taken in"
            )
    step = 1e-30
    moved = theta.astype(complex) + 1j * step * v.astype(float)
    slope = backprop(as_network(moved, network.sizes, network.f), x, y)
    product: NDArray[np.float64] = as_vector(slope).imag / step
    return product


def hessian(
    network: Network, x: ArrayLike, y: ArrayLike
) -> NDArray[np.float64]:
    """All second derivatives of the mean quadratic cost, shape (P, P).

    Rows and columns in the order of `as_vector`; one run of backprop for
    each column.  Symmetric up to rounding.
    """
    check_network(network)
    units = np.eye(len(as_vector(network)))
    columns = [hessian_along(network, x, y, v) for v in units[:, :, None]]
    return np.hstack(columns)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a network stands on the surface of the cost."""

    kind: str  # "moving", "minimum", "saddle", "plateau" or "undecided"
    cost: float
    slope: float  # length of the gradient
    eigenvalues: NDArray[np.floating[Any]]  # of the Hessian, rising

    def __str__(self) -> str:
        low, high = self.eigenvalues[[0, -1]]
        return (
            f"{self.kind}: cost {self.cost:.4f}, slope {self.slope:.0e}, "
            f"eigenvalues {low:.1e} to {high:.1e}"
        )


def classify(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    still: float = 1e-9,
    flat: float = 1e-9,
) -> Place:
    """What kind of place a network has come to (eq-minima-eigen).

    "moving" if the gradient is longer than `still`.  Otherwise, calling an
    eigenvalue zero up to `flat`: "saddle" if one is negative (or a maximum,
    if all are), "minimum" if all are positive, "plateau" if all are zero,
    and "undecided" if some are zero and the others positive.
    """
    still = as_real(still, "still", 1e-9)
    flat = as_real(flat, "flat", 1e-9)
    gradient = backprop(network, x, y)
    slope = float(np.linalg.norm(as_vector(gradient)))
    values = np.linalg.eigvalsh(hessian(network, x, y))
    if slope > still:
        kind = "moving"
    elif values[0] < -flat:
        kind = "saddle"
    elif values[0] > flat:
        kind = "minimum"
    else:
        kind = "plateau" if values[-1] <= flat else "undecided"
    return Place(kind, float(gradient.cost), slope, values)
