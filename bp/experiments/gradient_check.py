"""How to know that a gradient is right

Written by the chapter chapters/12_gradient_check.md: edit it there, not here.
"""

import functools
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from bp.algorithm import Gradient
from bp.biases import bias_gradient
from bp.changes import with_values
from bp.cost import quadratic_cost
from bp.digits import Array, load_digits
from bp.experiments.reading import (
    COLOUR,
    Picture,
    axes,
    curve,
    drawing,
    plot,
    words,
)
from bp.gradient_check import GradientCheck, check_gradient
from bp.network import ForwardPass, Network, forward, random_network
from bp.neuron import sigmoid, sigmoid_prime, weighted_input
from bp.weights import weight_gradient

__all__ = [
    "relu",
    "PIECES",
    "BUGS",
    "SIX",
    "run_forward",
    "backprop_with",
    "trained",
    "draw_six",
    "NAMES",
    "LETTERS",
    "check_parts",
    "wrong_in",
    "draw_marks",
]


def relu(z: Array) -> Array:
    """max(0, z), in a way that a complex step survives."""
    return np.where(z.real > 0, z, 0)


# What a right program does, piece by piece, and what a bug does instead.
PIECES: dict[str, Callable[..., Any]] = {
    "f": sigmoid,  # of the hidden layers
    "miss": lambda a, y: a - y,
    "end": lambda z, a: sigmoid_prime(z),
    "slope": lambda z, a: sigmoid_prime(z),
    "back": lambda w: w.T,
    "before": lambda before, a: before,
    "of_w": weight_gradient,
    "of_b": bias_gradient,
    "keep": lambda b, same: b,
}
BUGS: dict[str, dict[str, Callable[..., Any]]] = {
    "none": {},
    "axis forgotten": {"of_b": lambda d: d.mean() + np.zeros((len(d), 1))},
    "σ′ of a": dict.fromkeys(["end", "slope"], lambda z, a: sigmoid_prime(a)),
    "σ′ lost": {"slope": lambda z, a: 1},
    "sum for mean": {"of_w": lambda delta, a: delta @ a.T},
    "wrong sign": {"miss": lambda a, y: y - a},
    "transpose lost": {"back": lambda w: w if w.shape == w.T.shape else w.T},
    "wrong layer": {"before": lambda b, a: a if a.shape == b.shape else b},
    "shared array": {"keep": lambda b, same: same},
    "live mask": {"f": relu, "slope": lambda z, a: z > 0},  # this is right
    "dead mask": {"f": relu, "slope": lambda z, a: a >= 0},
}
SIX = "σ′ lost,σ′ of a,none,axis forgotten,sum for mean,wrong sign".split(",")


def run_forward(network: Network, x: Array, bug: str) -> ForwardPass:
    """As `forward`, with the hidden neurons that the bug is about."""
    z, a, f = {}, {0: x}, (PIECES | BUGS[bug])["f"]
    for l in network.w:
        z[l] = weighted_input(network.w[l], network.b[l], a[l - 1])
        a[l] = f(z[l]) if l < network.depth else sigmoid(z[l])
    return ForwardPass(z, a)


def backprop_with(bug: str) -> Callable[[Network, Array, Array], Gradient]:
    """A `backprop` with one bug planted in it."""
    use = PIECES | BUGS[bug]

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        run, w, L = run_forward(network, x, bug), network.w, network.depth
        z, a = run.z, run.a
        delta = {L: use["miss"](a[L], y) * use["end"](z[L], a[L])}
        for l in range(L - 1, 0, -1):
            back = use["back"](w[l + 1]) @ delta[l + 1]
            delta[l] = back * use["slope"](z[l], a[l])
        of_b = {l: use["of_b"](delta[l]) for l in w}
        last = {b.shape: b for b in of_b.values()}  # what one array keeps
        of_b = {l: use["keep"](b, last[b.shape]) for l, b in of_b.items()}
        source = {l: use["before"](a[l - 1], a[l]) for l in w}
        of_w = {l: use["of_w"](delta[l], source[l]) for l in w}
        return Gradient(of_w, of_b, quadratic_cost(a[L], y))

    return gradient


