"""What holds descent up

Written by the chapter chapters/19_traps.md: edit it there, not here.
"""

from functools import cache

import numpy as np
from matplotlib.axes import Axes

from bp.digits import Array
from bp.experiments.kit import COLOUR, Picture, axes, plot
from bp.minima import as_network, as_vector, classify
from bp.network import forward, random_network

__all__ = [
    "Widths",
    "XOR_X",
    "XOR_Y",
    "many_starts",
    "many_slopes",
    "many_descents",
    "xor_runs",
    "cost_axes",
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
]


Widths = tuple[int, int, int]
XOR_X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
XOR_Y = np.array([[0.0, 1.0, 1.0, 0.0]])


def many_starts(sizes: Widths, runs: int) -> Array:
    """Random networks, seeds 0, 1, ...: a row of P numbers for each."""
    rngs = map(np.random.default_rng, range(runs))
    return np.hstack([as_vector(random_network(sizes, r)) for r in rngs]).T


def many_slopes(
    theta: Array, sizes: Widths, x: Array, y: Array
) -> tuple[Array, Array]:
    """Gradient of each row, and its cost: backprop for all rows at once.

    x and y are (n, m), or (runs, n, m) with samples of its own for each.
    """
    before, n, last = sizes
    ends = np.cumsum([n * before, n, last * n])
    shapes = [(n, before), (n, 1), (last, n), (last, 1)]
    parts = zip(np.split(theta, ends, axis=1), shapes, strict=True)
    w1, b1, w2, b2 = (part.reshape(-1, *shape) for part, shape in parts)
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


def cost_axes() -> Axes:
    """Axes for the cost of a run of XOR."""
    ax = axes(5.2, 3.0)
    ax.set(xlabel="step", ylabel="cost C", ylim=(0, 0.2), xlim=(-300, 6300))
    ax.set_xticks([0, 2000, 4000, 6000])
    ax.set_yticks([0, 1 / 16, 1 / 8], ["0", "1/16", "1/8"])
    return ax


def draw_rests() -> Picture:
    """Costs of three runs of XOR, each with its rest."""
    ax, costs = cost_axes(), xor_runs()[1]
    steps = EVERY * np.arange(len(costs))
    for k, look in [(3, "-"), (1, "--"), (2, ":")]:
        label = f"start {SEEDS[k]}"
        ax.plot(steps, costs[:, k], look, color=COLOUR["C"], label=label)
    ax.legend(loc="upper right", bbox_to_anchor=(0.95, 1))
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
    ax, steps = cost_axes(), EVERY * np.arange(at + 1)
    ax.plot(steps, costs[: at + 1, k], color=COLOUR["C"])
    ax.plot(step, costs[at, k], "o", color=COLOUR["C"])
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


def settle(theta: Array, sizes: Widths, x: Array, y: Array) -> Array:
    """Newton's method downhill, damped until the cost falls."""
    theta, damping = theta.copy(), np.full((len(theta), 1), 1e-3)
    for _ in range(100):
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
    """What a cost C explains of the wanted y: 1 − 2C / variance of y."""
    return float(1 - 2 * cost / y.var())


@cache
def hill_ends(n: int) -> Array:
    """Where networks 1-n-1 end on the two hills, a row for each start."""
    task = (1, n, 1), HILLS_X, HILLS_Y
    rows = many_descents(many_starts(task[0], 40), *task, 5.0, 2000)
    return settle(rows, *task)


def hill_shares(n: int) -> list[float]:
    """The share of the variance that each of the ends explains."""
    costs = many_slopes(hill_ends(n), (1, n, 1), HILLS_X, HILLS_Y)[1]
    return [explained(cost, HILLS_Y) for cost in costs]


def hill_answers(seed: int, x: list[float]) -> Array:
    """What a network 1-2-1 answers at some places."""
    network = as_network(hill_ends(2)[seed][:, np.newaxis], (1, 2, 1))
    answered: Array = forward(network, np.array([x], float)).a[2][0]
    return answered


def draw_hills() -> Picture:
    """The two hills, and what three networks 1-2-1 make of them."""
    ax, fine, said = axes(5.2, 3.4), [k / 20 for k in range(-100, 101)], []
    ax.plot(HILLS_X[0], HILLS_Y[0], ".", color=COLOUR["C"], label="wanted")
    for seed, look in [(0, "-"), (1, "--"), (5, ":")]:
        answer, share = hill_answers(seed, fine), hill_shares(2)[seed]
        ax.plot(fine, answer, look, color=COLOUR["a"], label=f"start {seed}")
        said.append(f"start {seed} explains {share:.0%} of the variance")
    ax.set(xlabel="x", ylabel="answer", ylim=(0, 1.25))
    ax.set_yticks([0, 0.5, 1])
    ax.legend(ncols=2, loc="upper center")
    return plot(ax, f"Two hills, and three networks 1-2-1: {'; '.join(said)}.")
