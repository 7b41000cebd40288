"""How the cost answers to a weight

Written by the chapter chapters/10_weights.md: edit it there, not here.
"""

import numpy as np

from bp.cost import quadratic_cost
from bp.digits import Array
from bp.experiments.biases import all_errors
from bp.experiments.reading import (
    COLOUR,
    Picture,
    draw_network,
    draw_neuron,
    drawing,
    place,
    words,
)
from bp.network import Network, forward, random_network

__all__ = ["draw_outer", "ends_example", "at_weight", "draw_ends"]


def draw_outer() -> Picture:
    """δ of three neurons times the activations of four: twelve slopes."""
    a, delta = (0.9, 0.1, 0.5, 0.7), (0.2, -0.3, 0.1)
    parts = [
        words((100, 34), "aˡ⁻¹ →"),
        words((26, 64), "δˡ ↓"),
    ]
    for k, value in enumerate(a):
        at = 165 + 85 * k, 34
        parts.append(draw_neuron(at, f"{value}", value, COLOUR["a"], 24))
    for j, error in enumerate(delta):
        y = 95 + 62 * j
        text = f"{error}".replace("-", "−")
        fill = 3 * abs(error)
        parts.append(draw_neuron((60, y), text, fill, COLOUR["delta"], 24))
        for k, value in enumerate(a):
            x, slope = 165 + 85 * k, error * value
            look = "" if slope > 0 else ' stroke-dasharray="6 4"'
            parts.append(
                f'<rect x="{x - 38}" y="{y - 26}" width="76" height="52" '
                f'fill="{COLOUR["w"]}" fill-opacity="{3 * abs(slope):.2f}" '
                f'stroke="{COLOUR["w"]}" stroke-width="2"{look}/>'
                + words((x, y), f"{slope:.2f}".replace("-", "−"))
            )
    small = min(delta, key=abs) * min(a)
    large = max(delta, key=abs) * max(a)
    return Picture(
        drawing(parts, 256),
        f"The slope by a weight is the activation above it times the error "
        f"beside it: {len(a) * len(delta)} slopes from {len(a)} activations "
        f"and {len(delta)} errors, from {small:.2f} in size to "
        f"{abs(large):.2f}. A broken edge is a negative slope.",
    )


def ends_example() -> tuple[Network, Array, Array]:
    """A network 2-4-3-1, an input and the wanted output."""
    network = random_network((2, 4, 3, 1), np.random.default_rng(16))
    return network, np.array([[1.0], [-0.5]]), np.array([[1.0]])


def at_weight(j: int, k: int, weight: float) -> tuple[float, float]:
    """The error of neuron j and the cost's slope, for a weight from k."""
    network, x, y = ends_example()
    w = network.w[2].astype(complex)
    w[j - 1, k - 1] = weight + 1e-30j
    moved = Network({**network.w, 2: w}, network.b)
    cost = quadratic_cost(forward(moved, x).a[3], y)
    error = all_errors(moved, x, y)[2][j - 1, 0]
    return float(error.real), float(cost.imag / 1e-30)


def draw_ends(j: int, k: int) -> Picture:
    """The weight to neuron j of layer 2 from neuron k: its two factors."""
    network, x, y = ends_example()
    sizes = network.sizes
    a, delta = forward(network, x).a[1], all_errors(network, x, y)[2]
    w = network.w[2]
    errors = []
    for i, error in enumerate(delta[:, 0], start=1):
        at, fill = place(sizes, 2, i), 0.8 if i == j else 0.15
        label = f"{1000 * error:.1f}"
        errors.append(draw_neuron(at, label, fill, COLOUR["delta"]))
    svg = draw_network(
        sizes,
        inside={(1, i + 1): f"{v:.2f}" for i, v in enumerate(a[:, 0])},
        fill={(1, i): 0.8 if i == k else 0.15 for i in range(1, 5)},
        weight={
            (2, r + 1, c + 1): (
                float(np.sign(w[r, c]))
                * (2 if (r, c) == (j - 1, k - 1) else 0)
            )
            for r, c in np.ndindex(3, 4)
        },
        titles=["x", "a¹", "1000 δ²", "a³"],
        over=errors,
    )

    weight, tail = float(w[j - 1, k - 1]), float(a[k - 1, 0])
    head, slope = at_weight(j, k, weight)
    head_5, slope_5 = at_weight(j, k, 5)
    text = (
        f"The weight to {j} from {k} is {weight:.2f}. Activation "
        f"{tail:.4f} times error {head:.5f} is {tail * head:.5f}; measured, "
        f"the cost's slope is {slope:.5f}. Were the weight 5, the error "
        f"would be {head_5:.5f} and the slope {slope_5:.5f}."
    )
    return Picture(svg, text)
