"""What one neuron does

Written by the chapter chapters/02_neuron.md: edit it there, not here.
"""

import numpy as np

from bp.experiments.reading import COLOUR, Picture, axes, plot
from bp.neuron import sigmoid, sigmoid_prime

__all__ = ["draw_tangent"]


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
    return plot(ax, text)
