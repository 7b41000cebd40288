"""The cost of a network 2-2-1, from a point θ along a unit vector v.

f is the cost on that line, G the gradient at any point, g and H gradient and
Hessian at θ, all by differences of the cost; λ and q, with c, are eigenvalues
and the lowest eigenvector of H, and the components of v; Q permutes the
entries of r, with signs, and s is 1 for each minus.
"""

from collections.abc import Callable

import numpy as np

from ..functions import sigma
from ..notation import Array
from ..world import Steps
from . import network

SIZE = 9  # parameters
UNITS = np.eye(SIZE)[:, :, None]


def slopes(f: Callable[[Array], Array], t: Array) -> list[Array]:
    """A fourth-order difference of f in each entry of t."""
    h, found = np.longdouble("1e-4"), []
    for e in UNITS:
        far = f(t + 2 * h * e) - f(t - 2 * h * e)
        found.append((8 * (f(t + h * e) - f(t - h * e)) - far) / 12 / h)
    return found


class Chapter(network.Network):
    def draw(self) -> None:
        super().draw()
        rng, g = self.rng, self.given
        self.x, self.y = rng.normal(size=(2, 3)), rng.uniform(size=3)
        g[r"\theta"], g["u"] = rng.normal(size=(2, SIZE, 1))
        directions = rng.normal(size=(9, SIZE, 1))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        g["v"] = max(directions / 4, key=self.third) * 4
        g["g"] = self.exact(g[r"\theta"]).astype(float)
        g["H"] = np.hstack(slopes(self.exact, g[r"\theta"])).astype(float)
        values, vectors = np.linalg.eigh(g["H"])
        g[r"\lambda"], g["q"] = values.reshape(-1, 1), vectors[:, [0]]
        g["c"] = vectors.T @ g["v"]
        g["Q"] = np.eye(4)[[2, 0, 3, 1]] * rng.permutation([1, -1, -1, 1])
        g["s"] = (g["Q"].min(axis=0) < 0).reshape(-1, 1).astype(float)
        g["r"] = rng.normal(size=(4, 1))

    def steps(self, q: Steps) -> None:
        super().steps(q)
        q.functions["f"] = [lambda t: self.at(q[r"\theta"] + t * q["v"])]
        q.functions["G"] = [self.gradient]

    def at(self, t: Array) -> Array:
        """The cost at a point."""
        t = t[:, 0]
        a = sigma(t[:4].reshape(2, 2) @ self.x + t[4:6, None])
        return ((sigma(t[6:8] @ a + t[8]) - self.y) ** 2).sum() / 6

    def gradient(self, t: Array) -> Array:
        return np.array(slopes(self.at, t)).reshape(SIZE, 1)

    def exact(self, t: Array) -> Array:
        """The gradient, by complex steps."""
        steps = [self.at(t + 1e-30j * e) for e in UNITS]
        return np.imag(steps)[:, None] / np.longdouble("1e-30")

    def third(self, v: Array) -> float:
        """A difference of third order along v, which is not to be tiny."""
        theta = self.given[r"\theta"]
        near, far = (
            self.at(theta + t * v) - self.at(theta - t * v) for t in (1, 2)
        )
        return float(abs(far - 2 * near))
