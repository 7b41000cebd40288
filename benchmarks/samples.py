"""The error against the number of samples, with each regulariser.

Slow (about half an hour on two processors): python benchmarks/run.py samples.
The chapter on generalisation shows bp/data/samples.json.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from bp.digits import load_digits, one_hot
from bp.handwriting import load_mnist
from bp.network import random_network
from generalisation import every_way, rounded, side_by_side

Floats = NDArray[np.float64]
SIZES = {"digits": (64, 100, 10), "MNIST": (784, 30, 10)}
# Fewer strengths for MNIST, which takes long.
BUT = {
    "L2": slice(0, 5, 2),
    "L1": slice(0, 5, 2),
    "dropout": slice(0, 5, 2),
    "noise": slice(0, 5, 2),
    "shifts": slice(1, 4, 2),
}


def drawn(data: str, n: int, wrong: float, seed: int) -> tuple:
    """n samples to train, a share with a wrong label, and others to choose."""
    train = (load_digits if data == "digits" else load_mnist)()[0]
    rng = np.random.default_rng(seed)
    order = rng.permutation(train.label.size)
    mine, others = order[:n], order[n:]
    others = others[: 237 if data == "digits" else 5000]
    label = train.label[mine].astype(int)
    spoiled = rng.permutation(n)[: round(wrong * n)]
    label[spoiled] += rng.integers(1, 10, size=spoiled.size)
    start = random_network(SIZES[data], rng, "f4")
    return (
        (train.x[:, mine].astype("f4"), one_hot(label % 10).astype("f4")),
        (train.x[:, others].astype("f4"), train.y[:, others].astype("f4")),
        start,
    )


def compared(
    data: str, n: int, wrong: float, seeds: int, steps: int, looks: int
) -> dict:
    """Every way at every strength: (cost, share read) of each seed."""
    test = (load_digits if data == "digits" else load_mnist)()[1]
    starts, sets = side_by_side(
        [drawn(data, n, wrong, seed) for seed in range(seeds)]
    )
    sets["test"] = test.x.astype("f4"), test.y.astype("f4")
    but = BUT if data == "MNIST" else {}
    return every_way(starts, sets, steps, looks, **but)


def row(*job: object) -> dict:
    """Percent read without regularisation; `sizes` has all ways."""
    data, n, wrong, *_ = job
    ways = compared(*job)  # type: ignore[arg-type]
    read = [100 * share for _, share in ways["none"]["test"][0]]
    low, middle, high = np.quantile(read, [0.25, 0.5, 0.75])
    what = f"{data}, {n} samples, {wrong:.0%} wrong: read"
    print(f"  {what} {middle:.1f}", flush=True)
    return rounded(  # type: ignore[return-value]
        {
            "what": what,
            "median": float(middle),
            "quartiles": [float(low), float(high)],
            "sizes": {"data": data, "n": n, "wrong": wrong, "ways": ways},
        }
    )


def measure(
    digits: tuple[int, ...] = (50, 150, 450, 1200),
    mnist: tuple[int, ...] = (1000, 10_000),
    seeds: tuple[int, int] = (4, 2),
    steps: tuple[int, int] = (3000, 6000),
    looks: int = 30,
    workers: int = 2,
) -> list[dict]:
    """Digits read for each number of samples, right labels and wrong."""
    jobs: list[tuple] = [
        ("MNIST", n, 0.0, seeds[1], steps[1], looks) for n in mnist
    ]
    jobs += [
        ("digits", n, wrong, seeds[0], steps[0], looks)
        for n in digits
        for wrong in (0.0, 0.2)
    ]
    if workers == 1:
        return [row(*job) for job in jobs]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        return list(pool.map(row, *zip(*jobs, strict=True)))
