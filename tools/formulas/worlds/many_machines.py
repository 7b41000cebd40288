"""The network with its batch dealt out to K workers."""

import numpy as np

from ..world import Steps
from . import network


class Chapter(network.Network):
    widths = network.SMALL  # since all gradients are had for every sample
    networks = len(widths)
    below = network.Network.below | {"m": 1, "B": 1}
    below |= {r"\hat C": 1, r"\mathbf 1": 1}

    @classmethod
    def samples_of(cls, statement: object) -> int:
        return cls.many

    def draw(self) -> None:
        super().draw()
        K, N, g = 3, self.samples, self.given
        ends = [0, *sorted(self.rng.choice(np.arange(1, N), K - 1, False)), N]
        order = self.rng.permutation(N)
        self.share = [order[a:b] for a, b in zip(ends, ends[1:], strict=False)]
        g["K"], g["P"], g["R"] = K, 840, self.sent(840, K)
        for k, some in enumerate(self.share, start=1):
            g["m", k], g["B", k] = len(some), some[:, None] + 1
            g[r"\mathbf 1", k] = np.eye(N)[some].sum(0)[:, None]

    def steps(self, q: Steps) -> None:
        super().steps(q)
        for k, some in enumerate(self.share, start=1):
            q[r"\hat C", k] = sum(q["C", i + 1] for i in some) / len(some)

    @staticmethod
    def sent(size: int, workers: int) -> int:
        """Numbers that one worker sends: a ring, run and counted."""
        pieces = np.zeros((workers, workers, workers), int)  # who has what
        pieces[range(workers), :, range(workers)] = 1
        count = 0
        for turn in range(2 * (workers - 1)):
            before = pieces.copy()
            for worker in range(workers):
                piece = (worker - turn) % workers
                there = (worker + 1) % workers
                pieces[there, piece] |= before[worker, piece]
                count += (worker == 0) * size // workers
        assert pieces.all()
        return count
