"""What regularisation does

Written by the chapter chapters/20_regularisation.md: edit it there, not here.
"""

from functools import cache
from typing import Any

import numpy as np

from bp.digits import Array, load_digits, one_hot
from bp.experiments.kit import COLOUR, Picture, axes, plot
from bp.network import Network, random_network
from bp.training import History, accuracy, sgd

__all__ = ["few_digits", "long_run", "stopped_at", "draw_patience"]


def few_digits(
    seed: int, wrong: float = 0.2, n: int = 100
) -> tuple[tuple[Array, Array], tuple[Array, Array], Network]:
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
def long_run(seed: int, wrong: float) -> tuple[History, list[float]]:
    """A long run on a hundred digits, judged by validation; and the share
    of the test digits that is read, at the start and after each epoch."""
    samples, others, start = few_digits(seed, wrong)
    test = load_digits()[1]
    read = [accuracy(start, test.x, test.y)]

    def judge(epoch: int, network: Network, history: History) -> None:
        read.append(accuracy(network, test.x, test.y))

    more: Any = {"test": others, "callback": judge, "epochs": 200}
    more |= {"learning_rate": 2, "batch_size": 10}
    return sgd(start, *samples, rng=np.random.default_rng(1), **more)[1], read


def stopped_at(costs: list[float], patience: int) -> tuple[int, int]:
    """Epoch of the lowest cost so far, and epoch of the stop."""
    lows = [int(np.argmin(costs[: k + 1])) for k in range(len(costs))]
    waits = [k for k, low in enumerate(lows) if k - low >= patience]
    end = min(waits, default=len(costs) - 1)
    return lows[end], end


def draw_patience(patience: int, wrong: float, seed: int = 0) -> Picture:
    """Costs of a long run, and where a patience stops it."""
    history, read = long_run(seed, wrong)
    best, end = stopped_at(history.test_cost, patience)
    ax = axes(5.2, 3.2)
    ax.plot(history.cost, color=COLOUR["C"], label="training")
    ax.plot(history.test_cost, "--", color=COLOUR["C"], label="validation")
    ax.axvline(end, color="grey", linewidth=0.8)
    ax.plot(best, history.test_cost[best], "o", color=COLOUR["C"])
    ax.set(xlabel="epoch", ylabel="cost C", ylim=(0, 0.6))
    ax.set_title(f"A hundred digits, {wrong:.0%} of the labels wrong")
    ax.legend(loc="upper right", bbox_to_anchor=(0.95, 1))
    return plot(
        ax,
        f"Patience {patience}: stopped after epoch {end}, back at epoch "
        f"{best}, where {read[best]:.1%} of the test digits are read; after "
        f"200 epochs {read[-1]:.1%}.",
    )
