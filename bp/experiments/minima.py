"""Where descent stops

Written by the chapter chapters/16_minima.md: edit it there, not here.
"""

from functools import cache

import numpy as np

from bp.digits import Array
from bp.experiments.reading import (
    COLOUR,
    Picture,
    axes,
    curve,
    draw_neuron,
    drawing,
    plot,
    words,
)
from bp.minima import as_network, as_vector, classify
from bp.network import forward, random_network
from bp.neuron import sigmoid

__all__ = [
    "draw_stops",
    "BALL_X",
    "BALL_Y",
    "ball_surface",
    "ball_path",
    "draw_ball",
    "XOR_X",
    "XOR_Y",
    "many_starts",
    "many_slopes",
    "many_descents",
    "xor_runs",
    "draw_seed",
]


def draw_stops() -> Picture:
    """Where descent ends on a cost with two hollows and a flat stretch."""
    flat = np.array([-3.0, -1.2, 1.1, 2.6, 2.6])  # where the slope is zero
    x = np.linspace(-3.7, 3.3, 141)
    cost = np.cumsum(np.prod(x[:, np.newaxis] - flat, axis=1))
    high = 200 - 150 * (cost - cost.min()) / (cost[0] - cost.min())
    spots = list(zip(262 + 66 * x, high, strict=True))
    ends = np.linspace(-3.65, 3.25, 30)
    for _ in range(4000):
        ends = ends - 0.002 * np.prod(ends[:, np.newaxis] - flat, axis=1)
    stops = flat[np.abs(ends[:, np.newaxis] - flat).argmin(axis=1)]
    names = ["lowest", "a pass", "a hollow", "flat"]
    parts, counts = [curve(spots, COLOUR["C"], 3)], []
    for place, name in zip(flat[:4], names, strict=True):
        at = 262 + 66 * place, float(np.interp(place, x, high))
        counts.append(int((stops == place).sum()))
        parts.append(draw_neuron(at, "", 1.6, COLOUR["w"], 7))
        parts.append(words((at[0], at[1] - 48), name, size=0.87))
        parts.append(words((at[0], at[1] - 26), f"{counts[-1]}"))
    return Picture(
        drawing(parts, 214, 4),
        f"Where the slope is zero, descent may stop. Of {ends.size} starts "
        f"along this cost {counts[0]} end in the lowest place, {counts[2]} "
        f"in a hollow, {counts[3]} where it is flat, and {counts[1]} on the "
        "pass.",
    )


BALL_X = np.array([[-5.0, -1.0, 1.0, 5.0]])
BALL_Y = np.array([[0.9, 0.1, 0.9, 0.1]])


@cache
def ball_surface() -> tuple[Array, Array, Array]:
    """Grid of weights, of biases, and the cost of one neuron on it."""
    w, b = np.linspace(-2, 4, 73), np.linspace(-3, 3, 61)
    z = w[:, None] * BALL_X[:, None, :] + b[:, None, None]
    cost = ((sigmoid(z) - BALL_Y) ** 2).mean(axis=2) / 2
    return w, b, cost


def ball_path(w: float, b: float, rate: float, steps: int = 400) -> Array:
    """Where a ball comes by, a row (w, b, cost) for each step."""
    path = np.empty((steps + 1, 3))
    for k in range(steps + 1):
        a = sigmoid(w * BALL_X + b)
        path[k] = w, b, ((a - BALL_Y) ** 2).mean() / 2
        delta = (a - BALL_Y) * a * (1 - a)
        w -= rate * float((delta * BALL_X).mean())
        b -= rate * float(delta.mean())
    return path


def draw_ball(w: float, b: float, rate: float) -> Picture:
    """Lines of equal cost over (w, b), and the path of a ball."""
    path = ball_path(w, b, rate)
    ax = axes(5.2, 3.8)
    grid_w, grid_b, cost = ball_surface()
    levels = [0.06, 0.07, 0.09, 0.12, 0.15, 0.18, 0.195, 0.203, 0.206, 0.21]
    ax.contour(
        grid_w, grid_b, cost, levels, colors=COLOUR["C"], linewidths=0.9
    )
    ax.plot(path[:, 0], path[:, 1], color=COLOUR["w"], linewidth=1.5)
    ax.plot(*path[0, :2], "o", color=COLOUR["w"], fillstyle="none")
    ax.plot(*path[-1, :2], "o", color=COLOUR["w"])
    ax.plot([-0.243, 2.187], [0, 0], "+", color=COLOUR["C"], markersize=11)
    ax.set(xlim=(-2, 4), ylim=(-3, 3), xlabel="weight w", ylabel="bias b")
    ax.set_title(f"400 steps with η = {rate:g}")
    last = path[-40:, 0]
    where = "right" if path[-1, 0] > 0.966 else "left"
    calm = float(np.ptp(last)) < 0.05
    said = f"is on the {where}" if calm else "has not come to rest"
    text = f"From w = {w:g}, b = {b:g} the ball {said}"
    return plot(ax, f"{text}, at the cost {path[-1, 2]:.2f}.")


