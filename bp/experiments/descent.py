"""How a network learns

Written by the chapter chapters/13_descent.md: edit it there, not here.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from contourpy import contour_generator

from bp.algorithm import backprop
from bp.descent import step_down
from bp.digits import Array
from bp.experiments.kit import (
    COLOUR,
    Picture,
    Point,
    curve,
    draw_neuron,
    drawing,
    words,
)
from bp.network import Network, forward, random_network

__all__ = [
    "draw_factors_of_a_step",
    "Points",
    "STEPS",
    "SIDE",
    "two_moons",
    "spiral",
    "on_map",
    "draw_boundary",
    "trial",
    "draw_training",
]


def draw_factors_of_a_step() -> Picture:
    """Steps in a parabola, with three values of the factor 1 − ημ."""
    parts, ends, line = [], [], np.linspace(-2.2, 2.2, 45)
    for place, factor in [(84, 0.5), (250, -0.5), (416, -1.1)]:
        path = [1.3 * factor**k for k in range(5)]
        bowl, points = (
            [(place + 34 * u, 150 - 27 * u * u) for u in places]
            for places in (line, path)
        )
        parts.append(curve(bowl, COLOUR["C"], 2))
        parts.append(curve(points, COLOUR["w"], 2, head=True))
        parts.append(words((place, 178), f"{factor}".replace("-", "−")))
        ends.append(f"{path[-1]:.2f}".replace("-", "−"))
    return Picture(
        drawing(parts, 196),
        "Four steps in a bowl from 1.3 beside its bottom, with three rates. "
        "A step multiplies the distance by 0.5, by −0.5, or by −1.1, and it "
        f"comes to {', '.join(ends)}: the first creeps, the second jumps "
        "across and shrinks, the third jumps across and grows.",
    )


Points = tuple[Array, Array]
STEPS = 600
SIDE = 340  # of a map, which goes from −2 to 2


def two_moons(n: int, noise: float, rng: "np.random.Generator") -> Points:
    """n points, shape (2, n), on two half circles; targets, shape (1, n)."""
    y, t = np.arange(n) % 2.0, np.pi * rng.random(n)
    x = (1 - 2 * y) * np.stack([np.cos(t) - 0.5, np.sin(t) - 0.25])
    return x + noise * rng.standard_normal(x.shape), y[np.newaxis]


def spiral(n: int, noise: float, rng: "np.random.Generator") -> Points:
    """n points, shape (2, n), on two spiral arms; targets, shape (1, n)."""
    y, r = np.arange(n) % 2.0, np.sqrt(0.02 + 0.98 * rng.random(n))
    t = 6 * r + np.pi * y
    x = 1.6 * r * np.stack([np.cos(t), np.sin(t)])
    return x + noise * rng.standard_normal(x.shape), y[np.newaxis]


def on_map(points: Array) -> list[Point]:
    """Where points of the plane, shape (n, 2), are in a drawing."""
    middle = np.array([250, SIDE / 2 + 30])
    return [(u, v) for u, v in middle + SIDE / 4 * points * [1, -1]]


def draw_boundary(
    network: Network, x: Array, y: Array, title: str = ""
) -> str:
    """A map of what a network 2-…-1 answers, in SVG: from 0 to 1 (blue),
    with a line at ½; discs are samples that want 1, rings want 0."""
    side, blue = np.linspace(-2, 2, 41), COLOUR["a"]
    grid = np.stack(np.meshgrid(side, side)).reshape(2, -1)
    answer = forward(network, grid).a[network.depth].reshape(41, 41)
    cut: Any = contour_generator(side, side, answer)
    parts = [words((250, 12), title)]
    for level in np.arange(1, 10, 2) / 10:
        rings = [
            "M" + "L".join(f"{u:.1f} {v:.1f}" for u, v in on_map(ring))
            for points, ends in zip(*cut.filled(level, 2.0), strict=True)
            for ring in np.split(points, ends[1:-1])
        ]
        look = f'fill="{blue}" fill-opacity="0.16" fill-rule="evenodd"'
        parts.append(f'<path d="{"".join(rings)}" {look}/>')
    corners = np.array([[-2, -2], [2, -2], [2, 2], [-2, 2], [-2, -2]])
    parts.append(curve(on_map(corners), width=0.7))
    parts += [curve(on_map(line), width=3) for line in cut.lines(0.5)]
    for at, one in zip(on_map(x.T), y[0] > 0.5, strict=True):
        parts.append(draw_neuron(at, "", 1.6 * one, "currentColor", 4))
    for at, mark in [((80, 385), "−2"), ((420, 385), "2"), ((68, 35), "2")]:
        parts.append(words(at, mark))
    return drawing(parts, SIDE + 56)


@lru_cache(maxsize=16)
def trial(
    data: str, rate: float, width: int, seed: int
) -> tuple[Points, list[Network], list[float]]:
    """A hundred points, and the networks and costs of a run on them."""
    rng = np.random.default_rng(seed)
    x, y = {"two moons": two_moons, "spiral": spiral}[data](100, 0.1, rng)
    networks, costs = [random_network((2, width, 1), rng)], []
    for _ in range(STEPS + 1):
        slope = backprop(networks[-1], x, y)
        costs.append(float(slope.cost))
        networks.append(step_down(networks[-1], slope, rate))
    return (x, y), networks, costs


def draw_training(
    step: int, data: str, rate: float, width: int, seed: int
) -> Picture:
    """The boundary after some steps, and the cost until then."""
    (x, y), networks, costs = trial(data, rate, width, seed)
    right = (forward(networks[step], x).a[2] > 0.5) == (y > 0.5)
    rises = int((np.diff(costs[: step + 1]) > 0).sum())
    text = (
        f"2-{width}-1 after {step} steps: cost {costs[step]:.3f}, "
        f"{right.mean():.0%} of the points on their side; {rises} of the "
        "steps went up."
    )
    return Picture(draw_boundary(networks[step], x, y, data), text)
