"""What holds descent up

Written by the chapter chapters/19_traps.md: edit it there, not here.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bp.digits import Array
from bp.experiments.kit import COLOUR, Picture, axes, plot
from bp.experiments.minima import BALL_X, BALL_Y
from bp.minima import as_network, as_vector, classify
from bp.network import forward, random_network
from bp.neuron import sigmoid

__all__ = [
    "Widths",
    "XOR_X",
    "XOR_Y",
    "many_starts",
    "many_slopes",
    "many_descents",
    "xor_runs",
    "draw_rests",
    "draw_seed",
    "HILLS_X",
    "HILLS_Y",
    "many_hessians",
    "settle",
    "explained",
    "hill_ends",
    "hill_shares",
    "hill_answers",
    "draw_hills",
    "shaken",
    "online",
    "stored_noise",
]


Widths = tuple[int, int, int]
XOR_X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
XOR_Y = np.array([[0.0, 1.0, 1.0, 0.0]])


def many_starts(sizes: Widths, runs: int) -> Array:
    """Random networks, seeds 0, 1, ...: a row of P numbers for each."""
    networks = [
        random_network(sizes, np.random.default_rng(k)) for k in range(runs)
    ]
    return np.hstack([as_vector(network) for network in networks]).T


def many_slopes(
    theta: Array, sizes: Widths, x: Array, y: Array
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
    with np.errstate(over="ignore"):
        a1 = 1 / (1 + np.exp(-(w1 @ x + b1)))
        a2 = 1 / (1 + np.exp(-(w2 @ a1 + b2)))
    m = x.shape[-1]
    delta2 = (a2 - y) * a2 * (1 - a2) / m
    delta1 = (np.swapaxes(w2, 1, 2) @ delta2) * a1 * (1 - a1)
    slopes = [
        delta1 @ np.swapaxes(x, -1, -2),
        delta1.sum(axis=2),
        delta2 @ np.swapaxes(a1, 1, 2),
        delta2.sum(axis=2),
    ]
    gradient = np.hstack([part.reshape(len(theta), -1) for part in slopes])
    return gradient, ((a2 - y) ** 2).sum(axis=(1, 2)) / (2 * m)


def many_descents(
    theta: Array, sizes: Widths, x: Array, y: Array, rate: float, steps: int
) -> Array:
    """Descent of all rows, with all samples in each step."""
    for _ in range(steps):
        theta = theta - rate * many_slopes(theta, sizes, x, y)[0]
    return theta


SEEDS, STEPS, EVERY = [0, 2, 5, 11], 6000, 20


@cache
def xor_runs() -> tuple[Array, Array]:
    """Four runs of XOR with η = 5: networks and costs at every 20th step."""
    theta, seen = many_starts((2, 2, 1), 12)[SEEDS], []
    for step in range(STEPS + 1):
        slope, cost = many_slopes(theta, (2, 2, 1), XOR_X, XOR_Y)
        if step % EVERY == 0:
            seen.append((theta, cost))
        theta = theta - 5.0 * slope
    return np.array([t for t, _ in seen]), np.array([c for _, c in seen])


def draw_rests() -> Picture:
    """Costs of three runs of XOR, each with its rest."""
    ax, costs = axes(5.2, 3.0), xor_runs()[1]
    steps = EVERY * np.arange(len(costs))
    for k, look in [(3, "-"), (1, "--"), (2, ":")]:
        label = f"start {SEEDS[k]}"
        ax.plot(steps, costs[:, k], look, color=COLOUR["C"], label=label)
    ax.set(xlabel="step", ylabel="cost C", ylim=(0, 0.15))
    ax.set_xticks([0, 2000, 4000, 6000])
    ax.set_yticks([0, 1 / 16, 1 / 8], ["0", "1/16", "1/8"])
    ax.legend()
    low = costs[-1]
    return plot(
        ax,
        f"Three runs of XOR: after {STEPS} steps the cost of start 11 is "
        f"{low[3]:.4f}, that of start 2 {low[1]:.4f}, that of start 5 "
        f"{low[2]:.4f}.",
    )


def draw_seed(seed: int, step: int) -> Picture:
    """Cost of one run of XOR up to a step, and its place in words."""
    thetas, costs = xor_runs()
    k, at = SEEDS.index(seed), step // EVERY
    network = as_network(thetas[at, k][:, np.newaxis], (2, 2, 1))
    place = classify(network, XOR_X, XOR_Y)
    ax = axes(5.2, 3.0)
    steps = EVERY * np.arange(at + 1)
    ax.plot(steps, costs[: at + 1, k], color=COLOUR["C"])
    ax.plot(step, costs[at, k], "o", color=COLOUR["C"])
    ax.set(xlabel="step", ylabel="cost C", ylim=(0, 0.2), xlim=(-300, 6300))
    ax.set_xticks([0, 2000, 4000, 6000])
    ax.set_yticks([0, 1 / 16, 1 / 8], ["0", "1/16", "1/8"])
    ax.set_title(f"XOR, start {seed}")
    found = ", ".join(f"{abs(v):.2f}" for v in forward(network, XOR_X).a[2][0])
    largest = float(np.abs(thetas[at, k]).max())
    return plot(
        ax,
        f"Start {seed}, step {step}: cost {place.cost:.4f}, answers {found}; "
        f"slope {place.slope:.0e}, lowest eigenvalue "
        f"{place.eigenvalues[0]:.0e}, largest weight {largest:.1f}.",
    )


HILLS_X = np.linspace(-5, 5, 41)[np.newaxis]
HILLS_Y = 0.1 + 0.7 * np.exp(-(((HILLS_X + 2.5) / 2) ** 2))
HILLS_Y = HILLS_Y + 0.6 * np.exp(-((HILLS_X - 2.5) ** 2))


def many_hessians(theta: Array, sizes: Widths, x: Array, y: Array) -> Array:
    """The Hessian of each row, by complex steps."""
    columns = []
    for unit in np.eye(theta.shape[1]):
        moved = theta + 1e-30j * unit
        columns.append(many_slopes(moved, sizes, x, y)[0].imag / 1e-30)
    return np.stack(columns, axis=2)


def settle(
    theta: Array, sizes: Widths, x: Array, y: Array, steps: int = 100
) -> Array:
    """Newton's method downhill, damped until the cost falls."""
    theta, damping = theta.copy(), np.full((len(theta), 1), 1e-3)
    for _ in range(steps):
        slope, cost = many_slopes(theta, sizes, x, y)
        values, vectors = np.linalg.eigh(many_hessians(theta, sizes, x, y))
        parts = (slope[:, np.newaxis] @ vectors)[:, 0]
        parts /= np.abs(values) + damping
        move = -(vectors @ parts[:, :, np.newaxis])[:, :, 0]
        better = many_slopes(theta + move, sizes, x, y)[1] <= cost
        theta[better] += move[better]
        factor = np.where(better, 1 / 5, 10)[:, np.newaxis]
        damping = np.clip(damping * factor, 1e-15, 1e3)
    return theta


