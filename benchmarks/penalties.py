"""L1 beside L2, each at its best strength, and which rate both were given.

The hundred digits of generalisation.py, twelve draws of them: the plain run
at several rates, and both penalties at many strengths, with the share of the
weights that end as good as zero.  A minute or two: python benchmarks/run.py
penalties.  The chapter on generalisation shows bp/data/penalties.json.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from bp.digits import load_digits
from bp.experiments.generalisation import descend_many, stacked
from bp.experiments.regularisation import few_digits
from generalisation import judged, rounded, side_by_side

RATES = [0.25, 0.5, 1, 2, 4, 8]
STRENGTHS = {
    "L2": [1e-5, 3e-5, 1e-4, 2e-4, 3e-4, 5e-4, 7e-4, 1e-3, 2e-3],
    "L1": [3e-6, 1e-5, 3e-5, 5e-5, 7e-5, 1e-4, 1.5e-4, 2e-4, 3e-4],
}
SMALL = [1e-2, 1e-3]  # a weight below it is as good as zero


def trained(wrong: float, seeds: int, epochs: int, rate: float, **way) -> dict:
    """Cost and share read of each draw, and its share of small weights.

    `small` counts all weights of the first layer, and `lit` only those whose
    pixel is not black in all of the hundred digits: a row for each of SMALL.
    """
    starts, sets = side_by_side(
        [few_digits(seed, wrong) for seed in range(seeds)]
    )
    x, y = sets["train"]
    many = descend_many(
        stacked(starts),
        x,
        y,
        rate,
        10 * epochs,
        size=10,
        rng=np.random.default_rng(1),
        **way,
    )
    test = load_digits()[1]
    lit = x.max(axis=2) > 0  # (seeds, 64)
    small = [np.abs(many[0]) < size for size in SMALL]  # (seeds, 100, 64)
    return {
        "train": judged(many, x, y).tolist(),
        "others": judged(many, *sets["others"]).tolist(),
        "test": judged(many, test.x, test.y).tolist(),
        "small": [s.mean(axis=(1, 2)).tolist() for s in small],
        "lit": [
            [float(s[k][:, lit[k]].mean()) for k in range(seeds)]
            for s in small
        ],
    }


def job(name: str, strength: float, wrong: float, *size: int) -> dict:
    """One run of all draws: the plain one at a rate, or L1 or L2 at η = 2."""
    rate = strength if name == "rate" else 2.0
    way = {"rate": {}, "L2": {"lam": strength}, "L1": {"l1": strength}}[name]
    found = trained(wrong, *size, rate, **way)
    read = 100 * np.array(found["others"])[:, 1]
    low, middle, high = np.quantile(read, [0.25, 0.5, 0.75])
    what = f"{name} {strength:g}, {wrong:.0%} wrong: read"
    print(f"  {what} {middle:.1f}", flush=True)
    found |= {"name": name, "strength": strength, "wrong": wrong}
    return rounded(  # type: ignore[return-value]
        {
            "what": what,
            "median": float(middle),
            "quartiles": [float(low), float(high)],
            "penalties": found,
        }
    )


def measure(
    seeds: int = 12,
    epochs: int = 200,
    wrong: tuple[float, ...] = (0.2, 0.0),
    workers: int = 2,
) -> list[dict]:
    """Validation digits read, for each rate and each strength."""
    tried = {"rate": RATES, **STRENGTHS}
    jobs = [
        (name, strength, share, seeds, epochs)
        for share in wrong
        for name, strengths in tried.items()
        for strength in strengths
    ]
    if workers == 1:
        return [job(*one) for one in jobs]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        return list(pool.map(job, *zip(*jobs, strict=True)))
