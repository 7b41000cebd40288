"""What a Hessian times a vector costs, and the steepest bend along a run.

Slow (some minutes): python benchmarks/run.py second_order.  The chapter
*What does the gradient's gradient cost?* shows bp/data/second_order.json.
The price is over `backprop` as the book has it, and over the fastest
gradient; both in one process, turn by turn.  Along the way of full-batch
descent on the digits, 2/λ is found by Lanczos' method with exact products:
at some moments well, and with the largest rate at many between them by a few
products, which show too little of λ rather than too much.
"""

from collections.abc import Sequence

import numpy as np

from bp import (
    Workspace,
    as_network,
    as_vector,
    backprop,
    hessian_along,
    hessian_vector,
    lanczos,
    load_digits,
    random_network,
)
from descent import Digits
from timing import Row, digits_like, quartered, ratio, take_turns, written

NETS = [(784, 30, 10), (784, 512, 512, 10)]
MOMENTS = (0, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 120, 140, 160)
MOMENTS += (180, 200, 250, 300, 400, 500, 700, 1000, 1400, 2000, 3000, 5000)
BETWEEN = (*range(10, 400), *range(400, 2000, 3), *range(2000, 5001, 10))
LATE = 500


def price(sizes: Sequence[int], m: int, seconds: float) -> Row:
    """H v over a gradient, in time."""
    rng = np.random.default_rng(0)
    network = random_network(sizes, rng)
    rows = digits_like(sizes, m)
    x, y = (v.T for v in rows)
    v = rng.normal(size=as_vector(network).shape)
    space, index = Workspace(network, m), np.arange(m)
    times = take_turns(
        {
            "product": lambda: hessian_vector(network, x, y, v),
            "gradient": lambda: backprop(network, x, y),
            "fastest": lambda: space.backprop(*rows, index),
            "stepped": lambda: hessian_along(network, x, y, v),
        },
        seconds,
    )
    row: Row = {
        "what": f"Hv over a gradient, {written(sizes)}, m = {m}",
        "kind": "price",
        "net": written(sizes),
        "sizes": list(sizes),
        **ratio(times["product"], times["gradient"]),
        "of_workspace": ratio(times["product"], times["fastest"])["median"],
        "stepped": ratio(times["stepped"], times["gradient"])["median"],
    }
    if tuple(sizes) == NETS[0]:
        row["at_most"] = 2.5
    return row


def along_the_way(
    rate: float,
    seed: int,
    moments: Sequence[int],
    products: int,
    between: Sequence[int] = (),
) -> Row:
    """2/λ at some moments of a run, and how far from it the truth can be.

    At the steps `between` six products are made, from where the last look
    ended: `seen` counts those looks, `lowest` has the lowest 2/λ of them and
    of the moments from the first of them on, with its step, and `lowest_late`
    that from step 500 on.
    """
    train, _ = load_digits()
    digits, sizes = Digits(seed), (64, 30, 10)
    at = digits.space.parameters.copy()
    v = digits.rng.normal(size=(at.size, 1))
    limits, costs, apart, rises, before = [], [], [], [], np.inf
    often, looks, near = set(between), list[tuple[float, int]](), v
    for k in range(max(moments) + 1):
        slope, cost = digits.slopes(at)
        if cost > before:
            rises.append(k)
        before = cost
        network = as_network(at[:, np.newaxis], sizes)

        def product(u: np.ndarray, net: object = network) -> np.ndarray:
            return hessian_vector(net, train.x, train.y, u)  # type: ignore[arg-type]

        if k in often:
            values, columns = lanczos(product, near, 6)
            near = columns[:, [-1]] + 0.01 * v / np.linalg.norm(v)
            looks.append((float(f"{2 / values[-1]:.4g}"), k))
        if k in moments:
            values, columns = lanczos(product, v, products)
            top = columns[:, [-1]]
            left = np.linalg.norm(product(top) - values[-1] * top)
            limits.append(float(f"{2 / values[-1]:.4g}"))
            apart.append(float(left / abs(values[-1])))
            costs.append(round(cost, 4))
        at -= rate * slope
    all_looks = looks + [
        (limit, k)
        for limit, k in zip(limits, moments, strict=True)
        if looks and k >= looks[0][1]
    ]
    late = [look for look in all_looks if look[1] >= LATE]
    return {
        "what": f"η = {rate:g}, seed {seed}: 2/λ",
        **quartered([abs(value) for value in limits]),
        "kind": "way",
        "rate": rate,
        "seed": seed,
        "steps": list(moments),
        "limits": limits,
        "costs": costs,
        "apart": max(apart),
        "rises": len(rises),
        "last_rise": max(rises, default=0),
        "seen": len(looks),
        "lowest": min(all_looks, default=None),
        "lowest_late": min(late, default=None),
    }


def measure(
    nets: Sequence[Sequence[int]] = NETS,
    m: int = 128,
    seconds: float = 10,
    rates: Sequence[float] = (3, 7, 10),
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    moments: Sequence[int] = MOMENTS,
    products: int = 25,
    between: Sequence[int] = BETWEEN,
) -> list[Row]:
    rows = [price(sizes, m, seconds) for sizes in nets]
    for rate in rates:
        for seed in seeds:
            often = between if rate == max(rates) else ()
            rows.append(along_the_way(rate, seed, moments, products, often))
            print(f"  {rows[-1]['what']}", flush=True)
    return rows
