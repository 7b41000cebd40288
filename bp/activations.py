"""Other neurons

Written by the chapter chapters/23_activations.md: edit it there, not here.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from bp.digits import Array
from bp.neuron import Activation, sigmoid, sigmoid_prime
from bp.reading import as_numbers, as_real, check_callable

__all__ = [
    "tanh_prime",
    "leaky",
    "softplus",
    "gated",
    "TANH",
    "RELU",
    "LEAKY_RELU",
    "SOFTPLUS",
    "SILU",
    "normal_cdf",
    "GELU",
    "GELU_TANH",
]


def tanh_prime(z: ArrayLike) -> Array:
    """The slope of tanh at every entry of z (eq-activations-tanh).

    Like all functions here it takes z of any shape, keeps float32, float64
    and complex types, is silent for every finite real z, and raises
    TypeError for what is not numbers.
    """
    z = as_numbers(z, "z")
    t = np.exp(np.where(z.real >= 0, -z, z))
    result: Array = (2 * t / (1 + t * t)) ** 2
    return result


def leaky(s: float = 0.01) -> Activation:
    """Leaky ReLU, s on the left (eq-activations-leaky); with 0, ReLU.

    At the kink, z = 0, its slope is s, a choice.  Raises TypeError when s is
    no number, ValueError when it is not from 0 to 1.
    """
    s = as_real(s, "s", 0.01, 1.0)

    def f(z: ArrayLike) -> Array:
        z = as_numbers(z, "z")
        return np.where(z.real < 0, s * z, z).astype(z.dtype)

    def prime(z: ArrayLike) -> Array:
        z = as_numbers(z, "z")
        return np.where(z.real > 0, 1, s).astype(z.dtype)

    return Activation(f, prime)


def softplus(z: ArrayLike) -> Array:
    """ln(1 + e^z) of z's entries (eq-activations-softplus)."""
    z = as_numbers(z, "z")
    positive = z.real >= 0
    t = np.exp(np.where(positive, -z, z))
    return np.where(positive, z, 0) + np.log1p(t)


_Function = Callable[[Array], Array]


def gated(g: _Function, g_prime: _Function) -> Activation:
    """z g(z) and its slope, from a switch and its (eq-activations-gate)."""
    check_callable(g, "g")
    check_callable(g_prime, "g_prime")

    def f(z: ArrayLike) -> Array:
        z = as_numbers(z, "z")
        return z * g(z)

    def prime(z: ArrayLike) -> Array:
        z = as_numbers(z, "z")
        return g(z) + z * g_prime(z)

    return Activation(f, prime)


TANH = Activation(np.tanh, tanh_prime)
RELU = leaky(0)
LEAKY_RELU = leaky()
SOFTPLUS = Activation(softplus, sigmoid)
SILU = gated(sigmoid, sigmoid_prime)


def _bell(z: Array) -> Array:
    """The density of normal numbers; split, to keep the digits of far z."""
    z = np.where(np.abs(z.real) > 40, 40, z)
    t = np.round(16 * z.real) / 16  # whose square is exact
    bell: Array = np.exp(-t * t / 2) * np.exp((t - z) * (t + z) / 2)
    return bell / math.sqrt(2 * math.pi)


def normal_cdf(z: ArrayLike) -> Array:
    """Φ, the share of normal numbers below every entry of z.

    Takes complex z with the small imaginary parts that complex step has,
    and raises ValueError for larger ones.
    """
    z = as_numbers(z, "z")
    if np.abs(z.imag).max(initial=0) > 0.1:
        worst = f"z has an imaginary part of {np.abs(z.imag).max():.1g}"
        raise ValueError(f"{worst}, expected at most 0.1: write GELU_TANH")
    wide = z.astype(np.result_type(z, np.float64))
    below = wide.real < 0
    u = np.where(below, -wide, wide) / math.sqrt(2)
    u = np.where(u.real > 30, 30, u)
    h, total = 0.5, np.zeros_like(u)
    for k in range(13):  # e^(-t²) / (u² + t²) in the middles of the steps
        t = (k + 0.5) * h
        total += math.exp(-t * t) / (u * u + t * t)
    tail = h * u * math.sqrt(2 / math.pi) * _bell(wide) * total
    tail += np.where(u.real < 6, 1 / (1 + np.exp(2 * math.pi / h * u)), 0)
    return np.where(below, tail, 1 - tail).astype(z.dtype)


_ROOT, _CUBE = math.sqrt(2 / math.pi), 0.044715


def _switch(z: Array) -> Array:
    """σ(2u), nearly Φ (eq-activations-gelu-tanh); far out 0 or 1."""
    z = np.where(np.abs(z.real) < 30, z, 30 * np.sign(z.real))
    return sigmoid(2 * _ROOT * (z + _CUBE * z**3))


def _switch_prime(z: Array) -> Array:
    z = np.where(np.abs(z.real) < 30, z, 30)  # far out it is 0
    rise = 2 * _ROOT * (1 + 3 * _CUBE * z**2)
    return rise * sigmoid_prime(2 * _ROOT * (z + _CUBE * z**3))


GELU = gated(normal_cdf, _bell)
GELU_TANH = gated(_switch, _switch_prime)
