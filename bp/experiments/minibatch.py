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
    "CLOUD",
    "trained",
    "sample_gradients",
    "two_directions",
    "draw_cloud",
]


def draw_opinions() -> Picture:
    """What single samples ask of two biases, and what they ask together."""
    train, _ = load_digits()
    network = random_network((64, 30, 10), np.random.default_rng(3))
    samples = [(train.x[:, [i]], train.y[:, [i]]) for i in range(40)]
    slopes = [backprop(network, x, y).b[1][[27, 14], 0] for x, y in samples]
    asked = -np.array(slopes)
    every, some = asked.mean(axis=0), asked[:10].mean(axis=0)
    scale, middle = 115 / np.abs(asked[:, 1]).max(), (250, 125)
    tips = [(250 + scale * u, 125 - scale * v) for u, v in asked]
    parts = [curve([middle, tip], COLOUR["delta"], 0.8) for tip in tips]
    both = [(some, COLOUR["w"], "ten"), (every, "", "all forty")]
    free = [(336, 77), (294, 131)]  # places that no line crosses
    for at, ((u, v), colour, name) in zip(free, both, strict=True):
        tip = 250 + scale * u, 125 - scale * v
        line = curve([middle, tip], colour or "currentColor", 5, head=True)
        parts += [
            line,
            words(at, f"mean of {name}", colour, 1, "start"),
        ]
    cosine = every @ some / np.sqrt((every @ every) * (some @ some))
    angle = float(np.degrees(np.arccos(cosine)))
    return Picture(
        drawing(parts, 240),
        f"{len(asked)} digits, and the step that each asks of two biases "
        "(thin). The mean of all is the way down; the mean of the first ten "
        f"points {angle:.0f} degrees away from it.",
    )


CLOUD = 200  # mini-batches in a picture


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


@cache
def two_directions(epochs: int) -> Array:
    """Gradients of all digits, (2, 1437): along their mean, made 1 long, and
    across."""
    train, _ = load_digits()
    G = sample_gradients(trained(10, 3.0, epochs), train.x, train.y)
    length = np.linalg.norm(G.mean(axis=1))
    along = G.mean(axis=1) / length
    across = G - np.outer(along, along @ G)
    up = across[:, 0]
    for _ in range(10):  # towards where they differ most
        up = across @ (across.T @ up)
        up /= np.linalg.norm(up)
    both: Array = np.stack([along @ G, up @ G]) / length
    return both


def draw_cloud(m: int, epochs: int) -> Picture:
    """Gradients of mini-batches around the full one, and the law."""
    G, rng = two_directions(epochs), np.random.default_rng(0)
    N = G.shape[1]
    chosen = rng.permuted(np.tile(np.arange(N), (CLOUD, 1)), axis=1)[:, :m]
    points = G[:, chosen].mean(axis=2)
    away = points - [[1], [0]]
    measured = np.sqrt((away**2).sum(axis=0).mean())
    law = np.sqrt(G.var(axis=1, ddof=1).sum() / m * (1 - m / N))
    ax, turn = axes(4.8, 4.2), np.linspace(0, 2 * np.pi, 100)
    ax.plot(*points, "o", color=COLOUR["delta"], markersize=3, alpha=0.6)
    ring = 1 + law * np.cos(turn), law * np.sin(turn)
    ax.plot(*ring, "--", color=COLOUR["z"], linewidth=1.5)
    look = {"arrowstyle": "->", "color": COLOUR["w"], "lw": 3}
    ax.annotate("", (1, 0), (0, 0), arrowprops=look)
    ax.axvline(0, color="grey", linewidth=0.8)
    ax.annotate("uphill", (-0.2, 4.8), ha="right")
    ax.annotate("downhill", (0.2, 4.8))
    ax.set(xlim=(-5, 7), ylim=(-5.28, 5.28), xlabel="along the full gradient")
    ax.set_ylabel("across", labelpad=0)
    ax.set_title(f"Mini-batches of {m}, after {epochs} epochs")
    return plot(
        ax,
        f"Spread {measured:.2f} lengths of the gradient, the law says "
        f"{law:.2f}; {int((points[0] < 0).sum())} of {CLOUD} mini-batches "
        "point uphill.",
    )
