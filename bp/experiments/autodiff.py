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

__all__ = ["Spot", "draw_arrow", "WALK", "SPOTS", "parts_of", "draw_walk"]


Spot = tuple[float, float]


def draw_arrow(start: Spot, end: Spot, colour: str) -> str:
    """An arrow between two circles."""
    away = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
    ends = [start + 31 * away, end - 31 * away]
    return curve([(float(x), float(y)) for x, y in ends], colour, 3, head=True)


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
    done, parts = {"the end", *WALK[:step]}, list[str]()
    has: dict[str, float] = {}
    for name, got in parts_of().items():
        for reader, part in got.items():
            if reader in SPOTS and (part or name[0] != "x"):
                colour = COLOUR["delta"] if reader in done else "grey"
                parts.append(draw_arrow(SPOTS[reader], SPOTS[name], colour))
        here = [v for r, v in reversed(got.items()) if r in done and v]
        if here or got.keys() <= done:
            has[name] = sum(here) if meet == "add" else [0.0, *here][-1]
    for name, (x, y) in SPOTS.items():
        text = f"{has[name]:.3f}".replace("-", "−") if name in has else ""
        fill = 0.9 if name in done else 0.3 * (name in has)
        parts.append(draw_neuron((x, y), text, fill, COLOUR["delta"], 30))
        parts.append(words((x, y - 41), name, size=0.95))
    told = [f"{n} has {has[n]:.4f}" for n in ("x₁", "x₂") if n in has]
    last = f"{WALK[step - 1]} has passed on" if step else "C̄ is 1"
    rule = {"add": "they are added", "keep the last": "the last is kept"}
    text = f"Slopes of the cost, from C back; where parts meet, {rule[meet]}. "
    text += f"{'; '.join([last if step < 11 else 'All are there', *told])}."
    return Picture(drawing(parts, 310), text.replace("-", "−"))
