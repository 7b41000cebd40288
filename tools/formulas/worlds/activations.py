"""The network with a function f_l of its own in every layer."""

import numpy as np

from ..functions import FUNCTIONS, Forms, relu, relu_1, sigma, sigma_1
from ..notation import Array
from ..world import Steps
from . import network


def bell(z: Array) -> Array:
    """The density of normal numbers."""
    return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)


def share_below(z: Array) -> Array:
    """How many normal numbers are below z: the area under the bell."""
    z = np.asarray(z)
    parts = zip((NODES + 1) / 2, WEIGHTS / 2, strict=True)
    return 0.5 + z * sum(w * bell(t * z) for t, w in parts)


def lifted(z: Array) -> Array:
    """What the tanh form of GELU takes tanh of."""
    return np.sqrt(2 / np.pi) * (z + 0.044715 * z * z * z)


def lifted_1(z: Array) -> Array:
    return np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z * z)


SOFTPLUS: Forms = [lambda z: np.log(1 + np.exp(z)), sigma, sigma_1]
SILU: Forms = [
    lambda z: z * sigma(z),
    lambda z: sigma(z) + z * sigma_1(z),
]
GELU: Forms = [
    lambda z: z * share_below(z),
    lambda z: share_below(z) + z * bell(z),
]
GELU_TANH: Forms = [
    lambda z: z * sigma(2 * lifted(z)),
    lambda z: (
        sigma(2 * lifted(z)) + 2 * z * lifted_1(z) * sigma_1(2 * lifted(z))
    ),
]


class Chapter(network.Network):
    def draw(self) -> None:
        super().draw()
        self.given[r"\pi"] = np.pi
        s = self.given["s"] = self.rng.uniform(0.05, 0.5)
        self.leaky: Forms = [
            lambda z: relu(z) - s * relu(-z),
            lambda z: relu_1(z) + s * relu_1(-z),
        ]
        every = [
            FUNCTIONS[r"\tanh"],
            SILU,
            self.leaky,
            SOFTPLUS,
            FUNCTIONS["relu"],
            GELU,
            GELU_TANH,
        ]
        turned = [*every[self.seed % 7 :], *every[: self.seed % 7]]
        self.forms_of = dict(enumerate(turned[: self.depth], start=1))

    def activation(self, l: int, z: Array) -> Array:
        return self.forms_of[l][0](z)

    def steps(self, q: Steps) -> None:
        super().steps(q)
        for l, forms in self.forms_of.items():
            q.functions[r"\varphi", l] = forms
        q.functions["leaky"] = self.leaky
        q.functions["softplus"] = SOFTPLUS
        q.functions["silu"] = SILU
        q.functions["gelu"] = GELU
        q.functions[r"\Phi"] = [share_below, bell]
        q.functions["u"] = [lifted, lifted_1]
