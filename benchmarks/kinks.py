"""What the slope of ReLU at 0 changes, and which neurons die.

MNIST: eight neurons look at all 3×3 patches, with biases of 0, and 0, ½ or 1
is taken for ReLU's slope at 0: how far the slopes of the cost by the biases
move, relative to their norm with 0, and how many digits are read after some
steps.  Embedded digits, 64-30-20-10 with another function in the hidden
layers, m = 10: the cost on the training digits after ten epochs, and how many
hidden neurons of each layer have z <= 0 on every training digit, after each
epoch.  The test digits are not looked at.
"""

import math
import statistics
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from bp import (
    RELU,
    Activation,
    Diverged,
    History,
    Network,
    bias_gradient,
    forward,
    load_digits,
    load_mnist,
    output_error,
    propagate_error,
    quadratic_cost_gradient,
    random_network,
    sgd,
    sigmoid,
    weight_gradient,
    weighted_input,
)
from bp.experiments.activations import NEURONS

AT_ZERO = (0.0, 0.5, 1.0)
RATES = (0.3, 1.0, 3.0, 10.0, 30.0)
Floats = np.ndarray
Row = dict[str, object]


def row(what: str, values: list[float], **more: object) -> Row:
    return {
        "what": what,
        "median": statistics.median(values),
        "quartiles": [min(values), max(values)],
        "runs": values,
        **more,
    }


class Filters(NamedTuple):
    """Eight neurons that look at patches, and ten that look at these."""

    w1: Floats  # (8, 9)
    b1: Floats  # (8, 1)
    w2: Floats  # (10, 8 · places)
    b2: Floats  # (10, 1)


def patches(x: Floats) -> Floats:
    """All 3×3 patches of square images, shape (9, places, m)."""
    side = math.isqrt(len(x))
    image, n = x.reshape(side, side, -1), side - 2
    parts = [image[i : i + n, j : j + n] for i, j in np.ndindex(3, 3)]
    return np.stack(parts).reshape(9, n * n, -1)


def fresh_filters(pixels: int, rng: np.random.Generator) -> Filters:
    """Weights of variance 1/n, biases of 0."""
    n = 8 * (math.isqrt(pixels) - 2) ** 2
    w1 = rng.standard_normal((8, 9)) / 3
    w2 = rng.standard_normal((10, n)) / math.sqrt(n)
    return Filters(w1, np.zeros((8, 1)), w2, np.zeros((10, 1)))


def filter_slopes(
    net: Filters, x: Floats, y: Floats, at_zero: float
) -> tuple[Filters, Floats, Floats]:
    """Slopes of the mean cost, weighted inputs of the eight, answers.

    `at_zero` is taken for the slope of ReLU at 0.  A number that is used in
    many places has as its slope the sum over the places.
    """
    seen, m = patches(x), x.shape[1]
    z1 = weighted_input(net.w1, net.b1, seen.reshape(9, -1))
    a1 = RELU.f(z1).reshape(-1, m)
    z2 = weighted_input(net.w2, net.b2, a1)
    a2 = sigmoid(z2)
    neuron = Activation(
        RELU.f, lambda z: np.where(z == 0, at_zero, RELU.prime(z))
    )
    d2 = output_error(quadratic_cost_gradient(a2, y), z2)
    d1 = propagate_error(net.w2, d2, z1.reshape(a1.shape), neuron)
    places, d1 = seen.shape[1], d1.reshape(8, -1)
    slopes = Filters(
        weight_gradient(d1, seen.reshape(9, -1)) * places,
        bias_gradient(d1) * places,
        weight_gradient(d2, a1),
        bias_gradient(d2),
    )
    return slopes, z1, a2


def at_the_start(x: Floats, y: Floats, seeds: int) -> list[Row]:
    """How far the slopes move when another slope is taken at 0."""
    moved: dict[float, list[float]] = {v: [] for v in AT_ZERO[1:]}
    weights, zero = 0.0, 0.0
    for seed in range(seeds):
        start = fresh_filters(len(x), np.random.default_rng(seed))
        usual, z1, _ = filter_slopes(start, x, y, 0.0)
        zero = float((z1 == 0).mean())
        for v, found in moved.items():
            other, _, _ = filter_slopes(start, x, y, v)
            far = np.linalg.norm(other.b1 - usual.b1)
            found.append(float(far / np.linalg.norm(usual.b1)))
            weights = max(weights, float(np.abs(other.w1 - usual.w1).max()))
    return [
        row(f"biases moved, {v:g} at 0", found, zero=zero, weights=weights)
        for v, found in moved.items()
    ]


