"""What regularisation does

Written by the chapter chapters/20_regularisation.md: edit it there, not here.
"""

from functools import cache

import numpy as np

from bp.digits import Array, load_digits, one_hot
from bp.experiments.kit import COLOUR, Picture, axes, plot
from bp.network import Network, random_network
from bp.training import History, sgd

__all__ = ["Pair", "few_digits", "long_run", "stopped_at", "draw_patience"]


Pair = tuple[Array, Array]


def few_digits(
    seed: int, wrong: float = 0.2, n: int = 100
) -> tuple[Pair, Pair, Network]:
    """n digits to train, a share of them with a wrong label; n others to
    validate; and a network 64-100-10 to start from."""
    rng, (train, _) = np.random.default_rng(seed), load_digits()
    chosen = rng.permutation(train.label.size)[: 2 * n]
    mine, others = chosen[:n], chosen[n:]
    label = train.label[mine]
    spoiled = rng.permutation(n)[: round(wrong * n)]
    label[spoiled] += rng.integers(1, 10, size=spoiled.size)
    return (
        (train.x[:, mine], one_hot(label % 10)),
        (train.x[:, others], train.y[:, others]),
        random_network((64, 100, 10), rng),
    )


@cache
def long_run(seed: int, wrong: float) -> tuple[History, History]:
    """A long run on a hundred digits: judged by validation, and by test."""
    samples, others, start = few_digits(seed, wrong)
    _, test = load_digits()
    both = [
        sgd(
            start,
            *samples,
            learning_rate=2,
            batch_size=10,
            epochs=200,
            rng=np.random.default_rng(1),
            test=judges,
        )[1]
        for judges in (others, (test.x, test.y))
    ]
    return both[0], both[1]


def stopped_at(costs: list[float], patience: int) -> tuple[int, int]:
    """Epoch of the lowest cost so far, and epoch of the stop."""
    best = 0
    for epoch, cost in enumerate(costs):
        if cost < costs[best]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(costs) - 1


def draw_patience(patience: int, wrong: float, seed: int = 0) -> Picture:
    """Costs of a long run, and where a patience stops it."""
    seen, judged = long_run(seed, wrong)
    best, end = stopped_at(seen.test_cost, patience)
    ax = axes(5.2, 3.2)
    ax.plot(seen.cost, color=COLOUR["C"], label="training")
    ax.plot(seen.test_cost, "--", color=COLOUR["C"], label="validation")
    ax.axvline(end, color="grey", linewidth=0.8)
    ax.plot(best, seen.test_cost[best], "o", color=COLOUR["C"])
    ax.set(xlabel="epoch", ylabel="cost C", ylim=(0, 0.6))
    ax.set_title(f"A hundred digits, {wrong:.0%} of the labels wrong")
    ax.legend(loc="upper right")
    share, last = judged.test_accuracy[best], judged.test_accuracy[-1]
    return plot(
        ax,
        f"Patience {patience}: stopped after epoch {end}, back at epoch "
        f"{best}, where {share:.1%} of the test digits are read; after 200 "
        f"epochs {last:.1%}.",
    )
