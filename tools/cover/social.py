"""The picture that others show beside a link to the book."""

import io
from textwrap import fill

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Wedge
from matplotlib.path import Path

from bp.experiments.kit import COLOUR
from cover.scene import (
    ANSWERS,
    FIELD,
    HIDDEN,
    LARGEST,
    Line,
    Scene,
    corner,
    rows,
)

SIZE = 1200, 630
INK, PAPER, SOFT = "#222832", "#ffffff", "#8a94a1"
EQUATIONS = (
    r"$\delta^L = \nabla_a C \odot \sigma'(z^L)$",
    r"$\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)$",
    r"$\partial C / \partial b^l = \delta^l$",
    r"$\partial C / \partial w^l = \delta^l\, (a^{l-1})^T$",
)


def curve(line: Line, colour: str) -> PathPatch:
    (ax, ay), (bx, by) = line.start, line.end
    m = ax + 0.55 * (bx - ax)
    path = Path([(ax, ay), (m, ay), (m, by), (bx, by)], [1, 4, 4, 4])
    alpha = 0.12 + 0.7 * line.strength
    return PathPatch(path, ec=colour, fc="none", lw=1.2, alpha=alpha)


def neuron(x: float, y: float, a: float, error: float) -> list:
    patches = [
        Circle((x, y), 9, fc=PAPER, ec="none", zorder=3),
        Circle((x, y), 9, fc=COLOUR["a"], alpha=float(a), lw=0, zorder=4),
        Circle((x, y), 9, fc="none", ec=COLOUR["a"], zorder=5),
    ]
    if abs(error) > 0.02:
        start, width = (-72 if error > 0 else 108), 9 * min(1, abs(error))
        ring = Wedge((x, y), 11 + width, start, start + 144, width=width)
        ring.set(fc=COLOUR["delta"], lw=0, zorder=5)
        patches.append(ring)
    return patches


def patches(scene: Scene) -> list:
    found = [curve(line, COLOUR["a"]) for line in scene.forwards]
    found += [curve(line, COLOUR["delta"]) for line in scene.back]
    size = FIELD[2] / 8 - 2
    for k in np.flatnonzero(scene.x > 0.02):
        left, top = corner(int(k))
        box = FancyBboxPatch((left + 3, top + 3), size - 4, size - 4)
        box.set_boxstyle("round", pad=2)
        box.set(fc=COLOUR["a"], alpha=float(scene.x[k]), lw=0, zorder=3)
        found.append(box)
    unit = scene.delta1 / np.abs(scene.delta1).max()
    layers = (
        (HIDDEN, scene.hidden, unit),
        (ANSWERS, scene.answers, scene.delta2 / LARGEST),
    )
    for x, values, errors in layers:
        places = zip(rows(len(values)), values, errors, strict=True)
        for y, a, error in places:
            found += neuron(x, float(y), a, error)
    return found


def social(scene: Scene, title: str, promise: str) -> bytes:
    """A PNG of 1200 by 630: title, equations, the network at work."""
    fonts = {"font.family": "serif", "mathtext.fontset": "stix"}
    with rc_context(fonts):
        figure = Figure((SIZE[0] / 100, SIZE[1] / 100), 100)
        words = {"color": INK, "va": "top"}
        figure.text(0.05, 0.88, fill(title, 18), size=38, **words)
        figure.text(0.05, 0.66, fill(promise, 38), size=15, **words)
        for i, text in enumerate(EQUATIONS):
            figure.text(0.05, 0.46 - 0.095 * i, text, size=22, **words)
        axes = figure.add_axes((0.45, 0.06, 0.54, 0.88))
        axes.set(xlim=(-10, 590), ylim=(500, 20), aspect="equal")
        axes.axis("off")
        for patch in patches(scene):
            axes.add_patch(patch)
        for j, y in enumerate(rows(len(scene.answers))):
            axes.text(493, y, str(j), va="center", size=14, color=INK)
            bar = FancyBboxPatch((514, y - 5), 70 * scene.answers[j], 10)
            bar.set_boxstyle("square", pad=0)
            bar.set(fc=COLOUR["a"], lw=0)
            axes.add_patch(bar)
        out = io.BytesIO()
        figure.savefig(out, facecolor=PAPER)
    return out.getvalue()
