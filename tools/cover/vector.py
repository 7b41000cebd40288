"""The shapes of an SVG, as polylines in its own coordinates."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

HREF = "{http://www.w3.org/1999/xlink}href"
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
STYLES = ("fill", "stroke", "stroke-width", "opacity", "fill-opacity")
STYLES += ("stroke-opacity", "stroke-dasharray")
Matrix = np.ndarray  # 2 by 3: what becomes of (x, y, 1)
SAME = np.array([[1.0, 0, 0], [0, 1, 0]])


@dataclass
class Shape:
    """Polylines of one look; a `dot` where a marker is, a `ring` is round."""

    lines: list[np.ndarray]
    style: dict[str, str] = field(default_factory=dict)
    kind: str = "line"


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(NUMBER, text)]


def matrix(text: str) -> Matrix:
    """An attribute `transform`, as far as pictures of the book use it."""
    found = SAME
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", text):
        v = numbers(inside)
        if name == "translate":
            new = np.array([[1, 0, v[0]], [0, 1, [*v, 0][1]]])
        elif name == "scale":
            new = np.array([[v[0], 0, 0], [0, v[-1], 0]])
        elif name == "matrix":
            new = np.array(v).reshape(3, 2).T
        else:
            continue  # only words are turned
        found = np.vstack([found, [0, 0, 1]])[:2] @ np.vstack([new, [0, 0, 1]])
    return found


def curve(points: list[np.ndarray]) -> np.ndarray:
    """A Bézier curve of any degree, as eight short lines."""
    t = np.linspace(0, 1, 9)[1:, None]
    layer = [np.broadcast_to(p, (8, 2)) for p in points]
    while len(layer) > 1:
        layer = [(1 - t) * a + t * b for a, b in pairwise(layer)]
    return layer[0]


def polylines(d: str) -> list[np.ndarray]:
    """The path of an attribute `d`."""
    lines: list[list[np.ndarray]] = []
    for letter, inside in re.findall(r"([A-Za-z])([^A-Za-z]*)", d):
        v, relative = numbers(inside), letter.islower() and letter != "z"
        if letter in "zZ":
            lines[-1].append(lines[-1][0])
            continue
        size = {"H": 1, "V": 1, "M": 2, "L": 2, "Q": 4, "C": 6, "A": 7}
        n = size[letter.upper()]
        for i in range(0, len(v) - n + 1, n):
            here = lines[-1][-1] if lines else np.zeros(2)
            part = v[i : i + n]
            if letter in "HhVv":
                to = here.copy() if not relative else np.zeros(2)
                to["HV".index(letter.upper())] = part[0]
                points = [to]
            else:
                points = list(
                    np.reshape(part[-2:] if n == 7 else part, (-1, 2))
                )
            if relative:
                points = [here + p for p in points]
            if letter in "Mm" and i == 0:
                lines.append([points[0]])
            elif n in (4, 6):
                lines[-1].extend(curve([here, *points]))
            else:
                lines[-1].append(points[-1])
    return [np.array(line) for line in lines]


def outline(node: ET.Element) -> list[np.ndarray]:
    """The polylines of one element."""
    has = {
        k: float(numbers(v)[0])
        for k, v in node.items()
        if k
        in {
            "x",
            "y",
            "width",
            "height",
            "cx",
            "cy",
            "r",
            "rx",
            "ry",
            "x1",
            "y1",
            "x2",
            "y2",
        }
        and numbers(v)
    }
    kind = node.tag.rpartition("}")[2]
    if kind == "path":
        return polylines(node.get("d", ""))
    if kind == "line":
        ends = [[has.get(a + n, 0) for a in "xy"] for n in "12"]
        return [np.array(ends)]
    if kind in {"polyline", "polygon"}:
        points = np.reshape(numbers(node.get("points", "")), (-1, 2))
        return [
            np.vstack([points, points[:1]]) if kind == "polygon" else points
        ]
    if kind == "rect":
        x, y = has.get("x", 0), has.get("y", 0)
        w, h = has.get("width", 0), has.get("height", 0)
        corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
        return [np.array([[x + w * i, y + h * j] for i, j in corners])]
    if kind in {"circle", "ellipse"}:
        turn = np.linspace(0, 2 * np.pi, 25)
        r = has.get("r", 0)
        radii = np.array([has.get("rx", r), has.get("ry", r)])
        centre = np.array([has.get("cx", 0), has.get("cy", 0)])
        return [centre + radii * np.c_[np.cos(turn), np.sin(turn)]]
    return []


def look(node: ET.Element, outer: dict[str, str]) -> dict[str, str]:
    own = dict(re.findall(r"([\w-]+)\s*:\s*([^;]+)", node.get("style", "")))
    own = {k: v for k, v in node.items() if k in STYLES} | own
    return outer | {k: v.strip() for k, v in own.items() if k in STYLES}


def shapes(svg: str) -> Iterator[Shape]:
    """All that is drawn, but for words and the marks of a scale."""
    root = ET.fromstring(svg)
    named = {n.get("id"): n for n in root.iter() if n.get("id")}
    yield from within(root, {}, SAME, named)


def within(
    node: ET.Element,
    outer: dict[str, str],
    outside: Matrix,
    named: dict[str | None, ET.Element],
) -> Iterator[Shape]:
    kind = node.tag.rpartition("}")[2]
    if kind in {"defs", "text", "clipPath", "style", "title", "marker"}:
        return
    if re.match(r"[xy]tick|legend", node.get("id", "")):
        return
    style, place = look(node, outer), matrix(node.get("transform", ""))
    place = outside @ np.vstack([place, [0, 0, 1]])
    target = named.get((node.get(HREF) or node.get("href") or "#")[1:])
    if kind == "use" and target is not None:
        at = np.array([float(node.get("x", 0)), float(node.get("y", 0)), 1])
        shift = place.copy()
        shift[:, 2] = place @ at
        lines = [put(line, shift) for line in outline(target)]
        yield Shape(lines, look(target, {}) | style, "dot")
        return
    if lines := outline(node):
        round = "ring" if kind == "circle" else "line"
        yield Shape([put(line, place) for line in lines], style, round)
    for child in node:
        yield from within(child, style, place, named)


def put(line: np.ndarray, place: Matrix) -> np.ndarray:
    return line @ place[:, :2].T + place[:, 2]
