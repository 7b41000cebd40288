"""How a run is made safe

Written by the chapter chapters/15_training.md: edit it there, not here.
"""

from functools import cache

import numpy as np

from bp.digits import Array, load_digits
from bp.experiments.kit import COLOUR, INK, Picture, axes, plot
from bp.minibatch import minibatches
from bp.network import random_network
from bp.workspace import Workspace

__all__ = ["EPOCHS", "LOST", "stopped", "draw_stopped"]


EPOCHS = 8
LOST = ["nothing", "the generator", "digits", "an order"]


@cache
def stopped(lost: str, epoch: int, rate: float) -> tuple[Array, Array]:
    """Costs and parameters after each epoch of a run stopped after one."""
    (train, _), rng = load_digits(), np.random.default_rng(0)
    x, y = (np.ascontiguousarray(v.T) for v in (train.x, train.y))
    n, network = len(x), random_network((64, 30, 10), rng)
    space, every = Workspace(network, 10), Workspace(network, n)
    costs, found = [], []
    for done in range(EPOCHS + 1):
        for batch in minibatches(n, 10, rng) if done else ():
            space.step(x, y, batch, rate)
        if done == epoch and lost == "the generator":
            rng = np.random.default_rng(0)
        if done == epoch and lost == "an order":
            list(minibatches(n, 10, rng))  # dealt, and never used
        if done == epoch and lost == "digits":
            space.parameters[:] = space.parameters.astype(np.float32)
        every.parameters[:] = space.parameters
        costs.append(float(every.backprop(x, y, np.arange(n)).cost))
        found.append(space.parameters.copy())
    return np.array(costs), np.array(found)


def draw_stopped(lost: str, epoch: int, rate: float) -> Picture:
    """A run that was stopped beside one that was not, and how far apart."""
    costs, weights = stopped("nothing", 0, rate)
    others, moved = stopped(lost, epoch, rate)
    gap, after = np.abs(moved - weights).max(axis=1), range(epoch, EPOCHS + 1)
    ax = axes(5.2, 3.4)
    ax.semilogy(costs, color=COLOUR["C"], lw=6, label="cost")
    ax.semilogy(after, others[epoch:], color=INK, lw=1.5, label="stopped")
    label = "weights differ by" if gap.any() else "no weight differs"
    ax.semilogy(after, gap[epoch:] + 1e-99, color=COLOUR["w"], label=label)
    ax.axvline(epoch, color="grey", linewidth=0.8, linestyle="--")
    ax.set(xlabel="epoch", ylim=(1e-14, 9), title=f"η = {rate}, lost: {lost}")
    ax.set_yticks([1e-9, 1e-6, 1e-3, 1], ["10⁻⁹", "10⁻⁶", "10⁻³", "1"])
    ax.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0.45, 0), fontsize=12)
    return plot(
        ax,
        f"η = {rate}, stopped after epoch {epoch}, lost: {lost}. At the end "
        f"{(moved != weights)[-1].sum()} of {len(weights.T)} weights and "
        f"biases differ, by {gap[-1]:.0g} at most; the cost is "
        f"{others[-1]:.2f}, without a stop {costs[-1]:.2f}.",
    )
