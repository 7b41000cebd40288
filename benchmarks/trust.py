"""64-30-10 on the embedded digits: share of the digits read, in %.

η = 3, m = 10 and 30 epochs, unless a row says otherwise.  The first row has
fifty starts on the book's own split; the next two have five parts of the
file in turn as the test, five times over: of a file in random order, and of
neighbours in the file.  The others choose: the last 300 training digits are
the validation set, and the test digits are not looked at; `missed` are the
places of the validation set that are misread after 30 epochs.
"""

import statistics
from collections import Counter
from importlib.resources import files

import numpy as np

from bp import (
    History,
    Network,
    accuracy,
    forward,
    load_digits,
    one_hot,
    random_network,
    sgd,
)

RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
Floats = np.ndarray


def train(
    x: Floats,
    y: Floats,
    seed: int,
    rate: float = 3.0,
    epochs: int = 30,
    kept: tuple[Floats, Floats] | None = None,
) -> tuple[Network, History, list[Floats]]:
    """The network, its history, and which of `kept` are read after each
    epoch."""
    rng, read = np.random.default_rng(seed), []

    def look(epoch: int, network: Network, history: History) -> None:
        if kept is not None:
            guess = forward(network, kept[0]).a[2].argmax(axis=0)
            read.append(guess == kept[1].argmax(axis=0))

    network, history = sgd(
        random_network((64, 30, 10), rng),
        x,
        y,
        learning_rate=rate,
        batch_size=10,
        epochs=epochs,
        rng=rng,
        callback=look,
    )
    return network, history, read


def row(what: str, shares: list[float], runs: object) -> dict[str, object]:
    return {
        "what": what,
        "median": statistics.median(100 * share for share in shares),
        "quartiles": [100 * min(shares), 100 * max(shares)],
        "runs": runs,
    }


def many_starts(seeds: int, epochs: int) -> dict[str, object]:
    """How many of 1437 and of 360 are read from each start."""
    learned, test = load_digits()
    runs = []
    for seed in range(seeds):
        network, history, _ = train(learned.x, learned.y, seed, 3.0, epochs)
        right = round(accuracy(network, test.x, test.y) * 360)
        runs.append([round(history.accuracy[-1] * 1437), right])
    return row("the book's split", [r / 360 for _, r in runs], runs)


def in_parts(how: str, times: int, epochs: int) -> dict[str, object]:
    """Each fifth of the file in turn is the test.

    Each run: how many it learned from, how many of them it reads, how many
    it is tested on, how many of them it reads.  `misread` says how often
    each place of the file was misread, where that was ever so.
    """
    with np.load(files("bp.data").joinpath("digits.npz")) as file:
        x, label = file["pixels"].T / 16, file["label"]
    y, place, runs, misread = one_hot(label), np.arange(1797), [], Counter()
    for seed in range(times):
        order = place
        if how == "mixed":
            order = np.random.default_rng(1000 + seed).permutation(place)
        for part in range(5):
            away = order // 360 == part
            network, history, _ = train(
                x[:, ~away], y[:, ~away], seed, 3.0, epochs
            )
            guess = forward(network, x).a[2].argmax(axis=0)
            wrong = np.flatnonzero(away & (guess != label))
            misread.update(map(int, wrong))
            n, left = int(away.sum()), int((~away).sum())
            learned = round(history.accuracy[-1] * left)
            runs.append([left, learned, n, n - wrong.size])
    found = row(how, [run[3] / run[2] for run in runs], runs)
    counts = [[i, n] for i, n in sorted(misread.items())]
    return found | {"misread": counts, "times": times}


def by_validation(
    rates: tuple[float, ...], seeds: int, epochs: int, longer: int
) -> list[dict[str, object]]:
    """Training cost at the end, and read validation digits by epoch."""
    learned, _ = load_digits()
    x, y = learned.x[:, :1137], learned.y[:, :1137]
    kept, rows = (learned.x[:, 1137:], learned.y[:, 1137:]), []
    for rate in rates:
        long = longer if rate == 3.0 else epochs
        runs = []
        for seed in range(seeds):
            _, history, read = train(x, y, seed, rate, long, kept)
            cost = [round(c, 6) for c in history.cost]
            right = [int(digits.sum()) for digits in read]
            missed = np.flatnonzero(~read[epochs - 1]).tolist()
            runs.append({"cost": cost, "right": right, "missed": missed})
        ends = [run["right"][-1] / 300 for run in runs]
        rows.append(row(f"η = {rate}", ends, runs) | {"rate": rate})
    return rows


def measure(
    seeds: int = 50,
    times: int = 5,
    rates: tuple[float, ...] = RATES,
    epochs: int = 30,
    longer: int = 60,
) -> list[dict[str, object]]:
    return [
        many_starts(seeds, epochs),
        in_parts("mixed", times, epochs),
        in_parts("neighbours", times, epochs),
        *by_validation(rates, times, epochs, longer),
    ]
