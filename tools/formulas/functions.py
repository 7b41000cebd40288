"""Functions that worlds are made of, with their slopes.

All take complex numbers, since a nudge is a complex step: no `np.abs`, no
`np.maximum`, no conjugate; what is larger is decided by the real parts.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from .notation import Array, Key
from .tree import Wrong

Forms = list[Callable[..., Array]]  # f, f′, f″, …


def sigma(z: Array) -> Array:
    return (1 + np.tanh(z / 2)) / 2


def sigma_1(z: Array) -> Array:
    return 1 / (4 * np.cosh(z / 2) ** 2)


def sigma_2(z: Array) -> Array:
    return -np.tanh(z / 2) / (4 * np.cosh(z / 2) ** 2)


def tanh_1(z: Array) -> Array:
    return 1 / np.cosh(z) ** 2


def relu(z: Array) -> Array:
    return z * (np.real(z) > 0)


def relu_1(z: Array) -> Array:
    return 1.0 * (np.real(z) > 0)


def columns(z: Array) -> Array:
    """Softmax of every column."""
    e = np.exp(z - np.real(z).max(axis=0))
    return e / e.sum(axis=0)


def rows(z: Array) -> Array:
    """Softmax of every row."""
    return columns(z.T).T


def size(z: Array) -> Array:
    return np.sqrt(z * z)  # smooth off 0, unlike np.abs


def largest(*values: Array) -> Array:
    best = values[0]
    for value in values[1:]:
        best = np.where(np.real(value) > np.real(best), value, best)
    return best[()]


def smallest(*values: Array) -> Array:
    return -largest(*(-value for value in values))


def whole(x: Array) -> int:
    """A number of things."""
    n = round(float(np.real(x)))
    if n != x or not 0 <= n <= 100:
        raise Wrong(f"a whole number up to 100 is needed, {x} is there")
    return n


def binomial(n: Array, k: Array) -> Array:
    """How many ways there are to choose k of n, by counting them up."""
    row = [1]
    for _ in range(whole(n)):
        row = [1, *(a + b for a, b in pairwise(row)), 1]
    return np.float64(row[whole(k)] if whole(k) < len(row) else 0)


def quadratic(a: Array, y: Array) -> Array:
    """Cost of each sample: of each column."""
    return ((a - y) * (a - y)).sum(axis=0) / 2


FUNCTIONS: dict[Key, Forms] = {
    r"\sigma": [sigma, sigma_1, sigma_2],
    r"\tanh": [np.tanh, tanh_1],
    "relu": [relu, relu_1],
    r"\exp": [np.exp, np.exp, np.exp],
    r"\ln": [np.log, lambda x: 1 / x],
    "softmax": [columns],
    "abs": [size],
    "Im": [np.imag],
    r"\max": [largest],
    r"\min": [smallest],
    r"\binom": [binomial],
}
