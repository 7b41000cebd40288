"""How an experiment is made

Written by the chapter chapters/90_kit.md: edit it there, not here.
"""

import io
import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
from matplotlib import rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from traitlets import Tuple

__all__ = [
    "COLOUR",
    "INK",
    "WIDTH",
    "FILL",
    "INKED",
    "CLEAR",
    "STYLE",
    "Picture",
    "axes",
    "plot",
    "grown",
    "Point",
    "PAGE",
    "PAPER",
    "drawing",
    "words",
    "curve",
    "draw_line",
    "draw_neuron",
    "draw_parts",
    "place",
    "draw_network",
    "WIDE",
    "LOOK",
    "WHOLE",
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
    "draw_width",
]


COLOUR = {
    "a": "#2f7fd1",  # activations: blue
    "z": "#6d9080",  # weighted inputs: grey-green
    "delta": "#d6453d",  # errors: red
    "w": "#c77700",  # weights and biases: orange
    "C": "#9a5fc4",  # the cost: purple
}
INK = "#0a0b0c"  # replaced by the colour of the page's own text
WIDTH = 500  # of a drawing; the page shows it as wide as its column
FILL = "flex:1 1 18rem;min-width:0;max-width:48rem;height:auto"
INKED = "axes.edge axes.label axes.title xtick. ytick.".split()
CLEAR = ["figure.facecolor", "axes.facecolor", "savefig.facecolor"]
STYLE: dict[Any, Any] = {
    **{f"{part}color": INK for part in INKED},
    **dict.fromkeys(CLEAR, "none"),
    "axes.labelpad": 7,  # letters grow on a phone
    "axes.labelsize": 14,
    **dict.fromkeys(["axes.spines.right", "axes.spines.top"], False),
    "axes.titlesize": 14,
    "font.size": 13,
    "lines.linewidth": 2,
    "svg.fonttype": "none",
    "svg.hashsalt": "bp",
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
        row = "display:flex;flex-wrap:wrap;gap:1rem;justify-content:center"
        text = escape(self.text)
        return (
            f'<figure class="picture" style="margin:0"><div role="img" '
            f'aria-label="{text}" style="{row}">{self.svg}</div>'
            f'<figcaption aria-hidden="true">{text}</figcaption></figure>'
        )

    def _repr_mimebundle_(self, **options: object) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def axes(width: float = 4.8, height: float = 3.0) -> Axes:
    """Empty axes in the book's style, with fixed margins.

    The page shows them as wide as its column: only the ratio matters.
    """
    wide, high = WIDTH / 72, WIDTH / 72 * height / width
    box = 1.05 / wide, 0.74 / high, 1 - 1.3 / wide, 1 - 1.14 / high
    with rc_context(STYLE):
        return Figure(figsize=(wide, high)).add_axes(box)


def plot(ax: Axes, text: str) -> Picture:
    """The picture of some axes, with a sentence that describes it."""
    if legend := ax.get_legend():
        legend.set_frame_on(False)
    for label in [*ax.texts, *(legend.get_texts() if legend else ())]:
        size, usual = label.get_fontsize(), rcParams["font.size"]
        own = size != usual  # a phone shows less than 12 too small
        label.set_fontsize(max(size, 12) if own else STYLE["font.size"])
    file = io.StringIO()
    with rc_context(STYLE):
        figure = cast(Figure, ax.figure)
        figure.savefig(file, format="svg", metadata={"Date": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = re.sub('font-family: [^;"]*;? ?', "", svg)
    svg = re.sub('font(?:-size)?: ([0-9.]+)px[^;"]*', grown, svg)
    look = f'fill="currentColor" style="{FILL}"'
    return Picture(svg.replace("<svg", f'<svg class="plot" {look}', 1), text)


def grown(size: re.Match[str]) -> str:
    """A size of letters that grows where the picture is shown narrow."""
    return f"font-size: calc({size[1]}px * var(--grow, 1))"


ROW, RADIUS = 52, 20
Point = tuple[float, float]
# The colour of the page behind a neuron, on the site and in JupyterLab.
PAGE = "var(--pst-color-background,var(--jp-layout-color0,white))"
PAPER = f'class="paper" style="fill:{PAGE}"'


def drawing(parts: Iterable[str], height: float, above: float = 0) -> str:
    """Parts as an SVG of the book's width; parts made by `words` on top.

    It reaches from −above to height.
    """
    shapes: list[str] = []
    texts: list[str] = []
    for part in parts:
        (texts if part.startswith("<text") else shapes).append(part)
    size = "font-size:calc(15px*var(--grow,1))"
    rim = f"paint-order:stroke;stroke:{PAGE};stroke-width:4px"
    return (
        f'<svg class="drawing wide" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 {-above:g} {WIDTH} {height + above:g}" '
        f'fill="currentColor" '
        f'style="{FILL};{size}">{"".join(shapes)}'
        f'<g style="{rim}">{"".join(texts)}</g></svg>'
    )


def words(
    at: Point, text: str, colour: str = "", size: float = 1, side: str = ""
) -> str:
    """A line of text, centred; `side` is start or end.

    Coloured, it is darker on a light page and lighter on a dark one.
    """
    mixed = f"color-mix(in srgb,{colour} 65%,currentColor)"
    look = f' fill="{colour}" style="fill:{mixed}"' if colour else ""
    look += f' font-size="{size:g}em"' if size != 1 else ""
    return (
        f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" dy=".36em" '
        f'text-anchor="{side or "middle"}"{look}>{escape(text)}</text>'
    )


def curve(
    points: Sequence[Point],
    colour: str = "currentColor",
    width: float = 2,
    dashed: bool = False,
    head: bool = False,
) -> str:
    """A line through points, with the head of an arrow where one is due."""
    *_, (p, q), (x, y) = points
    long = math.hypot(x - p, y - q) or 1
    c, s, size = (x - p) / long, (y - q) / long, 4 + 2 * width
    base = (x - size * c, y - size * s) if head else (x, y)
    line = "L".join(f"{u:.1f} {v:.1f}" for u, v in [*points[:-1], base])
    dash = ' stroke-dasharray="7 5"' if dashed else ""
    drawn = (
        f'<path d="M{line}" fill="none" stroke="{colour}" '
        f'stroke-width="{width:.1f}"{dash}/>'
    )
    if head:
        u, v, half = *base, size / 2
        drawn += (
            f'<path d="M{x:.1f} {y:.1f}L{u - half * s:.1f} '
            f"{v + half * c:.1f}L{u + half * s:.1f} {v - half * c:.1f}z"
            f'" fill="{colour}"/>'
        )
    return drawn


def draw_line(start: Point, end: Point, value: float, colour: str) -> str:
    """A connection: its width grows with |value|, up to 8; dashes mean < 0."""
    width = min(0.6 + 2.2 * abs(value), 8)
    return curve([start, end], colour, width, dashed=value < 0)


def draw_neuron(
    centre: Point,
    inside: str,
    fill: float,
    colour: str,
    radius: float = RADIUS,
) -> str:
    """A circle with a label; `fill` from 0 to 1 says how strongly filled."""
    x, y = (f"{c:.1f}" for c in centre)
    circle = f'<circle cx="{x}" cy="{y}" r="{radius:g}"'
    return (
        f'{circle} {PAPER}/>{circle} fill="{colour}" '
        f'fill-opacity="{0.6 * fill:.2f}" stroke="{colour}" '
        f'stroke-width="2"/>{words(centre, inside, size=0.87)}'
    )


def draw_parts() -> Picture:
    """The controls, the function that draws, and the picture."""
    names = ["controls", "draw(n, x)", "Picture"]
    below = ["values", "a pure function", "drawing, sentence"]
    parts = []
    for i, (name, say) in enumerate(zip(names, below, strict=True)):
        x = 78 + 172 * i
        box = f"M{x - 62} 50h124v44h-124z"
        parts.append(f'<path d="{box}" {PAPER} stroke="currentColor"/>')
        parts.append(words((x, 72), name) + words((x, 112), say, size=0.8))
        if i:
            line = [(x - 106, 72), (x - 64, 72)]
            parts.append(curve(line, width=3, head=True))
    back = [(422 - 34.4 * t, 46 - 1.2 * t * (10 - t)) for t in range(11)]
    parts.append(curve(back, dashed=True, head=True))
    parts.append(words((250, -2), "you look, and move one", size=0.87))
    return Picture(
        drawing(parts, 126, 16),
        "Controls hold values; draw makes a picture of them, which is a "
        "drawing and a sentence; you look at it, and move a control.",
    )


def place(sizes: Sequence[int], layer: int, j: int) -> Point:
    """Where neuron j = 1, 2, ... of a layer stands in the drawing."""
    x = 40 + (WIDTH - 80) * layer / max(len(sizes) - 1, 1)
    return x, ROW * (max(sizes) / 2 + j - (sizes[layer] + 1) / 2)


def draw_network(
    sizes: Sequence[int],
    inside: Mapping[tuple[int, int], str] = {},
    fill: Mapping[tuple[int, int], float] = {},
    weight: Mapping[tuple[int, int, int], float] = {},
    titles: Sequence[str] = (),
    colour: str = COLOUR["a"],
    line_colour: str = COLOUR["w"],
    path: Collection[tuple[int, int, int]] = (),
    over: Iterable[str] = (),
    above: float = 0,
) -> str:
    """A network as SVG.

    `inside` and `fill` are keyed (layer, neuron), `weight` is keyed
    (layer, to, from) as in w^l_jk; neurons count from 1.  What is not given
    is drawn plain.  Lines of a `path`, keyed as weights, are drawn on top,
    in the colour of errors; what is `over` it, on top of all, with some
    room `above`.
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
    bottom = ROW * max(sizes) + 12
    for layer, title in enumerate(titles):
        parts.append(words((place(sizes, layer, 1)[0], bottom), title))
    height = ROW * max(sizes) + (28 if titles else 0)
    return drawing([*parts, *over], height, above)


WIDE = {"description_width": "9em"}
LOOK = {"style": WIDE, "layout": {"width": "min(100%, 34rem)"}}
WHOLE = {"width": "100%"}  # of what they stand in: a drawing has no width
Option = tuple[str, object, str]  # its label, its value, its drawing as SVG


def slider(
    label: str, low: float, high: float, value: float, step: float = 0.1
) -> FloatSlider:
    """A slider over numbers; over whole ones, `choice` is exact."""
    return FloatSlider(
        value, min=low, max=high, step=step, description=label, **LOOK
    )


def choice(
    label: str, options: Sequence[object], value: object
) -> SelectionSlider:
    """A slider over a few values, which may be labelled (label, value)."""
    return SelectionSlider(
        options=options, value=value, description=label, **LOOK
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

    shown = HTML(draw(**values()).html, layout=WHOLE)

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
            return HTML(draw(**chosen).html, layout=WHOLE)
        name, *rest = names
        control = controls[name]
        options = [v for _, v in control._options_full]
        each = [stack(rest, chosen | {name: v}) for v in options]
        pile = Stack(each, layout=WHOLE)
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

    With `still`, all pictures are drawn beforehand (no slider then); with
    `play`, buttons move the first `choice`, a step in so many milliseconds.
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


def draw_width(weight: float) -> Picture:
    """A connection of some weight, and how wide its line is."""
    line = draw_line((90, 50), (410, 50), weight, COLOUR["w"])
    ends = [draw_neuron((x, 50), "", 0.3, COLOUR["a"]) for x in (90, 410)]
    width = float(line.split('stroke-width="')[1].split('"')[0])
    text = f"A weight of {weight:.1f}: its line is {width:.1f} wide."
    return Picture(drawing([line, *ends], 100), text)
