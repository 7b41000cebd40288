"""The network with another activation φ_l in every layer."""

import numpy as np

from ..functions import FUNCTIONS
from ..notation import Array
from ..world import Steps
from . import network


class Chapter(network.Network):
    def draw(self) -> None:
        super().draw()
        soft = [lambda z: np.log(1 + np.exp(z)), FUNCTIONS[r"\sigma"][0]]
        every = [FUNCTIONS[r"\tanh"], soft, FUNCTIONS["relu"], soft]
        self.forms_of = dict(enumerate(every[: self.depth], start=1))

    def activation(self, l: int, z: Array) -> Array:
        return self.forms_of[l][0](z)

    def steps(self, q: Steps) -> None:
        super().steps(q)
        for l, forms in self.forms_of.items():
            q.functions[r"\varphi", l] = forms
