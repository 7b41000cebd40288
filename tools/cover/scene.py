"""The standing picture: one digit, forwards and back, with all its places.

The script draws the same picture, moving; here it is for a page without
scripts, and for those who link to the book.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.network import Network, forward
from bp.recursion import propagate_error

WIDTH, HEIGHT, HEAD = 715, 500, 34
FIELD = (1, 35, 232)  # left, top, side
HIDDEN, ANSWERS = 364, 474  # across
LARGEST = 4 / 27  # of any error of an answer


@dataclass(frozen=True)
class Line:
    """A weight, from a point to a point; the strongest has the strength 1."""

    start: tuple[float, float]
    end: tuple[float, float]
    strength: float


@dataclass(frozen=True)
class Scene:
    """What a digit does to the network, and what comes back."""

    x: np.ndarray
    y: np.ndarray
    hidden: np.ndarray
    answers: np.ndarray
    delta2: np.ndarray
    delta1: np.ndarray
    forwards: list[Line]
    back: list[Line]

    @property
    def read(self) -> int:
        return int(self.answers.argmax())

    @property
    def meant(self) -> int:
        return int(self.y.argmax())


def rows(number: int) -> np.ndarray:
    """The heights of neurons."""
    gap = (HEIGHT - HEAD) / number
    return np.round(HEAD + gap * (np.arange(number) + 0.5))


def corner(k: int) -> tuple[float, float]:
    """Where a pixel begins."""
    left, top, side = FIELD
    return left + side / 8 * (k % 8), top + side / 8 * (k // 8)


def strongest(values: np.ndarray, most: int) -> Iterator[Line]:
    """Lines to row j from column k of a matrix, weakest first."""
    size = np.abs(values)
    heights = rows(values.shape[0])
    for i in np.argsort(size.ravel())[-most:]:
        j, k = divmod(int(i), values.shape[1])
        strength = float(size[j, k] / size.max())
        if values.shape[1] == 64:
            left, top = corner(k)
            half = FIELD[2] / 16
            start = (left + half, top + half)
            yield Line(start, (HIDDEN - 9, float(heights[j])), strength)
        else:
            start = (HIDDEN + 9, float(rows(values.shape[1])[k]))
            yield Line(start, (ANSWERS - 9, float(heights[j])), strength)


def scene(network: Network, x: np.ndarray, y: np.ndarray) -> Scene:
    run = forward(network, x)
    delta2 = output_error(quadratic_cost_gradient(run.a[2], y), run.z[2])
    delta1 = propagate_error(network.w[2], delta2, run.z[1])
    return Scene(
        x.ravel(),
        y.ravel(),
        run.a[1].ravel(),
        run.a[2].ravel(),
        delta2.ravel(),
        delta1.ravel(),
        [
            *strongest(network.w[1] * x.T, 70),
            *strongest(network.w[2] * run.a[1].T, 24),
        ],
        list(strongest(network.w[2] * delta2, 24)),
    )
