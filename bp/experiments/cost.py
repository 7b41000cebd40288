"""What is being minimised

Written by the chapter chapters/05_cost.md: edit it there, not here.
"""

import numpy as np

from bp.digits import Array
from bp.experiments.kit import COLOUR, INK, Picture, axes, plot
from bp.experiments.network import EXAMPLE, EXAMPLE_X
from bp.network import Network, forward
from bp.neuron import sigmoid

__all__ = [
    "EXAMPLE_Y",
    "W13",
    "NUMBERS",
    "cost_at",
    "slope_at",
    "draw_step",
    "XOR_X",
    "XOR_Y",
    "PAIRS",
    "LEVELS",
    "xor_costs",
    "along",
    "lows",
    "draw_landscape",
]


EXAMPLE_Y = np.array([[0.0]])  # what EXAMPLE should answer to EXAMPLE_X


W13 = ("w", 2, 0, 2)  # w²₁₃: its kind, layer, row and column
NUMBERS = [
    (kind, l, j, k)
    for kind in ("w", "b")
    for l, values in getattr(EXAMPLE, kind).items()
    for j, k in np.ndindex(values.shape)
]


def cost_at(by: float, number: tuple[str, int, int, int] = W13) -> float:
    """The cost of the example when one of its numbers has moved."""
    moved = {
        "w": {l: w.copy() for l, w in EXAMPLE.w.items()},
        "b": {l: b.copy() for l, b in EXAMPLE.b.items()},
    }
    kind, l, j, k = number
    moved[kind][l][j, k] += by
    run = forward(Network(moved["w"], moved["b"]), EXAMPLE_X)
    return float(((EXAMPLE_Y - run.a[2]) ** 2).sum() / 2)


def slope_at(
    number: tuple[str, int, int, int] = W13, h: float = 1e-5
) -> float:
    """The slope of the cost by that number, measured over a small step."""
    return (cost_at(h, number) - cost_at(-h, number)) / (2 * h)


def draw_step(eta: float) -> Picture:
    """The cost over one weight, its tangent, and a step down."""
    grid, ends = np.linspace(-5, 4, 91), np.array([-0.8, 2.8])
    cost, slope = cost_at(0), slope_at()
    there, after = 1 - eta * slope, cost_at(-eta * slope)
    ax = axes()
    ax.plot(grid, [cost_at(w - 1) for w in grid], color=COLOUR["C"])
    ax.plot(ends, cost + slope * (ends - 1), "--", color=INK)
    ax.plot([1], [cost], "o", color=COLOUR["C"], markersize=9)
    ax.plot([there], [after], "s", color=COLOUR["C"], markersize=8)
    ax.annotate("now", (1.2, cost - 0.02))
    ax.annotate("after a step", (there - 0.3, after), ha="right")
    ax.set(xlabel="weight w²₁₃", ylim=(0, 0.5))
    ax.set_ylabel("cost C", labelpad=10)
    ax.set_title("One weight, and what the network costs")
    text = (
        f"With a weight of 1 our example costs {cost:.4f}, and there the "
        f"curve rises with slope {slope:.4f}; a step the other way, to "
        f"{there:.4f}, takes the cost to {after:.4f}."
    )
    return plot(ax, text.replace("-", "−"))


XOR_X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
XOR_Y = np.array([[0.0, 1.0, 1.0, 0.0]])
ONE, TWO, ANGLES = "w²₁₁ and b²₁", "w¹₁₁ and w²₁₁", list(range(0, 180, 15))
PAIRS = {ONE: (("w", 2), ("b", 2)), TWO: (("w", 1), ("w", 2))}  # entry 1, 1
LEVELS = [0.13, 0.15, 0.18, 0.21, 0.24]


def xor_costs(pair: str, moved: tuple[Array, Array]) -> Array:
    """The example's cost on XOR, two of its numbers moved by so much."""
    shape = (*moved[0].shape, 1, 1)
    values: dict[tuple[str, int], Array] = {}
    for kind, given in (("w", EXAMPLE.w), ("b", EXAMPLE.b)):
        values |= {(kind, l): np.tile(v, shape) for l, v in given.items()}
    for place, by in zip(PAIRS[pair], moved, strict=True):
        values[place][..., 0, 0] = values[place][..., 0, 0] + by
    a: Array = XOR_X
    for l in EXAMPLE.w:
        a = sigmoid(values["w", l] @ a + values["b", l])
    costs: Array = ((XOR_Y - a) ** 2).sum(axis=-2).mean(axis=-1) / 2
    return costs


def along(pair: str, angle: float, far: int = 10) -> tuple[Array, Array]:
    """Places on a straight path, as far as that, and the cost there."""
    t, turn = np.linspace(-far, far, 20 * far + 1), np.radians(angle)
    return t, xor_costs(pair, (np.cos(turn) * t, np.sin(turn) * t))


def lows(pair: str, angle: float, far: int = 10) -> list[int]:
    """Which places of a path are lower than their neighbours."""
    c = along(pair, angle, far)[1]
    return [i for i in range(1, 20 * far) if c[i] < min(c[i - 1], c[i + 1])]


def draw_landscape(pair: str, angle: float) -> Picture:
    """The cost over two numbers of the example, and along one path."""
    t, costs = along(pair, angle)
    grid = np.linspace(-10, 10, 61)
    x, y = np.meshgrid(grid, grid)
    ax, side = axes(3.4, 3.4), axes(3.4, 3.4)
    cost, widths = xor_costs(pair, (x, y)), np.linspace(4, 0.8, len(LEVELS))
    ax.contour(x, y, cost, LEVELS, colors=COLOUR["C"], linewidths=widths)
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    ax.plot([-10 * c, 10 * c], [-10 * s, 10 * s], color=INK)
    ax.plot([0], [0], "o", color=INK)
    across, upwards = pair.split(" and ")
    ax.set(xlabel=f"{across}, moved by", ylabel=f"{upwards}, moved by")
    ends = [-10, 0, 10]
    ax.set(xlim=(-10, 10), ylim=(-10, 10), xticks=ends, yticks=[-5, 0, 5])
    ax.set_title(f"lines at {LEVELS[0]} (wide) to {LEVELS[-1]}")
    side.plot(t, costs, color=COLOUR["C"])
    side.plot([0], [costs[100]], "o", color=INK)
    side.set(xlabel="along the path", ylabel="cost C", ylim=(0.1, 0.3))
    side.set(xticks=ends, yticks=[0.15, 0.25], title="along the path")
    low = lows(pair, angle)
    found = " and ".join(f"{costs[i]:.3f} at {t[i]:.1f}" for i in low)
    text = (
        f"Now {costs[100]:.3f}. On the path drawn at {angle}°: valleys "
        f"{len(low)}, {found}; {costs[0]:.3f} and {costs[-1]:.3f} at its ends."
    )
    pictures = plot(ax, text.replace(" -", " −")).beside(plot(side, ""))
    return Picture(pictures.svg, pictures.text.strip())
