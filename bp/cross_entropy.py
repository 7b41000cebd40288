from typing import Any
import numpy as np
from numpy.typing import ArrayLike
from bp.digits import Array, as_columns, as_targets
from bp.neuron import Activation, sigmoid


def _pair(z: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    z = as_columns(z, "z")
    y = as_targets(y, "y", rows=len(z))
    if z.shape != y.shape:
        raise ValueError("")
    return z, y


def log_softmax(z: ArrayLike) -> Array:
    z = as_columns(z, "z")
    below = z - z.real.max(axis=0)
    result: Array = below - np.log(np.exp(below).sum(axis=0))
    return result


def softmax(z: ArrayLike) -> Array:
    z = as_columns(z, "z")
    e = np.exp(z - z.real.max(axis=0))
    a: Array = e / e.sum(axis=0)
    return a


def cross_entropy_cost(z, y):
    z, y = _pair(z, y)
    return -(y * log_softmax(z)).sum(axis=0).mean()


def softmax_error(z, y):
    z, y = _pair(z, y)
    return softmax(z) * y.sum(axis=0) - y


def softmax_cross_entropy(z, y):
    return cross_entropy_cost(z, y), softmax_error(z, y)


def sigmoid_cross_entropy(z, y):
    z, y = _pair(z, y)
    positive = z.real >= 0
    t = np.exp(np.where(positive, -z, z))
    cost = np.log1p(t) + np.where(positive, (1 - y) * z, -y * z)
    return cost.sum(axis=0).mean(), sigmoid(z) - y


def no_slope(z):
    raise TypeError("no")


SOFTMAX = Activation(softmax, no_slope)
