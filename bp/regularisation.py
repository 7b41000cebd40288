"""What regularisation does

Written by the chapter chapters/20_regularisation.md: edit it there, not here.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bp.algorithm import Gradient, backprop
from bp.biases import bias_gradient
from bp.cost import quadratic_cost, quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import Array, as_columns
from bp.network import ForwardPass, Network, check_network
from bp.neuron import sigmoid, weighted_input
from bp.reading import as_real, as_whole, as_wholes, check_callable, check_rng
from bp.recursion import propagate_error
from bp.training import GradientRule, History
from bp.weights import weight_gradient

__all__ = [
    "EarlyStopping",
    "l2_penalty",
    "with_l2",
    "l1_penalty",
    "with_l1",
    "Masks",
    "dropout_masks",
    "masked_forward",
    "masked_backprop",
    "with_dropout",
    "with_noise",
    "shifted",
    "with_shifts",
]


class EarlyStopping:
    """A callback for `sgd` that ends a run when the test cost stops falling.

    Give `sgd` the validation samples as `test`.  Afterwards `network` is the
    one with the lowest cost, a copy, and `epoch` and `cost` are its own.
    In another run it starts anew; one that goes on from its history is the
    same run.
    Raises ValueError for a patience below 1, or without test samples.
    """

    def __init__(self, patience: int) -> None:
        self.patience = as_whole(patience, "patience", 1)
        self.epoch, self.cost = 0, np.inf
        self.network: Network | None = None

    def __call__(self, epoch: int, network: Network, history: History) -> bool:
        """Note the network if it is the best so far; True to stop."""
        if not history.test_cost:
            raise ValueError(
                "nothing to stop by: give sgd the validation samples as test"
            )
        costs = history.test_cost
        place = len(costs) - 1 - (epoch - self.epoch)  # of the best epoch
        known = 0 <= place < len(costs) and costs[place] == self.cost
        if self.network is not None and not known:  # it is another run
            self.cost = np.inf
        if costs[-1] < self.cost:
            self.epoch, self.cost = epoch, costs[-1]
            w = {l: w.copy() for l, w in network.w.items()}
            b = {l: b.copy() for l, b in network.b.items()}
            self.network = Network(w, b, network.f)
        return epoch - self.epoch >= self.patience


def l2_penalty(network: Network, lam: float) -> np.inexact[Any]:
    """λ/2 by the squares of all weights (eq-regularisation-l2)."""
    check_network(network)
    lam = as_real(lam, "lam", 0.01)
    squares = sum((w**2).sum() for w in network.w.values())
    penalty: np.inexact[Any] = lam / 2 * squares
    return penalty


def with_l2(lam: float, rule: GradientRule = backprop) -> GradientRule:
    """A rule for `sgd`: the cost of `rule` plus `l2_penalty`.

    Gradient as in eq-regularisation-l2-gradient; biases pay nothing.
    Raises ValueError for a negative lam.
    """
    lam = as_real(lam, "lam", 0.01)
    check_callable(rule, "rule")

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        g = rule(network, x, y)
        w = {l: g.w[l] + lam * network.w[l] for l in g.w}
        return Gradient(w, g.b, g.cost + l2_penalty(network, lam))

    return gradient


def l1_penalty(network: Network, lam: float) -> np.inexact[Any]:
    """λ times the sizes of all weights (eq-regularisation-l1).

    Smooth off zero, also for a complex step: w sign(w) stands for |w|.
    """
    check_network(network)
    lam = as_real(lam, "lam", 0.01)
    sizes = sum((w * np.sign(w.real)).sum() for w in network.w.values())
    penalty: np.inexact[Any] = lam * sizes
    return penalty


def with_l1(lam: float, rule: GradientRule = backprop) -> GradientRule:
    """A rule for `sgd`: the cost of `rule` plus `l1_penalty`.

    Gradient as in eq-regularisation-l1-gradient; at a weight that is zero
    the subgradient 0.  Raises ValueError for a negative lam.
    """
    lam = as_real(lam, "lam", 0.01)
    check_callable(rule, "rule")

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        g = rule(network, x, y)
        w = {l: g.w[l] + lam * np.sign(network.w[l].real) for l in g.w}
        return Gradient(w, g.b, g.cost + l1_penalty(network, lam))

    return gradient


Masks = Mapping[int, Array]  # of layers 1 to L - 1, each (n_l, m)


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
    for l in range(1, network.depth):
        if l in masks:
            n = network.sizes[l]
            kept[l] = as_columns(masks[l], f"masks[{l}]", n)
            if kept[l].shape[1] != m:
                raise ValueError(
                    f"masks[{l}] has shape {kept[l].shape}, expected "
                    f"({n}, {m}): give one for each sample"
                )
    return kept


def masked_forward(
    network: Network, x: ArrayLike, masks: Masks
) -> ForwardPass:
    """As `forward`, with masked hidden layers (eq-regularisation-masked)."""
    check_network(network)
    z, a = {}, {0: as_columns(x, "x", rows=network.sizes[0])}
    masks = _fitting(network, masks, a[0].shape[1])
    for l, w in network.w.items():
        z[l] = weighted_input(w, network.b[l], a[l - 1])
        a[l] = sigmoid(z[l]) * masks.get(l, 1.0)
    return ForwardPass(z, a)


def masked_backprop(
    network: Network, x: ArrayLike, y: ArrayLike, masks: Masks
) -> Gradient:
    """As `backprop`, through masks (eq-regularisation-masked-delta)."""
    run, w, L = masked_forward(network, x, masks), network.w, network.depth
    z, a = run.z, run.a
    delta = {L: output_error(quadratic_cost_gradient(a[L], y), z[L])}
    for l in range(L - 1, 0, -1):
        delta[l] = propagate_error(w[l + 1], delta[l + 1], z[l])
        delta[l] = delta[l] * masks.get(l, 1.0)
    return Gradient(
        b={l: bias_gradient(delta[l]) for l in w},
        w={l: weight_gradient(delta[l], a[l - 1]) for l in w},
        cost=quadratic_cost(a[L], y),
    )


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

    Its mean cost is eq-regularisation-noise.  Raises ValueError for a
    negative scale.
    """
    scale = as_real(scale, "scale", 0.1)
    check_rng(rng)
    check_callable(rule, "rule")

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        noise = rng.standard_normal(x.shape).astype(x.dtype)
        return rule(network, x + x.dtype.type(scale) * noise, y)

    return gradient


