"""H, symmetric, with the eigenvalues λ, ascending; one of them is μ, its
eigenvector v; after k steps of descent from u, c(k) is how far along v."""

import numpy as np

from ..notation import Array
from ..world import Steps
from . import network


class Chapter(network.Network):
    def draw(self) -> None:
        super().draw()
        rng, n = self.rng, 5
        turned, _ = np.linalg.qr(rng.normal(size=(n, n)))
        values = np.sort(rng.uniform(0.2, 1.5, size=(n, 1)), axis=0)
        H, j = turned @ (values * turned.T), int(rng.integers(n))
        self.given |= {
            "H": H,
            "I": np.eye(n),
            "P": n,
            "u": rng.normal(size=(n, 1)),
            "v": turned[:, [j]],
            r"\mu": values[j, 0],
            r"\lambda": values,
            "k": int(rng.integers(1, 9)),
        }

    def steps(self, q: Steps) -> None:
        super().steps(q)

        def along(k: Array) -> Array:
            here = q["u"]
            for _ in range(round(float(k))):
                here = here - q[r"\eta"] * (q["H"] @ here)
            return (q["v"].T @ here)[0, 0]

        q.functions["c"] = [along]