XOR_X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
XOR_Y = np.array([[0.0, 1.0, 1.0, 0.0]])


def many_starts(sizes: tuple[int, int, int], runs: int) -> Array:
    """Random networks, seeds 0, 1, ...: a row of P numbers for each."""
    networks = [
        random_network(sizes, np.random.default_rng(k)) for k in range(runs)
    ]
    return np.hstack([as_vector(network) for network in networks]).T


def many_slopes(
    theta: Array, sizes: tuple[int, int, int], x: Array, y: Array
) -> tuple[Array, Array]:
    """Gradient of each row, and its cost: backprop for all rows at once.

    x and y are (n, m), or (runs, n, m) with samples of its own for each.
    """
    before, n, last = sizes
    ends = np.cumsum([n * before, n, last * n])
    shapes = [(n, before), (n, 1), (last, n), (last, 1)]
    parts = np.split(theta, ends, axis=1)
    w1, b1, w2, b2 = (
        part.reshape(-1, *shape)
        for part, shape in zip(parts, shapes, strict=True)
    )
    a1 = 1 / (1 + np.exp(-(w1 @ x + b1)))  # fast; far from overflow here
    a2 = 1 / (1 + np.exp(-(w2 @ a1 + b2)))
    m = x.shape[-1]
    delta2 = (a2 - y) * a2 * (1 - a2) / m
    delta1 = np.einsum("rjk,rji->rki", w2, delta2) * a1 * (1 - a1)
    slopes = [
        delta1 @ np.swapaxes(x, -1, -2),
        delta1.sum(axis=2),
        np.einsum("rji,rki->rjk", delta2, a1),
        delta2.sum(axis=2),
    ]
    gradient = np.hstack([part.reshape(len(theta), -1) for part in slopes])
    return gradient, ((a2 - y) ** 2).sum(axis=(1, 2)) / (2 * m)


def many_descents(
    theta: Array,
    sizes: tuple[int, int, int],
    x: Array,
    y: Array,
    rate: float,
    steps: int,
) -> Array:
    """Descent of all rows, with all samples in each step."""
    for _ in range(steps):
        theta = theta - rate * many_slopes(theta, sizes, x, y)[0]
    return theta


RUNS, RUN_STEPS, EVERY = 24, 4000, 20


@cache
def xor_runs() -> tuple[Array, Array]:
    """Ends of the first runs, and their costs at every 20th step."""
    theta, costs = many_starts((2, 2, 1), RUNS), []
    for step in range(RUN_STEPS + 1):
        slope, cost = many_slopes(theta, (2, 2, 1), XOR_X, XOR_Y)
        if step % EVERY == 0:
            costs.append(cost)
        if step < RUN_STEPS:
            theta = theta - 5.0 * slope
    return theta, np.array(costs)


def draw_seed(seed: int) -> Picture:
    """Cost and answers of one run of XOR, and its eigenvalues in words."""
    theta, costs = xor_runs()
    network = as_network(theta[seed][:, np.newaxis], (2, 2, 1))
    place = classify(network, XOR_X, XOR_Y)

    left = axes(3.4, 2.9)
    steps = EVERY * np.arange(len(costs))
    left.plot(steps, costs[:, seed], color=COLOUR["C"])
    left.set(xlabel="step", ylabel="cost C", ylim=(0, 0.2))
    left.set_xticks([0, 2000, 4000])
    left.set_yticks([0, 1 / 16, 1 / 8], ["0", "1/16", "1/8"])
    left.set_title(f"Seed {seed}")

    right = axes(3.4, 2.9)
    side = np.linspace(-0.3, 1.3, 41)
    points = np.array(np.meshgrid(side, side)).reshape(2, -1)
    answers = forward(network, points).a[2].reshape(41, 41)
    right.contour(
        side,
        side,
        answers,
        [0.1, 0.5, 0.9],
        colors=COLOUR["a"],
        linestyles=["dotted", "solid", "dashed"],
        linewidths=1.6,
    )
    for h, v in ((0, 0), (0, 1), (1, 0), (1, 1)):
        right.text(h, v, str(h ^ v), ha="center", va="center")
    right.set(xlabel="x₁", ylabel="x₂", xticks=[0, 1], yticks=[0, 1])
    right.set_title("Answer 0.1 dotted, 0.5, 0.9 dashed", fontsize=9)

    found = forward(network, XOR_X).a[2][0]
    low, high = place.eigenvalues[[0, -1]]
    text = (
        f"Seed {seed} is {'' if place.cost < 0.02 else 'not '}solved after "
        f"{RUN_STEPS} steps: answers "
        f"{', '.join(f'{abs(v):.1f}' for v in found)}; "
        f"eigenvalues from {low:.0e} to {high:.2f}."
    )
    return plot(left, text).beside(plot(right, ""))
