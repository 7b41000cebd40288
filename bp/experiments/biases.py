"""How the cost answers to a bias

Written by the chapter chapters/09_biases.md: edit it there, not here.
"""

import numpy as np

from bp.cost import quadratic_cost, quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import Array
from bp.experiments.cost import EXAMPLE_Y
from bp.experiments.network import EXAMPLE, EXAMPLE_X
from bp.experiments.reading import (
    COLOUR,
    Picture,
    axes,
    curve,
    draw_line,
    draw_network,
    draw_neuron,
    drawing,
    plot,
    words,
)
from bp.network import Network, forward
from bp.neuron import sigmoid, sigmoid_prime
from bp.recursion import propagate_error

__all__ = ["draw_bias", "all_errors", "BIASES", "nudged", "draw_nudged_bias"]


def draw_bias() -> Picture:
    """The bias of a neuron moves z one for one, and so it gets all of δ."""
    w, x, b, y = (2, -1), (0.6, 0.9), 0.7, 0
    z = w[0] * x[0] + w[1] * x[1] + b
    a = float(sigmoid(z))
    delta = (a - y) * float(sigmoid_prime(z))
    sum_at, red, parts = (210, 90), COLOUR["delta"], []
    for k, v in enumerate((40, 140)):
        parts.append(draw_line((40, v), sum_at, w[k], COLOUR["w"]))
        text = f"{w[k]} · {x[k]}".replace("-", "−")
        parts.append(words((124, 46 if k == 0 else 134), text, COLOUR["w"]))
        parts.append(draw_neuron((40, v), f"{x[k]}", x[k], COLOUR["a"], 22))
    parts.append(draw_line((210, 190), sum_at, 1, COLOUR["w"]))
    knob = draw_neuron((210, 200), f"{b}", 0.5, COLOUR["w"], 24)
    parts += [knob, words((210, 240), "the knob b", COLOUR["w"])]
    parts.append(curve([(242, 90), (305, 90)], head=True))
    parts.append(curve([(372, 90), (425, 90)], head=True))
    spots = [(sum_at, "z", z), ((340, 90), "a", a), ((460, 90), "C", a**2 / 2)]
    for at, name, value in spots:
        text = f"{value:.3g}"
        parts.append(draw_neuron(at, text, 0.5, COLOUR[name], 28))
        parts.append(words((at[0], 44), name, COLOUR[name], 1.2))
    back = [(456 - 21.6 * t, 122 + 0.7 * t * (10 - t)) for t in range(11)]
    parts.append(curve(back, red, 3, head=True))
    parts.append(words((350, 160), f"δ = {delta:.3f}", red))
    parts.append(curve([(232, 128), (232, 172)], red, 3, head=True))
    parts.append(words((366, 200), f"∂C/∂b = δ = {delta:.3f}", red))
    return Picture(
        drawing(parts, 256),
        "Between a bias and its z stands only a plus sign: turn the knob a "
        "little, and z moves just as much. So the cost answers to b as it "
        f"answers to z, with δ = {delta:.3f}.",
    )


def all_errors(network: Network, x: Array, y: Array) -> dict[int, Array]:
    """δ of every layer, a column for each sample, keyed by layer."""
    run, L = forward(network, x), network.depth
    gradient = quadratic_cost_gradient(run.a[L], y)
    delta = {L: output_error(gradient, run.z[L])}
    for l in range(L - 1, 0, -1):
        delta[l] = propagate_error(network.w[l + 1], delta[l + 1], run.z[l])
    return delta


BIASES = {"b¹₁": (1, 0), "b¹₂": (1, 1), "b¹₃": (1, 2), "b²₁": (2, 0)}


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
