"""A cost without σ′

Written by the chapter chapters/22_cross_entropy.md: edit it there, not here.
"""

import math
from collections.abc import Callable

from bp.experiments.kit import (
    COLOUR,
    Picture,
    curve,
    draw_neuron,
    drawing,
    words,
)

__all__ = ["Pull", "sure", "quadratic", "path", "steps", "draw_stall"]


Pull = Callable[[float], float]


def sure(z: float) -> float:
    """A neuron's answer; where 0 is wanted, δ of the cross-entropy, too."""
    return 1 / (1 + math.exp(-z))


def quadratic(z: float) -> float:
    """δ of the quadratic cost, where 0 is wanted."""
    return sure(z) * sure(z) * sure(-z)


def path(start: float, rate: float, pull: Pull) -> list[float]:
    """z after each step of w and b, for x = 1, until it is 0 or less."""
    zs = [start]
    while zs[-1] > 0:
        zs.append(zs[-1] - 2 * rate * pull(zs[-1]))
    return zs


def steps(start: float, rate: float, pull: Pull) -> int:
    """How many it takes until the answer is one half or less."""
    return len(path(start, rate, pull)) - 1


def draw_stall(start: float, rate: float) -> Picture:
    """How a neuron that is sure and wrong is pulled, and how it answers."""

    def high(z: float, d: float) -> tuple[float, float]:
        return 46 + 40 * (z + 2), 118 - 90 * d

    def low(n: int, a: float) -> tuple[float, float]:
        return 46 + 86 * math.log10(max(n, 1)), 284 - 100 * a

    parts = [curve([(46, y), (486, y)], width=0.8) for y in (118, 284)]
    for pull in (quadratic, sure):
        zs, dashed = path(start, rate, pull), pull is quadratic
        pulls = [high(k / 5, pull(k / 5)) for k in range(-10, 46)]
        some = {0, len(zs) - 1, *(round(10 ** (k / 20)) for k in range(101))}
        walk = [low(n, sure(zs[n])) for n in sorted(some) if n < len(zs)]
        here = high(start, pull(start))
        for line, dot, name in ((pulls, here, "delta"), (walk, walk[-1], "a")):
            parts.append(curve(line, COLOUR[name], 2.5, dashed))
            parts.append(draw_neuron(dot, "", 1, COLOUR[name], 6))
    for y, text in zip((28, 118, 184, 234, 284), "101½0", strict=True):
        parts.append(words((30, y), text))
    parts += [words((high(z, 0)[0], 132), f"{z}") for z in (0, 2, 4, 6, 8)]
    for k, text in enumerate("1 10 100 1000 10⁴ 10⁵".split()):
        parts.append(words((low(10**k, 0)[0], 299), text))
    parts += [
        words((46, 10), "δ, for each z", COLOUR["delta"], side="start"),
        words((46, 166), "answer after n steps", COLOUR["a"], side="start"),
        words((494, 149), "weighted input z", side="end"),
        words((494, 316), "steps n", side="end"),
        words((330, 50), "cross-entropy"),
        words((330, 92), "quadratic"),
    ]
    return Picture(
        drawing(parts, 328, 2),
        f"A neuron starts at z = {start:g} and answers {sure(start):.4f}; 0 "
        f"is wanted. δ is {quadratic(start):.5f} with the quadratic cost "
        f"(broken), {sure(start):.4f} with the cross-entropy. Steps with "
        f"η = {rate:g} until the answer is ½ or less: "
        f"{steps(start, rate, quadratic)}, and {steps(start, rate, sure)}.",
    )
