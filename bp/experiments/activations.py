"""Other neurons

Written by the chapter chapters/23_activations.md: edit it there, not here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from bp.activations import GELU, LEAKY_RELU, RELU, SILU, SOFTPLUS, TANH
from bp.experiments.kit import (
    COLOUR,
    Picture,
    Point,
    curve,
    draw_neuron,
    drawing,
    words,
)
from bp.neuron import SIGMOID, Activation, sigmoid

__all__ = [
    "SHAPES",
    "panel",
    "draw_functions",
    "ALL",
    "NEURONS",
    "draw_message",
]


SHAPES: dict[str, Callable[[Any], Any]] = {
    "σ": sigmoid,
    "tanh": np.tanh,
    "ReLU": lambda z: np.where(z.real > 0, z, 0),
    "leaky ReLU": lambda z: np.where(z.real > 0, z, 0.1 * z),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "SiLU": lambda z: z * sigmoid(z),
    "GELU": lambda z: z * sigmoid(1.595769 * z * (1 + 0.044715 * z**2)),
}


def panel(
    neuron: Activation, origin: Point, unit: float, reach: float
) -> list[str]:
    """A function, and its slope as a broken line, around an origin."""
    (x, y), far, down = origin, unit * reach, 1.1 * unit
    lines = [(x - far, y), (x + far, y)], [(x, y + down), (x, y - far)]
    parts = [curve(line, "grey", 0.8) for line in lines]
    for side in (-1, 1):  # apart, since a slope may jump at 0
        z = side * np.linspace(1e-9, reach, 25)
        for k, g in enumerate(neuron):
            points = zip(x + unit * z, y - unit * g(z), strict=True)
            colour = COLOUR["az"[k]]
            parts.append(curve(list(points), colour, 3 - k, dashed=k > 0))
    return parts


def draw_functions() -> Picture:
    """Seven functions, each with its slope, by complex step."""
    parts = []
    for k, (name, f) in enumerate(SHAPES.items()):
        x, y = 66 + 123 * (k % 4), 92 + 128 * (k // 4)

        def prime(z: Any, f: Callable[[Any], Any] = f) -> Any:
            return f(z + 1e-30j).imag / 1e-30

        parts += panel(Activation(f, prime), (x, y), 18, 3)
        parts.append(words((x, y - 72), name))
    for k, name in enumerate(["f(z)", "f′(z)"]):
        line = [(385, 200 + 26 * k), (425, 200 + 26 * k)]
        parts.append(curve(line, COLOUR["az"[k]], 3 - k, dashed=k > 0))
        parts.append(words((432, 200 + 26 * k), name, side="start"))
    return Picture(
        drawing(parts, 246),
        "Seven functions from z = −3 to 3, and their slopes (broken). σ and "
        "tanh flatten on both sides; ReLU, softplus, SiLU and GELU on the "
        "left. Two slopes jump at 0; those of SiLU and GELU go below 0 and "
        "above 1. (Leaky ReLU is drawn with 0.1 on the left.)",
    )


ALL = (SIGMOID, TANH, RELU, LEAKY_RELU, SOFTPLUS, SILU, GELU)
NEURONS = dict(zip(SHAPES, ALL, strict=True))


def draw_message(name: str, z: float) -> Picture:
    """A function and its slope at z, and what comes back of a message."""
    red, (a, slope) = (
        COLOUR["delta"],
        [float(g(np.array(z))) for g in NEURONS[name]],
    )
    parts = panel(NEURONS[name], (250, 180), 42, 4)
    for v, colour in ((a, COLOUR["a"]), (slope, COLOUR["z"])):
        at = 250 + 42 * z, 180 - 42 * v
        parts.append(draw_neuron(at, "", 1, colour, 7))
    for n in (-4, -2, 2, 4):
        parts.append(words((250 + 42 * n, 214), f"{n}".replace("-", "−")))
    parts.append(words((238, 180 - 42), "1", side="end"))
    parts.append(words((428, 180), "z", side="start"))
    parts.append(curve([(470, 270), (300, 270)], red, 6, head=True))
    parts.append(words((390, 246), "arrives: 1"))
    if slope:
        ends, wide = [(204, 270), (34, 270)], max(6 * abs(slope), 0.5)
        parts.append(curve(ends, red, wide, slope < 0, head=True))
    said = f"{slope:.4f}".replace("-", "−")
    parts.append(words((115, 246), f"leaves: {said}"))
    parts.append(draw_neuron((250, 270), "f′(z)", 0.4, COLOUR["z"], 32))
    text = (
        f"{name} at z = {z:g}: f(z) = {a:.4f}, f′(z) = {slope:.4f}. Of a "
        f"message of 1 comes back {slope:.4f}."
    )
    return Picture(drawing(parts, 310), text.replace("-", "−"))
