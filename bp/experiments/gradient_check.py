"""How to know that a gradient is right

Written by the chapter chapters/12_gradient_check.md: edit it there, not here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bp.algorithm import Gradient
from bp.biases import bias_gradient
from bp.cost import quadratic_cost
from bp.digits import Array
from bp.experiments.reading import COLOUR, Picture, axes, plot
from bp.gradient_check import GradientCheck, check_gradient
from bp.network import ForwardPass, Network, random_network
from bp.neuron import sigmoid, sigmoid_prime, weighted_input
from bp.weights import weight_gradient

__all__ = [
    "draw_two_slopes",
    "Floats",
    "POWERS",
    "METHODS",
    "error_curves",
    "draw_errors",
    "BUGS",
    "run_forward",
    "slope_with",
    "backprop_with",
    "PARTS",
    "example",
    "check_parts",
    "ORDER",
    "LETTERS",
    "draw_marks",
]


def draw_two_slopes() -> Picture:
    """The slope that a formula says, and one measured with two runs."""
    z, h = 1.0, 1.5
    cost = sigmoid(np.linspace(-4, 4, 81)) ** 2 / 2
    here = float(sigmoid(z)) ** 2 / 2
    slope = float(sigmoid(z) * sigmoid_prime(z))
    ends = np.array([z - h, z + h])
    heights = sigmoid(ends) ** 2 / 2
    measured = float(np.diff(heights).item() / (2 * h))
    ax = axes(4.8, 2.7)
    ax.plot(np.linspace(-4, 4, 81), cost, color=COLOUR["C"])
    ax.plot(ends, here + slope * (ends - z), color=COLOUR["delta"])
    ax.plot(ends, heights, "o--", color="grey")
    ax.annotate("cost C", (3.0, 0.38))
    ax.annotate("the formula's slope", (2.1, 0.47), ha="right")
    ax.annotate("measured", (1.4, 0.2))
    ax.set(xlabel="weighted input z", ylabel="cost", ylim=(-0.02, 0.56))
    near = sigmoid(np.array([z - 0.01, z + 0.01])) ** 2 / 2
    close = float(np.diff(near).item() / 0.02)
    return plot(
        ax,
        f"At z = 1 the formula says {slope:.4f}. Two runs, {h} to either "
        f"side, give the slope of the broken line, {measured:.4f}; 0.01 to "
        f"either side, {close:.4f}.",
    )


Floats = NDArray[np.float64]
POWERS = ["10⁻¹⁵", "10⁻¹⁰", "10⁻⁵", "1"]
METHODS = {"forward": ":", "central": "--", "complex step": "-"}


def error_curves(steps: Array, lift: float = 0) -> dict[str, Floats]:
    """Relative error of three ways to measure δ, for every step h."""

    def cost(z: Array) -> Array:
        return lift + sigmoid(z) ** 2 / 2

    z, h = np.linspace(0, 2, 200), steps[:, np.newaxis]
    slope = sigmoid(z) * sigmoid_prime(z)
    measured = {
        "forward": (cost(z + h) - cost(z)) / h,
        "central": (cost(z + h) - cost(z - h)) / (2 * h),
        "complex step": cost(z + 1j * h).imag / h,
    }
    size = np.sqrt((slope**2).mean())
    return {
        name: np.sqrt(((found - slope) ** 2).mean(axis=1)) / size
        for name, found in measured.items()
    }


def draw_errors(exponent: float, lift: float) -> Picture:
    """Error against step, with one step h = 10^exponent marked."""
    exponents = np.arange(-15, 0.1, 0.25)
    curves = error_curves(10.0**exponents, lift)
    here = error_curves(np.array([10.0**exponent]), lift)
    ax = axes(4.8, 3.6)
    for name, style in METHODS.items():
        shown = np.log10(np.maximum(curves[name], 1e-17))
        ax.plot(exponents, shown, style, color=COLOUR["delta"], label=name)
        at = np.log10(max(float(here[name][0]), 1e-17))
        ax.plot([exponent], [at], "o", color=COLOUR["delta"])
    ax.axvline(exponent, color="grey", linewidth=0.8)
    ax.set_xticks([-15, -10, -5, 0], POWERS)
    ax.set_yticks([-15, -10, -5, 0], POWERS)
    ax.set(xlim=(-15.2, 0.2), ylim=(-17.5, 5))
    ax.set(xlabel="step h")
    ax.set_ylabel("relative error", labelpad=0)
    ax.set_title(f"Three ways to measure a slope, cost + {lift:g}")
    ax.legend(loc="upper center", ncols=3, fontsize=9)

    def said(error: float) -> str:
        return f"{error:.0e}" if error > 1e-15 else "below 1e-15"

    errors = ", ".join(f"{n} {said(e[0])}" for n, e in here.items())
    return plot(ax, f"Relative errors at h = 1e{exponent:g}: {errors}.")


BUGS = {
    "none": "no bug",
    "transpose": "no transpose, where the matrix is square",
    "no slope": "σ′ left out in the hidden layers",
    "slope of a": "σ′ of a instead of z",
    "sum": "weights: a sum over the samples instead of the mean",
    "1-D": "biases: a 1-D mean, broadcast and averaged back into shape",
    "layer": "a[l] for a[l − 1], where it fits",
    "buffer": "biases of one shape share one array",
    "sign": "y − a instead of a − y",
    "live mask": "no bug, ReLU in the hidden layers",
    "dead mask": "ReLU masked by a >= 0, which is always so",
}


def run_forward(network: Network, x: Array, bug: str) -> ForwardPass:
    """As `forward`; with ReLU in the hidden layers if a mask is asked for."""
    z, a = {}, {0: x}
    for l in network.w:
        z[l] = weighted_input(network.w[l], network.b[l], a[l - 1])
        bent = bug.endswith("mask") and l < network.depth
        a[l] = np.where(z[l].real > 0, z[l], 0) if bent else sigmoid(z[l])
    return ForwardPass(z, a)


def slope_with(bug: str, z: Array, a: Array, hidden: bool) -> Any:
    """What δ is multiplied by on its way through a layer."""
    if hidden and bug.endswith("mask"):
        return a >= 0 if bug == "dead mask" else z > 0
    if hidden and bug == "no slope":
        return 1
    return sigmoid_prime(a if bug == "slope of a" else z)


def backprop_with(bug: str) -> Callable[[Network, Array, Array], Gradient]:
    """A `backprop` with one bug planted in it."""

    def gradient(network: Network, x: Array, y: Array) -> Gradient:
        run, w, L = run_forward(network, x, bug), network.w, network.depth
        z, a = run.z, run.a
        miss = y - a[L] if bug == "sign" else a[L] - y
        delta = {L: miss * slope_with(bug, z[L], a[L], False)}
        for l in range(L - 1, 0, -1):
            square = w[l + 1].shape[0] == w[l + 1].shape[1]
            back = w[l + 1] if bug == "transpose" and square else w[l + 1].T
            delta[l] = back @ delta[l + 1]
            delta[l] = delta[l] * slope_with(bug, z[l], a[l], True)
        of_w, of_b = {}, {}
        shared: dict[tuple[int, ...], Array] = {}
        for l in w:
            fits = a[l].shape == a[l - 1].shape
            source = a[l] if bug == "layer" and fits else a[l - 1]
            of_w[l] = weight_gradient(delta[l], source)
            of_b[l] = bias_gradient(delta[l])
            if bug == "sum":
                of_w[l] = of_w[l] * x.shape[1]
            if bug == "1-D":
                square_one = delta[l].mean(axis=1) + np.zeros(of_b[l].shape)
                of_b[l] = square_one.mean(axis=1, keepdims=True)
            if bug == "buffer":
                array = shared.setdefault(of_b[l].shape, of_b[l])
                array[...] = of_b[l]
                of_b[l] = array
        return Gradient(of_w, of_b, quadratic_cost(a[L], y))

    return gradient


PARTS = ["w¹", "b¹", "w²", "b²", "w³", "b³"]


def example() -> tuple[Network, Array, Array]:
    """A network 3-4-4-2 and five samples for it."""
    rng = np.random.default_rng(3)
    network = random_network((3, 4, 4, 2), rng)
    return network, rng.normal(size=(3, 5)), rng.uniform(size=(2, 5))


def check_parts(bug: str) -> dict[str, GradientCheck]:
    """The check of every array of a gradient with a planted bug."""
    network, x, y = example()
    gradient = backprop_with(bug)(network, x, y)

    def cost_by(kind: str, l: int) -> Callable[[Array], Any]:
        def cost(value: Array) -> Any:
            w, b = dict(network.w), dict(network.b)
            (w if kind == "w" else b)[l] = value
            run = run_forward(Network(w, b), x, bug)
            return quadratic_cost(run.a[network.depth], y)

        return cost

    found = []
    for l in network.w:
        w = check_gradient(cost_by("w", l), gradient.w[l], network.w[l])
        b = check_gradient(cost_by("b", l), gradient.b[l], network.b[l])
        found += [w, b]
    return dict(zip(PARTS, found, strict=True))


ORDER = "buffer,no slope,layer,sum,dead mask,1-D,transpose,slope of a,sign"
LETTERS = dict(zip("ABCDEFGHI", ORDER.split(","), strict=True))


def draw_marks(letter: str, reveal: bool) -> Picture:
    """How far off every array of a gradient with a planted bug is."""
    bug = LETTERS[letter]
    parts = check_parts(bug)
    ax = axes(4.8, 3.2)
    for place, found in enumerate(parts.values()):
        height = np.log10(max(found.error, 1e-15)) + 16
        ax.bar(
            [place],
            [height],
            0.6,
            color=COLOUR["w"],
            alpha=0.35 if found.right else 0.9,
            hatch="" if found.right else "//",
        )
        word = "right" if found.right else "wrong"
        ax.annotate(word, (place, height), ha="center", va="bottom")
    ax.set_xticks(range(len(parts)), list(parts))
    ax.set_yticks([1, 6, 11, 16], POWERS)
    ax.set(ylim=(0, 18))
    ax.set_ylabel("relative error", labelpad=0)
    ax.set_title(f"Variant {letter}: each array of the gradient")
    wrong = [f"{n} ({p.error:.2f})" for n, p in parts.items() if not p.right]
    text = f"Variant {letter} is wrong in {', '.join(wrong)}."
    return plot(ax, f"{text} Bug: {BUGS[bug]}." if reveal else text)
