"""Sphinx extension: the page *For teachers* draws what needs what.

A row for each chapter, in the order of the book; from it lines lead down to
those that need it, each branch in a lane of its own.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import count, pairwise
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import needs  # noqa: E402
import tangle  # noqa: E402
from teachers import Book  # noqa: E402

PAGE = "chapters/teachers"
LEFT, ROW, LANE = 8, 24, 12
LETTER = 6.8  # of 12.5 pixels, at its widest
CAPTION = """From a chapter lines lead down to those that need it; what is
needed by way of another chapter is not drawn. A hollow dot: no other chapter
needs this one. The table has all, and the back matter too."""


@dataclass(frozen=True)
class Branch:
    """A line: from a chapter through those that it holds, one by one."""

    leaves: str
    holds: tuple[str, ...] = ()
    joins: str = ""  # a chapter of another line, where this one ends

    def stops(self) -> list[str]:
        return [s for s in (self.leaves, *self.holds, self.joins) if s]


def branches(wanted: needs.Needs) -> Iterator[Branch]:
    """Each chapter is held by one line, below what fewest others need."""
    users = {o: [s for s in wanted if o in wanted[s]] for o in wanted}
    above = {
        stem: min(reversed(others), key=lambda o: len(users[o]))
        for stem, others in wanted.items()
        if others
    }
    weight = dict.fromkeys(wanted, 1)
    for stem in reversed(list(above)):
        weight[above[stem]] += weight[stem]
    heir = {
        o: max((s for s in users[o] if above[s] == o), key=weight.get)
        for o in above.values()
    }
    for stem, others in wanted.items():
        if heir.get(above.get(stem, "")) != stem:
            held = [stem]
            while held[-1] in heir:
                held.append(heir[held[-1]])
            if stem in above:
                yield Branch(above[stem], tuple(held))
            else:
                yield Branch(stem, tuple(held[1:]))
        for other in others:
            if other != above[stem]:
                yield Branch(other, joins=stem)


def lanes(found: list[Branch], row: dict[str, int]) -> dict[Branch, int]:
    """From the end of the book, so that what is short lies inside."""
    span = {b: (row[b.leaves], row[b.stops()[-1]]) for b in found}
    trunk, *rest = found
    taken = [[span[trunk]]]
    lane = {trunk: 0}
    for branch in sorted(rest, key=lambda b: (-span[b][0], span[b][1])):
        start, end = span[branch]
        taken.append([])
        lane[branch] = next(
            n
            for n in count()
            if all(b <= start or end <= a for a, b in taken[n])
        )
        taken[lane[branch]].append((start, end))
    return lane


def curve(x: int, y: int, to_x: int, to_y: int) -> str:
    middle = (y + to_y) / 2
    return f"C{x} {middle} {to_x} {middle} {to_x} {to_y}"


def line(start: tuple[int, int], end: tuple[int, int], x: int) -> str:
    """Into the lane at x within a row, down, and out of it within a row."""
    (from_x, top), (to_x, bottom) = start, end
    into = curve(from_x, top, x, top + ROW) if from_x != x else ""
    out = curve(x, bottom - ROW, to_x, bottom) if to_x != x else f"V{bottom}"
    if into and to_x != x and bottom - top < 2 * ROW:
        return f"M{from_x} {top}{curve(from_x, top, to_x, bottom)}"
    down = f"V{bottom - ROW}" if to_x != x else ""
    return f"M{from_x} {top}{into}{down}{out}"


def drawing(found: needs.Needs, titles: dict[str, str]) -> str:
    """The graph as an SVG, its chapters by number and title."""
    wanted = needs.direct(found)
    row = {stem: n for n, stem in enumerate(wanted)}
    lane = lanes(list(branches(wanted)), row)
    column = {stem: lane[b] for b in lane for stem in b.holds}
    place = {
        stem: (LEFT + LANE * column.get(stem, 0), 14 + ROW * n)
        for stem, n in row.items()
    }
    left = LEFT + LANE * (max(lane.values()) + 1)
    width = left + LETTER * (3 + max(map(len, titles.values())))
    parts = [
        f'<path d="{line(place[a], place[b], LEFT + LANE * lane[branch])}"/>'
        for branch in lane
        for a, b in pairwise(branch.stops())
    ]
    needed = {other for others in wanted.values() for other in others}
    for stem, (x, y) in place.items():
        kind = "" if stem in needed else ' class="hollow"'
        parts.append(f'<circle{kind} cx="{x}" cy="{y}" r="4.5"/>')
        words = escape(f"{stem[:2]} {titles[stem]}")
        parts.append(f'<text x="{left}" y="{y + 4.5}">{words}</text>')
    size = f"0 0 {width:.0f} {ROW * len(row) + 4}"
    said = "What needs what: the table below says the same"
    return (
        f'<svg viewBox="{size}" role="img" aria-label="{said}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def figure() -> str:
    """The chapters before the back matter, and what is seen in words."""
    folder, found = tangle.ROOT / "chapters", Book().needs
    stems = [stem for stem in found if int(stem[:2]) < tangle.BACK]
    titles = {
        stem: tangle.read_chapter(folder / f"{stem}.ipynb").title
        for stem in stems
    }
    drawn = drawing({stem: found[stem] for stem in stems}, titles)
    said = f"<figcaption>{escape(CAPTION)}</figcaption>"
    return f'<figure class="needs">{drawn}{said}</figure>'


def show(app: Sphinx, tree: nodes.document) -> None:
    """Above the table of the section *What needs what*."""
    if app.env.docname != PAGE:
        return
    section = next(
        s for s in tree.findall(nodes.section) if "what-needs-what" in s["ids"]
    )
    table = next(iter(section.findall(nodes.table)))
    table.parent.insert(
        table.parent.index(table), nodes.raw("", figure(), format="html")
    )


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-read", show)
    return {"parallel_read_safe": True}
