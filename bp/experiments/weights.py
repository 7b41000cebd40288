"""How the cost answers to a weight

Written by the chapter chapters/10_weights.md: edit it there, not here.
"""

import numpy as np

from bp.cost import quadratic_cost
from bp.experiments.biases import all_errors, draw_cost
from bp.experiments.cost import EXAMPLE_Y
from bp.experiments.kit import (
    COLOUR,
    Picture,
    draw_network,
    draw_neuron,
    drawing,
    place,
    words,
)
from bp.experiments.network import EXAMPLE, EXAMPLE_X
from bp.network import Network, forward
from bp.weights import weight_gradient

__all__ = ["draw_outer", "WEIGHTS", "turned", "ends", "draw_ends"]


def draw_outer() -> Picture:
    """δ of the hidden layer of the example times its inputs: six slopes."""
    x = EXAMPLE_X[:, 0]
    delta = all_errors(EXAMPLE, EXAMPLE_X, EXAMPLE_Y)[1][:, 0]
    parts = [
        words((150, 34), "a⁰ →", COLOUR["a"], 1.2),
        words((60, 70), "δ¹ ↓", COLOUR["delta"], 1.2),
    ]
    for k, value in enumerate(x):
        at = 265 + 160 * k, 34
        parts.append(draw_neuron(at, f"{value:g}", 0.5, COLOUR["a"], 27))
    for j, error in enumerate(delta):
        y, text = 122 + 68 * j, f"{error:.3f}".replace("-", "−")
        fill = 0.1 + 12 * abs(error)
        parts.append(draw_neuron((60, y), text, fill, COLOUR["delta"], 33))
        for k, value in enumerate(x):
            left, slope = 197 + 160 * k, error * value
            look = "" if slope > 0 else ' stroke-dasharray="6 4"'
            text = f"{slope:.3f}".replace("-", "−")
            parts.append(
                f'<rect x="{left}" y="{y - 27}" width="136" height="54" '
                f'fill="{COLOUR["w"]}" fill-opacity="{6 * abs(slope):.2f}" '
                f'stroke="{COLOUR["w"]}" stroke-width="2"{look}/>'
                f"{words((left + 68, y), text, size=1.1)}"
            )
    return Picture(
        drawing(parts, 294),
        "The six weights between the inputs and the hidden layer of the "
        "example. The slope by each is the activation above it, where the "
        "weight begins, times the error beside it, where it ends. A broken "
        "edge is a negative slope.",
    )


WEIGHTS = {
    f"w{'⁰¹²'[l]}{'₁₂₃'[j]}{'₁₂₃'[k]}": (l, j, k)
    for l, w in EXAMPLE.w.items()
    for j, k in np.ndindex(*w.shape)
}


def turned(name: str, step: float) -> Network:
    """The example with a step added to one of its weights."""
    l, j, k = WEIGHTS[name]
    w = EXAMPLE.w[l].copy()
    w[j, k] += step
    return Network({**EXAMPLE.w, l: w}, EXAMPLE.b)


def ends(name: str, step: float) -> tuple[float, float, float]:
    """Activation and error at the ends of a weight, and the slope by it."""
    (l, j, k), network = WEIGHTS[name], turned(name, step)
    a = forward(network, EXAMPLE_X).a[l - 1]
    delta = all_errors(network, EXAMPLE_X, EXAMPLE_Y)[l]
    slope = weight_gradient(delta, a)[j, k]
    return float(a[k, 0]), float(delta[j, 0]), float(slope)


def draw_ends(name: str, step: float) -> Picture:
    """One weight of the example, turned: its two ends, and the cost."""
    (l, j, k), network = WEIGHTS[name], turned(name, step)
    a = forward(network, EXAMPLE_X).a
    delta = all_errors(network, EXAMPLE_X, EXAMPLE_Y)
    spots = [(n, i) for n in delta for i in range(len(delta[n]))]
    below = [
        (place(EXAMPLE.sizes, n, i + 1), delta[n][i, 0]) for n, i in spots
    ]
    svg = draw_network(
        EXAMPLE.sizes,
        inside={
            (n, i + 1): f"{v:.2f}".replace(".00", "")
            for n in a
            for i, v in enumerate(a[n][:, 0])
        },
        fill={
            (n, i): 0.8 if (n, i) in {(l, j + 1), (l - 1, k + 1)} else 0
            for n in a
            for i in (1, 2, 3)
        },
        weight={
            (n, r + 1, c + 1): float(np.sign(w[r, c] or 1))
            * (2.5 if (n, r, c) == (l, j, k) else 0.01)
            for n, w in network.w.items()
            for r, c in np.ndindex(*w.shape)
        },
        over=[
            words(
                (x + 45, y + 18) if x < 400 else (x, y + 34),
                f"{1000 * d:.3g}".replace("-", "−"),
                COLOUR["delta"],
                0.87,
            )
            for (x, y), d in below
        ],
        titles=["x = a⁰", "a¹, δ¹", "a², δ²"],
    )

    def cost(change: float) -> float:
        answer = forward(turned(name, change), EXAMPLE_X).a[2]
        return float(quadratic_cost(answer, EXAMPLE_Y))

    tail, head, slope = ends(name, step)
    chart = draw_cost(cost, step, slope, step, name, COLOUR["w"])
    text = (
        f"{name} = {network.w[l][j, k]:g}: activation {tail:.3f} times error "
        f"{head:.4f} is the slope {slope:.4f}."
    )
    return Picture(svg + chart, text.replace("-", "−"))
