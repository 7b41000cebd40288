"""Five optimisers on the digits: nine rates each, then the best of them.

Slow (some minutes): python benchmarks/run.py optimisers.  The chapter *Can
the step be better* shows bp/data/optimisers.json.  The network is 64-30-10,
its samples are the 1437 training digits in batches of ten; a rate is chosen
by the cost on them, and other starts then tell how good it is.
"""

from collections.abc import Sequence

import numpy as np

from bp.digits import load_digits
from bp.loop import by_name, minimise, network_slopes, with_parameters
from bp.network import Network, random_network
from bp.optimisers import optimiser
from bp.training import accuracy
from timing import Row

FIRST = {
    "plain": 0.25,
    "momentum": 0.01,
    "Nesterov": 0.01,
    "RMSProp": 0.001,
    "Adam": 0.001,
}


def trained(
    name: str, rate: float, seed: int, epochs: int, calm: bool
) -> tuple[list[float], float]:
    """The cost after each epoch, and the share of the test digits read.

    A calm start has outputs near 1/10, as often as each is wanted.
    """
    train, test = load_digits()
    rng = np.random.default_rng(seed)
    start = random_network((64, 30, 10), rng)
    if calm:
        start = Network(start.w, {1: start.b[1], 2: start.b[2] - np.log(9)})
    run = minimise(
        by_name(start),
        network_slopes(start, train.x, train.y),
        train.label.size,
        optimiser=optimiser(name, rate),
        batch_size=10,
        epochs=epochs,
        rng=rng,
    )
    end = with_parameters(start, run.parameters)
    return run.history.cost, accuracy(end, test.x, test.y)


def race(
    name: str,
    rates: Sequence[float],
    tuned: Sequence[int],
    fresh: Sequence[int],
    epochs: int,
    calm: bool,
) -> Row:
    scan = [
        float(
            np.median(
                [trained(name, r, s, epochs, calm)[0][-1] for s in tuned]
            )
        )
        for r in rates
    ]
    rate = rates[int(np.argmin(scan))]
    runs = [trained(name, rate, seed, epochs, calm) for seed in fresh]
    costs = [cost[-1] for cost, _ in runs]
    low, middle, high = np.quantile(costs, [0.25, 0.5, 0.75]).tolist()
    return {
        "what": f"{name}, η = {rate:g}{', calm start' if calm else ''}",
        "median": middle,
        "quartiles": [low, high],
        "name": name,
        "calm": calm,
        "rates": list(rates),
        "scan": [round(cost, 4) for cost in scan],
        "rate": rate,
        "ways": [[round(c, 4) for c in cost] for cost, _ in runs],
        "costs": [round(cost, 4) for cost in costs],
        "read": [round(share, 4) for _, share in runs],
    }


def measure(
    names: Sequence[str] = tuple(FIRST),
    tuned: Sequence[int] = (0, 1, 2),
    fresh: Sequence[int] = tuple(range(10, 20)),
    epochs: int = 5,
    rates: int = 9,
) -> list[Row]:
    return [
        race(
            name,
            [FIRST[name] * 2**k for k in range(rates)],
            tuned,
            fresh,
            epochs,
            calm,
        )
        for calm in (False, True)
        for name in names
    ]
