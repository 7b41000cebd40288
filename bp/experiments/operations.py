"""The slope of every operation

Written by the chapter chapters/95_operations.md: edit it there, not here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bp.experiments.kit import (
    COLOUR,
    Picture,
    curve,
    draw_neuron,
    drawing,
    words,
)

__all__ = ["MOVES", "moved_back", "draw_moves"]


MOVES: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "a[[0, 0, 2]]": lambda a: a[[0, 0, 2]],
    "a[1:]": lambda a: a[1:],
    "np.flip(a)": np.flip,
    "np.repeat(a, 2)": lambda a: np.repeat(a, 2),
    "np.pad(a, 1)": lambda a: np.pad(a, 1),
    "windows of 2": lambda a: np.stack([a[:-1], a[1:]], axis=1),
}


def moved_back(move: str) -> tuple[list[int], list[float]]:
    """Where each entry comes from, 0 for nowhere; the adjoints of a."""
    places = MOVES[move](np.arange(1, 4)).ravel()
    back = np.zeros(4)
    np.add.at(back, places, np.arange(1.0, places.size + 1))
    return places.tolist(), back[1:].tolist()


def draw_moves(move: str) -> Picture:
    """Entries of a, those made of them, and the adjoints on their way."""
    places, back = moved_back(move)
    parts = [words((16, 46), "a", size=1.1), words((16, 200), "b", size=1.1)]
    left = [250 + 130 * (k - 1) for k in range(3)]
    step = 390 / max(len(places) - 1, 1)
    below = [72 + step * k for k in range(len(places))]
    for x, source in zip(below, places, strict=True):
        if source:
            ends = [(x, 174), (left[source - 1], 72)]
            parts.append(curve(ends, COLOUR["delta"], 3, head=True))
    for k, x in enumerate(left):
        parts.append(
            draw_neuron((x, 46), f"{back[k]:g}", 0.5, COLOUR["delta"], 25)
        )
        parts.append(words((x, 10), f"a{'₁₂₃'[k]}", size=0.9))
    for k, (x, source) in enumerate(zip(below, places, strict=True)):
        fill = 0.5 if source else 0.0
        parts.append(
            draw_neuron((x, 200), f"{k + 1}", fill, COLOUR["delta"], 25)
        )
        name = f"a{'₁₂₃'[source - 1]}" if source else "0"
        parts.append(words((x, 238), name, size=0.9))
    told = ", ".join(f"{v:g}" for v in back)
    return Picture(
        drawing(parts, 252),
        f"b = {move}: below, which entry of a each entry of b is, and its "
        f"adjoint, 1, 2, 3, …; the adjoints of a are {told}.",
    )
