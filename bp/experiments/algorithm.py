"""The whole algorithm

Written by the chapter chapters/11_algorithm.md: edit it there, not here.
"""

from collections.abc import Collection

import numpy as np

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import Array
from bp.experiments.cost import EXAMPLE_Y
from bp.experiments.digits import draw_image
from bp.experiments.kit import (
    COLOUR,
    Picture,
    curve,
    draw_line,
    draw_neuron,
    drawing,
    words,
)
from bp.experiments.network import EXAMPLE, EXAMPLE_X
from bp.network import forward
from bp.recursion import propagate_error

__all__ = [
    "example_numbers",
    "draw_numbers",
    "draw_both_ways",
    "MAKES",
    "STEPS",
    "last_need",
    "draw_store",
    "draw_pass",
    "draw_answers",
]


def example_numbers() -> dict[str, Array]:
    """Every number of the pass through the example, by name."""
    run, w = forward(EXAMPLE, EXAMPLE_X), EXAMPLE.w
    gradient = quadratic_cost_gradient(run.a[2], EXAMPLE_Y)
    delta = {2: output_error(gradient, run.z[2])}
    delta[1] = propagate_error(w[2], delta[2], run.z[1])
    found = {f"a{'⁰¹²'[l]}": v for l, v in run.a.items()}
    for l in (1, 2):
        found[f"z{'⁰¹²'[l]}"], found[f"δ{'⁰¹²'[l]}"] = run.z[l], delta[l]
        found[f"∂C/∂w{'⁰¹²'[l]}"] = delta[l] @ run.a[l - 1].T
    return found


def draw_numbers(there: Collection[str], new: Collection[str]) -> list[str]:
    """The example with those numbers that are there; the new ones filled."""
    known = {n: v.round(3) for n, v in example_numbers().items()}
    known = {n: v for n, v in known.items() if n in there}
    spot = {
        (l, j): (50 + 200 * l, 150 + 100 * (j - (n - 1) / 2))
        for l, n in enumerate(EXAMPLE.sizes)
        for j in range(n)
    }
    parts = []
    for l, w in EXAMPLE.w.items():
        slopes = f"∂C/∂w{'⁰¹²'[l]}"
        for j, k in np.ndindex(*w.shape):
            (x, y), (u, v) = spot[l - 1, k], spot[l, j]
            weight = float(w[j, k].real)
            parts.append(draw_line((x, y), (u, v), weight, COLOUR["w"]))
            t = (0.36, 0.66)[k] if l == 1 else 0.5
            if slopes in new:
                text = f"{known[slopes][j, k]:g}".replace("-", "−")
                at = x + t * (u - x), y + t * (v - y)
                parts.append(words(at, text, COLOUR["w"], 0.93))
    for (l, j), (x, y) in spot.items():
        a, z, delta = (f"{sign}{'⁰¹²'[l]}" for sign in "azδ")
        text = f"{known[a][j, 0]:g}" if a in known else ""
        fill = 0.9 if a in new else 0.3 * (a in known)
        parts.append(draw_neuron((x, y), text, fill, COLOUR["a"], 25))
        for name, v, kind in [(z, y - 37, "z"), (delta, y + 38, "delta")]:
            if name in known:
                text = f"{name[0]} {known[name][j, 0]:g}".replace("-", "−")
                parts.append(words((x, v), text, COLOUR[kind], 0.93))
    return parts


def draw_both_ways() -> Picture:
    """Activations go forward, errors come back, on the same lines."""
    known, red = example_numbers(), COLOUR["delta"]
    parts = draw_numbers(known, ["∂C/∂w²"])
    parts.append(curve([(40, -16), (460, -16)], COLOUR["a"], 4, head=True))
    parts.append(curve([(460, 318), (40, 318)], red, 4, head=True))
    parts.append(words((250, -34), "forward: z and a", COLOUR["a"]))
    parts.append(words((250, 338), "back: δ", red))
    return Picture(
        drawing(parts, 352, 48),
        f"Forward, to the answer {known['a²'].item():.3f}; 0 was wanted. "
        f"Back: δ = {known['δ²'].item():.3f} at the end makes the three "
        "before it, along the same lines. A δ is the slope by its neuron's "
        "bias; δ times the activation at the other end of a line is the "
        "slope by that weight, written on three of the lines.",
    )


