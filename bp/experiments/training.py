"""How a run is made safe

Written by the chapter chapters/15_training.md: edit it there, not here.
"""

from functools import cache

import numpy as np

from bp.digits import Array, load_digits
from bp.experiments.kit import COLOUR, Picture, curve, drawing, words
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
    gap = np.abs(moved - weights).max(axis=1)
    panels = [
        ("cost C", 30, -2.4, 0.4, {"0.01": -2, "0.1": -1, "1": 0}),
        ("largest difference of a weight", 200, -10, 1,
         {"10⁻⁹": -9, "10⁻⁶": -6, "10⁻³": -3, "1": 0}),
    ]  # fmt: skip
    parts = []

    def line(panel: int, values: Array, colour: str, width: float) -> None:
        _, top, low, high, _ = panels[panel]
        part = (np.log10(values) - low) / (high - low)
        at = 60 + 52.0 * np.arange(EPOCHS + 1)[-len(part) :]
        ends = zip(at, top + 120 * (1 - np.clip(part, 0, 1)), strict=True)
        parts.append(curve(list(ends), colour, width))

    for panel, (title, top, low, high, ticks) in enumerate(panels):
        parts.append(words((60, top - 14), title, side="start"))
        for label, power in ticks.items():
            line(panel, np.full(EPOCHS + 1, 10.0**power), "currentColor", 0.3)
            y = top + 120 * (high - power) / (high - low)
            parts.append(words((52, y), label, side="end", size=0.9))
    line(0, costs, COLOUR["C"], 5)
    line(0, others[epoch:], "currentColor", 1.5)
    if gap.any():
        line(1, np.maximum(gap[epoch:], 1e-99), COLOUR["w"], 3)
    else:
        parts.append(words((270, 245), "none, in any weight"))
    at = 60 + 52.0 * epoch
    parts.append(curve([(at, 30), (at, 320)], dashed=True, width=1))
    for done in range(EPOCHS + 1):
        parts.append(words((60 + 52 * done, 336), str(done), size=0.9))
    differ = int((moved[-1] != weights[-1]).sum())
    return Picture(
        drawing([*parts, words((270, 356), "epoch")], 368),
        f"η = {rate}, stopped after epoch {epoch}, lost: {lost}. At the end "
        f"{differ} of {weights.shape[1]} weights and biases differ, by "
        f"{gap[-1]:.0g} at most; the cost is {others[-1]:.2f}, without a stop "
        f"{costs[-1]:.2f}.",
    )
