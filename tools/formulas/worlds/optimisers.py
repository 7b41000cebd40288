"""One parameter θ on its way down a cost C(θ), with T steps.

`below` says that the step t is a subscript; m_t, v_t, θ_t start at t = 0.
Every optimiser takes the step η (d / r + λ θ); what d and r are is its own.
"""

from itertools import product

import numpy as np

from ..notation import Array
from ..world import Outcome, Steps, World

T = 6


class Chapter(World):
    """Momentum."""

    below = {"m": 1, "v": 1, r"\theta": 1, "g": 1}

    def draw(self) -> None:
        rng = self.rng
        self.shape = rng.uniform(0.5, 1.5, size=3)  # of the cost
        self.given |= {
            "T": T,
            r"\eta": rng.uniform(0.1, 0.4),
            r"\beta": rng.uniform(0.3, 0.9),
            ("m", 0): 0.0,
            ("v", 0): 0.0,
            (r"\theta", 0): rng.normal(),
        }

    def cost(self, x: Array) -> Array:
        a, b, c = self.shape
        return a * x * x / 2 + b / c * np.sin(c * x)

    def slope(self, x: Array) -> Array:
        a, b, c = self.shape
        return a * x + b * np.cos(c * x)

    def steps(self, q: Steps) -> None:
        q.functions["C"] = [self.cost, self.slope]
        for t in range(1, T + 1):
            q["g", t] = self.slope_for(q, t)
            q["m", t] = q[r"\beta"] * q["m", t - 1] + q["g", t]
            q[r"\theta", t] = q[r"\theta", t - 1] - q[r"\eta"] * q["m", t]

    def slope_for(self, q: Steps, t: int) -> Array:
        """What step t takes for its slope."""
        return self.slope(q[r"\theta", t - 1])


class Nesterov(Chapter):
    def slope_for(self, q: Steps, t: int) -> Array:
        ahead = q[r"\eta"] * q[r"\beta"] * q["m", t - 1]
        return self.slope(q[r"\theta", t - 1] - ahead)


class Adam(Chapter):
    below = Chapter.below | {r"\hat m": 1, r"\hat v": 1, r"\beta": 1}
    below |= {"d": 1, "r": 1}

    def draw(self) -> None:
        super().draw()
        del self.given[r"\beta"]
        rng = self.rng
        self.given |= {
            (r"\beta", "1"): rng.uniform(0.3, 0.9),
            (r"\beta", "2"): rng.uniform(0.3, 0.9),
            r"\varepsilon": rng.uniform(0.01, 0.1),
            r"\lambda": self.decay(),
        }

    def decay(self) -> float:
        return 0.0

    def steps(self, q: Steps) -> None:
        q.functions["C"] = [self.cost, self.slope]
        one, two = q[r"\beta", "1"], q[r"\beta", "2"]
        for t in range(1, T + 1):
            g = q["g", t] = self.slope_for(q, t)
            q["m", t] = one * q["m", t - 1] + (1 - one) * g
            q["v", t] = two * q["v", t - 1] + (1 - two) * g * g
            q[r"\hat m", t] = q["m", t] / (1 - one**t)
            q[r"\hat v", t] = q["v", t] / (1 - two**t)
            q["d", t] = q[r"\hat m", t]
            q["r", t] = np.sqrt(q[r"\hat v", t]) + q[r"\varepsilon"]
            before = q[r"\theta", t - 1]
            step = q["d", t] / q["r", t] + q[r"\lambda"] * before
            q[r"\theta", t] = before - q[r"\eta"] * step


class Adamw(Adam):
    def decay(self) -> float:
        return float(self.rng.uniform(0.2, 0.5))


class Rmsprop(Chapter):
    """The mean of squares alone, as it is."""

    def draw(self) -> None:
        super().draw()
        self.given[r"\varepsilon"] = self.rng.uniform(0.01, 0.1)

    def steps(self, q: Steps) -> None:
        q.functions["C"] = [self.cost, self.slope]
        beta = q[r"\beta"]
        for t in range(1, T + 1):
            g = q["g", t] = self.slope_for(q, t)
            q["v", t] = beta * q["v", t - 1] + (1 - beta) * g * g
            scale = np.sqrt(q["v", t]) + q[r"\varepsilon"]
            step = q[r"\eta"] * g / scale
            q[r"\theta", t] = q[r"\theta", t - 1] - step


class Bowl(Chapter):
    """A parabola with the bend μ; the roots ρ of momentum, here real."""

    below = Chapter.below | {"c": 1, r"\rho": 1, r"\lambda": 1}

    def draw(self) -> None:
        super().draw()
        own, low, more = self.rng.uniform([0.2, 0.2, 2], [0.8, 1, 9])
        limit = (1 - np.sqrt(self.given[r"\beta"])) ** 2  # of real roots
        self.given |= {
            r"\mu": own * limit / self.given[r"\eta"],
            (r"\lambda", "1"): low,
            (r"\lambda", "P"): low * more,
            ("c", 0): self.rng.normal(),
        }

    def steps(self, q: Steps) -> None:
        beta, total = q[r"\beta"], 0.0
        keep = 1 + beta - q[r"\eta"] * q[r"\mu"]
        for t in range(1, T + 1):
            total = beta * total + q[r"\mu"] * q["c", t - 1]
            q["c", t] = q["c", t - 1] - q[r"\eta"] * total
        root = np.sqrt(keep * keep - 4 * beta)
        q[r"\rho", "1"] = (keep + root) / 2
        q[r"\rho", "2"] = (keep - root) / 2


class Noise(Adam):
    """Each slope is drawn from the same two, whatever θ is."""

    def draw(self) -> None:
        super().draw()
        two, p = self.rng.normal(size=2), self.rng.uniform(0.2, 0.8)
        self.draws = [
            [
                Outcome(
                    float(np.prod([(1 - p, p)[w] for w in ways])),
                    {("x", t): two[w] for t, w in enumerate(ways, start=1)},
                )
                for ways in product([0, 1], repeat=T)
            ]
        ]
        self.given |= self.draws[0][7].given

    def slope_for(self, q: Steps, t: int) -> Array:
        return q["x", t]
