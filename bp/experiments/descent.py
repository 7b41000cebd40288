"""How a network learns

Written by the chapter chapters/12_descent.md: edit it there, not here.
"""

import numpy as np
from contourpy import contour_generator

from bp.digits import Array
from bp.experiments.reading import COLOUR
from bp.network import Network, forward

__all__ = [
    "Points",
    "two_moons",
    "circles",
    "spiral",
    "REACH",
    "SIDE",
    "draw_boundary",
]


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
SIDE = 250  # and how large it is, in pixels


def _path(points: Array) -> str:
    """Points from −REACH to REACH as an SVG path."""
    scaled = (points * [1, -1] + REACH) * SIDE / (2 * REACH)
    return "M" + "L".join(f"{u:.1f} {v:.1f}" for u, v in scaled)


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
    cut = contour_generator(grid, grid, answer.reshape(41, 41))
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
    for (u, v), one in zip(x.T, y[0] > 0.5, strict=True):
        u, v = (SIDE * (c / REACH + 1) / 2 for c in (u, -v))
        fill = f'fill="{blue}"' if one else 'fill="none"'
        parts.append(
            f'<circle cx="{u:.1f}" cy="{v:.1f}" r="3" {fill} '
            'stroke="currentColor" stroke-width="1"/>'
        )
    for c in (-1, 0, 1):
        at, sign = SIDE * (c / REACH + 1) / 2, "−" if c < 0 else ""
        look = 'font-size="12" fill="currentColor"'
        parts.append(
            f'<text x="{at}" y="{SIDE + 15}" text-anchor="middle" '
            f'{look}>{sign}{abs(c)}</text><text x="-5" y="{SIDE - at + 4}" '
            f'text-anchor="end" {look}>{sign}{abs(c)}</text>'
        )
    return (
        f'<svg class="drawing" xmlns="http://www.w3.org/2000/svg" viewBox="'
        f'-24 -28 {SIDE + 30} {SIDE + 48}" width="{SIDE + 30}" '
        'style="max-width:100%;height:auto">'
        f'<text x="{SIDE / 2}" y="-11" text-anchor="middle" font-size="14" '
        f'fill="currentColor">{title}</text><rect width="{SIDE}" '
        f'height="{SIDE}" fill="none" stroke="currentColor" '
        f'stroke-opacity="0.4"/>{"".join(parts)}</svg>'
    )
