"""What regularisation does: to digits not trained on, and to XOR's ends.

Slow (some ten minutes on two processors): python benchmarks/run.py
generalisation.  The chapter of that name shows bp/data/generalisation.json.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from bp.digits import load_digits
from bp.experiments.generalisation import (
    XOR,
    answers,
    descend_many,
    stacked,
)
from bp.experiments.regularisation import few_digits
from bp.network import Network, random_network
from bp.regularisation import shifted, with_shifts
from mnist import with_unit_variance

Floats = NDArray[np.float64]
Rng = np.random.Generator


def by_shifts(rng: Rng, share: float = 1) -> Callable[[Floats], Floats]:
    """Moves a share of the images of a stack (S, n, m) as `with_shifts`."""
    rule = with_shifts(rng, lambda network, x, y: x)  # type: ignore

    def change(u: Floats) -> Floats:
        columns = np.moveaxis(u, 1, 0)
        moved = rule(None, columns.reshape(len(columns), -1), None)  # type: ignore
        every = np.moveaxis(moved.reshape(columns.shape), 0, 1)
        if share == 1:
            return every
        stays = rng.random((len(u), 1, u.shape[2])) >= share
        return np.where(stays, u, every)

    return change


# Each way with the strengths among which the validation samples choose.
WAYS: dict[str, tuple[list[float], Callable[[float, Rng], dict]]] = {
    "none": ([0], lambda s, rng: {}),
    "L2": (
        [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
        lambda s, rng: {"lam": s},
    ),
    "L1": (
        [3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3],
        lambda s, rng: {"l1": s},
    ),
    "dropout": (
        [0.9, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1],
        lambda s, rng: {"keep": s},
    ),
    "noise": ([0.1, 0.2, 0.4, 0.6, 0.8, 1.2], lambda s, rng: {"noise": s}),
    "shifts": (
        [0.25, 0.5, 0.75, 1],
        lambda s, rng: {"change": by_shifts(rng, s)},
    ),
}


def judged(many: tuple, x: Floats, y: Floats) -> Floats:
    """Cost, and share of the samples read right, of each: shape (S, 2)."""
    a = answers(many, x)[1]
    right = a.argmax(axis=-2) == y.argmax(axis=-2)
    cost = ((a - y) ** 2).sum(axis=-2).mean(axis=-1) / 2
    return np.stack([cost, right.mean(axis=-1)], axis=1)


def every_way(
    starts: list[Network],
    sets: dict[str, tuple],
    steps: int,
    looks: int,
    **but,
) -> dict:
    """Every way at every strength: costs and accuracies, (strength, seed).

    All starts go down side by side, each with samples of its own, with η = 2
    and ten samples a step.  The plain run is looked at now and then, and
    `stopped` is that run, back at its lowest validation cost.  `but` has
    fewer strengths for some of the ways, or none.
    """
    found: dict = {}
    for name, (strengths, options) in WAYS.items():
        every: dict[str, list] = {part: [] for part in sets}
        strengths = strengths[but.get(name, slice(None))]
        for strength in strengths:
            rng, lowest = np.random.default_rng(1), np.inf
            many = stacked(starts)
            best = tuple(part.copy() for part in many)
            chosen = options(strength, np.random.default_rng(2))
            parts = looks if name == "none" else 1
            for _ in range(parts):
                many = descend_many(
                    *(many, *sets["train"], 2.0, steps // parts),
                    **{"size": 10, "rng": rng} | chosen,
                )
                cost = judged(many, *sets["others"])[:, 0]
                for part, now in zip(best, many, strict=True):
                    part[cost < lowest] = now[cost < lowest]
                lowest = np.minimum(cost, lowest)
            for part, pair in sets.items():
                every[part].append(judged(many, *pair).tolist())
            if name == "none":
                found["stopped"] = {
                    part: [judged(best, *pair).tolist()]
                    for part, pair in sets.items()
                }
        if strengths:
            found[name] = {"strength": strengths, **every}
            print(f"  {name}: done", flush=True)
    return found


def side_by_side(drawn: list[tuple]) -> tuple[list[Network], dict]:
    """The starts, and the samples to train and to choose by, stacked."""
    sets: dict[str, tuple] = {
        part: tuple(np.stack([d[p][k] for d in drawn]) for k in (0, 1))
        for p, part in enumerate(["train", "others"])
    }
    return [d[2] for d in drawn], sets


def digits(wrong: float, seeds: int, epochs: int, large: bool = False) -> dict:
    """`every_way` on a hundred digits, each seed with digits of its own.

    With a large start (only for L2) all weights begin with variance 1.
    `train`, `others` (validation), `test`, and `moved`: the test images,
    each moved by one of the nine shifts.
    """
    _, test = load_digits()
    ways = np.random.default_rng(0).integers(-1, 2, size=(360, 2))
    moved = np.hstack(
        [shifted(test.x[:, [i]], *way) for i, way in enumerate(ways)]
    )
    starts, sets = side_by_side(
        [few_digits(seed, wrong) for seed in range(seeds)]
    )
    sets |= {"test": (test.x, test.y), "moved": (moved, test.y)}
    but: dict[str, slice] = {}
    if large:
        starts = [*map(with_unit_variance, starts)]
        but = dict.fromkeys(WAYS.keys() - {"none", "L2"}, slice(0))
    return every_way(starts, sets, 10 * epochs, epochs, **but)


def rounded(value: object) -> object:
    """Numbers to five digits, so that the file stays small."""
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


XOR_WAYS: dict[str, dict] = {
    "none": {},
    "L2, λ = 0.00003": {"lam": 3e-5},
    "L2, λ = 0.0001": {"lam": 1e-4},
    "L2, λ = 0.0003": {"lam": 3e-4},
    "L2, λ = 0.001": {"lam": 1e-3},
    "L2, λ = 0.003": {"lam": 3e-3},
    "noise of 0.03": {"noise": 0.03},
    "noise of 0.1": {"noise": 0.1},
    "noise of 0.3": {"noise": 0.3},
    "mini-batches of 2": {"size": 2},
    "mini-batches of 1": {"size": 1},
    "dropout, keep 0.95": {"keep": 0.95},
    "dropout, keep 0.9": {"keep": 0.9},
    "dropout, keep 0.7": {"keep": 0.7},
}
FEW = ["none", "L2, λ = 0.0003", "mini-batches of 1", "dropout, keep 0.9"]


def xor(
    width: int, runs: int, rate: float, steps: int, first: int, names: list
) -> list[dict]:
    """How many of the runs end with a corner of XOR on the wrong side.

    The starts have the seeds from `first` on.  `rescued` fail without, and
    not with; `spoiled` the other way round.
    """
    starts = [
        random_network((2, width, 1), np.random.default_rng(seed))
        for seed in range(first, first + runs)
    ]
    rows, plain = [], None
    for name in names:
        options = XOR_WAYS[name]
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


def xor_row(
    width: int, runs: int, rate: float, steps: int, first: int, names: list
) -> dict:
    """Percent that fail without regularisation; `xor` has all ways."""
    found = xor(width, runs, rate, steps, first, names)
    share = 100 * found[0]["failed"] / runs
    error = (share * (100 - share) / runs) ** 0.5
    return {
        "what": f"XOR 2-{width}-1, η = {rate:g}, from seed {first}: fail",
        "median": share,
        "quartiles": [share - 0.67 * error, share + 0.67 * error],
        "xor": {"width": width, "rate": rate, "first": first, "rows": found},
    }


def digits_row(wrong: float, seeds: int, epochs: int, large: bool) -> dict:
    """Percent read without regularisation; `digits` has all ways."""
    ways = digits(wrong, seeds, epochs, large)
    read = [100 * share for _, share in ways["none"]["test"][0]]
    low, middle, high = np.quantile(read, [0.25, 0.5, 0.75])
    start = ", large start" if large else ""
    return {
        "what": f"digits, {wrong:.0%} wrong{start}: read",
        "median": float(middle),
        "quartiles": [float(low), float(high)],
        "digits": {"wrong": wrong, "large": large, "ways": ways},
    }


def done(job: tuple) -> dict:
    make, *what = job
    return rounded(make(*what))  # type: ignore[return-value]


def measure(
    seeds: int = 12,
    epochs: int = 200,
    runs: int = 1000,
    steps: int = 5000,
    workers: int = 2,
) -> list[dict]:
    """Digits read, and XOR's runs that fail: the rows of the two above."""
    jobs: list[tuple] = [
        (digits_row, 0.2, seeds, epochs, False),
        (digits_row, 0.0, seeds, epochs, False),
        (digits_row, 0.0, seeds, epochs, True),
        (xor_row, 2, runs, 5.0, steps, 0, [*XOR_WAYS]),
        (xor_row, 3, runs, 5.0, steps, 0, FEW),
        (xor_row, 2, runs, 2.0, 2 * steps, 1000, [*XOR_WAYS]),
    ]
    if workers == 1:
        return [*map(done, jobs)]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        return [*pool.map(done, jobs)]