MAKES: dict[str, tuple[str, list[str]]] = {  # each step, and what it needs
    "a⁰": ("a⁰ = x: the input is given.", []),
    "z¹": ("z¹ = w¹ a⁰ + b¹.", ["a⁰"]),
    "a¹": ("a¹ = σ(z¹).", ["z¹"]),
    "z²": ("z² = w² a¹ + b².", ["a¹"]),
    "a²": ("a² = σ(z²), the answer.", ["z²"]),
    "δ²": ("δ² = (a² − y) σ′(z²), the slope by b².", ["a²", "z²"]),
    "δ¹": ("δ¹ = (w²)ᵀ δ² ⊙ σ′(z¹), the slopes by b¹.", ["δ²", "z¹"]),
    "∂C/∂w²": ("∂C/∂w² = δ² (a¹)ᵀ, on the lines.", ["δ²", "a¹"]),
    "∂C/∂w¹": ("∂C/∂w¹ = δ¹ (a⁰)ᵀ, on the lines.", ["δ¹", "a⁰"]),
}
STEPS = list(MAKES)


def last_need(name: str) -> int:
    """The step, counted from 0, that needs a number for the last time."""
    return max(i for i, s in enumerate(STEPS) if name in MAKES[s][1])


def draw_store(step: str, top: float) -> list[str]:
    """The row of the numbers that are kept at a step."""
    parts, here = [], STEPS.index(step)
    for i, name in enumerate(STEPS[:7]):
        x, kind = 14 + 69 * i, {"δ": "delta"}.get(name[0], name[0])
        if here < i:
            continue
        needed, gone = name in MAKES[step][1], here > last_need(name)
        fill = 0.7 if here == i else 0 if gone else 0.2
        dash = ' stroke-dasharray="4 4"' if gone else ""
        parts.append(
            f'<rect x="{x}" y="{top}" width="58" height="40" '
            f'fill="{COLOUR[kind]}" fill-opacity="{fill}" '
            f'stroke="{COLOUR[kind]}" stroke-width="{5 if needed else 1.5}"'
            f"{dash}/>" + words((x + 29, top + 20), name)
        )
    return parts


def draw_pass(step: str) -> Picture:
    """The pass through the example up to a step, in numbers."""
    there = STEPS[: STEPS.index(step) + 1]
    svg = drawing([*draw_numbers(there, [step]), *draw_store(step, 308)], 352)
    said, needs = MAKES[step]
    text = f"{said} It needs {' and '.join(needs)}." if needs else said
    return Picture(svg, text)


def draw_answers(x: Array, before: Array, after: Array) -> Picture:
    """An image, and the ten answers to it, before learning and after it."""
    parts, reads = [], []
    for base, answers, name in [(88, before, "before"), (200, after, "after")]:
        parts.append(curve([(10, base), (490, base)], width=1))
        parts.append(words((10, base - 76), name, side="start"))
        reads.append(int(answers[:, 0].argmax()))
        for digit, answer in enumerate(answers[:, 0]):
            left, fill = 18 + 48 * digit, 0.9 if digit == reads[-1] else 0.3
            parts.append(
                f'<rect x="{left}" y="{base - 66 * answer:.1f}" width="32" '
                f'height="{66 * answer:.1f}" fill="{COLOUR["a"]}" '
                f'fill-opacity="{fill}" stroke="{COLOUR["a"]}"/>'
            )
            parts.append(words((left + 16, base + 14), f"{digit}"))
    return Picture(
        draw_image(x, 150) + drawing(parts, 226),
        f"The ten answers to one image. Before learning the largest was that "
        f"of the {reads[0]}; after it, that of the {reads[1]}.",
    )
