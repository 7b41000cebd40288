"""Real handwriting

Written by the chapter chapters/16_handwriting.md: edit it there, not here.
"""

import re
from functools import cache
from html import escape

import numpy as np
from ipywidgets import HTML, Text, ValueWidget, VBox, link
from numpy.typing import NDArray
from traitlets import Unicode

from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import Array, load_digits, one_hot
from bp.experiments.digits import draw_image, drawn
from bp.experiments.kit import COLOUR, Option, Picture, drawing, words
from bp.network import Network, forward, random_network
from bp.training import sgd

__all__ = [
    "training_run",
    "guesses",
    "draw_misread",
    "INK",
    "strokes_of",
    "dots_of",
    "count_ink",
    "draw_answers",
    "draw_reading",
    "offered",
    "SEND",
    "DRAW",
    "CLEAR",
    "field_html",
    "drawing_field",
    "draw_units",
]


@cache
def training_run(seed: int) -> list[Network]:
    """The networks of a run on the digits: the first, after each epoch."""
    train, _ = load_digits()
    rng = np.random.default_rng(seed)
    networks = [random_network((64, 30, 10), rng)]
    sgd(
        networks[0],
        train.x,
        train.y,
        learning_rate=3.0,
        batch_size=10,
        epochs=30,
        rng=rng,
        callback=lambda _, network, __: networks.append(network),
    )
    return networks


def guesses(seeds: int = 3) -> NDArray[np.intp]:
    """What each run's network takes each test digit for."""
    ends = [training_run(seed)[-1] for seed in range(seeds)]
    x = load_digits()[1].x
    return np.array([forward(end, x).a[2].argmax(axis=0) for end in ends])


