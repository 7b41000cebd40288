"""How good it is, honestly

Written by the chapter chapters/17_trust.md: edit it there, not here.
"""

import numpy as np

from bp.experiments.kit import COLOUR, Picture, curve, drawing, words

__all__ = ["TRUTH", "interval", "tests", "draw_tests"]


TRUTH = 0.97


def interval(right: int, n: int, t: float = 1.96) -> tuple[float, float]:
    """The p for which the share is within t deviations, eq-trust-wilson."""
    share, unit = right / n, t * t / n
    half = t * np.sqrt(share * (1 - share) / n + unit / (4 * n))
    middle = share + unit / 2
    return (middle - half) / (1 + unit), (middle + half) / (1 + unit)


def tests(machines: int, digits: int, luck: int) -> tuple[list[int], int]:
    """Of equal machines, how many digits each reads; the best, once more."""
    rng = np.random.default_rng(luck)
    counts = rng.binomial(digits, TRUTH, size=machines)
    return [int(c) for c in counts], int(rng.binomial(digits, TRUTH))


def draw_tests(machines: int, digits: int, luck: int) -> Picture:
    """Intervals of equal machines, each tested on digits of its own."""
    counts, again = tests(machines, digits, luck)
    best, parts, held = int(np.argmax(counts)), [], 0
    step = min(24.0, 240 / machines)

    def across(p: float) -> float:
        return 34 + 432 * (p - 0.9) / 0.1

    for i, right in enumerate(counts):
        low, high = interval(right, digits)
        holds, y = low <= TRUTH <= high, 28 + step * (i + 0.5)
        held += holds
        colour = COLOUR["a"] if holds else COLOUR["delta"]
        ends = [(across(max(low, 0.9)), y), (across(high), y)]
        wide = 5.0 if i == best else 2.0
        parts.append(curve(ends, colour, wide, dashed=not holds))
        x = across(right / digits)
        dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" '
        parts.append(dot + 'fill="currentColor"/>')
    truth = [(across(TRUTH), 22), (across(TRUTH), 272)]
    parts.append(curve(truth, "currentColor", 1.5))
    for p in (0.9, 0.92, 0.94, 0.96, 0.98, 1):
        parts.append(words((across(p), 290), f"{100 * p:.0f} %", size=0.9))
    parts.append(words((across(TRUTH), 14), "97 %: the truth", size=0.9))
    low, high = (100 * end for end in interval(counts[best], digits))
    return Picture(
        drawing(parts, 300),
        f"{machines} equal machines, each tested on {digits} digits of its "
        f"own: {held} of the intervals hold the truth, 97 %. The best (thick) "
        f"reads {100 * counts[best] / digits:.1f} %, with an interval from "
        f"{low:.1f} to {high:.1f} %; on {digits} fresh digits it reads "
        f"{100 * again / digits:.1f} %.",
    )
