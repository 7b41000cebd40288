"""How to read this book

Written by the chapter chapters/00_reading.md: edit it there, not here.
"""

import io
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, cast
from urllib.parse import quote

from IPython.display import display
from ipywidgets import (
    HTML,
    FloatSlider,
    HBox,
    Play,
    SelectionSlider,
    Stack,
    ToggleButton,
    ToggleButtons,
    ValueWidget,
    VBox,
    Widget,
    jslink,
)
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from traitlets import Tuple

from bp.reading import count_parameters

__all__ = [
    "COLOUR",
    "INK",
    "STYLE",
    "Picture",
    "axes",
    "plot",
    "PAPER",
    "place",
    "draw_line",
    "draw_neuron",
    "draw_network",
    "WIDE",
    "WIDTH",
    "Option",
    "slider",
    "choice",
    "thumbnails",
    "THUMBNAILS",
    "player",
    "form",
    "Controls",
    "moved",
    "live",
    "frames",
    "explore",
    "draw_middle",
]


COLOUR = {
    "a": "#2f7fd1",  # activations: blue
    "z": "#6d9080",  # weighted inputs: grey-green
    "delta": "#d6453d",  # errors: red
    "w": "#c77700",  # weights and biases: orange
    "C": "#9a5fc4",  # the cost: purple
}
INK = "#0a0b0c"  # replaced by the colour of the page's own text
STYLE: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": 12,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "font.size": 11,
    "lines.linewidth": 2,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "bp",
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True)
class Picture:
    """An SVG drawing, and a sentence that says what there is to see."""

    svg: str
    text: str

    def beside(self, other: "Picture") -> "Picture":
        """Both in a row; below one another where the page is narrow."""
        return Picture(self.svg + other.svg, f"{self.text} {other.text}")

    @property
    def html(self) -> str:
        """The drawing with its sentence below it."""
        row = "display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start"
        text = escape(self.text)
        return (
            f'<figure class="picture" style="margin:0"><div role="img" '
            f'aria-label="{text}" style="{row}">{self.svg}</div>'
            f'<figcaption aria-hidden="true">{text}</figcaption></figure>'
        )

    def _repr_mimebundle_(self, **options: object) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def axes(width: float = 4.8, height: float = 3.2) -> Axes:
    """Empty axes in the book's style, with fixed margins; in inches."""
    box = 0.9 / width, 0.55 / height, 1 - 1.05 / width, 1 - 0.9 / height
    with rc_context(STYLE):
        return Figure(figsize=(width, height)).add_axes(box)


