"""The book's own rules, each a function from a chapter to what it lacks.

A draft is run and shown whatever it lacks; `make check` says what that is,
by line and in a sentence, and the tests ask that it be nothing.
"""

import ast
import functools
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

sys.path.insert(0, str(Path(__file__).parent))
import bibliography  # noqa: E402
import marks  # noqa: E402
import often  # noqa: E402
import tangle  # noqa: E402
import terms  # noqa: E402
from contents import listed  # noqa: E402
from formulas.extract import Display, displays  # noqa: E402
from website import starts  # noqa: E402

ROOT = tangle.ROOT
FIRST = "00_reading"  # the page that maps the others
MADE = {
    "results",
    "often_said",
    "terms",
    "teachers",
    "errata",
    "bibliography",
    "access",
}
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.M | re.S)
Lacks = Iterator[tuple[int, str]]


@dataclass(frozen=True)
class Code:
    """A code cell, and the line of the text twin where it begins."""

    line: int
    cell: NotebookNode

    def tags(self, start: str = "") -> list[str]:
        found = self.cell.metadata.get("tags", [])
        return [t.removeprefix(start) for t in found if t.startswith(start)]


class Page:
    """A chapter, with the lines of its text twin."""

    def __init__(self, stem: str, root: Path = ROOT) -> None:
        self.stem, self.root = stem, root
        path = root / "chapters" / f"{stem}.md"
        self.text = path.read_text("utf-8")
        self.notebook = nbformat.read(path.with_suffix(".ipynb"), 4)

    @functools.cached_property
    def prose(self) -> str:
        """The text, with an empty line for every line of a code cell."""
        return CELL.sub(lambda cell: "\n" * cell[0].count("\n"), self.text)

    @functools.cached_property
    def code(self) -> list[Code]:
        lines = [self.line(cell.start()) for cell in CELL.finditer(self.text)]
        kinds = [c for c in self.notebook.cells if c.cell_type == "code"]
        return [Code(*pair) for pair in zip(lines, kinds, strict=True)]

    @functools.cached_property
    def labelled(self) -> list[Display]:
        return [d for d in displays(self.text) if d.label]

    def line(self, place: int) -> int:
        return self.text.count("\n", 0, place) + 1

    def found(self, pattern: str) -> Iterator[tuple[int, re.Match[str]]]:
        """Where a pattern stands in the prose."""
        for match in re.finditer(pattern, self.prose, re.M):
            yield self.prose.count("\n", 0, match.start()) + 1, match

    def section(self, line: int) -> int:
        return sum(start <= line for start, _ in self.found("^## "))

    def tagged(self, start: str) -> Iterator[tuple[Code, str]]:
        for code in self.code:
            for name in code.tags(start):
                yield code, name


RULES: list[Callable[[Page], Lacks]] = []


def rule(function: Callable[[Page], Lacks]) -> Callable[[Page], Lacks]:
    RULES.append(function)
    return function


@rule
def has_its_place(page: Page) -> Lacks:
    named = Counter(listed(page.root))
    if named[page.stem] != 1:
        times = "not" if not named[page.stem] else f"{named[page.stem]} times"
        yield 1, f"`_toc.yml` names the chapter {times}: once, in order"
    first = Page(FIRST, page.root)
    linked = {m[1] for _, m in first.found(r"\]\((\d\d_\w+)\.ipynb\)")}
    if page.stem not in linked | {FIRST}:
        yield 1, f"the map in {FIRST} has no link to the chapter"
    name = page.stem[3:]
    tests = page.root / "tests" / f"test_{name}.py"
    if any(page.tagged("bp")) and not tests.exists():
        yield 1, f"no tests/test_{name}.py for bp/{name}.py"


@rule
def formulas_are_checked(page: Page) -> Lacks:
    stated = {d.label: d.line for d in page.labelled}
    times = Counter(d.label for d in page.labelled)
    checked: dict[str, list[Code]] = {}
    for code, label in page.tagged("check:"):
        checked.setdefault(label, []).append(code)
        if label not in stated:
            yield code.line, f"checks {label}, which is no label here"
        if not asserts(code.cell.source):
            yield code.line, f"the check of {label} asserts nothing"
    for label, line in stated.items():
        if times[label] > 1:
            yield line, f"the label {label} is used {times[label]} times"
        if not (cells := checked.get(label)):
            yield line, f"no check cell for {label}"
            continue
        if len(cells) > 1:
            yield cells[1].line, f"a second check cell for {label}"
        if cells[0].line < line:
            yield cells[0].line, f"the check of {label} comes before it"
        elif page.section(cells[0].line) != page.section(line):
            yield line, f"the check of {label} is in another section"


