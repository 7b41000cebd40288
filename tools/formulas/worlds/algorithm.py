"""F and B: multiplications of a run forward and back, counted."""

import numpy as np

from . import network


class Chapter(network.Network):
    def draw(self) -> None:
        super().draw()
        forward = back = 0
        for l in range(1, self.depth + 1):
            for _ in np.nditer(self.given["w", l]):
                forward += 1  # w a
                back += 1 + (l > 1)  # δ aᵀ, and wᵀ δ
        self.given |= {"F": forward, "B": back}
