"""A small picture for a card: the first picture of the chapter, simplified.

What is drawn stays, without words and scales, in lines that a small size
can show, and in the colours of the book, which stand out by day and night.
"""

import json
import re
from itertools import groupby
from pathlib import Path

import numpy as np

from bp.experiments.kit import COLOUR
from cover.book import ROOT, Chapter
from cover.vector import Shape, shapes

WIDTH, HEIGHT, EDGE = 240, 150, 12
MOST = 6000  # bytes
WASH = "#f4f6f8", "#1c1f23"  # a card's paper, by day and by night
GREY = "#808a96"  # in place of the ink of the page
HEAD = (
    (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" stroke-linejoin="round">'
        # In a picture this asks for the mode of the page that shows it.
        "<style>.p{fill:@wash@}@media(prefers-color-scheme:dark)"
        "{.p{fill:@dark@}}</style>"
    )
    .replace("@wash@", WASH[0])
    .replace("@dark@", WASH[1])
)
LIST = "M60 45H180M60 75H180M60 105H140"


def first_picture(chapter: Chapter, root: Path = ROOT) -> str | None:
    """The first SVG that the chapter has stored."""
    path = root / "chapters" / f"{chapter.stem}.ipynb"
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            for content in output.get("data", {}).values():
                text = "".join(content) if isinstance(content, list) else ""
                text = content if isinstance(content, str) else text
                if found := re.search(r"<svg\b.*?</svg>", text, re.S):
                    return found[0]
    return None


def thumbnail(chapter: Chapter, root: Path = ROOT) -> str:
    """An SVG file; where the chapter has no picture, its number."""
    picture = first_picture(chapter, root)
    found = [s for s in shapes(picture) if visible(s)] if picture else []
    if len(found) > 1:
        for tolerance in (0.6, 1.2, 2.5, 5, 9, 16, 30):
            drawn = drawing(found, tolerance)
            if len(drawn) <= MOST:
                return drawn
    return plain(chapter)


def plain(chapter: Chapter) -> str:
    inside = f'<path d="{LIST}" stroke="{GREY}" stroke-width="3"/>'
    if chapter.number:
        inside = (
            f'<text x="120" y="102" fill="{COLOUR["a"]}" font-size="80" '
            'font-family="Georgia,serif" text-anchor="middle">'
            f"{chapter.number}</text>"
        )
    return f"{HEAD}{inside}</svg>"


def paint(shape: Shape, key: str) -> str | None:
    """The colour of a fill or a stroke; None where there is none."""
    value = shape.style.get(key, "currentColor" if key == "fill" else "none")
    return None if value in {"none", "transparent"} else value.lower()


def visible(shape: Shape) -> bool:
    return any(paint(shape, key) for key in ("fill", "stroke"))


PAPER = "paper"


def toned(value: str) -> str:
    """A colour that stands out on light and on dark paper, or the paper's."""
    if re.fullmatch(r"#[0-9a-f]{6}", value):
        red, green, blue = (int(value[i : i + 2], 16) for i in (1, 3, 5))
        if min(red, green, blue) > 235:
            return PAPER
        if max(red, green, blue) - min(red, green, blue) > 24:
            return value
    return PAPER if "background" in value or value == "white" else GREY


def simplified(line: np.ndarray, tolerance: float) -> np.ndarray:
    """Without the points that are nearer than that to the line of others."""
    if len(line) < 3:
        return line
    start, end = line[0], line[-1]
    along = end - start
    away = line - start
    if length := float(np.hypot(*along)):
        off = np.abs(away[:, 0] * along[1] - away[:, 1] * along[0]) / length
    else:
        off = np.hypot(*away.T)
    i = int(off.argmax())
    if off[i] <= tolerance:
        return np.array([start, end])
    left, right = line[: i + 1], line[i:]
    return np.vstack(
        [simplified(left, tolerance)[:-1], simplified(right, tolerance)]
    )


def framed(found: list[Shape]) -> list[Shape]:
    """The same, as large as fits."""
    points = np.vstack([line for shape in found for line in shape.lines])
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.array([WIDTH, HEIGHT]) - 2 * EDGE
    scale = (room / np.maximum(high - low, 1e-9)).min()
    middle = np.array([WIDTH, HEIGHT]) / 2
    return [
        Shape(
            [(p - (low + high) / 2) * scale + middle for p in shape.lines],
            shape.style,
            shape.kind,
        )
        for shape in found
    ]


