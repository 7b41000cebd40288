"""What regularisation does

Written by the chapter chapters/20_regularisation.md: edit it there, not here.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from bp.algorithm import Gradient, backprop
from bp.digits import Array, as_columns
from bp.network import Network, check_network
from bp.neuron import Activation
from bp.reading import as_real, as_whole, check_callable, check_rng
from bp.training import GradientRule, History

__all__ = [
    "Masks",
    "EarlyStopping",
    "with_l2",
    "with_l1",
    "masked_backprop",
    "dropout_masks",
    "with_dropout",
    "with_noise",
    "shifted",
    "with_shifts",
]


Masks = Mapping[int, Array]  # of layers 1 to L - 1, each (n_l, m)


class EarlyStopping:
    """A callback for `sgd` that ends a run when the test cost stops falling.

    Give `sgd` the validation samples as `test`.  Afterwards `network` is the
    one with the lowest cost after an epoch (the start is not counted), a
    copy, and `epoch` and `cost` are its own.
    In another run it starts anew; one that goes on from its history is the
    same run.  Raises ValueError for a patience below 1, or without `test`.
    """

    def __init__(self, patience: int) -> None:
        self.patience = as_whole(patience, "patience", 1)
        self.epoch, self.cost = 0, np.inf
        self.network: Network | None = None

    def __call__(self, epoch: int, network: Network, history: History) -> bool:
        """Note the network if it is the best so far; True to stop."""
        costs = history.test_cost
        if not costs:
            raise ValueError(
                "nothing to stop by: give sgd the validation samples as test"
            )
        place = len(costs) - 1 - (epoch - self.epoch)  # of the best epoch
        known = 0 <= place < len(costs) and costs[place] == self.cost
        if not known:  # it is another run
            self.cost = np.inf
        if costs[-1] < self.cost:
            self.epoch, self.cost = epoch, costs[-1]
            w = {l: w.copy() for l, w in network.w.items()}
            b = {l: b.copy() for l, b in network.b.items()}
            self.network = Network(w, b, network.f)
        return epoch - self.epoch >= self.patience


def with_l2(lam: float, rule: GradientRule = backprop) -> GradientRule:
    """A rule for `sgd`: `rule` with L2 (eq-regularisation-l2), lam from 0."""
    lam = as_real(lam, "lam", 0.01)
    check_callable(rule, "rule")

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        g = rule(network, x, y)
        w = {l: g.w[l] + lam * w for l, w in network.w.items()}
        squares = sum((w**2).sum() for w in network.w.values())
        return Gradient(w, g.b, g.cost + lam / 2 * squares)

    return gradient


def with_l1(lam: float, rule: GradientRule = backprop) -> GradientRule:
    """A rule for `sgd`: `rule` with L1 (eq-regularisation-l1), lam from 0."""
    lam = as_real(lam, "lam", 0.01)
    check_callable(rule, "rule")

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        g = rule(network, x, y)
        w = {l: g.w[l] + lam * np.sign(w.real) for l, w in network.w.items()}
        sizes = sum((w * np.sign(w.real)).sum() for w in network.w.values())
        return Gradient(w, g.b, g.cost + lam * sizes)

    return gradient


def _masked(f: Activation, mu: Array) -> Activation:
    """What a layer computes behind its masks, and the slope of that."""
    return Activation(lambda z: mu * f.f(z), lambda z: mu * f.prime(z))


def masked_backprop(
    network: Network, x: ArrayLike, y: ArrayLike, masks: Masks
) -> Gradient:
    """As `backprop`, through masks of the hidden layers.

    Forward as in eq-regularisation-masked, back as in
    eq-regularisation-masked-delta.  A layer without a mask is whole.
    """
    check_network(network)
    x, f = as_columns(x, "x", rows=network.sizes[0]), dict(network.f)
    for l, mu in _fitting(network, masks, x.shape[1]).items():
        f[l] = _masked(f[l], mu)
    return backprop(Network(network.w, network.b, f), x, y)


def dropout_masks(
    network: Network, m: int, keep: float, rng: "np.random.Generator"
) -> Masks:
    """Masks for m samples: 1/keep with probability keep, else 0.

    Raises ValueError unless 0 < keep <= 1.
    """
    check_network(network)
    m = as_whole(m, "m", 1)
    keep = as_real(keep, "keep", 0.5, 1, above=True)
    check_rng(rng)
    kept = {l: rng.random((len(network.b[l]), m)) < keep for l in network.w}
    del kept[network.depth]
    dtype = network.w[1].real.dtype
    return {l: k.astype(dtype) / dtype.type(keep) for l, k in kept.items()}


def _fitting(network: Network, masks: Masks, m: int) -> Masks:
    """The masks of the hidden layers, if they fit m samples."""
    if not isinstance(masks, Mapping):
        raise TypeError(
            f"masks is a {type(masks).__name__}, expected a dictionary keyed "
            "by layer: write dropout_masks(network, m, keep, rng)"
        )
    kept = {}
    for l in set(masks) & set(range(1, network.depth)):
        n = network.sizes[l]
        kept[l] = as_columns(masks[l], f"masks[{l}]", n)
        if kept[l].shape[1] != m:
            raise ValueError(
                f"masks[{l}] has shape {kept[l].shape}, expected ({n}, {m}): "
                "give one for each sample"
            )
    return kept


def with_dropout(keep: float, rng: "np.random.Generator") -> GradientRule:
    """A rule for `sgd`: new masks for every sample of every mini-batch."""
    keep = as_real(keep, "keep", 0.5, 1, above=True)
    check_rng(rng)

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        masks = dropout_masks(network, x.shape[1], keep, rng)
        return masked_backprop(network, x, y, masks)

    return gradient


def with_noise(
    scale: float, rng: "np.random.Generator", rule: GradientRule = backprop
) -> GradientRule:
    """A rule for `sgd`: `rule` at inputs with normal noise of that size.

    Its mean cost is as in eq-regularisation-noise, up to order 4.  Raises
    ValueError for a negative scale.
    """
    scale = as_real(scale, "scale", 0.1)
    check_rng(rng)
    check_callable(rule, "rule")

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        noise = rng.standard_normal(x.shape).astype(x.dtype)
        return rule(network, x + x.dtype.type(scale) * noise, y)

    return gradient


def shifted(x: Array, down: int, right: int) -> Array:
    """Square images, a column each, moved by whole pixels; 0 comes in.

    Raises ValueError when the pixels make no square.
    """
    x = as_columns(x, "x")
    side = round(len(x) ** 0.5)
    if side**2 != len(x):
        raise ValueError(f"x has {len(x)} rows, expected a square, as 8 by 8")
    down = as_whole(down, "down", -side, side)
    right = as_whole(right, "right", -side, side)
    edge = max(abs(down), abs(right))
    wide = np.pad(x.reshape(side, side, -1), [(edge, edge)] * 2 + [(0, 0)])
    top, left = edge - down, edge - right
    return wide[top : top + side, left : left + side].reshape(x.shape)


def with_shifts(
    rng: "np.random.Generator", rule: GradientRule = backprop
) -> GradientRule:
    """A rule for `sgd`: `rule` at images moved by up to a pixel each way."""
    check_rng(rng)
    check_callable(rule, "rule")

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        way = rng.integers(9, size=x.shape[1])
        moved = np.empty_like(x)
        for k in np.unique(way):
            chosen = way == k
            down, right = k // 3 - 1, k % 3 - 1
            moved[:, chosen] = shifted(x[:, chosen], down, right)
        return rule(network, moved, y)

    return gradient
