"""One layer back

Written by the chapter chapters/08_recursion.md: edit it there, not here.
"""

import math
from collections.abc import Sequence

import numpy as np

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import Array
from bp.experiments.kit import (
    COLOUR,
    Picture,
    curve,
    draw_line,
    draw_network,
    draw_neuron,
    drawing,
    place,
    words,
)
from bp.network import forward, random_network
from bp.neuron import sigmoid_prime
from bp.recursion import propagate_error

__all__ = ["draw_step", "SIZES", "paths_of", "draw_path"]


def draw_step(
    slope: float, weights: Sequence[float], deltas: Sequence[float]
) -> Picture:
    """One neuron, its σ, and the two neurons ahead that it feeds."""
    z, a, ahead = (55, 120), (210, 120), [(440, 60), (440, 180)]
    red = COLOUR["delta"]
    gathered = sum(w * d for w, d in zip(weights, deltas, strict=True))
    pairs = [
        f"({w:g}) · {d:g}" if w < 0 else f"{w:g} · {d:g}"
        for w, d in zip(weights, deltas, strict=True)
    ]
    parts = [draw_line(z, a, 0.6, COLOUR["z"])]
    for n, (at, w, d) in enumerate(zip(ahead, weights, deltas, strict=True)):
        parts.append(draw_line(a, at, w, COLOUR["w"]))
        side = -1 if n == 0 else 1
        start = at[0] - 34, at[1] + 22 * side
        end = a[0] + 60, a[1] + 44 * side
        parts.append(curve([start, end], red, 1 + 20 * abs(d), head=True))
        half = 350, 120 + 15 * side
        parts.append(words(half, f"w = {w:g}".replace("-", "−"), COLOUR["w"]))
        parts.append(draw_neuron(at, f"z²{'₁₂'[n]}", 0.3, COLOUR["z"], 24))
        text = f"δ²{'₁₂'[n]} = {d:g}"
        parts.append(words((at[0], at[1] + 42 * side), text, red))
    parts.append(draw_neuron(z, "z¹₁", 0.3, COLOUR["z"], 24))
    parts.append(draw_neuron(a, "a¹₁", 0.3, COLOUR["a"], 24))
    parts.append(words((133, 100), f"σ′ = {slope:g}", COLOUR["z"]))
    parts.append(curve([(176, 146), (90, 146)], red, 2, head=True))
    parts.append(words((226, 178), f"gathered {gathered:g}", red))
    parts.append(words((60, 178), f"δ¹₁ = {slope * gathered:g}", red))
    return Picture(
        drawing(parts, 240),
        f"Errors come back through the weights, {' + '.join(pairs)} = "
        f"{gathered:g}, and then through the slope: {slope:g} times that is "
        f"δ = {slope * gathered:g}.".replace("-", "−"),
    )


SIZES = (2, 3, 4, 2)


def paths_of(
    j: int, x: tuple[float, float] = (0.8, -0.4)
) -> tuple[dict[int, Array], dict[int, Array], Array]:
    """Weights; errors; and, in thousandths, what each path contributes.

    The eight paths lead from neuron j of layer 1, counted from 1.
    """
    network = random_network(SIZES, np.random.default_rng(3))
    run = forward(network, np.reshape(x, (2, 1)))
    slope = {l: sigmoid_prime(run.z[l]) for l in (1, 2)}
    gradient = quadratic_cost_gradient(run.a[3], [[1.0], [0.0]])
    delta = {3: output_error(gradient, run.z[3])}
    for l in (2, 1):
        delta[l] = propagate_error(network.w[l + 1], delta[l + 1], run.z[l])
    over = slope[1][j - 1] * network.w[2][:, j - 1] * slope[2][:, 0]
    each = (over * network.w[3] * delta[3]).T.ravel()
    return dict(network.w), delta, 1000 * each


def draw_path(j: int, path: int) -> Picture:
    """One of the eight paths from neuron j of layer 1, and all as bars."""
    w, delta, each = paths_of(j)
    red, k, i = COLOUR["delta"], (path + 1) // 2, (path + 1) % 2 + 1
    road, over = [(2, k, j), (3, i, k)], []
    weight = {
        (l, a + 1, b + 1): float(w[l][a, b])
        for l in w
        for a, b in np.ndindex(*w[l].shape)
    }
    for l, to, source in road:  # from rim to rim
        (x, y), (u, v) = place(SIZES, l - 1, source), place(SIZES, l, to)
        s = 24 / math.hypot(u - x, v - y)
        p, q = s * (u - x), s * (v - y)
        ends = [(x + p, y + q), (u - p, v - q)]
        over.append(curve(ends, red, 5, dashed=weight[l, to, source] < 0))
        weight[l, to, source] = 0.0
    svg = draw_network(
        SIZES,
        inside={
            (l, n + 1): f"{v:.{abs(v) < 10:d}f}".replace("-", "−")
            for l, d in delta.items()
            for n, v in enumerate(1000 * d[:, 0].real)
        },
        fill={(l, n + 1): 0.0 for l in range(4) for n in range(4)},
        weight=weight,
        titles=["x", "δ¹", "δ²", "δ³"],
        colour=red,
        over=over,
    )
    total, bars = float(each.real.sum()), []
    said = [f"{float(v.real):.2f}".replace("-", "−") for v in each]
    for n, value in enumerate([*(float(v.real) for v in each), total], 1):
        x, end = 52 * n - 10 + 12 * (n > 8), 170 - 24 * value
        bars.append(curve([(x, 170), (x, end)], red, 28))
        text = [*said, f"{total:.2f}"][n - 1]
        at = x, end + (13 if value < 0 else -13)
        bars.append(words(at, text, size=0.87))
        if n == path:
            bars.append(draw_neuron((x, 220), str(n), 1, red, 14))
        else:
            bars.append(words((x, 220), str(n) if n < 9 else "δ", size=0.87))
    bars.append(curve([(16, 170), (496, 170)], "grey", 0.8))
    seen = (
        f"Path {path} leads to answer {i} over neuron {k}, and makes "
        f"{said[path - 1]} of the δ = {total:.2f} of neuron {j}. (All in "
        "thousandths.)"
    )
    all_eight = f"All eight paths: {', '.join(said)}."
    return Picture(svg, seen).beside(Picture(drawing(bars, 240), all_eight))
