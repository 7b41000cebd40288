"""How to read this book

Written by the chapter chapters/00_reading.md: edit it there, not here.
"""

import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, cast

from IPython.display import display
from ipywidgets import (
    HTML,
    FloatSlider,
    SelectionSlider,
    Stack,
    ValueWidget,
    VBox,
    Widget,
    jslink,
)
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
    "slider",
    "choice",
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
        layout={"width": "min(100%, 30rem)"},
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
        layout={"width": "min(100%, 30rem)"},
    )


def live(
    draw: Callable[..., Picture], controls: dict[str, ValueWidget]
) -> VBox:
    """Sliders over a picture that is drawn anew at every move."""

    def values() -> dict[str, object]:
        return {name: control.value for name, control in controls.items()}

    shown = HTML(draw(**values()).html)

    def redraw(change: object) -> None:
        shown.value = draw(**values()).html

    for control in controls.values():
        control.observe(redraw, "value")
    return VBox([*controls.values(), shown])


def frames(
    draw: Callable[..., Picture], controls: dict[str, SelectionSlider]
) -> VBox:
    """Sliders over pictures drawn beforehand, one for every position.

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

    return VBox([*controls.values(), stack(list(controls), {})])


def explore(
    draw: Callable[..., Picture],
    still: bool = False,
    **controls: ValueWidget,
) -> None:
    """Show an experiment: `draw` under the sliders named as its arguments.

    With `still`, all pictures are drawn beforehand (for few positions).
    """
    box = frames(draw, controls) if still else live(draw, controls)
    picture = draw(**{name: c.value for name, c in controls.items()})
    bundle = picture._repr_mimebundle_()
    view = box._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"]
    bundle["application/vnd.jupyter.widget-view+json"] = view
    display(bundle, raw=True, metadata={"static": still})


def draw_middle(n: int) -> Picture:
    """A network 2-n-1 and the number of its weights and biases."""
    sizes = (2, n, 1)
    svg = draw_network(sizes, titles=["input", "middle", "output"])
    p = count_parameters(sizes)
    return Picture(svg, f"A network 2-{n}-1 has {p} weights and biases.")
