"""What δ is, and what it is at the end

Written by the chapter chapters/05_delta.md: edit it there, not here.
"""

import numpy as np

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.experiments.reading import COLOUR, Picture, axes, plot
from bp.neuron import sigmoid, sigmoid_prime

__all__ = ["draw_factors", "draw_nudge"]


def draw_factors(z: float, y: float) -> Picture:
    """The factors of δ at one output neuron, and their product, as bars."""
    zs, ys = np.array([[z]]), np.array([[y]])
    gradient = quadratic_cost_gradient(sigmoid(zs), ys)
    delta = float(output_error(gradient, zs).real.item())
    values = [float(gradient.real.item()), float(sigmoid_prime(z)), delta]
    ax = axes()
    names = ["∂C/∂a = a − y", "σ′(z)", "δ, the product"]
    colours = [COLOUR["C"], COLOUR["z"], COLOUR["delta"]]
    ax.bar(names, values, color=colours, width=0.6)
    for place, value in enumerate(values):
        side = "bottom" if value >= 0 else "top"
        ax.annotate(f"{value:.3f}", (place, value), ha="center", va=side)
    ax.axhline(0, color="grey", linewidth=0.8)
    ax.set(ylim=(-1.1, 1.1), ylabel="value", title="δ = (a − y) · σ′(z)")
    text = (
        f"The answer is a = {sigmoid(zs).item():.3f}; δ = {values[0]:.3g} · "
        f"{values[1]:.3g} = {delta:.3g}."
    )
    return plot(ax, text)


def draw_nudge(z: float, nudge: float) -> Picture:
    """The cost of one neuron with y = 0 when nudged, and what δ predicts."""
    zs = np.array([[z]])
    gradient = quadratic_cost_gradient(sigmoid(zs), np.zeros((1, 1)))
    delta = output_error(gradient, zs).item()
    cost = sigmoid(zs).item() ** 2 / 2
    change = float(sigmoid(z + nudge)) ** 2 / 2 - cost
    steps = np.linspace(-3, 3, 121)
    ax = axes()
    ax.plot(steps, sigmoid(z + steps) ** 2 / 2, color=COLOUR["C"], label="C")
    ax.plot(
        steps,
        cost + delta * steps,
        "--",
        color=COLOUR["delta"],
        label="C + δΔz",
    )
    ax.plot([nudge], [cost + change], "o", color=COLOUR["C"])
    ax.plot([nudge], [cost + delta * nudge], "s", color=COLOUR["delta"])
    ax.set(xlim=(-3, 3), ylim=(-0.1, 0.6))
    ax.set(xlabel="nudge Δz", ylabel="cost C", title="A nudged neuron, y = 0")
    ax.legend(loc="upper left")
    text = (
        f"δ = {delta:.3g}; the cost changes by {change:.3g}, and "
        f"δ Δz = {delta * nudge:.3g}."
    )
    return plot(ax, text)
