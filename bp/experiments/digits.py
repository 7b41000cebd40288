"""What goes in, and what should come out

Written by the chapter chapters/01_digits.md: edit it there, not here.
"""

from collections.abc import Iterable
from importlib.resources import files

import numpy as np

from bp.digits import Array, load_digits
from bp.experiments.kit import (
    COLOUR,
    Option,
    Picture,
    curve,
    draw_neuron,
    drawing,
    words,
)

__all__ = ["draw_question", "draw_image", "draw_class", "drawn", "classes"]


def draw_question() -> Picture:
    """A scanned digit, the column that goes in, the column that comes out."""
    stored = files("bp.data").joinpath("digits.npz")
    with stored.open("rb") as opened, np.load(opened) as file:
        ink, label = file["pixels"][3] / 16, int(file["label"][3])
    parts = []
    for k, value in enumerate(ink):
        x, y, high = 10 + 18 * (k % 8), 40 + 18 * (k // 8), 40 + 2.8 * k - 18
        dark = f'fill-opacity="{value:.2f}"'
        if not value:
            continue
        parts.append(f'<path d="M{x} {y}h18v18h-18z" {dark}/>')
        parts.append(f'<path d="M232 {high:.1f}h20v2.8h-20z" {dark}/>')
    box = 'fill="none" stroke="currentColor"'
    parts.append(f'<path d="M10 40h144v144h-144z" {box}/>')
    parts.append(f'<path d="M232 22h20v179.2h-20z" {box}/>')
    parts.append(curve([(164, 112), (222, 112)], head=True))
    parts.append(curve([(262, 112), (404, 112)], head=True))
    parts.append(words((332, 92), "a network", COLOUR["w"]))
    for c in range(10):
        at, wanted = (424, 20 + 20.4 * c), float(c == label)
        parts.append(draw_neuron(at, "", 1.6 * wanted, COLOUR["a"], 8))
        parts.append(words((at[0] + 30, at[1]), f"{c}", size=0.87))
    parts.append(words((82, 206), "8 by 8 squares", size=0.87))
    parts.append(words((242, 218), f"x: {ink.size} numbers", size=0.87))
    parts.append(words((430, 226), "y: ten numbers", size=0.87))
    return Picture(
        drawing(parts, 240),
        f"A handwritten {label} goes in as a column of {ink.size} numbers, "
        f"the darkest {ink.max():.2f}, row after row of its squares. What "
        f"should come out is a column of ten: 1 at the {label}, 0 elsewhere.",
    )


def draw_image(x: Array, size: int = 120) -> str:
    """An image of 8 by 8 pixels in 0..1, given as a column, as SVG."""
    shade: dict[str, list[str]] = {}
    for k, value in enumerate(np.clip(np.asarray(x).ravel(), 0, 1)):
        if value > 0.02:
            square = f"M{k % 8} {k // 8}h1v1h-1z"
            shade.setdefault(f"{value:.2f}", []).append(square)
    paths = "".join(
        f'<path fill-opacity="{value}" d="{"".join(squares)}"/>'
        for value, squares in sorted(shade.items())
    )
    return (
        f'<svg class="drawing" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="-0.1 -0.1 8.2 8.2" width="{size}" height="{size}" '
        f'fill="currentColor"><rect width="8" height="8" fill="none" '
        f'stroke="currentColor" stroke-width="0.06"/>{paths}</svg>'
    )


def draw_class(c: int) -> Picture:
    """The average image of class c, and how far its samples are from it."""
    train, _ = load_digits()
    images = train.x[:, train.label == c]
    average = images.mean(axis=1, keepdims=True)
    far = ((images - average) ** 2).sum(axis=0)
    order = np.argsort(far)
    some = order[[0, len(order) // 2, -1]]
    shown = draw_image(average, 170) + "".join(
        draw_image(images[:, [i]], 90) for i in some
    )
    low, middle, high = (f"{far[i]:.1f}" for i in some)
    text = (
        f"The average {c} of {far.size}, its nearest sample, one in the "
        f"middle and the farthest, at the squared distances {low}, {middle} "
        f"and {high}; on average it is {far.mean():.1f}."
    )
    return Picture(shown, text)


def drawn(x: Array, indices: Iterable[int]) -> list[Option]:
    """Some columns of x to choose from, for `thumbnails`."""
    return [(f"no. {i}", i, draw_image(x[:, [i]], 60)) for i in indices]


def classes() -> list[Option]:
    """The ten classes, each with its first sample, for `thumbnails`."""
    train, _ = load_digits()
    first = [int(np.argmax(train.label == c)) for c in range(10)]
    images = drawn(train.x, first)
    return [(str(c), c, svg) for c, (*_, svg) in enumerate(images)]
