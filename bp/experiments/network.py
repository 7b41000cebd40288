"""How layers compose

Written by the chapter chapters/03_network.md: edit it there, not here.
"""

from collections.abc import Callable

import numpy as np

from bp.digits import Array
from bp.experiments.reading import COLOUR, Picture, axes, draw_network, plot
from bp.network import Network, forward
from bp.neuron import sigmoid

__all__ = ["EXAMPLE", "draw_flow", "target", "bumps", "draw_bumps"]


EXAMPLE = Network(
    w={
        1: np.array([[1.0, -1.0], [2.0, 0.0], [0.0, 1.0]]),
        2: np.array([[2.0, -1.0, 1.0]]),
    },
    b={1: np.array([[0.0], [-1.0], [1.0]]), 2: np.array([[-0.5]])},
)


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