def dense(x: Floats, neurons: int) -> Row:
    """How often z = 0 in a layer that looks at whole images, biases of 0."""
    w = random_network((len(x), neurons), np.random.default_rng(0)).w[1]
    counts = []
    for dtype in (np.float64, np.float32):
        b = np.zeros((neurons, 1), dtype)
        z = weighted_input(w.astype(dtype), b, x.astype(dtype))
        counts.append(int((z == 0).sum()))
    return row("z = 0, whole images", counts, of=neurons * x.shape[1])


def trained(
    x: Floats, y: Floats, others: int, seeds: int, rates: tuple[float, ...]
) -> list[Row]:
    """Percent read of the last `others` after one epoch on the rest."""
    rows = []
    n = x.shape[1] - others
    for rate in rates:
        for v in AT_ZERO:
            read, zero = [], []
            for seed in range(seeds):
                rng = np.random.default_rng(seed)
                net, order = fresh_filters(len(x), rng), rng.permutation(n)
                for i in range(0, n, 10):
                    part = order[i : i + 10]
                    some = x[:, part], y[:, part]
                    slopes, z1, _ = filter_slopes(net, *some, v)
                    if i == 10:  # after one step
                        zero.append(int((z1 == 0).sum()))
                    moved = zip(net, slopes, strict=True)
                    net = Filters(*(p - rate * s for p, s in moved))
                right = []
                for i in range(n, x.shape[1], 500):
                    some = x[:, i : i + 500], y[:, i : i + 500]
                    guess = filter_slopes(net, *some, v)[2].argmax(axis=0)
                    right.append((guess == some[1].argmax(axis=0)).mean())
                read.append(round(100 * float(np.mean(right)), 2))
            what = f"read, η = {rate:g}, {v:g} at 0"
            rows.append(row(what, read, rate=rate, at_zero=v, zero=zero))
    return rows


def silent(network: Network, x: Floats) -> list[Floats]:
    """Which hidden neurons have z <= 0 on every sample, layer by layer."""
    z = forward(network, x).z
    return [(z[l] <= 0).all(axis=1) for l in range(1, network.depth)]


def run(
    neuron: Activation, rate: float, seed: int, epochs: int
) -> tuple[float | None, list[Floats]]:
    """The cost at the end, and which neurons are silent, by layer: a row
    for each epoch."""
    learned, _ = load_digits()
    rng = np.random.default_rng(seed)
    net = random_network((64, 30, 20, 10), rng)
    net = Network(net.w, net.b, {1: neuron, 2: neuron})
    looks = [silent(net, learned.x)]

    def look(epoch: int, now: Network, history: History) -> None:
        looks.append(silent(now, learned.x))

    cost = None
    with suppress(Diverged):
        _, history = sgd(
            net,
            learned.x,
            learned.y,
            learning_rate=rate,
            batch_size=10,
            epochs=epochs,
            rng=rng,
            callback=look,
        )
        cost = round(history.cost[-1], 6)
    return cost, [np.array([look[k] for look in looks]) for k in (0, 1)]


def deaths(
    name: str, neuron: Activation, rate: float, seeds: int, epochs: int
) -> Row:
    """Costs; how many are silent after each epoch, and how many of those
    that ever were came back."""
    ends = [run(neuron, rate, seed, epochs) for seed in range(seeds)]
    costs = [cost for cost, _ in ends]
    return row(
        f"cost, {name}, η = {rate:g}",
        [99.0 if cost is None else cost for cost in costs],  # it diverged
        name=name,
        rate=rate,
        silent=[[p.sum(axis=1).tolist() for p in two] for _, two in ends],
        ever=[[int(p.any(axis=0).sum()) for p in two] for _, two in ends],
        back=[
            [int((p[:-1] & ~p[1:]).any(axis=0).sum()) for p in two]
            for _, two in ends
        ],
    )


def measure(
    images: int = 1000,
    steps: int = 200,
    others: int = 2000,
    neurons: int = 100,
    seeds: int = 5,
    runs: int = 3,
    rates: tuple[float, ...] = RATES,
    epochs: int = 10,
) -> list[Row]:
    mnist, _ = load_mnist()
    many = 10 * steps + others
    rows = at_the_start(mnist.x[:, :images], mnist.y[:, :images], seeds)
    rows.append(dense(mnist.x[:, : 10 * images], neurons))
    rows += trained(
        mnist.x[:, :many], mnist.y[:, :many], others, runs, (0.1, 0.3, 1.0)
    )
    for name, neuron in NEURONS.items():
        rows += [deaths(name, neuron, rate, runs, epochs) for rate in rates]
    return rows
