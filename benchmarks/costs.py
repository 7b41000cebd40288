"""64-30-10 on the embedded digits under three ends, each with its own η.

Batches of ten, thirty epochs.  `start` 1 is the usual one; with 10 all
weights and biases of the last layer are ten times as large, so that many
neurons begin sure, and wrong.  The first rows scan η: trained on the first
1137 training digits, from five starts; `right` is how many of the other 300
are read after each epoch.  The η with the most of them, as the mean of the
last ten epochs, is chosen.  The last rows train with it on all 1437, from
twenty other starts; `right` is of the 360 test digits.  One of them is the
quadratic cost with η = 3, as the chapters before had it.
"""

import numpy as np

from bp import (
    SOFTMAX,
    History,
    Network,
    accuracy,
    load_digits,
    random_network,
    sgd,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
)

RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
ENDS = {
    "quadratic": None,
    "sigmoid": sigmoid_cross_entropy,
    "softmax": softmax_cross_entropy,
}


def begin(end: str, start: float, rng: np.random.Generator) -> Network:
    """The first network: the same numbers whatever the end is."""
    net = random_network((64, 30, 10), rng)
    return Network(
        {1: net.w[1], 2: start * net.w[2]},
        {1: net.b[1], 2: start * net.b[2]},
        {2: SOFTMAX} if end == "softmax" else {},
    )


def run(
    end: str, start: float, rate: float, seed: int, n: int, epochs: int
) -> list[int]:
    """How many of the kept digits are read after each epoch.

    Kept are the test digits, or what n leaves of the training digits.
    """
    learned, test = load_digits()
    whole = n == learned.x.shape[1]
    x = test.x if whole else learned.x[:, n:]
    y = test.y if whole else learned.y[:, n:]
    rng, right = np.random.default_rng(seed), []

    def look(epoch: int, network: Network, history: History) -> None:
        right.append(round(accuracy(network, x, y) * x.shape[1]))

    sgd(
        begin(end, start, rng),
        learned.x[:, :n],
        learned.y[:, :n],
        learning_rate=rate,
        batch_size=10,
        epochs=epochs,
        rng=rng,
        end=ENDS[end],
        callback=look,
    )
    return right


def row(
    end: str,
    start: float,
    rate: float,
    n: int,
    kept: int,
    right: list[list[int]],
) -> dict[str, object]:
    """The share of the kept digits that is read late in a run, in %."""
    late = 100 * np.array(right)[:, -10:].mean(axis=1) / kept
    return {
        "what": f"{end}, start {start:g}, η = {rate:g}, {n} digits",
        "median": float(np.median(late)),
        "quartiles": [float(q) for q in np.quantile(late, (0.25, 0.75))],
        "end": end,
        "start": start,
        "rate": rate,
        "runs": right,
    }


def measure(
    ends: tuple[str, ...] = tuple(ENDS),
    starts: tuple[float, ...] = (1.0, 10.0),
    rates: tuple[float, ...] = RATES,
    seeds: int = 5,
    fresh: int = 20,
    epochs: int = 30,
) -> list[dict[str, object]]:
    rows, last = [], []
    for start in starts:
        for end in ends:
            scan = []
            for rate in rates:
                right = [
                    run(end, start, rate, seed, 1137, epochs)
                    for seed in range(seeds)
                ]
                scan.append(row(end, start, rate, 1137, 300, right))
            late = [np.mean(r["runs"], axis=0)[-10:].mean() for r in scan]
            chosen = {rates[int(np.argmax(late))]}
            if (end, start) == ("quadratic", 1.0):
                chosen.add(3.0)
            rows += scan
            for rate in sorted(chosen):
                right = [
                    run(end, start, rate, 100 + seed, 1437, epochs)
                    for seed in range(fresh)
                ]
                last.append(row(end, start, rate, 1437, 360, right))
    return rows + last
