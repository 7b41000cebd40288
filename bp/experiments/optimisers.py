"""Can the step be better

Written by the chapter chapters/25_optimisers.md: edit it there, not here.
"""

from functools import cache

import numpy as np

from bp.digits import Array
from bp.experiments.kit import COLOUR, Picture, curve, drawing, words

__all__ = ["NAMES", "raced", "draw_race"]


BENDS, START = np.array([1.0, 25.0]), np.array([-2.6, 0.5])
NAMES = ("plain", "momentum", "Nesterov", "RMSProp", "Adam")


@cache
def raced(name: str, turn: int, stop: int = 40) -> tuple[Array, Array]:
    """Way down a bowl turned by degrees, and costs; best rate at `stop`."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    turned, runs = np.array([[c, -s], [s, c]]), []
    bowl = turned * BENDS @ turned.T
    for rate in np.geomspace(1e-3, 1, 13):
        way, m, v = [turned @ START], np.zeros(2), np.zeros(2)
        for t in range(1, 41):
            g = bowl @ way[-1]
            m = 0.9 * m + g
            d = {"plain": g, "momentum": m, "Nesterov": g + 0.9 * m}.get(name)
            if name == "RMSProp":
                v = 0.9 * v + 0.1 * g**2
                d = g / (np.sqrt(v) + 1e-8)
            elif name == "Adam":
                v = 0.999 * v + 0.001 * g**2
                d = 0.1 * m / (1 - 0.9**t)
                d = d / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
            way.append(way[-1] - rate * d)
        costs = (np.array(way) @ bowl * way).sum(axis=1) / 2
        runs.append((np.array(way), costs))
    return min(runs, key=lambda run: float(run[1][stop]))


def draw_race(step: int, turn: int, many: int = 5) -> Picture:
    """The first `many` after some steps down the turned bowl."""
    parts, told = [], []
    for place, name in enumerate(NAMES[:many]):
        way, costs = raced(name, turn)
        x, y = 126 + 248 * (place % 2), 115 + 205 * (place // 2)
        for level in (0.02, 0.3, 1.2, 2.7):
            rx, ry = 47 * np.sqrt(2 * level / BENDS)
            c, at = COLOUR["C"], f"translate({x} {y}) rotate({-turn})"
            look = f'fill="{c}" fill-opacity="0.1" stroke="{c}"'
            size = f'rx="{rx:.1f}" ry="{ry:.1f}"'
            parts.append(f'<ellipse {size} {look} transform="{at}"/>')
        points = [(x + 47 * u, y - 47 * v) for u, v in way[: step + 1]]
        way_drawn = curve([points[0], *points], COLOUR["w"], 2, head=True)
        told.append(f"{name} {costs[step]:.2g}")
        parts += [way_drawn, words((x, y - 100), told[-1])]
    return Picture(
        drawing(parts, 15 + 205 * -(-many // 2)),
        f"Ways down a bowl with κ = 25, drawn by lines of equal cost and "
        f"turned by {turn} degrees; costs after {step} steps: "
        f"{', '.join(told)}.",
    )
