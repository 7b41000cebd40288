"""MNIST from four kinds of first weights: share of the test images read, in %.

The method of mnist.py for two epochs: variance 1/n (n: neurons of the layer
before) in both layers, 1 in both, and 1 in one of the two only; three seeds.
"""

import statistics

import numpy as np

from bp import Network, accuracy, forward, load_mnist, random_network, sgd
from mnist import TRAIN, with_unit_variance

WIDE = {"none": (), "both": (1, 2), "hidden": (1,), "output": (2,)}


def seen(network: Network, x: np.ndarray, y: np.ndarray) -> dict[str, object]:
    """Share that is read; of each layer the spread of z, and the mean slope
    of the sigmoid; of each output neuron its largest answer, and its mean z
    where it is wanted."""
    run = forward(network, x)
    slopes = [(run.a[l] * (1 - run.a[l])).mean() for l in (1, 2)]
    return {
        "read": accuracy(network, x, y),
        "spread": [round(float(run.z[l].std()), 3) for l in (1, 2)],
        "slope": [round(float(s), 5) for s in slopes],
        "loudest": [round(float(a), 4) for a in run.a[2].max(axis=1)],
        "wanted": [
            round(float(run.z[2][c, y[c] == 1].mean()), 2) for c in range(10)
        ],
    }


def measure(
    hidden: tuple[int, ...] = (30, 100),
    seeds: tuple[int, ...] = (0, 1, 2),
    epochs: int = 2,
) -> list[dict[str, object]]:
    (everything, test), rows = load_mnist(), []
    x, y = everything.x[:, :TRAIN], everything.y[:, :TRAIN]
    for n in hidden:
        for wide in WIDE:
            runs = []
            for seed in seeds:
                rng = np.random.default_rng(seed)
                network = random_network((784, n, 10), rng)
                network = with_unit_variance(network, WIDE[wide])
                found = [seen(network, test.x, test.y)]
                end, _ = sgd(
                    network,
                    x,
                    y,
                    learning_rate=3.0,
                    batch_size=10,
                    epochs=epochs,
                    rng=rng,
                )
                runs.append([*found, seen(end, test.x, test.y)])
            last = [100 * run[-1]["read"] for run in runs]
            rows.append(
                {
                    "what": f"784-{n}-10, variance 1: {wide}",
                    "median": statistics.median(last),
                    "quartiles": [min(last), max(last)],
                    "sizes": (784, n, 10),
                    "wide": wide,
                    "runs": runs,
                }
            )
    return rows
