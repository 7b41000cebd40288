"""How layers compose

Written by the chapter chapters/03_network.md: edit it there, not here.
"""

from typing import Any

import numpy as np

from bp.digits import Array
from bp.experiments.kit import (
    COLOUR,
    Picture,
    curve,
    draw_network,
    draw_neuron,
    place,
    words,
)
from bp.network import Network, forward
from bp.neuron import sigmoid, weighted_input

__all__ = [
    "at_work",
    "draw_notation",
    "EXAMPLE",
    "EXAMPLE_X",
    "answers",
    "draw_flow",
]


def at_work(w: dict[int, Array], a: dict[int, Array], **more: Any) -> str:
    """A network with its weights, its activations in its neurons."""
    values = {(l, j + 1): v for l in a for j, v in enumerate(a[l][:, 0])}
    return draw_network(
        [len(a[l]) for l in a],
        inside={
            key: f"{v:.2f}".replace("-", "−") if v % 1 else f"{v:.0f}"
            for key, v in values.items()
        },
        fill={key: min(abs(float(v)), 1) for key, v in values.items()},
        weight={
            (l, j + 1, k + 1): float(v)
            for l in w
            for (j, k), v in np.ndenumerate(w[l])
        },
        titles=["x = a⁰", "layer 1: a¹", "a²"],
        **more,
    )


def draw_notation() -> Picture:
    """A network 2-3-1 with its layers, and one weight by its full name."""
    w = {1: np.array([[1, -1], [2, 0], [0, 1]]), 2: np.array([[2, -1, 1]])}
    a = {0: np.array([[1], [2]])}
    a[1] = sigmoid(weighted_input(w[1], [[0], [-1], [1]], a[0]))
    a[2] = sigmoid(weighted_input(w[2], [[-0.5]], a[1]))
    start, end = place((2, 3, 1), 0, 2), place((2, 3, 1), 1, 3)
    over = [
        words(((start[0] + end[0]) / 2, end[1] + 8), "w¹₃₂", COLOUR["w"]),
        words((145, -10), "w¹, b¹", COLOUR["w"]),
        words((355, -10), "w², b²", COLOUR["w"]),
        curve([(80, 6), (210, 6)], head=True),
        curve([(290, 6), (420, 6)], head=True),
    ]
    return Picture(
        at_work(w, a, over=over, above=22),
        f"A network 2-3-1 answers {float(a[2][0, 0]):.3f} to (1, 2): each "
        "layer weighs what the layer before it says, adds its biases and "
        "bends the sums. The weight w¹₃₂ leads to neuron 3 from neuron 2.",
    )


EXAMPLE = Network(
    w={
        1: np.array([[1.0, -1.0], [2.0, 0.0], [0.0, 1.0]]),
        2: np.array([[2.0, -1.0, 1.0]]),
    },
    b={1: np.array([[0.0], [-1.0], [1.0]]), 2: np.array([[-0.5]])},
)
EXAMPLE_X = np.array([[1.0], [2.0]])


def answers(x2: float) -> tuple[Array, Array]:
    """x₁ from −4 to 4, and the answers at this x₂."""
    x1 = np.arange(-40, 41) / 10
    run = forward(EXAMPLE, np.array([x1, 0 * x1 + x2]))
    return x1, run.a[2][0].round(9)  # so that equal ones are equal anywhere


def draw_flow(x1: float, x2: float) -> Picture:
    """The example at work, and its answers for all x₁ at this x₂."""
    a = forward(EXAMPLE, np.array([[x1], [x2]])).a
    now, (xs, ys) = float(a[2][0, 0]), answers(x2)
    line = [(250 + 47 * x, 135 - 400 * y) for x, y in zip(xs, ys, strict=True)]
    dot = (250 + 47 * x1, 135 - 400 * now)
    over = [
        words((250, -206), f"the answer while x₁ moves and x₂ is {x2}"),
        curve([(62, -25), (438, -25)], width=1),
        *(words((250 + 47 * v, -9), f"{v}") for v in (-4, 4)),
        words((344, -9), "x₁"),
        *(
            curve([(56, 135 - 400 * v), (62, 135 - 400 * v)])
            for v in (0.4, 0.8)
        ),
        *(words((36, 135 - 400 * v), f"{v}") for v in (0.4, 0.8)),
        curve(line, COLOUR["a"], 3),
        draw_neuron(dot, "", 1.6, COLOUR["a"], 7),
    ]
    text = (
        f"The answer to ({x1}, {x2}) is {now:.3f}. At this x₂ it "
        f"goes from {ys[0]:.3f} at x₁ = −4 to {ys[-1]:.3f} at x₁ = 4; on "
        f"the way lowest, {ys.min():.3f}, at x₁ = {xs[ys.argmin()]:g} and "
        f"highest, {ys.max():.3f}, at x₁ = {xs[ys.argmax()]:g}."
    )
    svg = at_work(dict(EXAMPLE.w), a, over=over, above=226)
    svg = svg.replace(">-", ">−").replace("is -", "is −")
    return Picture(svg, text.replace("-", "−"))
