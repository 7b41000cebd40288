"""MNIST by the method of Nielsen (2015): share of the test images read, in %.

50 000 images to train, 10 000 kept for choosing, 10 000 to test; η = 3,
m = 10, 30 epochs; three seeds, and two ways to draw the first weights.
The median and the range are those of the seeds after the last epoch.
"""

import statistics
from collections.abc import Collection

import numpy as np

from bp import (
    History,
    Network,
    Samples,
    accuracy,
    load_mnist,
    random_network,
    sgd,
)

TRAIN = 50_000  # of 60 000; the other 10 000 are the validation set
STARTS = ("N(0, 1/n)", "N(0, 1)")  # n: neurons of the layer before


def with_unit_variance(
    network: Network, layers: Collection[int] = (1, 2)
) -> Network:
    """The weights that a start of variance 1/n would have divided."""
    w = {
        l: v * np.sqrt(v.shape[1]) if l in layers else v
        for l, v in network.w.items()
    }
    return Network(w, network.b)


def start(
    sizes: tuple[int, ...], how: str, rng: np.random.Generator
) -> Network:
    """A network whose first weights have variance 1/n, or 1."""
    network = random_network(sizes, rng)
    return network if how == STARTS[0] else with_unit_variance(network)


def train(
    sizes: tuple[int, ...],
    how: str,
    seed: int,
    data: tuple[Samples, Samples],
    epochs: int,
) -> dict[str, list[float]]:
    """Shares that are read, before the first epoch and after each."""
    everything, test = data
    x, y = everything.x[:, :TRAIN], everything.y[:, :TRAIN]
    kept = everything.x[:, TRAIN:], everything.y[:, TRAIN:]
    rng = np.random.default_rng(seed)
    network = start(sizes, how, rng)
    validation = [accuracy(network, *kept)]

    def look(epoch: int, network: Network, history: History) -> None:
        validation.append(accuracy(network, *kept))

    _, history = sgd(
        network,
        x,
        y,
        learning_rate=3.0,
        batch_size=10,
        epochs=epochs,
        rng=rng,
        test=(test.x, test.y),
        callback=look,
    )
    return {
        "train": [round(share, 5) for share in history.accuracy],
        "validation": validation,
        "test": history.test_accuracy,
    }


def measure(
    hidden: tuple[int, ...] = (30, 100),
    seeds: tuple[int, ...] = (0, 1, 2),
    epochs: int = 30,
) -> list[dict[str, object]]:
    data, rows = load_mnist(), []
    for n in hidden:
        for how in STARTS:
            sizes = (784, n, 10)
            runs = [train(sizes, how, s, data, epochs) for s in seeds]
            last = [100 * run["test"][-1] for run in runs]
            rows.append(
                {
                    "what": f"784-{n}-10, start {how}",
                    "median": statistics.median(last),
                    "quartiles": [min(last), max(last)],
                    "sizes": sizes,
                    "start": how,
                    "seeds": seeds,
                    "runs": runs,
                }
            )
    return rows
