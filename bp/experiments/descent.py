"""How a network learns

Written by the chapter chapters/13_descent.md: edit it there, not here.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from contourpy import contour_generator

from bp.algorithm import backprop
from bp.descent import step_down
from bp.digits import Array
from bp.experiments.kit import (
    COLOUR,
    Option,
    Picture,
    curve,
    draw_neuron,
    drawing,
    words,
)
from bp.network import Network, forward, random_network

__all__ = [
    "draw_three_rates",
    "Points",
    "two_moons",
    "circles",
    "spiral",
    "REACH",
    "SIDE",
    "draw_points",
    "draw_boundary",
    "DATA",
    "STEPS",
    "Training",
    "trial",
    "draw_curve",
    "draw_training",
    "drawn_points",
    "draw_factors_of_a_step",
]


def draw_three_rates() -> Picture:
    """Ten steps down a bowl, with three learning rates."""
    bends, start, ends = np.array([1.0, 10.0]), np.array([-2.6, 0.9]), []
    angles, parts = np.linspace(0, 2 * np.pi, 49), []
    for level in (0.3, 1, 2, 3.3, 5):
        ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        ring *= np.sqrt(2 * level / bends)
        points = [(256 + 75 * u, 110 - 100 * v) for u, v in ring]
        parts.append(curve(points, COLOUR["C"], 1))
    looks = {0.02: (104, 142), 0.12: (262, 134), 0.195: (216, 212)}
    for rate, at in looks.items():
        path = [start * (1 - rate * bends) ** n for n in range(11)]
        points = [(256 + 75 * u, 110 - 100 * v) for u, v in path]
        dashed = rate == max(looks)
        parts.append(curve(points, COLOUR["w"], 2.5, dashed, head=True))
        parts.append(words(at, f"η = {rate}"))
        ends.append(f"{float((bends * path[-1] ** 2).sum() / 2):.2f}")
    parts.append(draw_neuron((256, 110), "", 1.6, COLOUR["C"], 5))
    high = float((bends * start**2).sum() / 2)
    return Picture(
        drawing(parts, 226),
        f"Ten steps down a long bowl, from the cost {high:.2f}. The small "
        f"rate comes to {ends[0]}, the middle one to {ends[1]}; the large one "
        f"goes to and fro and comes to {ends[2]}.",
    )


Points = tuple[Array, Array]


def _scattered(
    x: Array, y: Array, noise: float, rng: "np.random.Generator"
) -> Points:
    return x + noise * rng.standard_normal(x.shape), y[np.newaxis]


def two_moons(n: int, noise: float, rng: "np.random.Generator") -> Points:
    """n points, shape (2, n), on two half circles; targets, shape (1, n)."""
    y, t = np.arange(n) % 2.0, np.pi * rng.random(n)
    sign = 1 - 2 * y
    x = sign * np.stack([np.cos(t) - 0.5, np.sin(t) - 0.25])
    return _scattered(x, y, noise, rng)


def circles(n: int, noise: float, rng: "np.random.Generator") -> Points:
    """n points, shape (2, n), on two circles; targets 1 on the inner."""
    y, t = np.arange(n) % 2.0, 2 * np.pi * rng.random(n)
    x = (1.4 - 0.8 * y) * np.stack([np.cos(t), np.sin(t)])
    return _scattered(x, y, noise, rng)


def spiral(n: int, noise: float, rng: "np.random.Generator") -> Points:
    """n points, shape (2, n), on two spiral arms; targets, shape (1, n)."""
    y, r = np.arange(n) % 2.0, np.sqrt(0.02 + 0.98 * rng.random(n))
    t = 6 * r + np.pi * y
    x = 1.6 * r * np.stack([np.cos(t), np.sin(t)])
    return _scattered(x, y, noise, rng)


REACH = 2.0  # how far the map of a boundary goes to each side
SIDE = 240  # and its side in pixels: 6 a step, which round alike everywhere


def _path(points: Array) -> str:
    """Points from −REACH to REACH as an SVG path."""
    scaled = (points * [1, -1] + REACH) * SIDE / (2 * REACH)
    return "M" + "L".join(f"{u:.1f} {v:.1f}" for u, v in scaled)


def _framed(
    inner: str, title: str, across: dict[str, float], up: dict[str, float]
) -> str:
    """A square in SVG with a title, and marks where they belong."""
    look = 'font-size="12" fill="currentColor"'
    marks = "".join(
        f'<text x="{at:.0f}" y="{SIDE + 15}" text-anchor="middle" '
        f"{look}>{mark}</text>"
        for mark, at in across.items()
    ) + "".join(
        f'<text x="-5" y="{SIDE - at + 4:.0f}" text-anchor="end" '
        f"{look}>{mark}</text>"
        for mark, at in up.items()
    )
    return (
        f'<svg class="drawing" xmlns="http://www.w3.org/2000/svg" viewBox="'
        f'-30 -28 {SIDE + 45} {SIDE + 48}" width="{1.5 * (SIDE + 45):.0f}" '
        'style="max-width:100%;height:auto">'
        f'<text x="{SIDE / 2}" y="-11" text-anchor="middle" font-size="14" '
        f'fill="currentColor">{title}</text><rect width="{SIDE}" '
        f'height="{SIDE}" fill="none" stroke="currentColor" '
        f'stroke-opacity="0.4"/>{inner}{marks}</svg>'
    )


def draw_points(x: Array, y: Array, radius: float = 3) -> str:
    """Samples in the square: discs want the answer 1, rings want 0."""
    parts = []
    for (u, v), one in zip(x.T, y[0] > 0.5, strict=True):
        u, v = (SIDE * (c / REACH + 1) / 2 for c in (u, -v))
        fill = f'fill="{COLOUR["a"]}"' if one else 'fill="none"'
        parts.append(
            f'<circle cx="{u:.1f}" cy="{v:.1f}" r="{radius}" {fill} '
            f'stroke="currentColor" stroke-width="{radius / 3:.1f}"/>'
        )
    return "".join(parts)


def draw_boundary(
    network: Network, x: Array, y: Array, title: str = ""
) -> str:
    """What a network 2-…-1 answers, as a map in SVG, with the samples.

    The nearer to 1 the answer, the deeper the blue; the line is where it
    is ½.  Discs are samples from which 1 is wanted, rings want 0.
    """
    grid = np.linspace(-REACH, REACH, 41)
    u, v = (g.ravel() for g in np.meshgrid(grid, grid))
    answer = forward(network, np.stack([u, v])).a[network.depth]
    cut: Any = contour_generator(grid, grid, answer.reshape(41, 41))
    blue, parts = COLOUR["a"], []
    for level in np.arange(1, 10) / 10:
        polygons, starts = cut.filled(level, 2.0)
        rings = [
            _path(points[a:b]) + "Z"
            for points, ends in zip(polygons, starts, strict=True)
            for a, b in zip(ends, ends[1:], strict=False)
        ]
        parts.append(
            f'<path d="{"".join(rings)}" fill="{blue}" '
            'fill-opacity="0.09" fill-rule="evenodd"/>'
        )
    line = "".join(_path(points) for points in cut.lines(0.5))
    parts.append(
        f'<path d="{line}" fill="none" stroke="currentColor" '
        'stroke-width="2"/>'
    )
    parts.append(draw_points(x, y))
    marks = {"−1": SIDE / 4, "0": SIDE / 2, "1": 3 * SIDE / 4}
    return _framed("".join(parts), title, marks, marks)


DATA = {"two moons": two_moons, "circles": circles, "spiral": spiral}
STEPS = 600


@dataclass
class Training:
    """A run that goes on when it is asked for a later step."""

    x: Array
    y: Array
    rate: float
    networks: list[Network]
    costs: list[float] = field(default_factory=list)

    def until(self, step: int) -> None:
        """Descend as far as this step, if that has not been done."""
        del self.networks[len(self.costs) + 1 :]  # one may be interrupted
        while len(self.costs) <= step:
            slope = backprop(self.networks[-1], self.x, self.y)
            after = step_down(self.networks[-1], slope, self.rate)
            self.networks.append(after)
            self.costs.append(float(slope.cost))

    def share(self, step: int) -> float:
        """The share of the points that are on their side of the line."""
        answers = forward(self.networks[step], self.x).a[2]
        return float(((answers > 0.5) == (self.y > 0.5)).mean())


@lru_cache(maxsize=16)
def trial(data: str, rate: float, width: int, seed: int) -> Training:
    """The run of a network 2-width-1 on such points, not begun."""
    rng = np.random.default_rng(seed)
    x, y = DATA[data](100, 0.1, rng)
    return Training(x, y, rate, [random_network((2, width, 1), rng)])


def draw_curve(costs: list[float], steps: int) -> str:
    """The cost before each step, as a curve in SVG."""
    across, up = SIDE / steps, SIDE / 0.3
    points = " ".join(
        f"{across * k:.1f},{SIDE - up * min(cost, 0.3):.1f}"
        for k, cost in enumerate(costs)
    )
    last = points.split()[-1].split(",")
    line = (
        f'<polyline points="{points}" fill="none" stroke="{COLOUR["C"]}" '
        f'stroke-width="2"/><circle cx="{last[0]}" cy="{last[1]}" r="4" '
        f'fill="{COLOUR["C"]}"/>'
    )
    return _framed(
        line,
        "cost C after each step",
        {str(k): across * k for k in (0, steps // 2, steps)},
        {str(c): up * c for c in (0, 0.1, 0.2, 0.3)},
    )


def draw_training(
    step: int, data: str, rate: float, width: int, seed: int
) -> Picture:
    """The boundary after some steps, and the cost until then."""
    run = trial(data, rate, width, seed)
    run.until(step)
    costs, share = run.costs[: step + 1], run.share(step)
    svg = draw_boundary(run.networks[step], run.x, run.y, data)
    svg += draw_curve(costs, STEPS)
    rises = int((np.diff(costs) > 0).sum())
    text = (
        f"2-{width}-1 after {step} steps: cost {costs[-1]:.3f}, {share:.0%} "
        f"of the points on their side; {rises} of the steps went up."
    )
    return Picture(svg, text)


def _square(inner: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {SIDE} {SIDE}" width="60" height="60">{inner}</svg>'
    )


def drawn_points() -> list[Option]:
    """The kinds of points to choose from, for `thumbnails`."""
    rng = np.random.default_rng(0)
    return [
        (name, name, _square(draw_points(*make(60, 0.05, rng), radius=9)))
        for name, make in DATA.items()
    ]


def draw_factors_of_a_step() -> Picture:
    """Steps in a parabola, with three values of the factor 1 − ημ."""
    parts, ends = [], []
    for place, factor in zip((84, 250, 416), (0.5, -0.5, -1.1), strict=True):
        line = np.linspace(-2.2, 2.2, 45)
        bowl = [(place + 34 * u, 150 - 27 * u * u) for u in line]
        parts.append(curve(bowl, COLOUR["C"], 2))
        path = [1.3 * factor**k for k in range(5)]
        points = [(place + 34 * u, 150 - 27 * u * u) for u in path]
        parts.append(curve(points, COLOUR["w"], 2, head=True))
        parts.append(draw_neuron(points[0], "", 1, COLOUR["w"], 4))
        parts.append(words((place, 178), f"{factor}".replace("-", "−")))
        ends.append(f"{path[-1]:.2f}".replace("-", "−"))
    return Picture(
        drawing(parts, 196),
        "Four steps from 1.3 with the factors 0.5, −0.5 and −1.1: to "
        + ", ".join(ends)
        + ". The first creeps, the second jumps across and "
        "shrinks, the third jumps across and grows.",
    )