def asserts(source: str) -> bool:
    return any(isinstance(n, ast.Assert) for n in ast.walk(ast.parse(source)))


@rule
def labels_are_named_after_the_chapter(page: Page) -> Lacks:
    name = page.stem[3:].replace("_", "-")
    for display in page.labelled:
        if not re.match(rf"eq-(bp\d|{name}-)", display.label or ""):
            yield display.line, f"{display.label} should begin eq-{name}-"


@rule
def cited_labels_are_there(page: Page) -> Lacks:
    """Within a chapter only: across notebooks JupyterLab shows a bare key."""
    known = {display.label for display in page.labelled}
    for line, match in page.found(r"\{eq\}`([^`]+)`"):
        if match[1] not in known:
            yield line, f"no formula here has the label {match[1]}"


@rule
def exercises_are_solved(page: Page) -> Lacks:
    asked = {m[1]: n for n, m in page.found(r"\{exercise\}.*\n:label: (\S+)")}
    solved = {
        m[1]: n
        for n, m in page.found(r"\{solution\} (\S+)\n:class: dropdown\n")
    }
    for label in [label for label in asked if label not in solved]:
        yield asked[label], f"no folded solution of {label}"
    for label in [label for label in solved if label not in asked]:
        yield solved[label], f"a solution of {label}, which nobody asks"
    both = [label for label in asked if label in solved]
    if both != [label for label in solved if label in asked]:
        yield 1, "the solutions are in another order than the exercises"
    if not 3 <= len(asked) <= 6:
        yield 1, f"{len(asked)} exercises, in place of three to six"
    if not any(page.found(rf"\{{exercise\}} {marks.BUG}( · |$)")):
        yield 1, "no exercise has the title *Find the bug*"
    verdicts = [name for _, name in page.tagged("verdict:")]
    if not verdicts:
        yield 1, "no exercise in code: no cell has a tag verdict:ex-…"


@rule
def exercises_are_marked(page: Page) -> Lacks:
    """By kind, minutes and level; `code` where a verdict waits for it."""
    in_code = {name for _, name in page.tagged("verdict:")}
    for exercise in marks.exercises(page.stem, page.text):
        faults = list(exercise.lacks())
        yield from ((exercise.line, fault) for fault in faults)
        if not faults and exercise.asks_code != (exercise.label in in_code):
            has = "no" if exercise.asks_code else "a"
            said = f"*{exercise.name}* is marked {exercise.kind}"
            yield exercise.line, f"{said}, and has {has} verdict"


@rule
def it_has_all_its_parts(page: Page) -> Lacks:
    headings = [match[1] for _, match in page.found(r"^## (.*)$")]
    ends = ["Exercises", "What we have now", "References"]
    ends = ends[page.stem == FIRST :]  # they are asked along the way there
    if headings[-len(ends) :] != ends:
        yield 1, f"its last sections should be {', '.join(ends)}"
    if not any(page.found(r"\{admonition\} Before and after\n:class: margin")):
        yield 1, "no box *Before and after* in the margin"
    seen = r"\{admonition\} What there was to see\n:class: dropdown"
    if not any(page.found(seen)):
        yield 1, "no folded box *What there was to see*"
    if not any(page.tagged("experiment")):
        yield 1, "no experiment: no cell has the tag `experiment`"


OPEN = 30  # lines of an open cell, at most


@rule
def open_cells_are_short(page: Page) -> Lacks:
    for code in page.code:
        lines = len(code.cell.source.splitlines())
        if lines > OPEN and "hide-input" not in code.tags():
            yield code.line, f"{lines} lines in an open cell: at most {OPEN}"


@rule
def verdicts_are_folded(page: Page) -> Lacks:
    for code, name in page.tagged("verdict:"):
        if "hide-input" not in code.tags():
            yield code.line, f"the verdict of {name} gives the answer away"


