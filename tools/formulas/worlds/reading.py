"""P, the number of entries of all weights and biases."""

from . import network


class Chapter(network.Network):
    def draw(self) -> None:
        super().draw()
        g = self.given
        self.given["P"] = sum(g[key].size for key in g if key[0] in {"w", "b"})
