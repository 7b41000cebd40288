"""What regularisation does: to digits not trained on, and to XOR's ends.

Slow (about half an hour): python benchmarks/run.py regularisation.  Chapter
15 shows what is stored in bp/data/regularisation.json.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bp.algorithm import backprop
from bp.cost import quadratic_cost
from bp.descent import GradientRule, accuracy, sgd
from bp.digits import load_digits
from bp.experiments.regularisation import (
    XOR,
    answers,
    descend_many,
    few_digits,
    stacked,
)
from bp.network import Network, forward, random_network
from bp.regularisation import (
    shifted,
    with_dropout,
    with_l1,
    with_l2,
    with_noise,
    with_shifts,
)

Floats = NDArray[np.float64]
Rng = np.random.Generator
# Each way with the strengths among which the validation samples choose.
WAYS: dict[str, tuple[list[float], Callable[[float, Rng], GradientRule]]] = {
    "none": ([0], lambda s, rng: backprop),
    "L2": (
        [1e-5, 1e-4, 3e-4, 1e-3, 3e-3],
        lambda s, rng: with_l2(s),
    ),
    "L1": ([1e-4, 3e-4, 1e-3], lambda s, rng: with_l1(s)),
    "dropout": ([0.8, 0.5], with_dropout),
    "noise": ([0.2, 0.4, 0.6], with_noise),
    "shifts": ([1], lambda s, rng: with_shifts(rng)),
}


def with_unit_variance(network: Network) -> Network:
    """The weights that a start of variance 1/n would have divided."""
    w = {l: w * np.sqrt(w.shape[1]) for l, w in network.w.items()}
    return Network(w, network.b)


def judged(network: Network, x: Floats, y: Floats) -> tuple[float, float]:
    """Cost, and share of the samples read right."""
    a = forward(network, x).a[network.depth]
    return float(quadratic_cost(a, y)), accuracy(network, x, y)


def digits(wrong: float, seeds: int, epochs: int, large: bool = False) -> dict:
    """Every way at every strength: costs and accuracies, (strength, seed).

    With a large start (only for L2) all weights begin with variance 1.

    `train`, `others` (validation), `test`, and `moved`: the test images,
    each moved by one of the nine shifts.  `stopped` is the plain run, back
    at its lowest validation cost.
    """
    _, test = load_digits()
    ways = np.random.default_rng(0).integers(-1, 2, size=(360, 2))
    moved = np.hstack(
        [shifted(test.x[:, [i]], *way) for i, way in enumerate(ways)]
    )
    names = ["none", "L2"] if large else [*WAYS]
    found: dict = {name: {} for name in [*names, "stopped"]}
    for name in names:
        strengths, rule = WAYS[name]
        every: dict[str, list] = {}
        ends: list = []
        for strength in strengths:
            rows: dict[str, list] = {}
            for seed in range(seeds):
                (x, y), (u, v), start = few_digits(seed, wrong)
                if large:
                    start = with_unit_variance(start)
                best: list = [np.inf, 0, start]

                def watch(epoch, network, history, best=best):
                    if history.test_cost[-1] < best[0]:
                        w = {l: a.copy() for l, a in network.w.items()}
                        b = {l: a.copy() for l, a in network.b.items()}
                        best[:] = history.test_cost[-1], epoch, Network(w, b)

                trained, _ = sgd(
                    start,
                    x,
                    y,
                    learning_rate=2,
                    batch_size=10,
                    epochs=epochs,
                    rng=np.random.default_rng([seed, 1]),
                    gradient=rule(strength, np.random.default_rng([seed, 2])),
                    test=(u, v),
                    callback=watch,
                )
                sets = {
                    "train": (x, y),
                    "others": (u, v),
                    "test": (test.x, test.y),
                    "moved": (moved, test.y),
                }
                for part, pair in sets.items():
                    rows.setdefault(part, []).append(judged(trained, *pair))
                    if name == "none":
                        early = (*judged(best[2], *pair), best[1])
                        found["stopped"].setdefault(part, [[]])[0].append(
                            early
                        )
            for part, row in rows.items():
                every.setdefault(part, []).append(row)
            cost = np.mean([row[0] for row in rows["test"]])
            share = np.mean([row[1] for row in rows["test"]])
            ends.append(f"{strength:g}: {cost:.3f}, {share:.1%}")
        found[name] = {"strength": strengths, **every}
        print(f"  {wrong:.0%} wrong, {name}:", "; ".join(ends), flush=True)
    return found


def rounded(value: object) -> object:
    """Numbers to five digits, so that the file stays small."""
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


XOR_WAYS: dict[str, dict] = {
    "none": {},
    "L2, λ = 0.0001": {"lam": 1e-4},
    "L2, λ = 0.0003": {"lam": 3e-4},
    "L2, λ = 0.001": {"lam": 1e-3},
    "L2, λ = 0.003": {"lam": 3e-3},
    "noise of 0.1": {"noise": 0.1},
    "noise of 0.3": {"noise": 0.3},
    "mini-batches of 2": {"size": 2},
    "mini-batches of 1": {"size": 1},
    "dropout, keep 0.9": {"keep": 0.9},
    "dropout, keep 0.7": {"keep": 0.7},
}


def xor(width: int, runs: int, rate: float, steps: int) -> list[dict]:
    """How many of the runs end with a corner of XOR on the wrong side.

    `rescued` fail without, and not with; `spoiled` the other way round.
    """
    starts = [
        random_network((2, width, 1), np.random.default_rng(seed))
        for seed in range(runs)
    ]
    rows, plain = [], None
    for name, options in XOR_WAYS.items():
        rng = np.random.default_rng(1)
        many = descend_many(
            stacked(starts), *XOR, rate, steps, rng=rng, **options
        )
        a = answers(many, XOR[0])[1]
        failed = ((a > 0.5) != (XOR[1] > 0.5)).any(axis=(1, 2))
        plain = failed if plain is None else plain
        cost = ((a - XOR[1]) ** 2).mean(axis=(1, 2)) / 2
        size = np.abs(many[0]).max(axis=(1, 2))
        rows.append(
            {
                "what": name,
                "runs": runs,
                "failed": int(failed.sum()),
                "rescued": int((plain & ~failed).sum()),
                "spoiled": int((failed & ~plain).sum()),
                "at zero": int((size < 0.05).sum()),
                "median cost": float(np.median(cost)),
            }
        )
        print(f"  2-{width}-1, η = {rate:g}, {name}: {rows[-1]}", flush=True)
    return rows


def measure(
    seeds: int = 12, epochs: int = 200, runs: int = 1000, steps: int = 5000
) -> list[dict]:
    """Share of XOR's runs that fail, and of digits read, in percent: both
    without regularisation; `xor` and `digits` hold all that was found."""
    rows = []
    for width, rate, n in [
        (2, 5.0, steps),
        (3, 5.0, steps),
        (2, 1.0, 3 * steps),
    ]:
        found = xor(width, runs, rate, n)
        share = 100 * found[0]["failed"] / runs
        error = (share * (100 - share) / runs) ** 0.5
        rows.append(
            {
                "what": f"XOR 2-{width}-1, η = {rate:g}: fail",
                "median": share,
                "quartiles": [share - 0.67 * error, share + 0.67 * error],
                "xor": {"width": width, "rate": rate, "rows": found},
            }
        )
    for wrong, large in [(0.2, False), (0.0, False), (0.0, True)]:
        ways = digits(wrong, seeds, epochs, large)
        read = [100 * share for _, share in ways["none"]["test"][0]]
        low, middle, high = np.quantile(read, [0.25, 0.5, 0.75])
        start = ", large start" if large else ""
        rows.append(
            {
                "what": f"digits, {wrong:.0%} wrong{start}: read",
                "median": float(middle),
                "quartiles": [float(low), float(high)],
                "digits": {"wrong": wrong, "large": large, "ways": ways},
            }
        )
    return rounded(rows)  # type: ignore[return-value]
