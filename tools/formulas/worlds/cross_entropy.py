"""The network with a cross-entropy; and with a softmax at its end."""

import numpy as np

from ..functions import columns, sigma
from ..notation import Array
from . import network


class Chapter(network.Network):
    """Sigmoids at the end, each with a yes or no of its own."""

    def cost(self, a: Array, y: Array) -> Array:
        return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=0)


class Loose(network.Network):
    """One answer out of many, of whatever is wanted."""

    def activation(self, l: int, z: Array) -> Array:
        return columns(z) if l == self.depth else sigma(z)

    def cost(self, a: Array, y: Array) -> Array:
        return -(y * np.log(a)).sum(axis=0)


class Softmax(Loose):
    """As it should be: the wanted chances add up to 1."""

    def draw(self) -> None:
        super().draw()
        self.given["y"] /= self.given["y"].sum(axis=0)
