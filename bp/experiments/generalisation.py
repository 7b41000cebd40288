"""What is gained

Written by the chapter chapters/21_generalisation.md: edit it there, not here.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bp.digits import Array
from bp.experiments.descent import Points, draw_boundary, two_moons
from bp.experiments.kit import COLOUR, Picture, axes, plot
from bp.generalisation import mean_gain
from bp.network import Network, forward, random_network
from bp.neuron import sigmoid

__all__ = [
    "Stack",
    "XOR",
    "stacked",
    "answers",
    "descend_many",
    "LAMBDAS",
    "NAMES",
    "moons",
    "draw_penalty",
    "WAYS",
    "stored",
    "picked",
    "chosen",
    "gains",
    "draw_gains",
]


Stack = tuple[Array, Array, Array, Array]  # w[1], b[1], w[2], b[2]
XOR = (
    np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]),
    np.array([[0.0, 1.0, 1.0, 0.0]]),
)


def stacked(networks: list[Network]) -> Stack:
    """S networks with one hidden layer, all of one shape, as four arrays."""
    w = [np.stack([net.w[l] for net in networks]) for l in (1, 2)]
    b = [np.stack([net.b[l] for net in networks]) for l in (1, 2)]
    return w[0], b[0], w[1], b[1]


def answers(many: Stack, x: Array) -> tuple[Array, Array]:
    """Hidden activations (S, n_1, m) and answers (S, n_2, m)."""
    w1, b1, w2, b2 = many
    a1 = sigmoid(w1 @ x + b1)
    return a1, sigmoid(w2 @ a1 + b2)


def descend_many(
    many: Stack,
    x: Array,
    y: Array,
    rate: float,
    steps: int,
    lam: "float | Array" = 0.0,
    size: int = 0,
    noise: float = 0.0,
    keep: float = 1.0,
    rng: "np.random.Generator | None" = None,
    l1: float = 0.0,
    change: "Callable[[Array], Array] | None" = None,
) -> Stack:
    """Descent of S networks side by side, with the rules of this chapter.

    x and y are (n, m), or (S, n, m) for one each; lam is the λ of L2, a
    number or (S, 1, 1), l1 that of L1.  With a size, each takes mini-batches
    of its own; noise is on the inputs, keep for dropout; change the inputs.
    """
    w1, b1, w2, b2 = (part.copy() for part in many)
    S, m = len(w1), size or x.shape[-1]
    if size:
        x = np.broadcast_to(x, (S, *x.shape[-2:]))
        y = np.broadcast_to(y, (S, *y.shape[-2:]))
    rng = rng or np.random.default_rng(0)
    for step in range(steps):
        u, v = x, y
        if size:
            start = step * m % x.shape[-1]
            if start == 0:
                order = rng.random((S, 1, x.shape[-1])).argsort(axis=2)
            index = order[:, :, start : start + m]
            u, v = (np.take_along_axis(part, index, 2) for part in (x, y))
        if change:
            u = change(u)
        if noise:
            loud = noise * rng.standard_normal((S, x.shape[-2], m))
            u = u + loud.astype(u.dtype)
        a1 = sigmoid(w1 @ u + b1)
        mask: Any = 1.0
        if keep < 1:
            mask = (rng.random(a1.shape) < keep).astype(a1.dtype) / keep
        spoken = a1 * mask
        a2 = sigmoid(w2 @ spoken + b2)
        d2 = (a2 - v) * a2 * (1 - a2)
        d1 = (w2.mT @ d2) * mask * a1 * (1 - a1)
        pull1, pull2 = lam * w1, lam * w2
        if l1:
            pull1 += l1 * np.sign(w1)
            pull2 += l1 * np.sign(w2)
        w2 -= rate * (d2 @ spoken.mT / m + pull2)
        b2 -= rate * d2.mean(axis=2, keepdims=True)
        w1 -= rate * (d1 @ np.swapaxes(u, -1, -2) / m + pull1)
        b1 -= rate * d1.mean(axis=2, keepdims=True)
    return w1, b1, w2, b2


LAMBDAS = [0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
NAMES = ["0", *(f"{lam:.5f}".rstrip("0") for lam in LAMBDAS[1:])]


@cache
def moons() -> tuple[Points, list[Network], Array, Array, NDArray[np.intp]]:
    """The points; the networks for all λ; cost and share right, (2, 8), on
    them and on a thousand others; and which points have a wrong label."""
    rng = np.random.default_rng(5)
    x, y = two_moons(40, 0.2, rng)
    others = two_moons(1000, 0.2, rng)
    wrong = rng.permutation(40)[:5]
    y[0, wrong] = 1 - y[0, wrong]
    start = random_network((2, 20, 1), rng)
    start = Network({1: 4 * start.w[1], 2: start.w[2]}, start.b)
    lam = np.reshape(LAMBDAS, (8, 1, 1))
    many = descend_many(stacked([start] * 8), x, y, 5.0, 3000, lam)
    judged = []
    for u, v in [(x, y), others]:
        a = answers(many, u)[1]
        right = ((a > 0.5) == (v > 0.5)).mean(axis=(1, 2))
        judged.append([((a - v) ** 2).mean(axis=(1, 2)) / 2, right])
    w1, b1, w2, b2 = many
    networks = [
        Network({1: w1[k], 2: w2[k]}, {1: b1[k], 2: b2[k]}) for k in range(8)
    ]
    mine, theirs = map(np.array, judged)
    return (x, y), networks, mine, theirs, wrong


def draw_penalty(k: int, costs: bool = True) -> Picture:
    """What λ number k makes of the moons, and the costs for all λ."""
    (x, y), networks, mine, others, wrong = moons()
    svg = draw_boundary(networks[k], x, y, f"λ = {NAMES[k]}")
    ax = axes(4.2, 3.2)
    places = range(len(LAMBDAS))
    ax.plot(places, mine[0], ".-", color=COLOUR["C"], label="the forty")
    label = "new points"
    ax.plot(places, others[0], ".--", color=COLOUR["C"], label=label)
    ax.plot([k, k], [mine[0, k], others[0, k]], "o", color=COLOUR["w"])
    short = ["0", "10⁻⁵", "", "10⁻⁴", "", "10⁻³", "", "10⁻²"]
    ax.set_xticks(places, short)
    ax.set(xlabel="λ", ylabel="cost C", ylim=(0, 0.13), yticks=[0, 0.1])
    ax.set_title("Cost without the penalty")
    ax.legend(loc="upper left")
    found = forward(networks[k], x[:, wrong]).a[2]
    given_up = int(((found > 0.5) != (y[:, wrong] > 0.5)).sum())
    largest = float(np.abs(networks[k].w[1]).max())
    text = (
        f"λ = {NAMES[k]}: cost {mine[0, k]:.3f} on the forty, "
        f"{others[0, k]:.3f} on new points, of which "
        f"{others[1, k]:.0%} are right; {given_up} of the five wrong labels "
        f"given up; largest weight {largest:.0f}."
    )
    return Picture(svg + plot(ax, text).svg if costs else svg, text)


WAYS = ["stopped", "L2", "L1", "dropout", "noise", "shifts"]


def stored(kind: str, name: str = "generalisation") -> list[Any]:
    """What a benchmark has measured: "digits" or "xor", or "sizes"."""
    path = files("bp.data").joinpath(f"{name}.json")
    rows = json.loads(path.read_text("utf-8"))["rows"]
    return [row[kind] for row in rows if kind in row]


def picked(ways: Any, name: str) -> Array:
    """Which strength the validation samples of each seed choose."""
    best: Array = np.array(ways[name]["others"])[:, :, 0].argmin(axis=0)
    return best


def chosen(ways: Any, name: str, part: str = "test") -> Array:
    """Cost and accuracy of each seed, at the strength that its validation
    samples choose; shape (seeds, 2)."""
    found = np.array(ways[name][part])[:, :, :2]
    best: Array = found[picked(ways, name), np.arange(found.shape[1])]
    return best


def gains(ways: Any, name: str, part: str = "test") -> tuple[float, float]:
    """Gain in accuracy over no regularisation, in points of a hundred:
    the mean of the pairs, and its standard error."""
    before, after = (chosen(ways, n, part)[:, 1] for n in ("none", name))
    return mean_gain(100 * before, 100 * after)


def draw_gains() -> Picture:
    """The gains of all ways on digits with and without wrong labels."""
    ax, text = axes(5.2, 3.6), []
    for k, run in enumerate(stored("digits")[:2]):
        found = [gains(run["ways"], name) for name in WAYS]
        mean, error = np.array(found).T
        places = np.arange(len(WAYS)) + 0.2 * k - 0.1
        label = f"{run['wrong']:.0%} of the labels wrong"
        bars = {"xerr": error, "fmt": "os"[k], "capsize": 3, "label": label}
        bars |= {"color": COLOUR["a"], "mfc": [COLOUR["a"], "none"][k]}
        ax.errorbar(mean, places, **bars)
        best = WAYS[int(mean.argmax())]
        text.append(f"{label}: {best} gains most, {mean.max():.1f} points")
    ax.axvline(0, color="grey", linewidth=0.8)
    ax.set_yticks(range(len(WAYS)), WAYS)
    ax.invert_yaxis()
    ax.set(xlabel="gain in test accuracy, points of a hundred")
    ax.set_title("What regularisation gains")
    ax.legend(loc="upper left", bbox_to_anchor=(0.4, 0.87), fontsize=9)
    return plot(ax, ", ".join(text) + ".")
