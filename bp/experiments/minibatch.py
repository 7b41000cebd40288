"""How many samples make a step

Written by the chapter chapters/14_minibatch.md: edit it there, not here.
"""

from functools import cache

import numpy as np

from bp.algorithm import backprop
from bp.descent import step_down
from bp.digits import Array, load_digits
from bp.experiments.biases import all_errors
from bp.experiments.kit import (
    COLOUR,
    Picture,
    axes,
    curve,
    drawing,
    plot,
    words,
)
from bp.minibatch import minibatches
from bp.network import Network, forward, random_network

__all__ = [
    "draw_opinions",
    "trained",
    "sample_gradients",
    "CLOUD",
    "two_directions",
    "draw_cloud",
]


def draw_opinions() -> Picture:
    """What single samples ask of two biases, and what they ask together."""
    train, _ = load_digits()
    network = random_network((64, 30, 10), np.random.default_rng(3))
    asked = -np.array(
        [
            backprop(network, train.x[:, [i]], train.y[:, [i]]).b[1][[27, 14]]
            for i in range(40)
        ]
    )[:, :, 0]
    every, some = asked.mean(axis=0), asked[:10].mean(axis=0)
    scale, middle, red = 115 / np.abs(asked[:, 1]).max(), (250, 125), "delta"
    tips = [(250 + scale * u, 125 - scale * v) for u, v in asked]
    parts = [curve([middle, tip], COLOUR[red], 0.8) for tip in tips]
    looks = [(some, COLOUR["w"], "ten"), (every, "currentColor", "all forty")]
    for (u, v), colour, name in looks:
        tip = 250 + scale * u, 125 - scale * v
        parts.append(curve([middle, tip], colour, 5, head=True))
        shade = colour if name == "ten" else ""
        at = tip[0] + 12 * np.sign(u), tip[1]
        side = "start" if u > 0 else "end"
        parts.append(words(at, f"mean of {name}", shade, side=side))
    cosine = every @ some / np.sqrt((every @ every) * (some @ some))
    angle = float(np.degrees(np.arccos(cosine)))
    return Picture(
        drawing(parts, 250),
        f"{len(asked)} digits, and the step that each asks of two biases "
        "(thin). The mean of all is the way down; the mean of the first ten "
        f"points {angle:.0f} degrees away from it.",
    )


@cache
def trained(size: int, rate: float, epochs: int) -> Network:
    """A network 64-30-10 after some epochs of mini-batches of the digits."""
    train, _ = load_digits()
    network = random_network((64, 30, 10), np.random.default_rng(0))
    rng = np.random.default_rng(1)
    for _ in range(epochs):
        for index in minibatches(train.label.size, size, rng):
            slope = backprop(network, train.x[:, index], train.y[:, index])
            network = step_down(network, slope, rate)
    return network


def sample_gradients(network: Network, x: Array, y: Array) -> Array:
    """The gradient of each sample's own cost, a column for each."""
    a, delta = forward(network, x).a, all_errors(network, x, y)
    rows = []
    for l in network.w:
        outer = delta[l][:, np.newaxis] * a[l - 1]  # (n_l, n_{l-1}, m)
        rows += [outer.reshape(-1, x.shape[1]), delta[l]]
    return np.concatenate(rows)


CLOUD = 200  # mini-batches in a picture


@cache
def two_directions(epochs: int) -> Array:
    """Gradients of all digits, in two directions, shape (2, 1437).

    The first is along their mean, which is scaled to (1, 0).
    """
    train, _ = load_digits()
    G = sample_gradients(trained(10, 3.0, epochs), train.x, train.y)
    mean = G.mean(axis=1)
    along = mean / np.linalg.norm(mean)
    across = G - np.outer(along, along @ G)
    up = across[:, 0]
    for _ in range(10):  # towards where they differ most
        up = across @ (across.T @ up)
        up /= np.linalg.norm(up)
    both: Array = np.stack([along @ G, up @ G]) / np.linalg.norm(mean)
    return both


def draw_cloud(m: int, epochs: int, replace: bool) -> Picture:
    """Gradients of mini-batches around the full one, and the law."""
    G = two_directions(epochs)
    N = G.shape[1]
    rng = np.random.default_rng(0)
    if replace:
        chosen = rng.integers(N, size=(CLOUD, m))
    else:
        decks = np.tile(np.arange(N), (CLOUD, 1))
        chosen = rng.permuted(decks, axis=1)[:, :m]
    points = G[:, chosen].mean(axis=2)
    away = points - G.mean(axis=1, keepdims=True)
    measured = np.sqrt((away**2).sum(axis=0).mean())
    variance = G.var(axis=1, ddof=1).sum() / m
    law = np.sqrt(variance * (1 - (1 if replace else m) / N))
    uphill = int((points[0] < 0).sum())

    ax = axes(4.8, 4.2)
    ax.plot(*points, "o", color=COLOUR["delta"], markersize=3, alpha=0.6)
    turn = np.linspace(0, 2 * np.pi, 100)
    middle = G.mean(axis=1)
    ax.plot(
        middle[0] + law * np.cos(turn),
        middle[1] + law * np.sin(turn),
        "--",
        color=COLOUR["z"],
        linewidth=1.5,
    )
    ax.annotate(
        "",
        middle,
        (0, 0),
        arrowprops={"arrowstyle": "->", "color": COLOUR["w"], "lw": 3},
    )
    ax.axvline(0, color="grey", linewidth=0.8)
    ax.annotate("uphill", (-0.2, 4.8), ha="right")
    ax.annotate("downhill", (0.2, 4.8))
    ax.set(xlim=(-5, 7), ylim=(-5.28, 5.28))
    ax.set(xlabel="along the full gradient (its length is 1)")
    ax.set_ylabel("across", labelpad=0)
    back = ", put back" if replace else ""
    ax.set_title(f"Mini-batches of {m}{back}, after {epochs} epochs")
    return plot(
        ax,
        f"Spread {measured:.2f} lengths of the gradient, the law says "
        f"{law:.2f}; {uphill} of {CLOUD} mini-batches point uphill.",
    )
