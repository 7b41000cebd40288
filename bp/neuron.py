"""What one neuron does

Written by the chapter chapters/02_neuron.md: edit it there, not here.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bp.digits import Array, as_columns
from bp.reading import as_numbers

__all__ = [
    "weighted_input",
    "sigmoid",
    "sigmoid_prime",
    "Activation",
    "SIGMOID",
]


def weighted_input(w: ArrayLike, b: ArrayLike, x: ArrayLike) -> Array:
    """Weighted inputs of n neurons (eq-neuron-z-batch).

    w has shape (n, k), b (n, 1), and x (k, m), a column for each sample;
    the result has shape (n, m).  Raises ValueError when they do not fit.
    """
    w = as_columns(w, "w")
    x = as_columns(x, "x", rows=w.shape[1])
    b = as_columns(b, "b", rows=len(w))
    if b.shape[1] != 1:
        raise ValueError(f"b has shape {b.shape}, expected ({len(w)}, 1)")
    z: Array = w @ x + b
    return z


def sigmoid(z: ArrayLike) -> Array:
    """σ of every entry of z (eq-neuron-stable), of any shape.

    Keeps float32, float64 and complex types; silent for every finite z.
    Raises TypeError for what is not numbers.
    """
    z = as_numbers(z, "z")
    positive = z.real >= 0
    t = np.exp(np.where(positive, -z, z))
    result: Array = np.where(positive, 1, t) / (1 + t)
    return result


def sigmoid_prime(z: ArrayLike) -> Array:
    """The slope of σ at every entry of z (eq-neuron-slope-symmetric).

    The argument is the weighted input z, not the activation σ(z).
    """
    z = as_numbers(z, "z")
    return sigmoid(z) * sigmoid(-z)


class Activation(NamedTuple):
    """What a neuron makes of z, and its slope: functions of any array."""

    f: Callable[[Array], Array]
    prime: Callable[[Array], Array]


SIGMOID = Activation(sigmoid, sigmoid_prime)
