"""A cost without σ′

Written by the chapter chapters/22_cross_entropy.md: edit it there, not here.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bp.digits import Array, as_columns, as_targets
from bp.neuron import Activation, sigmoid

__all__ = [
    "softmax",
    "log_softmax",
    "cross_entropy_cost",
    "softmax_error",
    "softmax_cross_entropy",
    "sigmoid_cross_entropy",
    "SOFTMAX",
]


def softmax(z: ArrayLike) -> Array:
    """Softmax of every column of z, shape (n, m) (eq-cross-entropy-softmax).

    Keeps float32, float64 and complex types, and takes off the largest real
    part.  Errors are those of `as_columns`.
    """
    z = as_columns(z, "z")
    e = np.exp(z - z.real.max(axis=0))
    a: Array = e / e.sum(axis=0)
    return a


def log_softmax(z: ArrayLike) -> Array:
    """The logarithm of `softmax`, also where that is 0
    (eq-cross-entropy-logsumexp); arguments and errors as there."""
    z = as_columns(z, "z")
    below = z - z.real.max(axis=0)
    logarithm: Array = below - np.log(np.exp(below).sum(axis=0))
    return logarithm


def _pair(z: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """z and y as matrices of the same shape, or an error."""
    z = as_columns(z, "z")
    y = as_targets(y, "y", rows=len(z))
    if z.shape != y.shape:
        said = f"z has shape {z.shape} and y {y.shape}, expected the same"
        raise ValueError(f"{said}: give a wanted output for each sample")
    return z, y


def cross_entropy_cost(z: ArrayLike, y: ArrayLike) -> np.inexact[Any]:
    """Mean over the columns of the cross-entropy (eq-cross-entropy-cost).

    z and y have shape (n, m): weighted inputs of a softmax layer, complex
    ones too, and wanted chances.  Raises ValueError when the shapes differ.
    """
    z, y = _pair(z, y)
    cost: np.inexact[Any] = -(y * log_softmax(z)).sum(axis=0).mean()
    return cost


def softmax_error(z: ArrayLike, y: ArrayLike) -> Array:
    """δ of a softmax layer under that cost (eq-cross-entropy-index).

    Arguments and errors as there; not divided by m.
    """
    z, y = _pair(z, y)
    delta: Array = softmax(z) * y.sum(axis=0) - y
    return delta


_Result = tuple[np.inexact[Any], Array]


def softmax_cross_entropy(z: ArrayLike, y: ArrayLike) -> _Result:
    """An end for `backprop`: `cross_entropy_cost` and `softmax_error`."""
    return cross_entropy_cost(z, y), softmax_error(z, y)


def sigmoid_cross_entropy(z: ArrayLike, y: ArrayLike) -> _Result:
    """An end for `backprop`: a yes or no each (eq-cross-entropy-stable).

    The mean over the columns of the binary cross-entropy of σ(z), and δ,
    which is σ(z) − y; arguments and errors as in `cross_entropy_cost`.
    """
    z, y = _pair(z, y)
    positive = z.real >= 0
    t = np.exp(np.where(positive, -z, z))
    costs = np.log1p(t) + np.where(positive, (1 - y) * z, -y * z)
    return costs.sum(axis=0).mean(), sigmoid(z) - y


def _no_slope(z: Array) -> Array:
    raise TypeError("softmax has no slope: write end=softmax_cross_entropy")


SOFTMAX = Activation(softmax, _no_slope)
