"""The page *For teachers*, made of what the chapters say of themselves.

What a chapter presumes and what it lets one do stands in its first box
(`needs.py`), the kind, time and level of an exercise in its title
(`marks.py`), the weeks of the plans in `plans.yml`.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))
import marks  # noqa: E402
import needs  # noqa: E402
import tangle  # noqa: E402
from contents import captions, listed, parts  # noqa: E402
from marks import Exercise  # noqa: E402

PACE = 100  # words a minute: slowly, with a pencil
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.M | re.S)
FENCE = r"^(`{3,}|:{3,})\{"
LEFT_OUT = [  # of the words that are read
    re.compile(pattern, re.M | re.S)
    for pattern in (
        r"\A---.*?^---$",
        r"^## References.*",
        rf"{FENCE}(?:exercise|solution)\}}.*?^\1$",
        rf"{FENCE}[^\n]*\n(?::[^\n]*\n)*:class: dropdown\n.*?^\1$",
        r"^%.*?$",
    )
]
HEAD = """# For teachers

What each chapter asks of a reader and what it gives, what can be left out,
two plans for a course, all exercises with the time that they take, and how
to change the book and make it anew.
The page is made of what the chapters say of themselves, each time they
change."""
CHAPTERS = f"""## What each chapter asks, and what it gives

Below each stands what its first box says.
The minutes to read are counted, not measured with students: {PACE} words a
minute, formulas and open cells as words, without folds and exercises,
rounded to fives."""
GRAPH = """## What needs what

*Needs* are the chapters that the box of a chapter names; *for* are those
that name it.
What nobody needs can be left out first."""
PLANS = """## Two plans for a course

The times are those of reading and of all exercises; whoever has less chooses
among these by kind and level, below.
Each chapter comes after all that it needs."""
EXERCISES = """## All exercises

An exercise says in its title of what kind it is, how long it may take and
how hard it is: {levels}.
Minutes and levels are judged by the authors, for a student who has just read
the chapter; they have not been measured.
Each solution is folded below its exercise; an exercise in code has a verdict
that tells a reader what is wrong, and gives nothing away."""
ADOPT = """## To use the book in a course

**What is allowed.** Text and figures are licensed
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/), code MIT: copy,
change, print and sell what you like, and say where it comes from.

**Figures and slides.** Each drawing of the book is a file of its own, an SVG,
under the same licence; `figures/index.html` of the site shows them all.
`make slides` makes slides of each chapter: its question, its pictures, its
formulas, its exercises.
A site that the repository's workflow has published has them too, at
`slides/index.html`, and beside them `book.pdf` and `book.epub`.

**To change it.** A chapter is a text, `chapters/NN_name.md`, with one
sentence a line.
Edit it, run `make chapters`, which runs what has changed, and
`make check CHAPTER=NN_name`, which says what no longer holds: a formula, a
number in the prose, an exercise without a solution.
To leave a chapter out, or put in one of yours, edit `_toc.yml`; to change the
plans on this page, `tools/plans.yml`.
`CONTRIBUTING.md` tells the rest.

**To make it anew.** `make site`, `make pdf`, `make epub` and `make slides`
need Python and no account anywhere; the site is a folder of files that any
web server can show, and asks no other host.
`make lab` opens the chapters in JupyterLab on a student's own computer, each
in a copy that can be put back as printed; on the site they run in the
browser, with nothing to install.

**To ask.** Questions, and errors above all: open an issue in the repository.
An error that is confirmed goes on the [errata](errata.ipynb), with what would
notice it now.
A plan that worked with your students, and minutes that you have measured, are
as welcome."""


def spent(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    said = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    return " ".join(said) or "no time"


def counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def reading(text: str) -> int:
    """Minutes to read a chapter: its text, and the cells that are open."""
    cells = [c for c in CELL.findall(text) if "hide-input" not in c]
    prose = CELL.sub("", text)
    for pattern in LEFT_OUT:
        prose = pattern.sub("", prose)
    minutes = len(" ".join([prose, *cells]).split()) / PACE
    return max(5, 5 * round(minutes / 5))


class Book:
    """The chapters' texts, and what is read from them."""

    def __init__(self, root: Path = tangle.ROOT) -> None:
        stems = [s for s in listed(root) if s[:2].isdigit()]
        paths = {stem: root / "chapters" / f"{stem}.md" for stem in stems}
        self.root = root
        self.texts = {s: path.read_text("utf-8") for s, path in paths.items()}
        self.needs = needs.needs(self.texts)
        self.asked = {
            stem: list(marks.exercises(stem, text))
            for stem, text in self.texts.items()
        }

    def reading(self, stems: Iterable[str]) -> int:
        return sum(reading(self.texts[stem]) for stem in stems)

    def exercises(self, stems: Iterable[str]) -> list[Exercise]:
        return [one for stem in stems for one in self.asked[stem]]

    def times(self, stems: list[str]) -> str:
        found = self.exercises(stems)
        return (
            f"{spent(self.reading(stems))} to read, "
            f"{counted(len(found), 'exercise')} of "
            f"{spent(sum(one.minutes for one in found))}"
        )


