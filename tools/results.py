"""The page *Results*: every labelled formula, its function and its checks.

What both checks measure differs a little from machine to machine; it is put
in when the site is built (website/checked.py).  Here stands what holds
everywhere: that the formula holds, and the bound that its cell asserts.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402
from claims.report import report_of  # noqa: E402
from contents import listed  # noqa: E402
from formulas.extract import Display, displays  # noqa: E402
from formulas.measure import asserted, bound  # noqa: E402

FOLDER = tangle.ROOT / "chapters"
LABEL = r"eq-[a-z0-9-]+"
INTRODUCTION = """# Results

Every formula with a label, chapter by chapter, and what has been done to
make sure that it is right.

- *As printed*: the formula is read from the page, as it stands there, and
  both its sides, with every step between them, are evaluated on random
  networks (of widths that all differ), in every layer and for every index
  to which it applies; the derivatives in it are measured by nudging.
- *In a cell*: the code cell with that number, below the formula in its
  chapter, compares the code of `bp` with an independent way to get the same
  number.

On the site both give the largest difference that was found when the site was
built.
Everything that stands below in `this type` can be imported from `bp`."""


PROSE = """The prose is read as well.
For each chapter stands how many of its numbers are printed or computed by its
cells, how many of its claims without a number a line of code decides, how
many are taken on trust (given, as an assumption; quoted, from a source; said,
where nothing can be measured), and how many places still wait to be bound."""


def functions(chapter: tangle.Chapter) -> list[tuple[str, str]]:
    """Public functions and classes of a chapter's module: name, docstring."""
    public = tangle.public_names(chapter.tagged("bp"))
    return [
        (node.name, ast.get_docstring(node) or "")
        for cell in chapter.tagged("bp")
        for node in cell.parse().body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and node.name in public
    ]


def function_table(chapter: tangle.Chapter) -> Iterator[str]:
    yield "| name | what it is |"
    yield "|:--|:--|"
    for name, doc in functions(chapter):
        what = doc.split("\n\n")[0].replace("\n", " ")
        what = re.sub(rf" ?\((in |see )?{LABEL}\)", "", what)
        yield f"| `{name}` | {what.replace('|', chr(92) + '|')} |"


def check_cells(chapter: tangle.Chapter) -> dict[str, tuple[int, str]]:
    """For each label, the number of its check cell and what it asserts."""
    return {
        tag.removeprefix("check:"): (number, cell.source)
        for number, cell in enumerate(chapter.cells, start=1)
        for tag in cell.tags
        if tag.startswith("check:")
    }


def formula_card(
    display: Display, who: list[str], cell: tuple[int, str] | None
) -> str:
    """A formula, its label, its function and both checks, at any width."""
    latex = " ".join(display.latex.split()).rstrip(" .,")
    printed = "holds"
    if display.not_checked is not None:
        printed = f"not checked: {display.not_checked}"
    checked = f"[{cell[0]}] {bound(asserted(cell[1]))}" if cell else "not yet"
    names = ", ".join(f"`{name}`" for name in who)
    return f""":::{{card}}
:class-card: result

$$
{latex}
$$

- `{display.label}`{names and ": "}{names}
- as printed: {printed}
- in a cell: {checked}
:::"""


def formula_cards(
    chapter: tangle.Chapter, who: dict[str, list[str]]
) -> Iterator[str]:
    cells = check_cells(chapter)
    text = (FOLDER / f"{chapter.stem}.md").read_text("utf-8")
    for display in displays(text):
        if display.label:
            found = who.get(display.label, [])
            yield formula_card(display, found, cells.get(display.label))


def of_prose(counts: Counter[str]) -> str:
    """What holds the prose of a chapter, or of all."""
    return (
        f"In its prose: {counts['numbers']} numbers and {counts['claims']} "
        f"claims checked; {counts['given']} given, {counts['quoted']} quoted, "
        f"{counts['said']} said; {counts['open']} open."
    )


def results() -> str:
    chapters = tangle.read_chapters(FOLDER)
    chapters = [c for c in chapters if c.stem in listed()]
    who: dict[str, list[str]] = {}
    for chapter in chapters:
        for name, doc in functions(chapter):
            for label in dict.fromkeys(re.findall(LABEL, doc)):
                who.setdefault(label, []).append(name)
    parts, excused, prose = [], 0, Counter[str]()
    for chapter in chapters:
        text = (FOLDER / f"{chapter.stem}.md").read_text("utf-8")
        excused += sum(d.not_checked is not None for d in displays(text))
        parts.append(f"## {chapter.title}")
        parts.append(f"In {tangle.link(chapter.stem)}, `bp.{chapter.name}`:")
        parts.append("\n".join(function_table(chapter)))
        parts.extend(formula_cards(chapter, who))
        counts = report_of(FOLDER / f"{chapter.stem}.md").counts()
        parts.append(of_prose(counts))
        prose += counts
    count = {0: "None of the formulas is", 1: "One formula is"}.get(
        excused, f"{excused} formulas are"
    )
    head = f"{INTRODUCTION}\n{count} excused from being read as printed."
    head += f"\n\n{PROSE}\n{of_prose(prose).replace('its prose', 'all')}"
    return "\n\n".join([head, *parts]) + "\n"
