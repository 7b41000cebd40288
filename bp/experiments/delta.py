"""What δ is, and what it is at the end

Written by the chapter chapters/07_delta.md: edit it there, not here.
"""

import numpy as np

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.experiments.cost import EXAMPLE_Y
from bp.experiments.kit import (
    COLOUR,
    Picture,
    axes,
    curve,
    draw_neuron,
    drawing,
    plot,
    words,
)
from bp.experiments.network import EXAMPLE, EXAMPLE_X
from bp.network import forward
from bp.neuron import sigmoid, sigmoid_prime

__all__ = ["draw_chain", "ZS", "draw_factors", "draw_nudge"]


def draw_chain() -> Picture:
    """A nudge goes from z to a to C, and δ comes back from C to z."""
    run, y = forward(EXAMPLE, EXAMPLE_X), float(EXAMPLE_Y.item())
    z, a = float(run.z[2].real.item()), float(run.a[2].real.item())
    slope = float(sigmoid_prime(z).real)
    delta = (a - y) * slope
    spots = [(54, 120), (250, 120), (446, 120)]
    names = [("z", f"{z:.3f}"), ("a", f"{a:.3f}"), ("C", f"{a**2 / 2:.3f}")]
    parts = []
    for (x, v), (name, value) in zip(spots, names, strict=True):
        parts.append(draw_neuron((x, v), value, 0.5, COLOUR[name], 30))
        parts.append(words((x, v - 46), name, COLOUR[name], 1.2))
    for x, name, rate in [(84, "σ′(z)", slope), (284, "a − y", a - y)]:
        parts.append(curve([(x, 120), (x + 130, 120)], width=2, head=True))
        parts.append(words((x + 64, 97), f"{name} = {rate:.3f}"))
    moves = (0.01, 0.01 * slope, 0.01 * delta)
    for (x, _), move in zip(spots, moves, strict=True):
        parts.append(words((x, 40), f"+ {move:.5f}".rstrip("0")))
    back = [(446 - 196 * t / 10, 156 + 0.52 * t * (20 - t)) for t in range(21)]
    parts.append(curve(back, COLOUR["delta"], 4, head=True))
    text = f"δ = ∂C/∂z = {a - y:.3f} · {slope:.3f} = {delta:.3f}"
    parts.append(words((250, 234), text, COLOUR["delta"]))
    return Picture(
        drawing(parts, 250, -20),
        f"The last neuron of the example. A nudge of z reaches the cost "
        f"through two slopes: {slope:.3f} for the neuron, {a - y:.3f} for the "
        f"cost. Their product, {delta:.3f}, is how the cost answers to z: δ.",
    )


ZS = [-8, -5, -4, -3, -2, -1.3, -1, -0.7, 0, 0.7, 1, 1.3, 2, 3, 4, 5, 8]


def draw_factors(z: float, y: float) -> Picture:
    """The factors of δ at one output neuron, and their product, as bars."""
    zs, ys = np.array([[z]]), np.array([[y]])
    gradient = quadratic_cost_gradient(sigmoid(zs), ys)
    delta = float(output_error(gradient, zs).real.item())
    values = [float(gradient.real.item()), float(sigmoid_prime(z)), delta]
    names = {"∂C/∂a = a − y": "C", "σ′(z)": "z", "δ = (a − y) σ′(z)": "delta"}
    parts = [curve([(52, 210), (52, 30)]), curve([(52, 120), (496, 120)])]
    for text, y_at in (("−1", 200), ("0", 120), ("1", 40)):
        parts.append(words((44, y_at), text, side="end"))
    for k, (name, value) in enumerate(zip(names, values, strict=True)):
        x, end = 126 + 148 * k, 120 - 80 * value
        parts.append(curve([(x, 120), (x, end)], COLOUR[names[name]], 84))
        text = f"{round(value, 3) + 0:.3f}".replace("-", "−")
        parts.append(words((x, end + (15 if value < 0 else -15)), text))
        parts.append(words((x, 246), name, size=0.87))
    text = (
        f"z = {z:g}, y = {y:g}, and the answer is a = {sigmoid(z):.4f}; "
        f"δ = {values[0]:.4f} · {values[1]:.4f} = {round(delta, 4) + 0:.4f}."
    )
    return Picture(drawing(parts, 260, -10), text.replace("-", "−"))


def draw_nudge(z: float, nudge: float) -> Picture:
    """The cost of one neuron with y = 0 when nudged, and what δ predicts."""
    zs = np.array([[z]])
    gradient = quadratic_cost_gradient(sigmoid(zs), np.zeros((1, 1)))
    delta = output_error(gradient, zs).item()
    cost = sigmoid(zs).item() ** 2 / 2
    change = float(sigmoid(z + nudge)) ** 2 / 2 - cost
    steps, ends = np.linspace(-3, 3, 41), np.array([-3, 3])
    ax = axes()
    ax.plot(steps, sigmoid(z + steps) ** 2 / 2, color=COLOUR["C"], label="C")
    line = cost + delta * ends
    ax.plot(ends, line, "--", color=COLOUR["delta"], label="C + δΔz")
    ax.plot([nudge], [cost + change], "o", color=COLOUR["C"])
    ax.plot([nudge], [cost + delta * nudge], "s", color=COLOUR["delta"])
    ax.set(xlim=(-3.1, 3.1), ylim=(-0.1, 0.6))
    ax.set(xticks=[-3, 0, 3], yticks=[0, 0.5])
    ax.set(xlabel="nudge Δz", ylabel="cost C", title="A nudged neuron, y = 0")
    ax.legend(loc="upper left")
    off = abs(delta * nudge / change - 1)
    text = (
        f"z = {z:g}, δ = {delta:.6f}. Nudged by {nudge:g} the cost changes by "
        f"{change:.6f}; δ Δz = {delta * nudge:.6f} misses {off:.0%} of that."
    )
    return plot(ax, text.replace("-", "−"))
