"""What does the gradient's gradient cost

Written by the chapter chapters/27_second_order.md: edit it there, not here.
"""

from bp.digits import Array
from bp.experiments.biases import all_errors
from bp.experiments.cost import EXAMPLE_Y
from bp.experiments.kit import COLOUR, Picture, draw_network, place, words
from bp.experiments.network import EXAMPLE, EXAMPLE_X
from bp.experiments.weights import WEIGHTS
from bp.network import Network, forward
from bp.weights import weight_gradient

__all__ = ["rates", "speed", "draw_moving"]


def rates(name: str) -> list[dict[int, Array]]:
    """R{a}, R{δ} and R of the slopes by weights, as one weight moves."""
    l, j, k = WEIGHTS[name]
    w = {n: w.astype(complex) for n, w in EXAMPLE.w.items()}
    w[l][j, k] += 1e-30j
    moved = Network(w, EXAMPLE.b)
    a = forward(moved, EXAMPLE_X).a
    delta = all_errors(moved, EXAMPLE_X, EXAMPLE_Y)
    slope = {n: weight_gradient(delta[n], a[n - 1]) for n in delta}
    found = a, delta, slope
    return [{n: v.imag / 1e-30 for n, v in q.items()} for q in found]


def speed(name: str, other: str) -> float:
    """How fast the slope by one weight moves as another does."""
    l, j, k = WEIGHTS[other]
    return float(rates(name)[2][l][j, k])


def draw_moving(name: str, other: str) -> Picture:
    """The example while one weight moves: how fast everything else does."""
    a, delta, _ = rates(name)
    over, inside, fill = [], {}, {}
    for l, values in forward(EXAMPLE, EXAMPLE_X).a.items():
        for i, value in enumerate(values[:, 0]):
            x, y = place(EXAMPLE.sizes, l, i + 1)
            inside[l, i + 1] = f"{value:.2f}".replace(".00", "")
            fill[l, i + 1] = min(2 * abs(float(a[l][i, 0])), 1)
            both = [(a, "a", -1), (delta, "delta", 1)] if l else []
            for of, colour, side in both:
                rate = f"{of[l][i, 0]:+.3f}".replace("-", "−")
                up = 12 * (side + i - 1) if l < 2 else 32 * side
                at = x + 52 * (l < 2), y + up  # beside the lines
                over.append(words(at, rate, COLOUR[colour], 0.87))
    bold = {WEIGHTS[name]: 2.5, WEIGHTS[other]: 1.0}
    weight = {
        (n, r + 1, c + 1): bold.get((n, r, c), 0.02)
        for n, r, c in WEIGHTS.values()
    }
    sets = EXAMPLE.sizes, inside, fill, weight, ["input", "", "output"]
    svg = draw_network(*sets, over=over, above=8)
    text = f"{name} grows with speed 1. The blue numbers are how fast "
    text += "activations move, the red ones how fast δ does; the slope by "
    text += f"{other} moves by {speed(name, other):.4f}."
    return Picture(svg, text.replace("-", "−"))
