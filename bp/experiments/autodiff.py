"""Is δ a special case

Written by the chapter chapters/26_autodiff.md: edit it there, not here.
"""

import numpy as np

from bp.experiments.biases import all_errors
from bp.experiments.cost import EXAMPLE_Y
from bp.experiments.kit import (
    COLOUR,
    Picture,
    curve,
    draw_neuron,
    drawing,
    words,
)
from bp.experiments.network import EXAMPLE, EXAMPLE_X
from bp.network import forward

__all__ = [
    "Spot",
    "draw_arrow",
    "draw_smallest",
    "WALK",
    "SPOTS",
    "parts_of",
    "draw_walk",
]


Spot = tuple[float, float]


def draw_arrow(start: Spot, end: Spot, gap: float, colour: str) -> str:
    """An arrow between two circles."""
    away = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
    ends = [start + gap * away, end - gap * away]
    return curve([(float(x), float(y)) for x, y in ends], colour, 3, head=True)


def draw_smallest() -> Picture:
    """The three steps of a + a², values forward, slopes back."""
    spots = [(70.0, 150.0), (250.0, 62.0), (430.0, 150.0)]
    values, bars, parts = [3, 9, 12], [7, 1, 1], []
    names = ["v₁ = a", "v₂ = v₁²", "v₃ = v₁ + v₂"]
    for i, j, at, slope in [
        (0, 1, (128, 88), 6),
        (1, 2, (372, 88), 1),
        (0, 2, (250, 168), 1),
    ]:
        parts.append(draw_arrow(spots[i], spots[j], 36, COLOUR["w"]))
        parts.append(words(at, f"slope {slope}", COLOUR["w"]))
    for (x, y), name, v, bar in zip(spots, names, values, bars, strict=True):
        parts.append(draw_neuron((x, y), f"{v}", 0.3, COLOUR["a"], 30))
        parts.append(words((x, y - 44), name))
        parts.append(words((x, y + 47), f"v̄ = {bar}", COLOUR["delta"], 1.1))
    return Picture(
        drawing(parts, 212),
        "The program a + a² at a = 3, in three steps: in the circles the "
        "values, 12 at the end; on an arrow the slope of a step by what it "
        "reads; in red the slope of the result by each value. Two arrows "
        "leave a, so two parts come back to it: 1 · 1 and 1 · 6, together 7.",
    )


WALK = "C a² z² a¹₃ a¹₂ a¹₁ z¹₃ z¹₂ z¹₁ x₂ x₁".split()
SPOTS: dict[str, Spot] = {"C": (455, 160), "a²": (370, 160)}
SPOTS |= {"z²": (285, 160), "x₁": (42, 105), "x₂": (42, 215)}
SPOTS |= {f"a¹{s}": (205, 50 + 110 * j) for j, s in enumerate("₁₂₃")}
SPOTS |= {f"z¹{s}": (125, 50 + 110 * j) for j, s in enumerate("₁₂₃")}


def parts_of() -> dict[str, dict[str, float]]:
    """What each value gets from each of its readers, on the way back."""
    delta, w = all_errors(EXAMPLE, EXAMPLE_X, EXAMPLE_Y), EXAMPLE.w
    pull = forward(EXAMPLE, EXAMPLE_X).a[2] - EXAMPLE_Y
    got = {"C": {"the end": 1.0}, "a²": {"C": pull.item()}}
    got["z²"] = {"a²": delta[2].item()}
    for j, s in enumerate("₁₂₃"):
        got[f"a¹{s}"] = {"z²": float(w[2][0, j] * delta[2].item())}
        got[f"z¹{s}"] = {f"a¹{s}": float(delta[1][j, 0])}
    for k, s in enumerate("₁₂"):
        by = w[1][:, k] * delta[1][:, 0]
        got[f"x{s}"] = {f"z¹{t}": float(by[j]) for j, t in enumerate("₁₂₃")}
    return got


def draw_walk(step: int, meet: str) -> Picture:
    """The example after some values have passed their adjoints on."""
    done, parts, has = {"the end", *WALK[:step]}, [], dict[str, float]()
    for name, got in parts_of().items():
        for reader in got.keys() - {"the end"}:
            if got[reader] or name[0] != "x":
                start, end = SPOTS[reader], SPOTS[name]
                colour = COLOUR["delta"] if reader in done else "grey"
                parts.append(draw_arrow(start, end, 26, colour))
        here = [v for r, v in reversed(got.items()) if r in done and v]
        if here or got.keys() <= done:
            has[name] = sum(here) if meet == "add" or not here else here[-1]
    for name, (x, y) in SPOTS.items():
        text = f"{has[name]:.3f}" if name in has else ""
        fill = 0.9 if name in done else 0.3 * (name in has)
        text = text.replace("-", "−")
        parts.append(draw_neuron((x, y), text, fill, COLOUR["delta"], 25))
        parts.append(words((x, y - 36), name, size=0.95))
    told = [f"{n} has {has[n]:.4f}" for n in ("x₁", "x₂") if n in has]
    last = f"{WALK[step - 1]} has passed on" if step else "At the end C̄ = 1"
    text = f"{last}; {', '.join(told)}." if told else f"{last}."
    return Picture(drawing(parts, 310), text.replace("-", "−"))
