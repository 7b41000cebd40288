"""How the cost answers to a bias

Written by the chapter chapters/07_biases.md: edit it there, not here.
"""

import numpy as np

from bp.cost import quadratic_cost, quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import Array
from bp.experiments.network import EXAMPLE
from bp.experiments.reading import COLOUR, Picture, axes, draw_network, plot
from bp.network import Network, forward
from bp.recursion import propagate_error

__all__ = ["all_errors", "BIASES", "nudged", "draw_nudged_bias"]


def all_errors(network: Network, x: Array, y: Array) -> dict[int, Array]:
    """δ of every layer, a column for each sample, keyed by layer."""
    run, L = forward(network, x), network.depth
    gradient = quadratic_cost_gradient(run.a[L], y)
    delta = {L: output_error(gradient, run.z[L])}
    for l in range(L - 1, 0, -1):
        delta[l] = propagate_error(network.w[l + 1], delta[l + 1], run.z[l])
    return delta


BIASES = {"b¹₁": (1, 0), "b¹₂": (1, 1), "b¹₃": (1, 2), "b²₁": (2, 0)}
EXAMPLE_X, EXAMPLE_Y = np.array([[1.0], [2.0]]), np.array([[0.0]])


def nudged(bias: str, step: float) -> dict[int, Array]:
    """The activations of the example with a step added to one bias."""
    l, j = BIASES[bias]
    b = EXAMPLE.b[l].copy()
    b[j] += step
    moved = Network(EXAMPLE.w, {**EXAMPLE.b, l: b})
    return forward(moved, EXAMPLE_X).a


def draw_nudged_bias(bias: str, step: float) -> Picture:
    """The example with one bias nudged: activations, cost and promise."""
    l, j = BIASES[bias]
    before, after = nudged(bias, 0), nudged(bias, step)
    places = [(k, i) for k in after for i in range(len(after[k]))]
    svg = draw_network(
        EXAMPLE.sizes,
        inside={(k, i + 1): f"{after[k][i, 0]:.2f}" for k, i in places},
        fill={
            (k, i + 1): min(2 * abs(float((after[k] - before[k])[i, 0])), 1)
            for k, i in places
        },
        titles=["x = a⁰", "a¹", "a²"],
    )
    delta = all_errors(EXAMPLE, EXAMPLE_X, EXAMPLE_Y)[l][j, 0]
    steps = np.linspace(-3, 3, 61)
    costs = [quadratic_cost(nudged(bias, s)[2], EXAMPLE_Y) for s in steps]
    start = float(quadratic_cost(before[2], EXAMPLE_Y))
    change = float(quadratic_cost(after[2], EXAMPLE_Y)) - start
    ax = axes(4.2, 3.2)
    ax.plot(steps, costs, color=COLOUR["C"], label="C")
    line = start + delta * steps
    ax.plot(steps, line, "--", color=COLOUR["delta"], label="C + δΔb")
    ax.plot([step], [start + change], "o", color=COLOUR["C"])
    ax.plot([step], [start + delta * step], "s", color=COLOUR["delta"])
    ax.set(xlim=(-3, 3), ylim=(-0.1, 0.5), title=f"cost, {bias} turned")
    ax.set(xlabel="change Δb", ylabel="cost C")
    ax.legend(loc="upper left")
    text = (
        f"δ = {delta:.4f}; promised δ Δb = {delta * step:.4f}, and the cost "
        f"changes by {change:.4f}."
    )
    return Picture(svg, f"{bias} turned by {step:.1f}.").beside(plot(ax, text))
