"""The pages made from other files: the bibliography and the index of results.

`make chapters` calls this; both pages are markdown twins like the chapters.
"""

import ast
import re
import sys
from pathlib import Path

from pybtex.backends.markdown import Backend
from pybtex.database import Entry, parse_file
from pybtex.style.formatting.plain import Style

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402

FOLDER = tangle.ROOT / "chapters"
HEAD = """---
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

"""
CITATION = re.compile(r"\[([^][]+)\]\(bibliography\.ipynb#([a-z0-9-]+)\)")


def slug(heading: str) -> str:
    """The anchor of a heading on the built page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def citation_names(entries: dict[str, Entry]) -> dict[str, str]:
    """How an entry is cited, such as Cybenko (1989), by its key."""
    names: dict[str, str] = {}
    for key, entry in entries.items():
        people = entry.persons.get("author") or entry.persons["editor"]
        last = [" ".join(p.prelast_names + p.last_names) for p in people]
        last = [re.sub(r"[{}]", "", name) for name in last]
        if len(last) > 3:
            who = f"{last[0]} et al."
        else:
            who = " and ".join([", ".join(last[:-1]), last[-1]][-len(last) :])
        year = entry.fields["year"]
        name, letter = f"{who} ({year})", "b"
        while name in names.values():
            name, letter = f"{who} ({year}{letter})", chr(ord(letter) + 1)
        names[key] = name
    return names


def citations(text: str) -> list[tuple[str, str]]:
    """The citations in a chapter's text: (words, anchor)."""
    return CITATION.findall(text)


def chapter_link(stem: str) -> str:
    title = tangle.read_chapter(FOLDER / f"{stem}.ipynb").title
    return f"[{title}]({stem}.ipynb)"


def bibliography() -> str:
    entries = dict(parse_file(FOLDER / "references.bib").entries)
    names = citation_names(entries)
    cited: dict[str, list[str]] = {}
    for path in sorted(FOLDER.glob("[0-9][0-9]_*.md")):
        for _, anchor in dict.fromkeys(citations(path.read_text("utf-8"))):
            cited.setdefault(anchor, []).append(chapter_link(path.stem))
    style, backend = Style(), Backend()
    parts = [
        HEAD + "# Bibliography\n\n"
        "Everything that the chapters cite, and what was read beside them, "
        "in alphabetical order."
    ]
    for key in sorted(names, key=lambda k: names[k].casefold()):
        entry = style.format_entry("", entries[key])
        reference = " ".join(entry.text.render(backend).split())
        parts.append(f"## {names[key]}\n\n{reference}")
        if where := cited.get(slug(names[key])):
            parts.append(f"Cited in {', '.join(where)}.")
    return "\n\n".join(parts) + "\n"


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


def results() -> str:
    lines = [
        HEAD + "# Functions and results",
        "Every public name of `bp`, the chapter that derives it, and the "
        "labels of the formulas that the function states.\n"
        "A label stands in the chapter's check cell too, so that a search "
        "for it finds the formula, the function and its check.\n"
        "All of them can be imported from `bp` itself: "
        "`from bp import output_error`.",
    ]
    for chapter in tangle.read_chapters(FOLDER):
        rows = functions(chapter)
        if not rows:
            continue
        checks = {
            tag.removeprefix("check:")
            for cell in chapter.cells
            for tag in cell.tags
            if tag.startswith("check:")
        }
        lines.append(
            f"## `bp.{chapter.name}`\n\nFrom {chapter_link(chapter.stem)}; "
            f"{len(checks)} labelled formulas, all checked there."
        )
        table = ["| name | what it is | formula |", "|:--|:--|:--|"]
        for name, doc in rows:
            labels = re.findall(r"eq-[a-z0-9-]+", doc)
            unknown = set(labels) - checks
            if unknown and not unknown <= all_checks():
                raise tangle.TangleError(
                    f"{chapter.stem}: {name} names {unknown}, never checked"
                )
            what = doc.split("\n\n")[0].replace("\n", " ")
            what = re.sub(r" ?\((in |see )?eq-[a-z0-9-]+\)", "", what)
            what = what.replace("|", "\\|")
            codes = ", ".join(f"`{label}`" for label in labels)
            table.append(f"| `{name}` | {what} | {codes} |")
        lines.append("\n".join(table))
    return "\n\n".join(lines) + "\n"


def all_checks() -> set[str]:
    return {
        tag.removeprefix("check:")
        for chapter in tangle.read_chapters(FOLDER)
        for cell in chapter.cells
        for tag in cell.tags
        if tag.startswith("check:")
    }


MADE = {"results": results, "bibliography": bibliography}


def write() -> None:
    """Write the made pages where what they hold has changed."""
    for name, make in MADE.items():
        path, text = FOLDER / f"{name}.md", make()
        body = text.removeprefix(HEAD).strip()
        old = path.read_text("utf-8") if path.exists() else ""
        if not old.strip().endswith(body):
            path.write_text(text, "utf-8")
