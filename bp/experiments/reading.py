"""How to read this book

Written by the chapter chapters/00_reading.md: edit it there, not here.
"""

from bp.experiments.kit import (
    COLOUR,
    Picture,
    curve,
    draw_network,
    draw_neuron,
    drawing,
    words,
)
from bp.reading import count_parameters

__all__ = ["draw_colours", "draw_middle"]


def draw_colours() -> Picture:
    """The five quantities of the book on their way, each in its colour."""
    kinds = {"x": "a", "z": "z", "a": "a", "C": "C"}
    names = ["activation", "weighted input", "activation", "cost"]
    parts = [words((118, 34), "weight w", COLOUR["w"])]
    for i, (sign, kind) in enumerate(kinds.items()):
        x = 52 + 132 * i
        if i:
            line = [(x - 104, 60), (x - 30, 60)]
            colour = COLOUR["w"] if i == 1 else "currentColor"
            parts.append(curve(line, colour, 4 if i == 1 else 2, head=True))
        circle = draw_neuron((x, 60), "", 0.5, COLOUR[kind], 26)
        parts.append(circle + words((x, 60), sign, size=1.2))
        parts.append(words((x, 102), names[i], COLOUR[kind], 0.87))
    back = [(448 - 26.4 * t, 122 + 1.6 * t * (10 - t)) for t in range(11)]
    parts.append(curve(back, COLOUR["delta"], 4, head=True))
    parts.append(words((316, 182), "error δ", COLOUR["delta"]))
    return Picture(
        drawing(parts, 200),
        "The book's five colours: blue activations meet orange weights, make "
        "a grey-green weighted input, and bend to an activation that has a "
        "purple cost; red errors come back.",
    )


def draw_middle(n: int) -> Picture:
    """A network 2-n-1 and the number of its weights and biases."""
    sizes = (2, n, 1)
    svg = draw_network(sizes, titles=["input", "middle", "output"])
    p = count_parameters(sizes)
    return Picture(svg, f"A network 2-{n}-1 has {p} weights and biases.")
