"""Real handwriting

Written by the chapter chapters/15_mnist.md: edit it there, not here.
"""

import re
from dataclasses import dataclass
from functools import cache
from html import escape

import numpy as np
from ipywidgets import HTML, Text, ValueWidget, VBox, link
from numpy.typing import NDArray
from traitlets import Unicode

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.descent import History, sgd
from bp.digits import Array, load_digits, one_hot
from bp.experiments.digits import draw_image, drawn
from bp.experiments.reading import COLOUR, Option, Picture, drawing, words
from bp.network import Network, forward, random_network

__all__ = [
    "draw_misread",
    "Run",
    "training_run",
    "INK",
    "strokes_of",
    "dots_of",
    "count_ink",
    "signed",
    "draw_answers",
    "draw_reading",
    "offered",
    "SEND",
    "DRAW",
    "CLEAR",
    "field_html",
    "drawing_field",
    "draw_units",
    "EPOCHS",
    "draw_epoch",
]


def draw_misread() -> Picture:
    """Test digits that the ten averages misread, and for what."""
    train, test = load_digits()
    means = [train.x[:, train.label == c].mean(axis=1) for c in range(10)]
    away = [((test.x.T - mean) ** 2).sum(axis=1) for mean in means]
    read = np.argmin(away, axis=0)
    wrong = np.flatnonzero(read != test.label)
    shade: dict[str, str] = {}
    parts = []
    for n, i in enumerate(wrong[:10]):
        left, top = 8 + 99 * (n % 5), 4 + 124 * (n // 5)
        for k in np.flatnonzero(test.x[:, i]):
            dark = f"{test.x[k, i]:.1f}"
            square = f"M{left + 11 * (k % 8)} {top + 11 * (k // 8)}h11v11h-11z"
            shade[dark] = shade.get(dark, "") + square
        box = f'<path d="M{left} {top}h88v88h-88z" fill="none"'
        parts.append(f'{box} stroke="currentColor"/>')
        text = f"{test.label[i]} as {read[i]}"
        parts.append(words((left + 44, top + 104), text, size=0.9))
    for dark, squares in sorted(shade.items()):
        parts.append(f'<path fill-opacity="{dark}" d="{squares}"/>')
    return Picture(
        drawing(parts, 246),
        f"Ten of the {wrong.size} digits, of {read.size}, that the averages "
        "of the classes misread: first what they are, then as what they are "
        "read. A network will be asked to do better.",
    )


@dataclass(frozen=True)
class Run:
    """A training run: the networks from epoch 0 on, and the history."""

    networks: list[Network]
    history: History


@cache
def training_run(seed: int) -> Run:
    """64-30-10 on the embedded digits, thirty epochs."""
    train, test = load_digits()
    rng = np.random.default_rng(seed)
    networks = [random_network((64, 30, 10), rng)]
    _, history = sgd(
        networks[0],
        train.x,
        train.y,
        learning_rate=3.0,
        batch_size=10,
        epochs=30,
        rng=rng,
        test=(test.x, test.y),
        callback=lambda _, network, __: networks.append(network),
    )
    return Run(networks, history)


INK = 313  # of 1024 dots: the mean of the training digits


def strokes_of(text: str) -> list[NDArray[np.float64]]:
    """Lines as points, (points, 2) each, from `x,y x,y;x,y …`."""
    lines = [re.findall(r"(-?\d+),(-?\d+)", line) for line in text.split(";")]
    return [np.array(line, dtype=float) for line in lines if line]


def dots_of(strokes: list[NDArray[np.float64]]) -> NDArray[np.bool_]:
    """The 32 by 32 dots of a drawing, brought to the size of the data."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = 27 / max((high - low).max(), 1e-9)
    y, x = np.mgrid[0:32, 0:32] + 0.5
    dots = np.stack([x.ravel(), y.ravel()], axis=1)[:, np.newaxis]
    nearest = np.full(1024, np.inf)  # squared distance from the lines
    for stroke in strokes:
        few = np.unique(np.linspace(0, len(stroke) - 1, 80).round())
        place = (stroke[few.astype(int)] - (low + high) / 2) * scale + 16
        start, way = place[:-1], np.diff(place, axis=0)
        if len(place) == 1:
            start, way = place, np.zeros((1, 2))
        length = np.maximum((way**2).sum(axis=1), 1e-12)
        along = np.clip(((dots - start) * way).sum(axis=2) / length, 0, 1)
        off = dots - start - along[:, :, np.newaxis] * way
        nearest = np.minimum(nearest, (off**2).sum(axis=2).min(axis=1))
    inked: NDArray[np.bool_] = nearest < np.partition(nearest, INK)[INK]
    return inked.reshape(32, 32)


def count_ink(dots: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Dots to an input, shape (64, 1), from 0 to 1 (eq-mnist-ink)."""
    F = np.kron(np.eye(8), np.ones((1, 4)))
    counts: NDArray[np.float64] = F @ dots @ F.T
    return counts.reshape(64, 1) / 16


def signed(error: float) -> str:
    """With its sign, a real minus, and three decimals."""
    return f"{error:+.3f}".replace("-", "−")


def draw_answers(a: Array, delta: Array) -> str:
    """Ten answers and ten errors as bars with their numbers, as SVG."""
    parts = [
        '<text x="30" y="14">answer a²</text>'
        '<text x="270" y="14" text-anchor="middle">error δ²</text>'
    ]
    for c in range(10):
        y, value, error = 22 + 19 * c, float(a[c, 0]), float(delta[c, 0])
        wide = 340 * abs(error)  # δ is at most 4/27
        left = 270 - (wide if error < 0 else 0)
        side = 9 if error < 0 else -9
        anchor = "start" if error < 0 else "end"
        parts.append(
            f'<text x="12" y="{y + 12}">{c}</text>'
            f'<rect x="30" y="{y}" height="15" width="{110 * value:.1f}" '
            f'fill="{COLOUR["a"]}"/>'
            f'<text x="{35 + 110 * value:.1f}" y="{y + 12}">{value:.2f}</text>'
            f'<rect x="{left:.1f}" y="{y}" height="15" width="{wide:.1f}" '
            f'fill="{COLOUR["delta"]}"/>'
            f'<text x="{270 + side}" y="{y + 12}" text-anchor="{anchor}">'
            f"{signed(error)}</text>"
        )
    return (
        '<svg class="drawing" xmlns="http://www.w3.org/2000/svg" '
        'viewBox="0 0 330 216" width="330" font-size="13" '
        'fill="currentColor" style="max-width:100%;height:auto">'
        f'<path d="M270 20v192" stroke="currentColor"/>{"".join(parts)}</svg>'
    )


def draw_reading(sample: int, meant: int, strokes: str) -> Picture:
    """A drawing, or else a test digit: the answers and the errors."""
    _, test = load_digits()
    lines = strokes_of(strokes)
    x = count_ink(dots_of(lines)) if lines else test.x[:, [sample]]
    run = forward(training_run(0).networks[-1], x)
    a, y = run.a[2], one_hot(meant)
    delta = output_error(quadratic_cost_gradient(a, y), run.z[2])
    first, second = (int(c) for c in np.argsort(-a[:, 0])[:2])
    largest = int(np.abs(delta).argmax())
    what = "Your drawing" if lines else f"A test digit, {test.label[sample]},"
    text = (
        f"{what} is read as {first} ({a[first, 0]:.2f}); next comes {second} "
        f"({a[second, 0]:.2f}). If {meant} was meant, the largest error is "
        f"that of neuron {largest}: {signed(delta[largest, 0])}."
    )
    return Picture(draw_image(x, 150) + draw_answers(a, delta), text)


def offered() -> list[Option]:
    """The first test digit of each class, and those that are misread."""
    _, test = load_digits()
    run = forward(training_run(0).networks[-1], test.x)
    misread = np.flatnonzero(run.a[2].argmax(axis=0) != test.label)
    first = [np.argmax(test.label == c) for c in range(10)]
    return drawn(test.x, dict.fromkeys(map(int, [*first, *misread])))


SEND = """
  const line = pad.closest('.pad').querySelector('input');
  line.value = pad.dataset.trace;
  line.dispatchEvent(new Event('input', {bubbles: true}));
"""
DRAW = """
  const pad = this, box = pad.getBoundingClientRect();
  const x = Math.round((event.clientX - box.left) * 200 / box.width);
  const y = Math.round((event.clientY - box.top) * 200 / box.height);
  const [hint, path] = pad.children;
  let trace = pad.dataset.trace, d = path.getAttribute('d');
  if (event.type === 'pointerdown') {
    pad.setPointerCapture(event.pointerId);
    trace += ';';
    d += 'M' + x + ' ' + y;
    hint.style.display = 'none';
  }
  if (!event.buttons) return;
  path.setAttribute('d', d + 'L' + x + ' ' + y);
  pad.dataset.trace = trace + x + ',' + y + ' ';
"""
CLEAR = """
  const pad = this.closest('.pad').querySelector('svg');
  pad.children[0].style.display = '';
  pad.children[1].setAttribute('d', '');
  pad.dataset.trace = '';
"""


def field_html(strokes: str = "") -> str:
    """The field, with what has been drawn on it already."""
    lines = strokes_of(strokes)
    d = "".join(
        "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in [line[0], *line])
        for line in lines
    )
    return (
        f'<svg viewBox="0 0 200 200" data-trace="{escape(strokes)}" '
        'role="img" aria-label="A field to draw a digit on with mouse, pen '
        'or finger" style="width:200px;border:1px solid currentColor;'
        'touch-action:none;cursor:crosshair" '
        f'onpointerdown="{DRAW}{SEND}" onpointermove="{DRAW}{SEND}">'
        '<text x="100" y="106" text-anchor="middle" font-size="18" '
        'fill="currentColor" fill-opacity="0.75" pointer-events="none"'
        f"{' style=display:none' * bool(lines)}>draw here</text>"
        f'<path d="{d}" fill="none" stroke="currentColor" stroke-width="12" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
        f'<button type="button" onclick="{CLEAR}{SEND}">clear</button>'
    )


def drawing_field() -> ValueWidget:
    """A field to draw on; its value is the lines as `strokes_of` reads."""
    field, line = HTML(field_html()), Text(layout={"display": "none"})
    box = VBox([field, line])
    box.add_class("pad")
    plain = (
        f'<div class="pad">{field_html()}<input hidden name="strokes"></div>'
    )
    box.add_traits(value=Unicode(""), plain=Unicode(plain))

    def redraw(change: dict[str, str]) -> None:
        if change["new"] != line.value:  # it was not drawn on the field
            field.value = field_html(change["new"])

    box.observe(redraw, "value")
    link((line, "value"), (box, "value"))
    return box


def draw_units(w: Array, largest: float) -> str:
    """The weights into each hidden neuron as an image, six in a row."""
    squares: dict[tuple[bool, str], list[str]] = {}
    for j, k in np.ndindex(*w.shape):
        x, y = 9 * (j % 6) + k % 8, 9 * (j // 6) + k // 8
        strength = f"{min(abs(float(w[j, k])) / largest, 1):.1f}"
        path = f"M{x} {y}h1v1h-1z"
        if w[j, k] < 0:
            path = f"M{x}.2 {y}.2h.6v.6h-.6z"
        if strength != "0.0":
            squares.setdefault((bool(w[j, k] > 0), strength), []).append(path)
    paths = "".join(
        f'<path fill="{COLOUR["w"] if positive else "currentColor"}" '
        f'fill-opacity="{strength}" d="{"".join(found)}"/>'
        for (positive, strength), found in sorted(squares.items())
    )
    frames = "".join(
        f'<rect x="{9 * (j % 6)}" y="{9 * (j // 6)}" width="8" height="8"/>'
        for j in range(len(w))
    )
    high = 9 * ((len(w) + 5) // 6)
    return (
        f'<svg class="drawing" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="-0.5 -0.5 54 {high}" width="430" '
        f'style="max-width:100%;height:auto">{paths}<g fill="none" '
        f'stroke="currentColor" stroke-width="0.08">{frames}</g></svg>'
    )


EPOCHS = [0, 1, 2, 3, 5, 8, 12, 18, 29, 30]


def draw_epoch(epoch: int) -> Picture:
    """The hidden units, the answers and the errors after an epoch."""
    _, test = load_digits()
    network = training_run(0).networks[epoch]
    history = training_run(0).history
    run = forward(network, test.x)
    delta = output_error(quadratic_cost_gradient(run.a[2], test.y), run.z[2])
    misread = int((run.a[2].argmax(axis=0) != test.label).sum())
    read = int(run.a[2][:, 36].argmax())
    text = (
        f"Epoch {epoch}: {misread} of 360 test digits misread, cost "
        f"{history.test_cost[epoch]:.3f}, mean |δ²| "
        f"{np.abs(delta).mean():.4f}. The 9 is read as {read}."
    )
    bars = draw_answers(run.a[2][:, [36]], delta[:, [36]])
    image = draw_image(test.x[:, [36]], 110)
    return Picture(draw_units(network.w[1], 1.5) + image + bars, text)