def _image_shape(shape: Any) -> tuple[int, int]:
    found = as_wholes(shape, "shape", 1)
    if len(found) != 2:
        raise ValueError(f"shape is {found}, expected (height, width)")
    return found[0], found[1]


def shifted(
    x: Array, down: int, right: int, shape: tuple[int, int] = (8, 8)
) -> Array:
    """Images, a column each, moved by whole pixels; what comes in is 0.

    Raises ValueError when the images have not that shape.
    """
    x, (height, width) = as_columns(x, "x"), _image_shape(shape)
    down = as_whole(down, "down", -height, height)
    right = as_whole(right, "right", -width, width)
    if len(x) != height * width:
        raise ValueError(
            f"x has {len(x)} rows, expected {height} times {width} pixels"
        )
    image = x.reshape(height, width, x.shape[1])
    edge = max(abs(down), abs(right))
    wide = np.pad(image, ((edge, edge), (edge, edge), (0, 0)))
    top, left = edge - down, edge - right
    return wide[top : top + height, left : left + width].reshape(x.shape)


def with_shifts(
    rng: "np.random.Generator",
    shape: tuple[int, int] = (8, 8),
    rule: GradientRule = backprop,
) -> GradientRule:
    """A rule for `sgd`: `rule` at images moved by up to a pixel each way."""
    check_rng(rng)
    shape = _image_shape(shape)
    check_callable(rule, "rule")

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        way = rng.integers(9, size=x.shape[1])
        moved = np.empty_like(x)
        for k in np.unique(way):
            chosen = way == k
            down, right = k // 3 - 1, k % 3 - 1
            moved[:, chosen] = shifted(x[:, chosen], down, right, shape)
        return rule(network, moved, y)

    return gradient
