"""The page *For teachers*, made of what the chapters say of themselves.

What a chapter presumes and what it lets one do stands in its box *Before and
after*; the kind, time and level of an exercise in a comment at its end,
`% exercise: derivation, 15 minutes, level 2`; the plans in `plans.yml`.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402
from contents import listed  # noqa: E402

KINDS = ("derivation", "code", "find the bug", "experiment", "thought")
MARK = re.compile(
    rf"^% exercise: ({'|'.join(KINDS)}), (\d+) minutes, level ([123])$", re.M
)
EXERCISE = re.compile(
    r"^(`{3,})\{exercise\} ([^\n]+)\n:label: (\S+)\n(.*?)^\1$", re.M | re.S
)
BOX = re.compile(r"^:::\{admonition\} Before and after.*?^:::$", re.M | re.S)
LINK = re.compile(r"\]\((\d\d_\w+)\.ipynb\)")
HEAD = """# For teachers

What each chapter presumes and lets one do, what needs what, two plans for a
course, and all exercises by kind.
It is made of what the chapters say of themselves each time the book is
built, so it cannot fall behind them."""
ADOPT = """## To use it in a course

Text and figures are licensed CC BY 4.0, code MIT: copy, change and print what
you like, and say where it comes from.
Each figure is also a file of its own, in the folder `figures` of the site,
and `make slides` makes slides of each chapter.
To change a chapter, edit its text in `chapters/`, run `make chapters`, and
let `make check` say what no longer holds; the site, the PDF and the ePub are
made again by `make site pdf epub`.
A copy of the repository has its own site as soon as *Pages* is switched on
there.
Questions and errors: open an issue in the repository; an error that is
confirmed goes on the [errata page](errata.ipynb) with what guards it now."""


@dataclass(frozen=True)
class Exercise:
    """An exercise as a teacher chooses it."""

    title: str
    label: str
    stem: str
    kind: str = ""
    minutes: int = 0
    level: int = 0


def exercises(stem: str, text: str) -> Iterator[Exercise]:
    for _, title, label, body in EXERCISE.findall(text):
        if mark := MARK.search(body):
            kind, minutes, level = mark.groups()
            what = kind, int(minutes), int(level)
            yield Exercise(title, label, stem, *what)
        else:
            yield Exercise(title, label, stem)


def before_and_after(text: str) -> tuple[str, str]:
    """What a chapter needs, and what one leaves it with; as it says."""
    box = BOX.search(text)
    lines = box[0].splitlines()[1:-1] if box else []
    said = [line for line in lines if line[:1] not in (":", "%")]
    need = " ".join(s for s in said if not s.startswith("You leave"))
    leave = " ".join(s for s in said if s.startswith("You leave"))
    return need, leave


def needs(texts: dict[str, str]) -> dict[str, list[str]]:
    """For each chapter those that its box names, in the order of the book."""
    return {
        stem: [s for s in texts if s in LINK.findall(before_and_after(t)[0])]
        for stem, t in texts.items()
    }


def graph(texts: dict[str, str]) -> str:
    """An arc from each chapter to those that it needs."""
    stems, found = list(texts), needs(texts)
    places = {stem: 24 + 26 * n for n, stem in enumerate(stems)}
    height = 26 * len(stems) + 24
    parts = [
        f'<svg viewBox="0 0 640 {height}" role="img" xmlns='
        '"http://www.w3.org/2000/svg" style="width:100%;max-width:640px">'
        "<title>What needs what</title>"
    ]
    for stem, wanted in found.items():
        for other in wanted:
            top, end = places[other], places[stem]
            out = 300 - min(270, 22 + 1.1 * (end - top))
            parts.append(
                f'<path d="M300 {top} C{out:.0f} {top} {out:.0f} {end} 300 '
                f'{end}" fill="none" stroke="currentColor" '
                'stroke-opacity="0.45" stroke-width="1.5"/>'
            )
    for stem, y in places.items():
        title = tangle.read_chapter(
            tangle.ROOT / "chapters" / f"{stem}.ipynb"
        ).title
        parts.append(f'<circle cx="300" cy="{y}" r="5" fill="currentColor"/>')
        parts.append(
            f'<text x="314" y="{y + 5}" font-size="14" '
            f'fill="currentColor">{stem[:2]} {title}</text>'
        )
    return "".join([*parts, "</svg>"])


def plan(name: str, weeks: list[list[str]]) -> Iterator[str]:
    yield f"### {name}"
    yield "\n".join(
        f"{n}. " + ", ".join(tangle.link(stem) for stem in week)
        for n, week in enumerate(weeks, start=1)
    )


def by_kind(found: list[Exercise]) -> Iterator[str]:
    for kind in KINDS:
        rows = [e for e in found if e.kind == kind]
        if not rows:
            continue
        rows.sort(key=lambda e: (e.level, e.minutes))
        yield f"### {kind.capitalize()} ({len(rows)})"
        table = [
            "| exercise | chapter | minutes | level |",
            "|:--|:--|--:|--:|",
        ]
        table += [
            f"| [{e.title}]({e.stem}.ipynb#{e.label}) | {e.stem[:2]} | "
            f"{e.minutes} | {e.level} |"
            for e in rows
        ]
        yield "\n".join(table)


def teachers(root: Path = tangle.ROOT) -> str:
    stems = [s for s in listed(root) if re.match(r"\d\d_", s)]
    texts = {
        s: (root / "chapters" / f"{s}.md").read_text("utf-8") for s in stems
    }
    parts = [HEAD, "## What each chapter presumes, and lets one do"]
    for stem, text in texts.items():
        need, leave = before_and_after(text)
        parts.append(f"**{stem[:2]} {tangle.link(stem)}.** {need} {leave}")
    parts += ["## What needs what", graph(texts)]
    parts.append(
        "A line leads from a chapter up to each that its first box names."
    )
    parts.append("## Two plans")
    plans = yaml.safe_load((root / "tools" / "plans.yml").read_text("utf-8"))
    for name, weeks in plans.items():
        parts += plan(name, weeks)
    found = [e for s, t in texts.items() for e in exercises(s, t)]
    parts.append("## All exercises, by kind")
    parts.append(
        "Minutes and level (1 applies what the page says, 2 puts two ideas "
        "together, 3 needs one that is not on the page) are its authors' "
        "judgement, not measured with students."
    )
    parts += by_kind(found)
    parts.append(ADOPT)
    return "\n\n".join(parts) + "\n"
