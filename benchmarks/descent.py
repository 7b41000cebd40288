"""How far does the full gradient go: rates, and 2/λ along the way.

Slow (some minutes): python benchmarks/run.py descent.  The chapter *How a
network learns* shows bp/data/descent.json.  The network is 64-30-10, its
samples are the 1437 training digits, and each step asks all of them.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bp import (
    Workspace,
    as_network,
    hessian_vector,
    lanczos,
    load_digits,
    random_network,
)
from bp.network import forward
from timing import Row, quartered

Floats = NDArray[np.float64]
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)
MOMENTS = (0, 1, 2, 5, 10, 20, 40, 70, 100, 150, 200, 300, 400, 500, 600, 800)


class Digits:
    """The network 64-30-10 as one long vector, and its cost on all digits."""

    def __init__(self, seed: int) -> None:
        train, _ = load_digits()
        self.label = train.label
        self.rows = [np.ascontiguousarray(v.T) for v in (train.x, train.y)]
        self.all = np.arange(train.label.size)
        self.rng = np.random.default_rng(seed)
        network = random_network((64, 30, 10), self.rng)
        self.space = Workspace(network, train.label.size)

    def slopes(self, at: Floats) -> tuple[Floats, float]:
        self.space.parameters[:] = at
        cost = self.space.backprop(*self.rows, self.all).cost
        return self.space.slopes.copy(), float(cost)

    def read(self, at: Floats) -> float:
        self.space.parameters[:] = at
        a = forward(self.space.network, self.rows[0].T).a[2]
        return float((a.argmax(axis=0) == self.label).mean())

    def steepest_bend(
        self, at: Floats, v: Floats, products: int
    ) -> tuple[float, Floats]:
        """The largest eigenvalue of the Hessian, and its direction.

        By Lanczos' method with exact products; v is where it begins.
        """
        network = as_network(at[:, np.newaxis], (64, 30, 10))
        x, y = (row.T for row in self.rows)
        values, columns = lanczos(
            lambda u: hessian_vector(network, x, y, u),
            v.reshape(-1, 1),
            products,
        )
        return float(values[-1]), columns[:, -1]


def along_the_way(
    rate: float, seed: int, moments: Sequence[int], products: int
) -> Row:
    """2/λ at some moments of a run, and the costs."""
    digits = Digits(seed)
    at = digits.space.parameters.copy()
    v = digits.rng.normal(size=at.size)
    limits, costs, rises, before = [], [], 0, np.inf
    for k in range(max(moments) + 1):
        slope, cost = digits.slopes(at)
        rises += cost > before
        before = cost
        if k in moments:
            value, _ = digits.steepest_bend(at, v, products)
            limits.append(float(f"{2 / value:.4g}"))
            costs.append(round(cost, 4))
        at -= rate * slope
    return {
        "what": f"η = {rate:g}, seed {seed}: 2/λ",
        **quartered([abs(v) for v in limits]),
        "rate": rate,
        "seed": seed,
        "steps": list(moments),
        "limits": limits,
        "costs": costs,
        "rises": int(rises),
    }


def ends(rate: float, seeds: Sequence[int], steps: int) -> Row:
    """Cost after some steps, share read, and steps that went up."""
    costs, read, rises = [], [], []
    for seed in seeds:
        digits = Digits(seed)
        at, found = digits.space.parameters.copy(), []
        for _ in range(steps):
            slope, cost = digits.slopes(at)
            found.append(cost)
            at -= rate * slope
        found.append(digits.slopes(at)[1])
        costs.append(round(found[-1], 4))
        read.append(round(digits.read(at), 4))
        rises.append(int((np.diff(found) > 0).sum()))
    return {
        "what": f"η = {rate:g}: cost after {steps} steps",
        **quartered(costs),
        "rate": rate,
        "costs": costs,
        "read": read,
        "rises": rises,
    }


def measure(
    rates: Sequence[float] = RATES,
    on_the_way: Sequence[float] = (1, 3, 5, 10),
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    moments: Sequence[int] = MOMENTS,
    steps: int = 100,
    products: int = 25,
) -> list[Row]:
    rows = [ends(rate, seeds, steps) for rate in rates]
    for rate in on_the_way:
        for seed in seeds:
            rows.append(along_the_way(rate, seed, moments, products))
    return rows
