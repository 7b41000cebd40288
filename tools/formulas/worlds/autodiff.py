"""A tape: v_j = φ_j(…), for j = n + 1, …, N, the last of them C; and a
product of matrices P = A B, and S, which adds a column u to each of its
columns, on the way to a cost.

φ_j hears of its own inputs only as they are nudged themselves: what else
follows from that nudge is held.
"""

from collections.abc import Callable

import numpy as np

from ..notation import Array
from ..world import Steps, World

# step: what it does, and which earlier values it reads; 1, 2 and 3 are given
TAPES: list[dict[int, tuple[Callable[..., Array], tuple[int, ...]]]] = [
    {
        4: (lambda a, b: a * b, (1, 2)),
        5: (np.sin, (4,)),
        6: (lambda a, b, c: a * b + c * c, (4, 5, 3)),
        7: (lambda a, b: a / (2 + b * b), (6, 1)),
    },
    {
        3: (np.exp, (2,)),
        4: (lambda a, b: a * b * b, (1, 3)),
        5: (lambda a, b: a - 2 * b, (3, 4)),
        6: (lambda a, b: np.tanh(a) + b, (5, 1)),
        7: (lambda a, b: a * b, (6, 4)),
        8: (lambda a, b: a * a + b, (7, 5)),
    },
    {
        4: (lambda a, b: a + 3 * b, (1, 3)),
        5: (lambda a, b: a * np.cos(b), (4, 2)),
        6: (lambda a, b: a * b, (5, 4)),
    },
]


class Chapter(World):
    networks = 3
    below = {"v": 1, r"\varphi": 1, r"\bar v": 1, r"\dot v": 1}
    slopes = {r"\bar v": ("C", "v"), r"\bar P": ("K", "P")}
    slopes |= {r"\bar A": ("K", "A"), r"\bar B": ("K", "B")}
    slopes |= {r"\bar S": ("K", "S"), r"\bar u": ("K", "u")}
    rates = {r"\dot v": "v", r"\dot C": "C"}

    def draw(self) -> None:
        self.tape, rng = TAPES[self.seed], self.rng
        n, N = min(self.tape) - 1, max(self.tape)
        self.relations[r"\to"] = lambda i, j: round(i) in self.reads(j)
        for i in range(1, n + 1):
            self.given["v", i] = rng.normal()
            self.moves["v", i] = rng.normal()
        self.given |= {
            "n": n,
            "N": N,
            "A": rng.normal(size=(2, 3)),
            "B": rng.normal(size=(3, 4)),
            "u": rng.normal(size=(2, 1)),
            "far": rng.normal(size=(2, 4)),
        }

    def reads(self, j: float) -> tuple[int, ...]:
        return self.tape[round(j)][1] if round(j) in self.tape else ()

    def steps(self, q: Steps) -> None:
        for j, (step, reads) in self.tape.items():
            q[r"\varphi", j] = step(*(q.held(("v", i)) for i in reads))
            q["v", j] = step(*(q["v", i] for i in reads))
        q["C"] = q["v", max(self.tape)]
        q["P"] = q["A"] @ q["B"]
        q["S"] = q["P"] + q["u"]
        q["K"] = (q["far"] * np.sin(q["S"])).sum()
