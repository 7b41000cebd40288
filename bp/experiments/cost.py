"""What is being minimised

Written by the chapter chapters/05_cost.md: edit it there, not here.
"""

import numpy as np

from bp.digits import Array
from bp.experiments.reading import (
    COLOUR,
    Picture,
    axes,
    curve,
    draw_neuron,
    drawing,
    plot,
    words,
)
from bp.network import Network, random_network
from bp.neuron import sigmoid

__all__ = [
    "EXAMPLE_Y",
    "draw_misses",
    "XOR_X",
    "XOR_Y",
    "example_network",
    "PARAMETERS",
    "cost_map",
    "draw_landscape",
]


EXAMPLE_Y = np.array([[0.0]])  # what EXAMPLE should answer to EXAMPLE_X


def draw_misses() -> Picture:
    """Two answers, what was wanted, and the squares over the misses."""
    a, y = (0.3, 0.6), (0, 1)
    misses = [u - v for u, v in zip(a, y, strict=True)]
    cost = sum(miss**2 for miss in misses) / 2
    parts, base, unit = [], 128, 182
    for j, (answer, wanted) in enumerate(zip(a, y, strict=True)):
        left, side = 34 + 250 * j, unit * abs(misses[j])
        at, goal = left + unit * answer, left + unit * wanted
        middle = (at + goal) / 2, base - side / 2
        parts.append(
            f'<rect x="{min(at, goal):.1f}" y="{base - side:.1f}" '
            f'width="{side:.1f}" height="{side:.1f}" fill="{COLOUR["C"]}" '
            f'fill-opacity="0.3" stroke="{COLOUR["C"]}" stroke-width="2"/>'
            + words(middle, f"{misses[j] ** 2:.2f}")
        )
        parts.append(curve([(left, base), (left + unit, base)], width=1))
        parts.append(draw_neuron((goal, base), "", 0, "currentColor", 7))
        parts.append(draw_neuron((at, base), "", 1.6, COLOUR["a"], 7))
        index = "₁₂"[j]
        parts.append(words((goal, base + 24), f"y{index} = {wanted}"))
        text = f"a{index} = {answer}"
        parts.append(words((at, base + 48), text, COLOUR["a"]))
    parts.append(words((250, 24), "C = half of both squares", COLOUR["C"]))
    return Picture(
        drawing(parts, 188),
        f"The answers {a[0]} and {a[1]} miss the wanted {y[0]} and {y[1]}. "
        "Each miss makes a square; the cost is half of both areas together, "
        f"{cost:.3f}.",
    )


XOR_X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
XOR_Y = np.array([[0.0, 1.0, 1.0, 0.0]])


def example_network() -> Network:
    """A network 2-3-1 with fairly large random weights."""
    plain = random_network((2, 3, 1), np.random.default_rng(24))
    return Network({l: 4 * w for l, w in plain.w.items()}, plain.b)


PARAMETERS = {
    "w¹₁₁": ("w", 1, 0, 0),
    "w¹₁₂": ("w", 1, 0, 1),
    "w¹₂₁": ("w", 1, 1, 0),
    "b¹₁": ("b", 1, 0, 0),
    "w²₁₁": ("w", 2, 0, 0),
    "w²₁₂": ("w", 2, 0, 1),
    "b²₁": ("b", 2, 0, 0),
}


def cost_map(network: Network, first: str, second: str, grid: Array) -> Array:
    """The cost on XOR over two parameters, each running over the grid."""
    shape = (len(grid), len(grid), 1, 1)
    moved = {
        "w": {l: np.tile(w, shape) for l, w in network.w.items()},
        "b": {l: np.tile(b, shape) for l, b in network.b.items()},
    }
    kind, l, j, k = PARAMETERS[second]
    moved[kind][l][:, :, j, k] = grid[:, np.newaxis]
    kind, l, j, k = PARAMETERS[first]
    moved[kind][l][:, :, j, k] = grid
    a: Array = XOR_X
    for l in network.w:
        a = sigmoid(moved["w"][l] @ a + moved["b"][l])
    cost: Array = ((XOR_Y - a) ** 2).sum(axis=-2).mean(axis=-1) / 2
    return cost


def draw_landscape(first: str, second: str) -> Picture:
    """The cost on XOR as a map over two parameters."""
    network = example_network()
    grid = np.linspace(-12, 12, 49)
    cost = cost_map(network, first, second, grid)
    kind, l, j, k = PARAMETERS[first]
    here_x = getattr(network, kind)[l][j, k]
    kind, l, j, k = PARAMETERS[second]
    here_y = getattr(network, kind)[l][j, k]
    ax = axes(4.8, 4)
    widths = np.linspace(2.4, 0.6, 13)  # the lower, the wider
    lines = ax.contour(
        grid, grid, cost, levels=12, colors=COLOUR["C"], linewidths=widths
    )
    levels = list(lines.levels)[::3]
    for name in ax.clabel(lines, levels, fmt="%.2f", fontsize=12):
        if max(map(abs, name.get_position())) > 10:  # the edge would cut it
            name.remove()
    ax.plot([here_x], [here_y], "o", color=COLOUR["C"])
    ax.set(xlabel=first, ylabel=second, xlim=(-12, 12), ylim=(-12, 12))
    ax.set_title("cost C")
    text = (
        f"Cost between {cost.min():.3f} and {cost.max():.3f} on this map; "
        f"the network now is at ({here_x:.1f}, {here_y:.1f})."
    )
    return plot(ax, text)
