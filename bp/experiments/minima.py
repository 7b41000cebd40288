"""Where descent stops

Written by the chapter chapters/18_minima.md: edit it there, not here.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from bp.digits import Array
from bp.experiments.kit import COLOUR, Picture, axes, plot
from bp.neuron import sigmoid

__all__ = [
    "BALL_X",
    "BALL_Y",
    "ball_surface",
    "ball_path",
    "draw_ball",
    "stored_ends",
    "draw_eigenvalues",
]


BALL_X = np.array([[-5.0, -1.0, 1.0, 5.0]])
BALL_Y = np.array([[0.9, 0.1, 0.9, 0.1]])


@cache
def ball_surface() -> tuple[Array, Array, Array]:
    """Grid of weights, of biases, and the cost of one neuron on it."""
    w, b = np.linspace(-2, 4, 73), np.linspace(-3, 3, 61)
    z = w[:, None] * BALL_X[:, None, :] + b[:, None, None]
    cost = ((sigmoid(z) - BALL_Y) ** 2).mean(axis=2) / 2
    return w, b, cost


def ball_path(w: float, b: float, rate: float, steps: int = 400) -> Array:
    """Where a ball comes by, a row (w, b, cost) for each step."""
    path = np.empty((steps + 1, 3))
    for k in range(steps + 1):
        a = sigmoid(w * BALL_X + b)
        path[k] = w, b, ((a - BALL_Y) ** 2).mean() / 2
        delta = (a - BALL_Y) * a * (1 - a)
        w -= rate * float((delta * BALL_X).mean())
        b -= rate * float(delta.mean())
    return path


def draw_ball(w: float, b: float, rate: float) -> Picture:
    """Lines of equal cost over (w, b), and the path of a ball."""
    path = ball_path(w, b, rate)
    ax = axes(5.2, 3.8)
    grid_w, grid_b, cost = ball_surface()
    levels = [0.06, 0.07, 0.09, 0.12, 0.15, 0.18, 0.195, 0.203, 0.206, 0.21]
    ax.contour(
        grid_w, grid_b, cost, levels, colors=COLOUR["C"], linewidths=0.9
    )
    ax.plot(path[:, 0], path[:, 1], color=COLOUR["w"], linewidth=1.5)
    ax.plot(*path[0, :2], "o", color=COLOUR["w"], fillstyle="none")
    ax.plot(*path[-1, :2], "o", color=COLOUR["w"])
    ax.plot([-0.243, 2.187], [0, 0], "+", color=COLOUR["C"], markersize=11)
    ax.set(xlim=(-2, 4), ylim=(-3, 3), xlabel="weight w", ylabel="bias b")
    ax.set_title(f"400 steps with η = {rate:g}")
    last = path[-40:, 0]
    where = "right" if path[-1, 0] > 0.966 else "left"
    calm = float(np.ptp(last)) < 0.05
    said = f"is on the {where}" if calm else "has not come to rest"
    text = f"From w = {w:g}, b = {b:g} the ball {said}"
    return plot(ax, f"{text}, at the cost {path[-1, 2]:.2f}.")


@cache
def stored_ends() -> list[Any]:
    """What benchmarks/ends.py has measured, for each start."""
    path = files("bp.data").joinpath("ends.json")
    rows = json.loads(path.read_text("utf-8"))["rows"]
    return [row["end"] for row in rows]


def draw_eigenvalues() -> Picture:
    """All eigenvalues at the end of the first digit network, in order."""
    values = np.array(stored_ends()[0]["first"]["eigenvalues"])
    ax = axes(5.2, 3.2)
    ax.plot(values, color=COLOUR["C"], linewidth=2)
    ax.set_yscale("symlog", linthresh=1e-6)
    ax.axhline(0, color="grey", linewidth=0.8)
    ax.set_yticks([-1e-3, -1e-5, 0, 1e-5, 1e-3, 1e-1])
    ax.set_yticklabels(["−10⁻³", "−10⁻⁵", "0", "10⁻⁵", "10⁻³", "10⁻¹"])
    ax.set(xlabel="eigenvalue, from the lowest", ylabel="bend")
    ax.set_title("Where a digit network ended")
    down = int((values < -1e-9).sum())
    return plot(
        ax,
        f"Of {values.size} eigenvalues {down} are below −1e-9; they go from "
        f"−{-values[0]:.1e} to {values[-1]:.2f}.",
    )
