"""Can the step be better?

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
def raced(name: str, turn: int) -> tuple[Array, Array]:
    """60 steps down a bowl turned by degrees, and the costs.

    With the best of 13 rates, and the usual β.
    """
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    turned = np.array([[c, -s], [s, c]])
    bowl, runs = turned * BENDS @ turned.T, []
    for rate in np.geomspace(1e-3, 1, 13):
        way, m, v = [turned @ START], np.zeros(2), np.zeros(2)
        for t in range(1, 61):
            g = bowl @ way[-1]
            m = 0.9 * m + g
            if name in ("RMSProp", "Adam"):
                beta, fair = (0.9, 1) if name == "RMSProp" else (0.999, 0)
                v = beta * v + (1 - beta) * g**2
                root = np.sqrt(v / (fair or 1 - beta**t)) + 1e-8
                d = (g if fair else 0.1 * m / (1 - 0.9**t)) / root
            else:
                d = {"plain": g, "momentum": m}.get(name, g + 0.9 * m)
            way.append(way[-1] - rate * d)
        costs = (np.array(way) @ bowl * way).sum(axis=1) / 2
        runs.append((np.array(way), costs))
    return min(runs, key=lambda run: float(run[1][-1]))


def draw_race(step: int, turn: int, names: tuple[str, ...] = NAMES) -> Picture:
    """Some optimisers after some steps down the turned bowl."""
    parts, told = [], []
    ring = '<ellipse rx="{:.1f}" ry="{:.1f}" fill="none" stroke="{}" '
    for place, name in enumerate(names):
        way, costs = raced(name, turn)
        x, y = 120 + 260 * (place % 2), 115 + 205 * (place // 2)
        turned = f'transform="translate({x} {y}) rotate({-turn})"/>'
        for level in (0.02, 0.3, 1.2, 2.7):
            half = 42 * np.sqrt(2 * level / BENDS)
            parts.append(ring.format(*half, COLOUR["C"]) + turned)
        points = [(x + 42 * u, y - 42 * v) for u, v in way[: step + 1]]
        parts.append(curve([points[0], *points], COLOUR["w"], 2, head=True))
        told.append(f"{name} {costs[step]:.2g}")
        parts.append(words((x, y - 100), told[-1]))
    return Picture(
        drawing(parts, 220 + 205 * ((len(names) - 1) // 2)),
        f"A bowl with κ = 25 turned by {turn} degrees; costs after {step} "
        f"steps: {', '.join(told)}.",
    )