def draw_misread() -> Picture:
    """The test digits that at least one of three networks misreads."""
    test, guess, parts, said = load_digits()[1], guesses(), [], []
    wrong = np.flatnonzero((guess != test.label).any(axis=0))
    for k, i in enumerate(wrong):
        x, y = 16 + 80 * (k % 6), 6 + 102 * (k // 6)
        ink = draw_image(test.x[:, [i]]).partition(">")[2][: -len("</svg>")]
        move = f'transform="translate({x} {y}) scale(8.5)"'
        parts.append(f"<g {move}>{ink}</g>")
        parts.append(words((x + 34, y + 84), f"a {test.label[i]}"))
        read = ", ".join(map(str, guess[:, i]))
        said.append(f"a {test.label[i]} (read as {read})")
    return Picture(
        drawing(parts, 102 * -(-len(wrong) // 6) + 4),
        f"Of {test.label.size} test digits, all that at least one of three "
        f"trained networks misreads: {'; '.join(said)}.",
    )


INK = 313  # of 1024 dots: the mean of the training digits


def strokes_of(text: str) -> list[NDArray[np.float64]]:
    """Lines as points, (points, 2) each, from `x,y x,y;x,y …`."""
    lines = [re.findall(r"(-?\d+),(-?\d+)", line) for line in text.split(";")]
    return [np.array(line, dtype=float) for line in lines if line]


def dots_of(strokes: list[NDArray[np.float64]]) -> NDArray[np.bool_]:
    """The dots of a drawing, brought to the size of the data."""
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
    """Dots to an input, a column from 0 to 1: shares of 4 by 4 dots."""
    blocks: NDArray[np.float64] = dots.reshape(8, 4, 8, 4).mean(axis=(1, 3))
    return blocks.reshape(64, 1)


def draw_answers(a: Array, delta: Array) -> str:
    """Ten answers and ten errors as bars with their numbers, as SVG."""
    parts = ['<text x="30" y="14">answer a²</text><text x="243" y="14">error']
    parts.append(' δ²</text><path d="M270 20v192" stroke="currentColor"/>')
    for c in range(10):
        y, value, error = 22 + 19 * c, float(a[c, 0]), float(delta[c, 0])
        bars = [(30.0, 110 * value, "a"), (270.0, 340 * abs(error), "delta")]
        if error < 0:  # δ is at most 4/27
            bars[1] = (270 - bars[1][1], bars[1][1], "delta")
        for left, wide, name in bars:
            parts.append(
                f'<rect x="{left:.1f}" y="{y}" height="15" '
                f'width="{wide:.1f}" fill="{COLOUR[name]}"/>'
            )
        side, anchor = (9, "start") if error < 0 else (-9, "end")
        parts.append(
            f'<text x="12" y="{y + 12}">{c}</text>'
            f'<text x="{35 + 110 * value:.1f}" y="{y + 12}">{value:.2f}</text>'
            f'<text x="{270 + side}" y="{y + 12}" text-anchor="{anchor}">'
            + f"{error:+.3f}</text>".replace("-", "−")
        )
    return (
        '<svg class="drawing" xmlns="http://www.w3.org/2000/svg" '
        'viewBox="0 0 330 216" width="330" font-size="13" fill="currentColor" '
        f'style="max-width:100%;height:auto">{"".join(parts)}</svg>'
    )


def draw_reading(sample: int, meant: int, strokes: str) -> Picture:
    """A drawing, or else a test digit: the answers and the errors."""
    _, test = load_digits()
    lines = strokes_of(strokes)
    x = count_ink(dots_of(lines)) if lines else test.x[:, [sample]]
    run = forward(training_run(0)[-1], x)
    a, y = run.a[2], one_hot(meant)
    delta = output_error(quadratic_cost_gradient(a, y), run.z[2])
    first, second = (int(c) for c in np.argsort(-a[:, 0])[:2])
    largest = int(np.abs(delta).argmax())
    what = "Your drawing" if lines else f"A test digit, {test.label[sample]},"
    text = (
        f"{what} is read as {first} ({a[first, 0]:.2f}); next comes {second} "
        f"({a[second, 0]:.2f}). If {meant} was meant, the largest error is "
        f"that of neuron {largest}: {delta[largest, 0]:+.3f}."
    ).replace("-", "−")
    return Picture(draw_image(x, 150) + draw_answers(a, delta), text)


def offered() -> list[Option]:
    """The first ten test digits, and those that the first run misreads."""
    _, test = load_digits()
    misread = np.flatnonzero(guesses(1)[0] != test.label)
    return drawn(test.x, [*range(10), *map(int, misread)])


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
        '<button type="button" style="display:block;width:200px;margin:6px 0;'
        "padding:6px;font:inherit;color:inherit;background:none;"
        'border:2px solid currentColor;border-radius:6px;cursor:pointer" '
        f'onclick="{CLEAR}{SEND}">clear the field</button>'
    )


def drawing_field() -> ValueWidget:
    """A field to draw on; its value is the lines as `strokes_of` reads."""
    field, line = HTML(field_html()), Text(layout={"display": "none"})
    box = VBox([field, line])
    box.add_class("pad")
    plain = f'{field_html()}<input hidden name="strokes">'
    box.add_traits(value=Unicode(""))
    box.add_traits(plain=Unicode(f'<div class="pad">{plain}</div>'))

    def redraw(change: dict[str, str]) -> None:
        if change["new"] != line.value:  # it was not drawn on the field
            field.value = field_html(change["new"])

    box.observe(redraw, "value")
    link((line, "value"), (box, "value"))
    return box


def draw_units(w: Array, largest: float) -> Picture:
    """The weights into each hidden neuron as an image, six in a row."""
    squares: dict[tuple[str, str], str] = {}
    frames = ""
    for j, row in enumerate(w):
        left, top = 9 * (j % 6), 9 * (j // 6)
        frames += f"M{left} {top}h8v8h-8z"
        for k, v in enumerate(row):
            x, y = left + k % 8, top + k // 8
            path = f"M{x} {y}h1v1h-1z" if v > 0 else f"M{x}.2 {y}.2h.6v.6h-.6z"
            colour = COLOUR["w"] if v > 0 else "currentColor"
            key = f"{min(abs(float(v)) / largest, 1):.1f}", colour
            squares[key] = squares.get(key, "") + path
    paths = "".join(
        f'<path fill="{colour}" fill-opacity="{strength}" d="{found}"/>'
        for (strength, colour), found in sorted(squares.items())
    )
    long = np.linalg.norm(w, axis=1)
    return Picture(
        '<svg class="drawing" xmlns="http://www.w3.org/2000/svg" viewBox='
        f'"-0.5 -0.5 54 {9 * ((len(w) + 5) // 6)}" width="500" style="'
        f'max-width:100%;height:auto">{paths}<path d="{frames}" fill="none" '
        'stroke="currentColor" stroke-width="0.08"/></svg>',
        f"The weights into the {len(w)} hidden neurons of the first run, each "
        f"an image; their lengths are {long.min():.1f} to {long.max():.1f}.",
    )
