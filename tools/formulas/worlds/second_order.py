"""The network, and a direction in which its weights and biases move: v^l for
the weights, u^l for the biases."""

from . import network


class Chapter(network.Network):
    widths = network.SMALL  # since all is nudged, twice
    networks = len(widths)

    def draw(self) -> None:
        super().draw()
        g = self.given
        for l in range(1, self.depth + 1):
            for moving, along in ("w", "v"), ("b", "u"):
                g[along, l] = self.rng.normal(size=g[moving, l].shape)
                self.moves[moving, l] = g[along, l]