@rule
def it_begins_with_a_picture(page: Page) -> Lacks:
    """Before the first section, with a sentence that says what is seen."""
    first = min((line for line, _ in page.found("^## ")), default=0)
    above = [code.cell for code in page.code if code.line < first]
    if not any("figcaption" in repr(cell.outputs) for cell in above):
        yield 1, "no picture stands before the first section"


@rule
def experiments_have_their_parts(page: Page) -> Lacks:
    """In the order in which the site gathers them, and JupyterLab shows."""
    cells = [*page.notebook.cells, NotebookNode(source="")]
    for here in page.code:
        if "experiment" in here.tags() or not starts.calls(here.cell.source):
            continue
        at = cells.index(here.cell)
        above, below = (cells[n].source for n in (at - 1, at + 1))
        words = re.sub(r"^%.*$", "", above, flags=re.M).strip()
        if not re.fullmatch(r"\*\*[^\n]+\*\*", words.split("\n")[-1]):
            yield here.line, "no bold question right above the experiment"
        if not below.startswith(":::{admonition} What there was to see"):
            yield here.line, "no *What there was to see* below the experiment"
        if "hide-input" not in here.tags():
            yield here.line, "the call of `explore` has no tag `hide-input`"
        try:
            starts.start_of(page.stem, here.cell.source, page.root)
        except ValueError as error:
            yield here.line, str(error)


@rule
def growing_cells_name_their_module(page: Page) -> Lacks:
    line = r"\*Th(?:is cell|ese cells) grows?\* `([^`]+)`(?:: [^`]+)?\.$"
    caption = re.compile(line)
    words = ""
    code = iter(page.code)
    for cell in page.notebook.cells:
        if cell.cell_type == "markdown":
            words = (cell.source.strip().splitlines() or [""])[-1]
            continue
        here = next(code)
        for tag, pattern in tangle.TAGS.items():
            module = pattern.format(page.stem[3:])
            if tag in here.tags():
                said = caption.match(words)
                if not said or said[1] != module:
                    yield (
                        here.line,
                        f"no line *This cell grows* `{module}` above the cell",
                    )


@rule
def nothing_is_used_before_it_is_taught(page: Page) -> Lacks:
    yield from terms.lacks(page.stem, page.root)


@rule
def what_is_often_said_is_measured(page: Page) -> Lacks:
    for box in often.boxes(page.text):
        for lack in box.lacks():
            yield box.line, lack


@rule
def links_lead_somewhere(page: Page) -> Lacks:
    known = titles(page.root)
    for line, match in page.found(r"\[([^]]+)\]\((\w+)\.ipynb\)"):
        words, target = match.groups()
        if target in MADE:
            continue
        if target not in known:
            yield line, f"a link to {target}, which is no page"
        elif words not in known[target]:
            yield line, f"[{words}] is not in the title: {known[target]}"


@functools.cache
def titles(root: Path) -> dict[str, str]:
    found = (root / "chapters").glob("[0-9][0-9]_*.ipynb")
    return {path.stem: tangle.read_chapter(path).title for path in found}


@rule
def citations_are_in_the_bibliography(page: Page) -> Lacks:
    headings = set(bibliography.headings(page.root / "chapters"))
    cited = list(page.found(bibliography.CITATION.pattern))
    for line, match in cited:
        words, anchor = match.groups()
        if words not in headings or anchor != bibliography.slug(words):
            yield line, f"{words} is no heading of the bibliography"
    if not cited:
        yield 1, "nothing is cited"


@rule
def it_ran_cleanly(page: Page) -> Lacks:
    for number, code in enumerate(page.code, start=1):
        if code.cell.execution_count != number:
            yield code.line, "has not run in its turn: `make chapters`"
        for output in code.cell.outputs:
            if output.output_type == "error":
                yield code.line, f"stops with {output.ename}"
            elif output.get("name") == "stderr":
                yield code.line, "prints a warning"


@rule
def outputs_name_no_place_or_machine(page: Page) -> Lacks:
    for code in page.code:
        text = repr(code.cell.outputs)
        if re.search(r"/(home|root|tmp|work|Users)/|site-packages", text):
            yield code.line, "prints a place of this machine"
        if re.search(r"0x[0-9a-f]{6,}", text):
            yield code.line, "prints an address in memory"