def linked(times: str, to: str) -> str:
    """The number of exercises, as a link to them."""
    return re.sub(
        r"\d+ exercises?", lambda found: f"[{found[0]}]({to})", times
    )


def chapters(book: Book) -> Iterator[str]:
    yield CHAPTERS
    names = ["To begin", *captions(book.root)]
    groups = [listed(book.root)[:1], *parts(book.root)]
    for name, stems in zip(names, groups, strict=True):
        yield f"### {name}"
        for stem in filter(book.texts.get, stems):
            need, leave = needs.before_and_after(book.texts[stem])
            head = f"**{stem[:2]} {tangle.link(stem)}**"
            times = linked(book.times([stem]), f"{stem}.ipynb#exercises")
            yield f"{head}, {times}.\n{need}\n{leave}"


def graph(book: Book) -> Iterator[str]:
    """What a picture of the site shows as well, in a table."""
    yield GRAPH
    rows = ["| no. | chapter | needs | for |", "|:--|:--|:--|:--|"]
    for stem, wanted in book.needs.items():
        users = [s for s, others in book.needs.items() if stem in others]
        lists = (", ".join(s[:2] for s in some) for some in (wanted, users))
        row = " | ".join([stem[:2], tangle.link(stem), *lists])
        rows.append(f"| {row} |")
    yield "\n".join(rows)


def plans(root: Path = tangle.ROOT) -> dict[str, list[list[str]]]:
    text = (root / "tools" / "plans.yml").read_text("utf-8")
    found: dict[str, list[list[str]]] = yaml.safe_load(text)
    return found


def plan(name: str, weeks: list[list[str]], book: Book) -> Iterator[str]:
    there = [[s for s in week if s in book.texts] for week in weeks]
    taken = [stem for week in there for stem in week]
    left = [stem[:2] for stem in book.texts if stem not in taken]
    yield f"### {name}"
    said = f"In all {book.times(taken)}."
    yield f"{said}\nLeft out: {', '.join(left)}." if left else said
    yield "\n".join(
        f"{n}. {', '.join(map(tangle.link, week))}:\n   {book.times(week)}."
        for n, week in enumerate(filter(None, there), start=1)
    )


def table(found: list[Exercise]) -> str:
    """By level, then by time."""
    rows = ["| exercise | in | minutes | level |", "|:--|:--|--:|:--|"]
    levels = list(marks.LEVELS)
    for one in sorted(found, key=lambda e: (levels.index(e.level), e.minutes)):
        name = one.name if one.name != marks.BUG else f"Bug of {one.stem[:2]}"
        link = f"[{name}]({one.stem}.ipynb#{one.label})"
        rows.append(
            f"| {link} | {one.stem[:2]} | {one.minutes} | {one.level} |"
        )
    return "\n".join(rows)


def exercises(book: Book) -> Iterator[str]:
    found = book.exercises(book.texts)
    said = [f"*{level}* {what}" for level, what in marks.LEVELS.items()]
    yield EXERCISES.format(levels=", ".join(said))
    counts = Counter(one.level for one in found)
    levels = ", ".join(f"{counts[level]} {level}" for level in marks.LEVELS)
    minutes = sum(one.minutes for one in found)
    yield f"They are {len(found)}: {levels}; all together {spent(minutes)}."
    for kind in (*marks.KINDS, marks.BUG.lower()):
        if some := [one for one in found if one.kind == kind]:
            yield f"### {kind.capitalize()} ({len(some)})"
            yield table(some)


def teachers(root: Path = tangle.ROOT) -> str:
    book = Book(root)
    page = [HEAD, *chapters(book), *graph(book), PLANS]
    for name, weeks in plans(root).items():
        page += plan(name, weeks, book)
    return "\n\n".join([*page, *exercises(book), ADOPT]) + "\n"
