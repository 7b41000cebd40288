"""How the cost answers to a bias

Written by the chapter chapters/09_biases.md: edit it there, not here.
"""

from collections.abc import Callable

import numpy as np

from bp.cost import quadratic_cost, quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import Array
from bp.experiments.cost import EXAMPLE_Y
from bp.experiments.kit import (
    COLOUR,
    Picture,
    curve,
    draw_line,
    draw_network,
    draw_neuron,
    drawing,
    place,
    words,
)
from bp.experiments.network import EXAMPLE, EXAMPLE_X
from bp.network import Network, forward
from bp.neuron import sigmoid_prime
from bp.recursion import propagate_error

__all__ = [
    "draw_bias",
    "all_errors",
    "BIASES",
    "TURNS",
    "draw_cost",
    "nudged",
    "promise",
    "missed",
    "draw_nudged_bias",
]


def draw_bias() -> Picture:
    """The bias of a neuron moves z one for one, and so it gets all of δ."""
    run, b = forward(EXAMPLE, EXAMPLE_X), EXAMPLE.b[2].item()
    w, x = EXAMPLE.w[2][0], run.a[1][:, 0]
    z, a = run.z[2].item(), run.a[2].item()
    delta = a * float(sigmoid_prime(z))
    sum_at, red, parts = (210, 90), COLOUR["delta"], []
    for k, v in enumerate((26, 90, 154)):
        parts.append(draw_line((40, v), sum_at, w[k], COLOUR["w"]))
        text = f"· {w[k]:g}".replace("-", "−")
        at = 118, (v + 90) / 2 + (-21, -15, 17)[k]
        parts.append(words(at, text, COLOUR["w"]))
        parts.append(
            draw_neuron((40, v), f"{x[k]:.3f}", x[k], COLOUR["a"], 24)
        )
    parts.append(draw_line((210, 200), sum_at, 1, COLOUR["w"]))
    text = f"{b:g}".replace("-", "−")
    parts.append(draw_neuron((210, 206), text, 0.5, COLOUR["w"], 24))
    parts.append(words((210, 244), "the knob b", COLOUR["w"]))
    parts.append(curve([(242, 90), (305, 90)], head=True))
    parts.append(curve([(372, 90), (425, 90)], head=True))
    spots = [(sum_at, "z", z), ((340, 90), "a", a), ((460, 90), "C", a**2 / 2)]
    for at, name, value in spots:
        text = f"{value:.3f}"
        parts.append(draw_neuron(at, text, 0.5, COLOUR[name], 28))
        parts.append(words((at[0], 44), name, COLOUR[name], 1.2))
    back = [(456 - 21.6 * t, 122 + 0.7 * t * (10 - t)) for t in range(11)]
    parts.append(curve(back, red, 3, head=True))
    parts.append(words((350, 160), f"δ = {delta:.3f}", red))
    parts.append(curve([(232, 130), (232, 176)], red, 3, head=True))
    parts.append(words((366, 206), f"∂C/∂b = δ = {delta:.3f}", red))
    return Picture(
        drawing(parts, 260, 6),
        "The last neuron of the example. Between a bias and its z stands "
        "only a plus sign: turn the knob a little, and z moves just as much. "
        f"So the cost answers to b as it answers to z, with δ = {delta:.3f}.",
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
TURNS = (-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3)


def draw_cost(
    cost: Callable[[float], float],
    at: float,
    slope: float,
    marked: float,
    knob: str,
    colour: str,
) -> str:
    """The cost over a change from −3 to 3 of a knob, and a straight line.

    The line touches the curve at the change `at`, with the slope; a dot and
    a square stand on both at the change that is `marked`.
    """

    def spot(change: float, value: float) -> tuple[float, float]:
        return 270 + 70 * change, 206 - 310 * value

    here, low, high = cost(at), -3.0, 3.0
    if slope:  # where the line leaves the picture
        ends = sorted(at + (value - here) / slope for value in (-0.3, 0.6))
        low, high = max(low, ends[0]), min(high, ends[1])
    line = [spot(end, here + slope * (end - at)) for end in (low, high)]
    parts = [curve([spot(-3, -0.3), spot(-3, 0.6)], width=1)]
    parts.append(curve([spot(-3, 0), spot(3, 0)], width=1))
    for change in (-3, -2, -1, 1, 2, 3):
        text = f"{change}".replace("-", "−")
        parts.append(words((spot(change, 0)[0], 226), text))
    for value in (-0.2, 0, 0.2, 0.4):
        text = f"{value:g}".replace("-", "−")
        parts.append(words((50, spot(0, value)[1]), text, side="end"))
    shape = [spot(n / 10, cost(n / 10)) for n in range(-30, 31)]
    parts.append(curve(shape, COLOUR["C"], 3))
    parts.append(curve(line, colour, 3, dashed=True))
    x, y = spot(marked, here + slope * (marked - at))
    parts.append(
        f'<rect x="{x - 7:.1f}" y="{y - 7:.1f}" width="14" height="14" '
        f'fill="{colour}"/>'
    )
    dot = spot(marked, cost(marked))
    parts.append(draw_neuron(dot, "", 1.6, COLOUR["C"], 7))
    parts.append(words((62, 32), "cost C", COLOUR["C"], side="start"))
    parts.append(words((270, 316), f"change of {knob}"))
    return drawing(parts, 330)


def nudged(bias: str, step: float) -> dict[int, Array]:
    """The activations of the example with a step added to one bias."""
    l, j = BIASES[bias]
    b = EXAMPLE.b[l].copy()
    b[j] += step
    return forward(Network(EXAMPLE.w, {**EXAMPLE.b, l: b}), EXAMPLE_X).a


def promise(bias: str, step: float) -> tuple[float, float, float]:
    """δ, the change of the cost that it promises, and the change itself."""
    l, j = BIASES[bias]
    delta = all_errors(EXAMPLE, EXAMPLE_X, EXAMPLE_Y)[l][j, 0]
    costs = [quadratic_cost(nudged(bias, s)[2], EXAMPLE_Y) for s in (0, step)]
    return float(delta), float(delta * step), float(costs[1] - costs[0])


def missed(bias: str, step: float) -> float:
    """By what share of itself a promise is wrong."""
    _, said, done = promise(bias, step)
    return abs(done / said - 1)


def draw_nudged_bias(step: float, bias: str) -> Picture:
    """The example with one bias nudged: activations, cost and promise."""
    l, j = BIASES[bias]
    before, after = nudged(bias, 0), nudged(bias, step)
    spots = [(k, i) for k in after for i in range(len(after[k]))]
    x, y = place(EXAMPLE.sizes, l, j + 1)
    knob = f"{bias} = {EXAMPLE.b[l][j, 0] + step:g}".replace("-", "−")
    svg = draw_network(
        EXAMPLE.sizes,
        inside={(k, i + 1): f"{after[k][i, 0]:.2f}" for k, i in spots},
        fill={
            (k, i + 1): 1.5 * abs(float((after[k] - before[k])[i, 0]))
            for k, i in spots
        },
        weight={
            (k, r + 1, c + 1): float(w[r, c])
            for k, w in EXAMPLE.w.items()
            for r, c in np.ndindex(*w.shape)
        },
        titles=["x = a⁰", "a¹", "a²"],
        over=[words((min(x, 430), y - 34), knob, COLOUR["w"])],
        above=18,
    )

    def cost(change: float) -> float:
        return float(quadratic_cost(nudged(bias, change)[2], EXAMPLE_Y))

    delta, said, done = promise(bias, step)
    chart = draw_cost(cost, 0, delta, step, bias, COLOUR["delta"])
    text = (
        f"{bias} turned by {step:g}: δ = {delta:.4f} promises a change of "
        f"{said:.4f}, and the cost {'falls' if done < 0 else 'grows'} by "
        f"{abs(done):.4f}"
    )
    text += f", {missed(bias, step):.0%} off." if step else "."
    return Picture(svg + chart, text.replace("-", "−"))
