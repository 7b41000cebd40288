"""What is being minimised

Written by the chapter chapters/05_cost.md: edit it there, not here.
"""

import numpy as np
from matplotlib.contour import QuadContourSet

from bp.cost import quadratic_cost
from bp.digits import Array
from bp.experiments.network import EXAMPLE, EXAMPLE_X
from bp.experiments.reading import (
    COLOUR,
    INK,
    Picture,
    axes,
    curve,
    draw_neuron,
    drawing,
    plot,
    words,
)
from bp.network import Network, forward
from bp.neuron import sigmoid

__all__ = [
    "EXAMPLE_Y",
    "draw_misses",
    "cost_at",
    "slope_at",
    "draw_step",
    "XOR_X",
    "XOR_Y",
    "PAIRS",
    "LEVELS",
    "xor_costs",
    "along",
    "spots",
    "draw_landscape",
    "HEAD",
    "SLOPES",
    "draw_repeats",
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


def cost_at(w13: float) -> float:
    """The cost of the example when its weight w²₁₃ has this value."""
    w2 = EXAMPLE.w[2].copy()
    w2[0, 2] = w13
    run = forward(Network({**EXAMPLE.w, 2: w2}, EXAMPLE.b), EXAMPLE_X)
    return float(quadratic_cost(run.a[2], EXAMPLE_Y))


def slope_at(w13: float, h: float = 1e-5) -> float:
    """The slope of the cost by that weight, measured over a small step."""
    return (cost_at(w13 + h) - cost_at(w13 - h)) / (2 * h)


def draw_step(eta: float) -> Picture:
    """The cost over one weight, its tangent, and a step down."""
    grid = np.linspace(-5, 4, 91)
    cost, slope = cost_at(1), slope_at(1)
    there = 1 - eta * slope
    ax = axes()
    ax.plot(grid, [cost_at(w) for w in grid], color=COLOUR["C"])
    ends = np.array([-0.8, 2.8])
    ax.plot(ends, cost + slope * (ends - 1), "--", color=INK)
    ax.plot([1], [cost], "o", color=COLOUR["C"], markersize=9)
    ax.plot([there], [cost_at(there)], "s", color=COLOUR["C"], markersize=8)
    ax.annotate("now", (1.2, cost - 0.02))
    ax.annotate(
        "after a step", (there - 0.3, cost_at(there) - 0.005), ha="right"
    )
    ax.set(xlabel="weight w²₁₃", ylabel="cost C", ylim=(0, 0.5))
    ax.set_title("One weight of the example, and its cost")
    text = (
        f"At w²₁₃ = 1 the cost is {cost:.4f} and its slope {slope:.4f}; a "
        f"step against the slope, to {there:.4f}, takes the cost to "
        f"{cost_at(there):.4f}."
    )
    return plot(ax, text)


XOR_X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
XOR_Y = np.array([[0.0, 1.0, 1.0, 0.0]])
PAIRS = {
    "w²₁₁ and b²₁": (("w", 2), ("b", 2)),  # the first entry of each
    "w¹₁₁ and w²₁₁": (("w", 1), ("w", 2)),
}
LEVELS = [0.13, 0.14, 0.15, 0.16, 0.18, 0.2, 0.22, 0.24]


def xor_costs(pair: str, moved: tuple[Array, Array]) -> Array:
    """The example's cost on XOR, two of its numbers moved by so much."""
    shape = (*moved[0].shape, 1, 1)
    values = {("w", l): np.tile(w, shape) for l, w in EXAMPLE.w.items()} | {
        ("b", l): np.tile(b, shape) for l, b in EXAMPLE.b.items()
    }
    for place, by in zip(PAIRS[pair], moved, strict=True):
        values[place][..., 0, 0] += by
    a: Array = XOR_X
    for l in EXAMPLE.w:
        a = sigmoid(values["w", l] @ a + values["b", l])
    costs: Array = ((XOR_Y - a) ** 2).sum(axis=-2).mean(axis=-1) / 2
    return costs


def along(pair: str, angle: float) -> tuple[Array, Array]:
    """Places on a straight path from −10 to 10, and the cost there."""
    t, turn = np.linspace(-10, 10, 201), np.radians(angle)
    return t, xor_costs(pair, (np.cos(turn) * t, np.sin(turn) * t))


def spots(drawn: QuadContourSet, angle: float) -> list[Array]:
    """Where labels go: away from the path, the edges and one another."""
    places: list[Array] = []
    way = np.array([-np.sin(np.radians(angle)), np.cos(np.radians(angle))])
    for level in drawn.allsegs[1::2]:
        free = [v for line in level for v in line if abs(v).max() < 8]
        room = [
            min([abs(v @ way), *(np.hypot(*(v - p)) / 2 for p in places)])
            for v in free
        ]
        places += [free[int(np.argmax(room))]] if free else []
    return places


def draw_landscape(pair: str, angle: float) -> Picture:
    """The cost over two numbers of the example, and along one path."""
    t, costs = along(pair, angle)
    grid = np.linspace(-10, 10, 61)
    x, y = np.meshgrid(grid, grid)
    ax, side = axes(3.4, 3.4), axes(3.4, 3.4)
    widths = np.linspace(3, 0.6, len(LEVELS))
    drawn = ax.contour(
        x,
        y,
        xor_costs(pair, (x, y)),
        LEVELS,
        colors=COLOUR["C"],
        linewidths=widths,
    )
    ax.clabel(drawn, fontsize=12, manual=spots(drawn, angle))
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    ax.plot([-10 * c, 10 * c], [-10 * s, 10 * s], color=INK)
    ax.plot([0], [0], "o", color=INK)
    across, upwards = pair.split(" and ")
    ax.set(xlabel=f"{across}, moved by", ylabel=f"{upwards}, moved by")
    ax.set(xlim=(-10, 10), ylim=(-10, 10), title="from above")
    side.plot(t, costs, color=COLOUR["C"])
    side.plot([0], [costs[100]], "o", color=INK)
    side.set(xlabel="along the path", ylabel="cost C", ylim=(0.1, 0.3))
    side.set_title("along the path")
    low = [
        i for i in range(1, 200) if costs[i] < min(costs[i - 1], costs[i + 1])
    ]
    found = " and ".join(f"{costs[i]:.3f} at {t[i]:.1f}" for i in low)
    text = (
        f"Along the path at {angle}°: valleys {len(low)}, {found}; "
        f"{costs[0]:.3f} at one end, {costs[-1]:.3f} at the other."
    )
    return plot(ax, text.replace(" -", " −")).beside(plot(side, ""))


HEAD = ["a³ − y", "σ′(z³)", "w³", "σ′(z²)", "w²", "σ′(z¹)"]
SLOPES = {
    f"{name}{'¹²³'[l - 1]}": HEAD[: 8 - 2 * l] + last * (name == "w")
    for l, last in [(3, ["a²"]), (2, ["a¹"]), (1, ["x"])]
    for name in "bw"
}


def draw_repeats() -> Picture:
    """The factors of the six slopes; what was there before is pale."""
    kinds = {"σ": "z", "w": "w", "x": "a"}
    parts, seen = [], set()
    for row, (name, factors) in enumerate(SLOPES.items()):
        y = 18 + 34 * row
        parts.append(words((28, y), f"∂C/∂{name}"))
        for column, factor in enumerate(factors):
            x, old = 92 + 62 * column, factor in seen
            seen.add(factor)
            kind = "C" if "y" in factor else kinds.get(factor[0], "a")
            parts.append(
                f'<rect x="{x - 28}" y="{y - 14}" width="56" height="28" '
                f'rx="6" fill="{COLOUR[kind]}" stroke="{COLOUR[kind]}" '
                f'fill-opacity="{0 if old else 0.45}" stroke-width="1.5"'
                + ' stroke-dasharray="4 3"' * old
                + "/>"
            )
            parts.append(words((x, y), factor, size=0.87))
    total = sum(map(len, SLOPES.values()))
    return Picture(
        drawing(parts, 208),
        f"The six slopes have {total} factors, of which {len(seen)} are "
        "different. Filled: a factor that no line above has; broken: one "
        "that was there before.",
    )
