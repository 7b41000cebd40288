"""What one neuron does

Written by the chapter chapters/02_neuron.md: edit it there, not here.
"""

import math

import numpy as np

from bp.experiments.kit import (
    COLOUR,
    Picture,
    axes,
    curve,
    draw_line,
    draw_neuron,
    drawing,
    plot,
    words,
)
from bp.neuron import sigmoid, sigmoid_prime

__all__ = ["draw_one_neuron", "draw_tangent"]


def draw_one_neuron() -> Picture:
    """A neuron: its inputs, its weights and bias, and its bent answer."""
    x, w, b = (0.6, 0.9), (2, -1), 0.5
    z = sum(u * v for u, v in zip(w, x, strict=True)) + b
    a = 1 / (1 + math.exp(-z))
    sum_at, parts = (190, 100), []
    for k, y in enumerate((45, 155)):
        at, sign = (42, y), f"{w[k]}".replace("-", "−")
        parts.append(draw_line(at, sum_at, w[k], COLOUR["w"]))
        parts.append(draw_neuron(at, f"{x[k]}", x[k], COLOUR["a"], 24))
        parts.append(words((42, y + (-38 if y < 100 else 38)), f"x{'₁₂'[k]}"))
        half = 112, 46 if y < 100 else 156
        parts.append(words(half, f"w{'₁₂'[k]} = {sign}", COLOUR["w"]))
    parts.append(draw_line((190, 170), sum_at, b, COLOUR["w"]))
    parts.append(words((190, 182), f"b = {b}", COLOUR["w"]))
    parts.append(draw_neuron(sum_at, f"{z:.2f}", 0.6, COLOUR["z"], 28))
    parts.append(words((212, 52), "z, the sum"))

    def bend(t: float) -> tuple[float, float]:
        """A place in the little plot of σ, for t from −4 to 4."""
        return 325 + 13 * t, 140 - 80 / (1 + math.exp(-t))

    parts.append(curve([(222, 100), (262, 100)], head=True))
    grey = "currentColor"
    parts.append(curve([(268, 140), (382, 140)], grey, 0.8))
    parts.append(curve([(325, 148), (325, 52)], grey, 0.8))
    path = [bend(t / 4) for t in range(-16, 17)]
    parts.append(curve(path, COLOUR["a"], 3))
    foot, (u, v) = bend(z)[0], bend(z)
    parts.append(curve([(foot, 140), (u, v)], COLOUR["z"], 2, dashed=True))
    parts.append(curve([(u, v), (426, v)], COLOUR["a"], 2, head=True))
    parts.append(draw_neuron((u, v), "", 1, COLOUR["a"], 5))
    parts.append(words((325, 168), "σ: the sum, bent"))
    parts.append(draw_neuron((456, v), f"{a:.3f}", a, COLOUR["a"], 28))
    parts.append(words((456, v - 44), "a"))
    return Picture(
        drawing(parts, 208, 8),
        f"A neuron weighs its inputs {x[0]} and {x[1]} by {w[0]} and "
        f"−{-w[1]}, adds its bias {b}, and bends the sum z = {z:.2f} to its "
        f"answer a = {a:.3f}. A broken line is a negative weight.",
    )


def draw_tangent(w: float, b: float, x: float) -> Picture:
    """The answer σ(wx + b) of a neuron to x, and its tangent at one x."""
    z = w * x + b
    a, slope = float(sigmoid(z)), float(w * sigmoid_prime(z))
    ax = axes()
    grid = np.linspace(-4, 4, 161)
    ax.plot(grid, sigmoid(w * grid + b), color=COLOUR["a"])
    near = np.array([x - 1.5, x + 1.5])
    ax.plot(near, a + slope * (near - x), "--", color=COLOUR["z"])
    ax.plot([x], [a], "o", color=COLOUR["a"], markersize=9)
    ax.set(xlim=(-4, 4), ylim=(-0.1, 1.1))
    ax.set(xlabel="input x", ylabel="activation a")
    ax.set_title("a = σ(wx + b), and its tangent at x")
    text = (
        f"z = {z:.2f}, a = σ(z) = {a:.3f}, σ′(z) = "
        f"{float(sigmoid_prime(z)):.3f}, slope da/dx = w σ′(z) = {slope:.3f}."
    )
    return plot(ax, text.replace("-", "−"))
