"""How to know that a gradient is right

Written by the chapter chapters/12_gradient_check.md: edit it there, not here.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from bp.algorithm import Gradient
from bp.biases import bias_gradient
from bp.changes import with_values
from bp.cost import quadratic_cost
from bp.digits import Array, load_digits
from bp.experiments.kit import (
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
    "LETTERS",
    "check_parts",
    "wrong_in",
    "draw_marks",
]


def relu(z: Array) -> Array:
    """max(0, z), in a way that a complex step survives."""
    return np.where(z.real > 0, z, 0)


PIECES: dict[str, Callable[..., Any]] = {
    "f": sigmoid,  # of the hidden layers
    "miss": lambda a, y: a - y,
    "end": lambda z, a: sigmoid_prime(z),
    "slope": lambda z, a: sigmoid_prime(z),
    "back": lambda w: w.T,
    "of_w": lambda delta, a, l: weight_gradient(delta[l], a[l - 1]),
    "of_b": lambda delta, l: bias_gradient(delta[l]),
}
BUGS: dict[str, dict[str, Callable[..., Any]]] = {
    "none": {},
    "live mask": {"f": relu, "slope": lambda z, a: z > 0},  # right, too
    "axis forgotten": {"of_b": lambda d, l: 0 * d[l][:, :1] + d[l].mean()},
    "σ′ of a": dict.fromkeys(["end", "slope"], lambda z, a: sigmoid_prime(a)),
    "σ′ lost": {"slope": lambda z, a: 1},
    "sum for mean": {"of_w": lambda delta, a, l: delta[l] @ a[l - 1].T},
    "wrong sign": {"miss": lambda a, y: y - a},
    "transpose lost": {"back": lambda w: w if w.shape == w.T.shape else w.T},
    "wrong layer": {
        "of_w": lambda delta, a, l: weight_gradient(
            delta[l], a[l if a[l].shape == a[l - 1].shape else l - 1]
        )
    },
    "shared array": {  # the last one written stays
        "of_b": lambda delta, l: bias_gradient(
            delta[max(k for k in delta if len(delta[k]) == len(delta[l]))]
        )
    },
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
    """A `backprop` in which a bug replaces some pieces."""
    use = PIECES | BUGS[bug]

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        run, w, L = run_forward(network, x, bug), network.w, network.depth
        z, a = run.z, run.a
        delta = {L: use["miss"](a[L], y) * use["end"](z[L], a[L])}
        for l in range(L - 1, 0, -1):
            back = use["back"](w[l + 1]) @ delta[l + 1]
            delta[l] = back * use["slope"](z[l], a[l])
        of_w = {l: use["of_w"](delta, a, l) for l in w}
        of_b = {l: use["of_b"](delta, l) for l in w}
        return Gradient(of_w, of_b, quadratic_cost(a[L], y))

    return gradient


@functools.cache
def trained(bug: str) -> tuple[list[float], float]:
    """Costs of 300 steps, and the share of new digits read at the end."""
    train, test = load_digits()
    x, y, costs = train.x[:, :400], train.y[:, :400], []
    network = random_network((64, 20, 10), np.random.default_rng(0))
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
    ax = axes(4.8, 3.2)
    looks = zip(["-", "-", "-", "--", "-.", ":"], SIX, strict=True)
    for number, (look, bug) in enumerate(looks, 1):
        wide, pale = (6, 0.4) if bug == "none" else (2, 1)
        costs, colour, at = trained(bug)[0], COLOUR["C"], 45 * number + 20
        ax.semilogy(costs, look, color=colour, lw=wide, alpha=pale)
        ax.annotate(str(number), (at, [0.72, 1.06][number > 1] * costs[at]))
    ax.set_yticks([0.1, 1], ["0.1", "1"])
    ax.set(xlabel="step", ylabel="cost C", ylim=(0.05, 7), xlim=(0, 310))
    ax.set_title("Six gradients, one of them right")
    ends = ", ".join(f"{trained(bug)[0][-1]:.2f}" for bug in SIX)
    return plot(ax, f"After 300 steps the costs are {ends}.")


LETTERS = dict(sorted(zip("FHBDIGCAE", list(BUGS)[2:], strict=True)))


def check_parts(
    bug: str, sizes: tuple[int, ...] = (3, 4, 4, 2), m: int = 5
) -> dict[str, GradientCheck]:
    """The check of every array of a gradient with a bug, on m samples."""
    rng, found = np.random.default_rng(3), {}
    network = random_network(sizes, rng)
    x, y = rng.normal(size=(sizes[0], m)), rng.uniform(size=(sizes[-1], m))
    gradient = backprop_with(bug)(network, x, y)
    for l, kind in [(l, kind) for l in network.w for kind in "wb"]:

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
    bug, parts, base, wrong = LETTERS[letter], [], 196, []
    for place, (name, found) in enumerate(check_parts(bug).items()):
        said = "right" if found.right else f"{found.error:.2f}"
        wrong += [] if found.right else [f"{name} ({said})"]
        at, top = 55 + 78 * place, base - 80 * round(found.error, 2)
        parts.append(curve([(at, base), (at, top)], COLOUR["w"], 44))
        parts.append(words((at, top - 14), said))
        parts.append(words((at, base + 20), name, COLOUR["w"]))
    parts.append(curve([(10, base), (490, base)]))
    parts.append(words((250, -8), f"Variant {letter}: relative errors"))
    text = f"Variant {letter} is wrong in {', '.join(wrong)}."
    return Picture(drawing(parts, 228, 24), text + reveal * f" Bug: {bug}.")
