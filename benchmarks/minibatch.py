"""How many samples make a step: sizes, the noise along the way, schedules.

Slow (some minutes): python benchmarks/run.py minibatch.  The chapter *How
many samples make a step* shows bp/data/minibatch.json.  The network is
64-30-10, its samples are the 1437 training digits.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bp import Network, Workspace, load_digits, minibatches, random_network
from bp.algorithm import backprop
from bp.experiments.minibatch import sample_gradients
from bp.network import forward
from timing import Row, quartered

Floats = NDArray[np.float64]
SIZES = (1, 10, 100, 1437)
RATES = (0.1, 0.3, 1, 3, 10, 30)
EPOCHS = (0, 3, 10, 30, 100, 400)


def share_read(network: Network, x: Floats, y: Floats) -> float:
    answers = forward(network, x).a[network.depth].argmax(axis=0)
    return float((answers == y.argmax(axis=0)).mean())


def started(seed: int, size: int) -> tuple[Workspace, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return Workspace(random_network((64, 30, 10), rng), size), rng


def sizes_at_rates(
    size: int, rate: float, seeds: Sequence[int], epochs: int, steps: int
) -> Row:
    """Training cost and share read, after some epochs and some steps."""
    train, test = load_digits()
    x_rows, y_rows = (np.ascontiguousarray(v.T) for v in (train.x, train.y))
    found: dict[str, list[float]] = {
        name: []
        for name in ("costs", "read", "costs_of_steps", "read_of_steps")
    }
    for seed in seeds:
        space, rng = started(seed, size)
        taken, n = 0, train.label.size
        last = max(steps, epochs * -(-n // size))
        while taken < last:
            for index in minibatches(n, size, rng):
                space.step(x_rows, y_rows, index, rate)
                taken += 1
                for at, kind in [
                    (epochs * -(-n // size), ""),
                    (steps, "_of_steps"),
                ]:
                    if taken == at:
                        net = space.network
                        cost = backprop(net, train.x, train.y).cost
                        found["costs" + kind].append(round(float(cost), 4))
                        share = share_read(net, test.x, test.y)
                        found["read" + kind].append(round(share, 4))
    return {
        "what": f"m = {size}, η = {rate:g}: cost after {epochs} epochs",
        **quartered(found["costs"]),
        "kind": "sizes",
        "m": size,
        "rate": rate,
        "epochs": epochs,
        "steps": steps,
        **found,
    }


def noise(seed: int, rate: float, size: int, epochs: Sequence[int]) -> Row:
    """S, the gradient's length and the cost after some epochs."""
    train, _ = load_digits()
    x_rows, y_rows = (np.ascontiguousarray(v.T) for v in (train.x, train.y))
    space, rng = started(seed, size)
    spreads, lengths, costs = [], [], []
    for epoch in range(max(epochs) + 1):
        if epoch in epochs:
            G = sample_gradients(space.network, train.x, train.y)
            away = G - G.mean(axis=1, keepdims=True)
            S = np.sqrt((away**2).sum() / (train.label.size - 1))
            spreads.append(round(float(S), 5))
            lengths.append(round(float(np.linalg.norm(G.mean(axis=1))), 5))
            cost = backprop(space.network, train.x, train.y).cost
            costs.append(round(float(cost), 5))
        for index in minibatches(train.label.size, size, rng):
            space.step(x_rows, y_rows, index, rate)
    return {
        "what": f"seed {seed}: S after {max(epochs)} epochs",
        **quartered(spreads),
        "kind": "noise",
        "seed": seed,
        "rate": rate,
        "m": size,
        "epochs": list(epochs),
        "spreads": spreads,
        "lengths": lengths,
        "costs": costs,
    }


# What is left of the rate when the share t of the run is over.
SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": lambda t: 1,
    "halved, each fifth": lambda t: 0.5 ** int(5 * t),
    "1 / (1 + 10 t)": lambda t: 1 / (1 + 10 * t),
    "straight to 0": lambda t: 1 - t,
    "half a cosine": lambda t: (1 + np.cos(np.pi * t)) / 2,
}


def schedule(
    name: str, rate: float, seeds: Sequence[int], epochs: int, wrong: float
) -> Row:
    """Cost on all samples, a share of whose labels is wrong, at the end."""
    train, test = load_digits()
    n, costs, last, read = train.label.size, [], [], []
    for seed in seeds:
        rng = np.random.default_rng(100 + seed)
        label, spoiled = train.label.copy(), rng.random(n) < wrong
        label[spoiled] = (label + rng.integers(1, 10, n))[spoiled] % 10
        y = np.eye(10)[label]
        x_rows = np.ascontiguousarray(train.x.T)
        space, rng = started(seed, 10)
        way = []
        for epoch in range(epochs):
            steps = list(minibatches(n, 10, rng))
            for k, index in enumerate(steps):
                left = SCHEDULES[name]((epoch + k / len(steps)) / epochs)
                space.step(x_rows, y, index, rate * left)
            way.append(float(backprop(space.network, train.x, y.T).cost))
        costs.append(round(way[-1], 4))
        last.append(round(float(np.std(way[-10:])), 5))
        read.append(round(share_read(space.network, test.x, test.y), 4))
    return {
        "what": f"{name} from η = {rate:g}: cost after {epochs} epochs",
        **quartered(costs),
        "kind": "schedule",
        "name": name,
        "rate": rate,
        "epochs": epochs,
        "wrong": wrong,
        "costs": costs,
        "tremble": last,
        "read": read,
    }


def measure(
    sizes: Sequence[int] = SIZES,
    rates: Sequence[float] = RATES,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    epochs: int = 3,
    steps: int = 300,
    moments: Sequence[int] = EPOCHS,
    schedule_rates: Sequence[float] = (0.3, 1, 3, 10, 30),
    schedule_epochs: int = 60,
) -> list[Row]:
    rows = [
        sizes_at_rates(size, rate, seeds, epochs, steps)
        for size in sizes
        for rate in rates
    ]
    rows += [noise(seed, 3.0, 10, moments) for seed in seeds[:3]]
    rows += [
        schedule(name, rate, seeds, schedule_epochs, 0.2)
        for name in SCHEDULES
        for rate in schedule_rates
    ]
    return rows