def upright(line: np.ndarray) -> bool:
    """A rectangle, such as a pixel."""
    if len(line) != 5 or np.abs(line[0] - line[4]).max() > 1e-6:
        return False
    across, down = np.abs(np.diff(line, axis=0)).T
    return bool((np.minimum(across, down) < 1e-6).all())


def path(lines: list[np.ndarray], tolerance: float) -> str:
    """An attribute `d` in whole numbers, each relative to the last."""
    out = ""
    for line in lines:
        if upright(line):
            low, high = np.round(line.min(axis=0)), np.round(line.max(axis=0))
            w, h = (high - low).astype(int)
            out += f"M{low[0]:.0f} {low[1]:.0f}h{w}v{h}h{-w}z"
            continue
        points = np.round(simplified(line, tolerance)).astype(int)
        keep = np.append(True, np.any(np.diff(points, axis=0) != 0, axis=1))
        points = points[keep]
        out += f"M{points[0][0]} {points[0][1]}l"
        steps = np.diff(points, axis=0)
        out += " ".join(f"{x} {y}" for x, y in steps) if len(steps) else "0 0"
    return out.replace(" -", "-")


def strength(shape: Shape, key: str) -> str:
    """An attribute for what shines through."""
    value = float(shape.style.get("opacity", 1))
    value *= float(shape.style.get(f"{key}-opacity", 1))
    return f' {key}-opacity="{round(value, 1):g}"' if value < 0.95 else ""


def attributes(shape: Shape) -> str:
    """How a shape looks; alike for all that can share an element."""
    fill, stroke = (paint(shape, key) for key in ("fill", "stroke"))
    tone = toned(fill) if fill else None
    line = toned(stroke) if stroke else None
    if shape.kind == "dot":
        size = np.ptp(np.vstack(shape.lines), axis=0).max()
        ink = next((c for c in (tone, line) if c and c != PAPER), GREY)
        width = round(float(np.clip(1.5 * size, 6, 12)))
        return f'stroke="{ink}" stroke-width="{width}" stroke-linecap="round"'
    text = ""
    if tone == PAPER:
        text = 'class="p"'
    elif tone:
        text = f'fill="{tone}"' + strength(shape, "fill")
    if line and line != PAPER:
        wide = float(shape.style.get("stroke-width", "1").rstrip("px"))
        width = round(float(np.clip(1.6 * wide, 1.2, 6)), 1)
        text += f' stroke="{line}" stroke-width="{width:g}"'
        text += strength(shape, "stroke")
        if "none" not in shape.style.get("stroke-dasharray", "none"):
            text += ' stroke-dasharray="6 5"'
    return text.strip()


def element(
    kind: str, look: str, lines: list[np.ndarray], tolerance: float
) -> str:
    if not look:
        return ""
    if kind == "ring":
        return "".join(
            f'<circle {look} cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}"/>'
            for x, y, r in (
                (*(p.min(axis=0) + p.max(axis=0)) / 2, np.ptp(p[:, 0]) / 2)
                for p in lines
            )
        )
    if kind == "dot":
        lines = [(line.min(axis=0) + line.max(axis=0)) / 2 for line in lines]
        lines = [np.array([point, point]) for point in lines]
    return f'<path {look} d="{path(lines, tolerance)}"/>'


def gathered(found: list[Shape]) -> list[Shape]:
    """In a run of filled shapes, such as pixels, those that look alike
    stand together; what hardly shines is left out."""
    out: list[Shape] = []
    for filled, some in groupby(found, lambda s: paint(s, "stroke") is None):
        run = list(some)
        if filled:
            faint = ' fill-opacity="0"'
            run = [s for s in run if faint not in attributes(s)]
            run.sort(key=attributes)
        out += run
    return out


def drawing(found: list[Shape], tolerance: float) -> str:
    """The thumbnail; neighbours of one look become one path."""
    inside = ""
    alike = groupby(gathered(framed(found)), lambda s: (s.kind, attributes(s)))
    for (kind, look), some in alike:
        lines = [line for shape in some for line in shape.lines]
        inside += element(kind, look, lines, tolerance)
    return f"{HEAD}{inside}</svg>"