@functools.cache
def trained(bug: str) -> tuple[list[float], float]:
    """Costs of 300 steps, and the share of new digits read at the end."""
    train, test = load_digits()
    x, y = train.x[:, :400], train.y[:, :400]
    network = random_network((64, 20, 10), np.random.default_rng(0))
    costs = []
    for _ in range(300):
        slope = backprop_with(bug)(network, x, y)
        costs.append(float(slope.cost))
        w = {l: old - 3 * slope.w[l] for l, old in network.w.items()}
        b = {l: old - 3 * slope.b[l] for l, old in network.b.items()}
        network = Network(w, b)
    costs.append(float(quadratic_cost(forward(network, x).a[2], y)))
    answer = forward(network, test.x).a[2].argmax(axis=0)
    return costs, float((answer == test.label).mean())


def draw_six() -> Picture:
    """The learning curves of six gradients, of which one is right."""
    ax, ends = axes(4.8, 3.2), []
    for look, bug in zip(["-", "-", "-", "--", "-.", ":"], SIX, strict=True):
        wide, pale = (6, 0.4) if bug == "none" else (2, 1)
        ends.append(f"{trained(bug)[0][-1]:.2f}")
        line = ax.semilogy(trained(bug)[0], look, color=COLOUR["C"], lw=wide)
        line[0].set_alpha(pale)
    places = [(62, 0.17), (88, 0.27), (130, 0.32), (200, 0.57), (200, 3.3)]
    for name, at in zip(["1", "2", "3 and 4", "5", "6"], places, strict=True):
        ax.annotate(name, at)
    ax.set_yticks([0.1, 1], ["0.1", "1"])
    ax.set(xlabel="step", ylabel="cost C", ylim=(0.05, 7), xlim=(0, 300))
    ax.set_title("Six gradients, one of them right")
    return plot(ax, f"After 300 steps the costs are {', '.join(ends)}.")


NAMES = "shared array,σ′ lost,wrong layer,sum for mean,dead mask"
NAMES += ",axis forgotten,transpose lost,σ′ of a,wrong sign"
LETTERS = dict(zip("ABCDEFGHI", NAMES.split(","), strict=True))


def check_parts(
    bug: str, sizes: tuple[int, ...] = (3, 4, 4, 2), m: int = 5
) -> dict[str, GradientCheck]:
    """The check of every array of a gradient with a bug, on m samples."""
    rng, found = np.random.default_rng(3), {}
    network = random_network(sizes, rng)
    x, y = rng.normal(size=(sizes[0], m)), rng.uniform(size=(sizes[-1], m))
    gradient = backprop_with(bug)(network, x, y)
    for l, kind in product(network.w, "wb"):

        def cost(values: Array, l: int = l, kind: str = kind) -> Any:
            moved = with_values(network, kind, l, values)
            run = run_forward(moved, x, bug)
            return quadratic_cost(run.a[moved.depth], y)

        said, here = (getattr(of, kind)[l] for of in (gradient, network))
        found[kind + "⁰¹²³"[l]] = check_gradient(cost, said, here)
    return found


def wrong_in(bug: str, **on: Any) -> str:
    """The arrays that a bug spoils."""
    parts = check_parts(bug, **on)
    return " ".join(name for name in parts if not parts[name].right)


def draw_marks(letter: str, reveal: bool) -> Picture:
    """How far off every array of a gradient with a planted bug is."""
    bug, parts, base = LETTERS[letter], [], 196
    for place, (name, found) in enumerate(check_parts(bug).items()):
        middle, top = 55 + 78 * place, base - 80 * found.error
        if found.right:
            top = base
        else:
            parts.append(
                curve([(middle, base), (middle, top)], COLOUR["w"], 44)
            )
        said = "right" if found.right else f"{found.error:.2f}"
        parts.append(words((middle, top - 14), said))
        parts.append(words((middle, base + 20), name, COLOUR["w"]))
    parts.append(curve([(10, base), (490, base)]))
    title = f"Variant {letter}: relative error of each array"
    parts.append(words((250, -8), title))
    text = f"Variant {letter} is wrong in {wrong_in(bug)}."
    return Picture(
        drawing(parts, 228, 24), text + f" The bug: {bug}." * reveal
    )
