"""A symmetric matrix H with the eigenvalues λ; u has the components c along
its eigenvectors; q_1, …, q_K are made by Lanczos' method; r, p, g and
s are columns, and H is positive."""

import numpy as np

from ..world import Steps, World

K = 4


class Chapter(World):
    networks = 3
    below = {"q": 1, r"\alpha": 1, r"\beta": 1}

    def draw(self) -> None:
        rng, n = self.rng, 5 + self.seed
        self.turned, _ = np.linalg.qr(rng.normal(size=(n, n)))
        self.given |= {
            "P": n,
            "K": K,
            r"\lambda": np.sort(rng.uniform(0.2, 2, size=(n, 1)), axis=0),
            "c": rng.normal(size=(n, 1)),
            "start": rng.normal(size=(n, 1)),
            "r": rng.normal(size=(n, 1)),
            "p": rng.normal(size=(n, 1)),
            "g": rng.normal(size=(n, 1)),
            "s": rng.normal(size=(n, 1)),
        }

    def steps(self, q: Steps) -> None:
        q["u"] = self.turned @ q["c"]
        q["H"] = self.turned @ (q[r"\lambda"] * self.turned.T)
        next_one = q["start"]
        for k in range(1, K + 1):
            for j in range(1, k):
                next_one = next_one - (q["q", j].T @ next_one) * q["q", j]
            q["q", k] = next_one / np.sqrt((next_one * next_one).sum())
            next_one = q["H"] @ q["q", k]
            q[r"\alpha", k] = (q["q", k].T @ next_one)[0, 0]
            if k > 1:
                along = q["q", k].T @ q["H"] @ q["q", k - 1]
                q[r"\beta", k - 1] = along[0, 0]