def plot(ax: Axes, text: str) -> Picture:
    """The picture of some axes, with a sentence that describes it."""
    if legend := ax.get_legend():
        legend.set_frame_on(False)
    file = io.StringIO()
    with rc_context(STYLE):
        figure = cast(Figure, ax.figure)
        figure.savefig(file, format="svg", metadata={"Date": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    look = 'fill="currentColor" style="max-width:100%;height:auto"'
    return Picture(svg.replace("<svg", f'<svg class="plot" {look}', 1), text)


COLUMN, ROW, RADIUS = 120, 52, 20
# The colour of the page behind a neuron, on the site and in JupyterLab.
PAPER = (
    'class="paper" style="fill:var(--pst-color-background,'
    'var(--jp-layout-color0,white))"'
)


def place(sizes: Sequence[int], layer: int, j: int) -> tuple[int, float]:
    """Where neuron j = 1, 2, ... of a layer stands in the drawing."""
    middle = ROW * max(sizes) / 2
    return 50 + COLUMN * layer, middle + ROW * (j - (sizes[layer] + 1) / 2)


def draw_line(
    start: tuple[float, float],
    end: tuple[float, float],
    value: float,
    colour: str,
) -> str:
    """A connection: its width grows with |value|, dashes mean negative."""
    width = min(0.6 + 2.2 * abs(value), 8)
    dash = ' stroke-dasharray="7 5"' if value < 0 else ""
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" '
        f'y2="{end[1]:.1f}" stroke="{colour}" stroke-width="{width:.1f}"'
        f'{dash} opacity="0.75"/>'
    )


def draw_neuron(
    centre: tuple[float, float], inside: str, fill: float, colour: str
) -> str:
    """A circle with a label; `fill` from 0 to 1 says how strongly filled."""
    x, y = (f"{c:.1f}" for c in centre)
    return (
        f'<circle cx="{x}" cy="{y}" r="{RADIUS}" {PAPER}/>'
        f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="{colour}" '
        f'fill-opacity="{0.75 * fill:.2f}" stroke="{colour}" '
        f'stroke-width="2"/><text x="{x}" y="{y}" dy="0.36em" '
        f'text-anchor="middle" font-size="13" fill="currentColor">'
        f"{escape(inside)}</text>"
    )


def draw_network(
    sizes: Sequence[int],
    inside: Mapping[tuple[int, int], str] = {},
    fill: Mapping[tuple[int, int], float] = {},
    weight: Mapping[tuple[int, int, int], float] = {},
    titles: Sequence[str] = (),
    colour: str = COLOUR["a"],
    line_colour: str = COLOUR["w"],
    path: Collection[tuple[int, int, int]] = (),
) -> str:
    """A network as SVG.

    `inside` and `fill` are keyed (layer, neuron), `weight` is keyed
    (layer, to, from) as in w^l_jk; neurons count from 1.  What is not given
    is drawn plain.  Lines of a `path`, keyed as weights, are drawn on top,
    in the colour of errors.
    """
    parts = []
    for layer in range(1, len(sizes)):
        for j in range(1, sizes[layer] + 1):
            for k in range(1, sizes[layer - 1] + 1):
                start = place(sizes, layer - 1, k)
                end = place(sizes, layer, j)
                value = weight.get((layer, j, k), 0.3)
                parts.append(draw_line(start, end, value, line_colour))
    for layer, j, k in path:
        start, end = place(sizes, layer - 1, k), place(sizes, layer, j)
        parts.append(draw_line(start, end, 1.5, COLOUR["delta"]))
    for layer, n in enumerate(sizes):
        for j in range(1, n + 1):
            at, key = place(sizes, layer, j), (layer, j)
            label, full = inside.get(key, ""), fill.get(key, 0.15)
            parts.append(draw_neuron(at, label, full, colour))
    bottom = ROW * max(sizes) + 22
    for layer, title in enumerate(titles):
        parts.append(
            f'<text x="{50 + COLUMN * layer}" y="{bottom}" font-size="14" '
            f'text-anchor="middle" fill="currentColor">{escape(title)}</text>'
        )
    width = 100 + COLUMN * (len(sizes) - 1)
    height = ROW * max(sizes) + (34 if titles else 0)
    return (
        f'<svg class="drawing" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width} {height}" width="{width}" '
        f'style="max-width:100%;height:auto">{"".join(parts)}</svg>'
    )


WIDE = {"description_width": "9em"}
WIDTH = {"width": "min(100%, 34rem)"}
Option = tuple[str, object, str]  # its label, its value, its drawing as SVG


def slider(
    label: str, low: float, high: float, value: float, step: float = 0.1
) -> FloatSlider:
    """A slider over numbers; over whole ones, `choice` is exact."""
    return FloatSlider(
        description=label,
        min=low,
        max=high,
        value=value,
        step=step,
        style=WIDE,
        layout=WIDTH,
    )


def choice(
    label: str, options: Sequence[object], value: object
) -> SelectionSlider:
    """A slider over a few values, which may be labelled (label, value)."""
    return SelectionSlider(
        description=label,
        options=options,
        value=value,
        style=WIDE,
        layout=WIDTH,
    )


def thumbnails(
    label: str, options: Sequence[Option], value: object
) -> ToggleButtons:
    """A choice among data, by clicking on a picture."""
    buttons = ToggleButtons(
        description=label,
        options=[(name, option) for name, option, _ in options],
        value=value,
        style=WIDE,
    )
    buttons.add_traits(drawings=Tuple(tuple(svg for *_, svg in options)))
    buttons.add_class("thumbnails")
    buttons.add_class(_own_class(buttons))
    return buttons


def _own_class(buttons: ToggleButtons) -> str:
    return "of-" + "-".join(re.findall(r"\w+", buttons.description))


THUMBNAILS = """
.thumbnails { display: flex; flex-wrap: wrap; height: auto; }
.thumbnails > div { display: flex; flex: 1 1 15rem; flex-wrap: wrap;
  gap: 6px; }
.thumbnails button.widget-toggle-button { width: 60px; height: 88px;
  margin: 0; padding: 58px 0 0; border: 2px solid transparent;
  color: inherit; background: no-repeat center 3px / 52px 52px;
  font-size: 12px; line-height: 14px; white-space: normal; box-shadow: none;
  display: flex; justify-content: center; align-items: flex-start; }
.thumbnails button.widget-toggle-button.mod-active,
.thumbnails button.widget-toggle-button:hover { border-color: #2f7fd1; }
"""


def _look(buttons: ToggleButtons) -> HTML:
    """The drawings of thumbnails, put on their buttons."""
    grey = "#808890"  # a background does not know the colour of the text
    rules = [THUMBNAILS] + [
        f".{_own_class(buttons)} button:nth-child({k}) {{ background-image: "
        f'url("data:image/svg+xml,{quote(svg.replace("currentColor", grey))}")'
        "; }"
        for k, svg in enumerate(buttons.drawings, start=1)
    ]
    return HTML(f"<style>{''.join(rules)}</style>")


def player(first: SelectionSlider, interval: int) -> HBox:
    """Buttons that move a slider, a step in `interval` milliseconds.

    The page keeps the time, so that it needs no thread, nor any Python where
    the pictures are drawn beforehand.
    """
    last = len(first.options) - 1
    clock = Play(max=last, value=first.index, interval=interval)
    clock.layout.display = "none"
    play = ToggleButton(description="Play / pause", icon="play")
    loop = ToggleButton(description="Loop", icon="repeat")
    jslink((clock, "value"), (first, "index"))
    jslink((play, "value"), (clock, "playing"))
    jslink((loop, "value"), (clock, "repeat"))
    buttons = HBox([clock, play, loop])
    buttons.add_class("player")
    return buttons


def form(controls: Mapping[str, ValueWidget]) -> str:
    """The controls in plain HTML, not yet in use.

    A page that starts Python on a touch tells `explore` what was moved.
    """
    lines = (_line(name, control) for name, control in controls.items())
    return f'<fieldset class="controls" disabled>{"".join(lines)}</fieldset>'


def _line(name: str, control: ValueWidget) -> str:
    if control.has_trait("plain"):  # it brings its own
        return str(control.plain)
    label = escape(control.description)
    if isinstance(control, ToggleButtons):
        return _radios(name, label, control)
    if isinstance(control, FloatSlider):
        at = f'min="{control.min}" max="{control.max}" step="{control.step}"'
        value = control.value
        shown = f"{value:.2f}".replace("-", "−")
    else:
        labels = [str(text) for text, _ in control._options_full]
        listed = escape(json.dumps(labels, ensure_ascii=False))
        at = f'min="0" max="{len(labels) - 1}" data-labels="{listed}"'
        value, shown = control.index, escape(labels[control.index])
    return (
        f'<label><span>{label}</span><input type="range" name="{name}" {at} '
        f'value="{value}"><output>{shown}</output></label>'
    )


def _radios(name: str, label: str, control: ToggleButtons) -> str:
    radios = "".join(
        f'<label><input type="radio" name="{name}" value="{k}"'
        f"{' checked' * (k == control.index)}>{svg}"
        f"<span>{escape(text)}</span></label>"
        for k, ((text, _), svg) in enumerate(
            zip(control._options_full, control.drawings, strict=True)
        )
    )
    return (
        f'<div class="choices" role="radiogroup" aria-label="{label}">'
        f"<span>{label}</span><div>{radios}</div></div>"
    )


Controls = dict[str, ValueWidget]


def _chosen(control: ValueWidget) -> bool:
    return isinstance(control, SelectionSlider | ToggleButtons)


moved: dict[str, float | str] = {}  # on a page, before Python came


def _dressed(controls: Controls, shown: Widget, play: int, kind: str) -> VBox:
    """Controls over what they move, and what belongs to some of them."""
    listed = list(controls.values())
    looks = [_look(c) for c in listed if isinstance(c, ToggleButtons)]
    players = [player(listed[0], play)] if play else []
    box = VBox([*looks, *players, *listed, shown])
    box.add_class("explored")
    box.add_class(kind)
    return box


def live(
    draw: Callable[..., Picture], controls: Controls, play: int = 0
) -> VBox:
    """Controls over a picture that is drawn anew at every move."""

    def values() -> dict[str, object]:
        return {name: control.value for name, control in controls.items()}

    shown = HTML(draw(**values()).html)

    def redraw(change: object) -> None:
        shown.value = draw(**values()).html

    for control in controls.values():
        control.observe(redraw, "value")
    return _dressed(controls, shown, play, draw.__name__)


def frames(
    draw: Callable[..., Picture], controls: Controls, play: int = 0
) -> VBox:
    """Controls over pictures drawn beforehand, one for every position.

    The browser does the moving, so that they also move on a page that has
    no Python behind it.
    """

    def stack(names: list[str], chosen: dict[str, object]) -> Widget:
        if not names:
            return HTML(draw(**chosen).html)
        name, *rest = names
        control = controls[name]
        options = [v for _, v in control._options_full]
        pile = Stack([stack(rest, chosen | {name: v}) for v in options])
        pile.selected_index = control.index
        jslink((control, "index"), (pile, "selected_index"))
        return pile

    return _dressed(controls, stack(list(controls), {}), play, draw.__name__)


def explore(
    draw: Callable[..., Picture],
    still: bool = False,
    play: int = 0,
    **controls: ValueWidget,
) -> None:
    """Show an experiment: `draw` under the controls named as its arguments.

    With `still`, all pictures are drawn beforehand (for few positions);
    with `play`, buttons move the first one, a step in so many milliseconds.
    """
    for name in moved.keys() & controls.keys():
        control, value = controls[name], moved.pop(name)
        setattr(control, "index" if _chosen(control) else "value", value)
    box = (frames if still else live)(draw, controls, play)
    picture = draw(**{name: c.value for name, c in controls.items()})
    bundle = picture._repr_mimebundle_()
    if not still:
        bundle["text/html"] = form(controls) + bundle["text/html"]
    view = box._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"]
    bundle["application/vnd.jupyter.widget-view+json"] = view
    display(bundle, raw=True, metadata={"static": still})


def draw_middle(n: int) -> Picture:
    """A network 2-n-1 and the number of its weights and biases."""
    sizes = (2, n, 1)
    svg = draw_network(sizes, titles=["input", "middle", "output"])
    p = count_parameters(sizes)
    return Picture(svg, f"A network 2-{n}-1 has {p} weights and biases.")
