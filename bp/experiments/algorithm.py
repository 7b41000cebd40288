"""The whole algorithm

Written by the chapter chapters/11_algorithm.md: edit it there, not here.
"""

import numpy as np

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import Array
from bp.experiments.cost import EXAMPLE_Y
from bp.experiments.network import EXAMPLE, EXAMPLE_X
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
from bp.network import forward
from bp.recursion import propagate_error
from bp.weights import weight_gradient

__all__ = ["draw_both_ways", "STEPS", "draw_pass", "draw_signed"]


def draw_both_ways() -> Picture:
    """Activations go forward, errors come back, on the same lines."""
    run, sizes, red = forward(EXAMPLE, EXAMPLE_X), (2, 3, 1), "delta"
    end = output_error(quadratic_cost_gradient(run.a[2], EXAMPLE_Y), run.z[2])
    delta = {2: end, 1: propagate_error(EXAMPLE.w[2], end, run.z[1])}
    spot = {
        (l, j): (44 + 206 * l, 120 + 76 * (j - (n - 1) / 2))
        for l, n in enumerate(sizes)
        for j in range(n)
    }
    parts = [
        draw_line(spot[l - 1, k], spot[l, j], w[j, k], COLOUR["w"])
        for l, w in EXAMPLE.w.items()
        for j in range(sizes[l])
        for k in range(sizes[l - 1])
    ]
    for (l, j), at in spot.items():
        value = float(run.a[l][j, 0])
        text = f"{value:.2f}".replace(".00", "")
        fill = value if l else 0.2
        parts.append(draw_neuron(at, text, fill, COLOUR["a"], 22))
        if l:
            text = f"{delta[l][j, 0]:.3f}".replace("-", "−")
            parts.append(words((at[0], at[1] + 35), text, COLOUR[red], 0.87))
    parts.append(curve([(40, 0), (460, 0)], COLOUR["a"], 4, head=True))
    parts.append(curve([(460, 250), (40, 250)], COLOUR[red], 4, head=True))
    parts.append(words((250, -18), "forward: all a", COLOUR["a"]))
    parts.append(words((250, 270), "back: all δ", COLOUR[red]))
    slopes = sum(w.size for w in EXAMPLE.w.values()) + sum(sizes[1:])
    return Picture(
        drawing(parts, 284, 32),
        f"Blue goes forward to the answer {run.a[2].item():.3f}; 0 was "
        f"wanted. Red comes back: δ = {end.item():.3f} at the end makes the "
        "three before it. From an activation and a δ at each line, and a δ "
        f"at each neuron, come all {slopes} slopes.".replace("-", "−"),
    )


STEPS = {
    "x": "The input is given: a⁰ = x.",
    "z¹": "z¹ = w¹ a⁰ + b¹. It needs a⁰.",
    "a¹": "a¹ = σ(z¹).",
    "z²": "z² = w² a¹ + b². It needs a¹.",
    "a²": "a² = σ(z²), the answer; wanted is 1, the cost is 0.095.",
    "δ²": "δ² = (a² − y) σ′(z²). It needs a² and z².",
    "δ¹": "δ¹ = (w²)ᵀ δ² ⊙ σ′(z¹). It needs w², δ² and z¹.",
    "∂C/∂w²": "∂C/∂w² = δ² (a¹)ᵀ, on the lines. It needs δ² and a¹.",
    "∂C/∂w¹": "∂C/∂w¹ = δ¹ (a⁰)ᵀ, on the lines. It needs δ¹ and a⁰.",
}


def draw_pass(step: str) -> Picture:
    """The pass through the network 2-3-1 up to a step, in numbers."""
    run = forward(EXAMPLE, [[1.0], [2.0]])
    slopes = quadratic_cost_gradient(run.a[2], [[1.0]])
    delta = {2: output_error(slopes, run.z[2])}
    delta[1] = propagate_error(EXAMPLE.w[2], delta[2], run.z[1])
    values = {"x": {0: run.a[0]}}
    values |= {"z¹": {1: run.z[1]}, "a¹": {1: run.a[1]}}
    values |= {"z²": {2: run.z[2]}, "a²": {2: run.a[2]}}
    values |= {"δ²": {2: delta[2]}, "δ¹": {1: delta[1]}}
    shown: dict[int, Array] = {}
    for name in list(STEPS)[: list(STEPS).index(step) + 1]:
        shown |= values.get(name, {})
    weights = dict(EXAMPLE.w)
    if step.startswith("∂"):
        l = 2 if step.endswith("²") else 1
        weights[l] = weight_gradient(delta[l], run.a[l - 1]) * 10
    back = step[0] in "δ∂"
    svg = draw_network(
        EXAMPLE.sizes,
        inside={
            (l, j + 1): f"{v[j, 0].real:.2f}"
            for l, v in shown.items()
            for j in range(len(v))
        },
        fill={
            (l, j): 0.2 if l in shown else 0
            for l in range(3)
            for j in (1, 2, 3)
        },
        weight={
            (l, j + 1, k + 1): float(w[j, k].real)
            for l, w in weights.items()
            for j, k in np.ndindex(*w.shape)
        },
        titles=["layer 0", "layer 1", "layer 2"],
        colour=COLOUR["delta"] if back else COLOUR["a"],
        line_colour=COLOUR["delta"] if step[0] == "∂" else COLOUR["w"],
    )
    numbers = ""
    if step.startswith("∂"):
        entries = (weights[l] / 10).ravel().real
        numbers = " Here: " + ", ".join(f"{v:.3f}" for v in entries) + "."
    return Picture(svg, STEPS[step] + numbers)


def draw_signed(values: Array, size: int = 110) -> str:
    """64 numbers as an image: red above zero, blue below, white at zero."""
    flat = np.asarray(values).real.ravel()
    largest = float(np.abs(flat).max()) or 1.0
    squares = "".join(
        f'<path d="M{k % 8} {k // 8}h1v1h-1z" fill="'
        f'{COLOUR["delta"] if v > 0 else COLOUR["a"]}" '
        f'fill-opacity="{abs(v) / largest:.2f}"/>'
        for k, v in enumerate(flat)
    )
    return (
        f'<svg class="drawing" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="-0.1 -0.1 8.2 8.2" width="{size}" height="{size}">'
        f'<rect width="8" height="8" fill="none" stroke="currentColor" '
        f'stroke-width="0.06"/>{squares}</svg>'
    )
