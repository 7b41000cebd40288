"""What a network can be

Written by the chapter chapters/04_approximation.md: edit it there, not here.
"""

import numpy as np

from bp.approximation import bump_network
from bp.digits import Array
from bp.experiments.kit import COLOUR, INK, Picture, axes, plot
from bp.network import forward
from bp.neuron import sigmoid

__all__ = ["target", "draw_sum", "draw_bumps"]


def target(x: Array) -> Array:
    """A continuous function to be followed."""
    found: Array = 0.2 + 0.4 * x**2 + 0.3 * x * np.sin(15 * x)
    return found


def draw_sum(n: int) -> Picture:
    """n bumps side by side, two beyond each end, and their sum."""
    x = np.linspace(0, 1, 201)
    p = np.arange(-2, n + 2)[:, np.newaxis] / n
    middle = p + 1 / (2 * n)
    each = sigmoid(10 * n * (x - p)) - sigmoid(10 * n * (x - p - 1 / n))
    ax = axes()
    for bump in target(middle) * each:
        ax.fill_between(x, bump, color=COLOUR["z"], alpha=0.3)
    ax.plot(x, target(x), "--", color=INK, label="to be followed")
    ax.plot(
        x,
        (target(middle) * each).sum(axis=0),
        color=COLOUR["z"],
        label="sum of the bumps",
    )
    ax.set(xlabel="x", xlim=(0, 1), ylim=(0, 0.95))
    ax.set_ylabel("height", labelpad=10)
    ax.set_title("A curve out of bumps")
    ax.legend(loc="upper left")
    return plot(
        ax,
        f"Two neurons make a bump; {n} bumps side by side, and what leans in "
        "from beyond the ends, add up to a wavy line that follows a curve.",
    )


def draw_bumps(n: int, sharpness: float) -> Picture:
    """The function, what follows it, and the largest error."""
    x = np.linspace(0, 1, 2001)
    z2 = forward(bump_network(target, n, sharpness), x[np.newaxis]).z[2][0]
    error = np.abs(z2 - target(x)).max()
    ax = axes()
    ax.plot(x[::5], target(x[::5]), "--", color=INK, label="f")
    ax.plot(x[::5], z2[::5], color=COLOUR["z"], label="z² of the network")
    ax.set(xlabel="x", xlim=(0, 1), ylim=(-0.2, 1))
    ax.set_ylabel("f(x), z²", labelpad=10)
    ax.set_title("A function built from bumps")
    ax.legend(loc="upper left")
    text = (
        f"{n} bumps and two beyond each end, {2 * (n + 4)} hidden neurons: "
        f"largest error {error:.4f}."
    )
    return plot(ax, text)
