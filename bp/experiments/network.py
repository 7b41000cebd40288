"""How layers compose

Written by the chapter chapters/03_network.md: edit it there, not here.
"""

from collections.abc import Callable

import numpy as np

from bp.digits import Array
from bp.experiments.reading import (
    COLOUR,
    Picture,
    axes,
    curve,
    draw_network,
    place,
    plot,
    words,
)
from bp.network import Network, forward
from bp.neuron import sigmoid, weighted_input

__all__ = [
    "draw_notation",
    "EXAMPLE",
    "EXAMPLE_X",
    "draw_flow",
    "target",
    "bumps",
    "draw_bumps",
]


def draw_notation() -> Picture:
    """A network 2-3-1 with its layers, and one weight by its full name."""
    w1, b1 = [[1, -1], [2, 0], [0, 1]], [[0], [-1], [1]]
    x = np.array([[1], [2]])
    a1 = sigmoid(weighted_input(w1, b1, x))
    a2 = sigmoid(weighted_input([[2, -1, 1]], [[-0.5]], a1))
    sizes = (2, 3, 1)
    weight = {(1, j + 1, k + 1): w1[j][k] for j in range(3) for k in range(2)}
    weight |= {(2, 1, 1): 2, (2, 1, 2): -1, (2, 1, 3): 1}
    start, end = place(sizes, 0, 2), place(sizes, 1, 3)
    over = [
        words(((start[0] + end[0]) / 2, end[1] + 8), "w¹₃₂", COLOUR["w"]),
        words((145, -10), "w¹, b¹", COLOUR["w"]),
        words((355, -10), "w², b²", COLOUR["w"]),
        curve([(80, 6), (210, 6)], head=True),
        curve([(290, 6), (420, 6)], head=True),
    ]
    values = dict(enumerate((x, a1, a2)))
    svg = draw_network(
        sizes,
        inside={
            (l, j): f"{float(values[l][j - 1][0]):.2f}".replace(".00", "")
            for l, n in enumerate(sizes)
            for j in range(1, n + 1)
        },
        fill={
            (l, j + 1): float(a[j, 0])
            for l, a in ((1, a1), (2, a2))
            for j in range(len(a))
        },
        weight=weight,
        titles=["x = a⁰", "layer 1: a¹", "a²"],
        over=over,
        above=22,
    )
    return Picture(
        svg,
        f"A network 2-3-1 answers {float(a2[0, 0]):.3f} to (1, 2): each "
        "layer weighs what the layer before it says, adds its biases and "
        "bends the sums. The weight w¹₃₂ leads to neuron 3 from neuron 2.",
    )


EXAMPLE = Network(
    w={
        1: np.array([[1.0, -1.0], [2.0, 0.0], [0.0, 1.0]]),
        2: np.array([[2.0, -1.0, 1.0]]),
    },
    b={1: np.array([[0.0], [-1.0], [1.0]]), 2: np.array([[-0.5]])},
)
EXAMPLE_X = np.array([[1.0], [2.0]])


def draw_flow(x1: float, x2: float, network: Network = EXAMPLE) -> Picture:
    """The activations of a network, written into its neurons."""
    a = forward(network, np.array([[x1], [x2]])).a
    values = {
        (l, j + 1): float(a[l][j, 0]) for l in a for j in range(len(a[l]))
    }
    weight = {
        (l, j + 1, k + 1): float(w[j, k])
        for l, w in network.w.items()
        for j, k in np.ndindex(*w.shape)
    }
    svg = draw_network(
        network.sizes,
        inside={key: f"{value:.2f}" for key, value in values.items()},
        fill={key: min(abs(value), 1) for key, value in values.items()},
        weight=weight,
        titles=["x = a⁰", "a¹", "a²"],
    )
    return Picture(svg, f"The answer to ({x1}, {x2}) is {values[2, 1]:.3f}.")


def target(x: Array) -> Array:
    """A continuous function to be followed."""
    return 0.2 + 0.4 * x**2 + 0.3 * x * np.sin(15 * x)


def bumps(
    x: Array,
    n: int,
    sharpness: float,
    f: Callable[[Array], Array] = target,
) -> Array:
    """n bumps side by side on [0, 1], each as high as f in its middle.

    Two more beyond each end meet the edges.  A sharpness of 1 makes a step
    about half as wide as its bump.
    """
    p = np.arange(-2, n + 2)[:, np.newaxis] / n
    q, s = p + 1 / n, 10 * n * sharpness
    h = f((p + q) / 2)
    each = h * sigmoid(s * (x - p)) - h * sigmoid(s * (x - q))
    total: Array = each.sum(axis=0)
    return total


def draw_bumps(n: int, sharpness: float) -> Picture:
    """The function, the staircase that follows it, and the largest error."""
    x = np.linspace(0, 1, 401)
    error = np.abs(bumps(x, n, sharpness) - target(x)).max()
    ax = axes()
    ax.plot(x, target(x), "--", color=COLOUR["z"], label="f")
    ax.plot(x, bumps(x, n, sharpness), color=COLOUR["a"], label="network")
    ax.set(xlabel="x", ylabel="f(x)", xlim=(0, 1), ylim=(-0.2, 1))
    ax.set_title("A function built from bumps")
    ax.legend(loc="upper left")
    text = (
        f"{n} bumps and two beyond each end, {2 * (n + 4)} hidden neurons: "
        f"largest error {error:.3f}."
    )
    return plot(ax, text)
