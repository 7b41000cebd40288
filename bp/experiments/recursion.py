"""One layer back

Written by the chapter chapters/06_recursion.md: edit it there, not here.
"""

from collections.abc import Sequence

import numpy as np

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.experiments.reading import (
    COLOUR,
    Picture,
    draw_line,
    draw_network,
    draw_neuron,
)
from bp.network import forward, random_network
from bp.neuron import sigmoid_prime
from bp.recursion import propagate_error

__all__ = ["words", "draw_step", "draw_path"]


def words(x: float, y: float, text: str, colour: str = "currentColor") -> str:
    """A line of text, centred."""
    return (
        f'<text x="{x}" y="{y}" text-anchor="middle" font-size="14" '
        f'fill="{colour}">{text}</text>'
    )


def draw_step(
    slope: float, weights: Sequence[float], deltas: Sequence[float]
) -> Picture:
    """One neuron, its σ, and the two neurons ahead that it feeds."""
    z, a = (60, 110), (230, 110)
    ahead = [(430, 50), (430, 170)]
    gathered = sum(w * d for w, d in zip(weights, deltas, strict=True))
    parts = [draw_line(z, a, 0.3, COLOUR["z"])]
    for place, weight in zip(ahead, weights, strict=True):
        parts.append(draw_line(a, place, weight, COLOUR["w"]))
        half = (a[0] + place[0]) / 2, (a[1] + place[1]) / 2 - 12
        parts.append(words(*half, f"w = {weight:g}", COLOUR["w"]))
    parts.append(words(145, 98, f"σ′ = {slope:g}", COLOUR["z"]))
    for place, delta, n in zip(ahead, deltas, "₁₂", strict=True):
        parts.append(draw_neuron(place, f"z²{n}", 0.1, COLOUR["z"]))
        text = f"δ²{n} = {delta:g}"
        parts.append(words(place[0], place[1] + 40, text, COLOUR["delta"]))
    parts.append(draw_neuron(z, "z¹₁", 0.1, COLOUR["z"]))
    parts.append(draw_neuron(a, "a¹₁", 0.1, COLOUR["a"]))
    parts.append(words(145, 20, "a nudge goes forward →"))
    parts.append(words(145, 220, "← errors come back", COLOUR["delta"]))
    parts.append(
        words(a[0], a[1] + 42, f"gathered {gathered:g}", COLOUR["delta"])
    )
    text = f"δ¹₁ = {slope * gathered:g}"
    parts.append(words(z[0], z[1] + 42, text, COLOUR["delta"]))
    svg = (
        '<svg class="drawing" xmlns="http://www.w3.org/2000/svg" '
        'viewBox="0 0 500 230" width="500" '
        f'style="max-width:100%;height:auto">{"".join(parts)}</svg>'
    )
    sums = " + ".join(
        f"({w:g}) · {d:g}" for w, d in zip(weights, deltas, strict=True)
    )
    return Picture(
        svg,
        f"{sums} = {gathered:g}, and {slope:g} times that is δ = "
        f"{slope * gathered:g}.",
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