def explained(cost: float, y: Array) -> float:
    """Share of the variance of the wanted answers that is explained."""
    return float(1 - 2 * cost / y.var())


@cache
def hill_ends(n: int) -> Array:
    """Where networks 1-n-1 end on the two hills, a row for each start."""
    sizes = (1, n, 1)
    rows = many_descents(
        many_starts(sizes, 40), sizes, HILLS_X, HILLS_Y, 5.0, 2000
    )
    return settle(rows, sizes, HILLS_X, HILLS_Y)


def hill_shares(n: int) -> list[float]:
    """The share of the variance that each of the ends explains."""
    costs = many_slopes(hill_ends(n), (1, n, 1), HILLS_X, HILLS_Y)[1]
    return [explained(cost, HILLS_Y) for cost in costs]


def hill_answers(seed: int, x: list[float], n: int = 2) -> Array:
    """What a network 1-n-1 answers at some places."""
    network = as_network(hill_ends(n)[seed][:, np.newaxis], (1, n, 1))
    answered: Array = forward(network, np.array([x], float)).a[2][0]
    return answered


def draw_hills(seed: int, n: int) -> Picture:
    """The two hills, and what a network 1-n-1 makes of them."""
    network = as_network(hill_ends(n)[seed][:, np.newaxis], (1, n, 1))
    place = classify(network, HILLS_X, HILLS_Y)
    ax, fine = axes(5.2, 3.0), np.linspace(-5, 5, 201)[np.newaxis]
    ax.plot(HILLS_X[0], HILLS_Y[0], ".", color=COLOUR["C"], label="wanted")
    answer = forward(network, fine).a[2][0]
    ax.plot(fine[0], answer, color=COLOUR["a"], label="answered")
    ax.set(xlabel="x", ylabel="answer", ylim=(0, 1))
    ax.set_title(f"1-{n}-1, start {seed}")
    ax.legend(loc="upper right")
    return plot(
        ax,
        f"1-{n}-1, start {seed}: {place.kind}, cost {place.cost:.5f}; "
        f"{explained(place.cost, HILLS_Y):.0%} of the variance explained.",
    )


def shaken(
    w: float, rate: float, epochs: int, balls: int
) -> NDArray[np.bool_]:
    """Which balls end on the right of the saddle, from weight w, b = 0."""
    rng, at = np.random.default_rng(3), np.tile([w, 0.0], (balls, 1))
    for _ in range(epochs):
        for i in rng.permuted(np.tile(range(4), (balls, 1)), axis=1).T:
            a = sigmoid(at[:, 0] * BALL_X[0, i] + at[:, 1])
            delta = (a - BALL_Y[0, i]) * a * (1 - a)
            at -= rate * np.stack([delta * BALL_X[0, i], delta], axis=1)
    found: NDArray[np.bool_] = at[:, 0] > 0.966
    return found


def online(
    theta: Array,
    sizes: Widths,
    x: Array,
    y: Array,
    rate: float,
    epochs: int,
    rng: "np.random.Generator",
) -> Array:
    """Descent with one sample a step, for each row its own order."""
    theta, m = theta.copy(), x.shape[1]
    for _ in range(epochs):
        for i in rng.permuted(np.tile(range(m), (len(theta), 1)), axis=1).T:
            u, v = x.T[i][:, :, np.newaxis], y.T[i][:, :, np.newaxis]
            theta = theta - rate * many_slopes(theta, sizes, u, v)[0]
    return theta


def stored_noise() -> Any:
    """What benchmarks/noise.py has measured."""
    path = files("bp.data").joinpath("noise.json")
    return json.loads(path.read_text("utf-8"))["rows"][0]["noise"]
