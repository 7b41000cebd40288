"""One layer back

Written by the chapter chapters/08_recursion.md: edit it there, not here.
"""

from collections.abc import Sequence

import numpy as np

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.experiments.reading import (
    COLOUR,
    Picture,
    curve,
    draw_line,
    draw_network,
    draw_neuron,
    drawing,
    words,
)
from bp.network import forward, random_network
from bp.neuron import sigmoid_prime
from bp.recursion import propagate_error

__all__ = ["draw_step", "draw_path"]


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


def draw_path(j: int, path: int) -> Picture:
    """δ of neuron j of layer 1 in a network 2-3-4-2, and one path of eight."""
    network = random_network((2, 3, 4, 2), np.random.default_rng(3))
    run = forward(network, np.array([[0.8], [-0.4]]))
    delta = {
        3: output_error(
            quadratic_cost_gradient(run.a[3], [[1.0], [0.0]]), run.z[3]
        )
    }
    for l in (2, 1):
        delta[l] = propagate_error(network.w[l + 1], delta[l + 1], run.z[l])
    k, i = (path - 1) // 2, (path - 1) % 2
    factors = [
        float(sigmoid_prime(run.z[1])[j - 1, 0]),
        float(network.w[2][k, j - 1]),
        float(sigmoid_prime(run.z[2])[k, 0]),
        float(network.w[3][i, k]),
        float(delta[3][i, 0]),
    ]
    svg = draw_network(
        network.sizes,
        inside={
            (l, n + 1): f"{d[n, 0]:.3f}".replace("0.", ".")
            for l, d in delta.items()
            for n in range(len(d))
        },
        fill={(l, n + 1): 0.0 for l in range(4) for n in range(4)},
        weight={
            (l, a + 1, b + 1): float(w[a, b])
            for l, w in network.w.items()
            for a, b in np.ndindex(*w.shape)
        },
        titles=["x", "δ¹", "δ²", "δ³"],
        colour=COLOUR["delta"],
        path=[(2, k + 1, j), (3, i + 1, k + 1)],
    )
    shown = " · ".join(f"({v:.3g})" for v in factors)
    every = (
        sigmoid_prime(run.z[1])[j - 1, 0]
        * network.w[2][:, j - 1]
        * sigmoid_prime(run.z[2])[:, 0]
        * network.w[3]
        * delta[3]
    ).T.ravel()
    sums = ", ".join(f"{1000 * float(v.real):.2f}" for v in every)
    text = (
        f"Path {path}: σ′ · w · σ′ · w · δ = {shown} = "
        f"{np.prod(factors):.5f}. All eight, in thousandths: {sums}; "
        f"together δ = {delta[1][j - 1, 0]:.5f}."
    )
    return Picture(svg, text)
