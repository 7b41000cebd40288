"""Sphinx extension: what a chapter is on paper, for the PDF and the ePub.

What is folded on the page is left there; a picture stands as its sliders
stand at first, with a link to where they move; solutions come last.
"""

import os
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from pictures import drawings  # noqa: E402

SITE = os.environ.get("BOOK_SITE", "")  # where the site is; beside, if unset


class picture(nodes.General, nodes.Element):
    """The drawings of an output, and what is said below them."""


def cells(doctree: nodes.document) -> list[nodes.container]:
    found = doctree.findall(nodes.container)
    return [c for c in found if c.get("nb_element") == "cell_code"]


def leave_what_is_folded(doctree: nodes.document) -> None:
    """The code that the page folds, and the line that says what it grows."""
    for cell in cells(doctree):
        before = cell.parent[cell.parent.index(cell) - 1]
        if before.astext().startswith("This cell grows"):
            before.parent.remove(before)
        if cell.get("hide_mode") in {"input", "all"}:
            for part in list(cell.children):
                if part.get("nb_element") != "cell_code_output":
                    cell.remove(part)
            del cell["hide_mode"]
            if "tag_verdict" in " ".join(cell["classes"]):
                cell.parent.remove(cell)


def section_of(node: nodes.Node) -> str:
    while node and not isinstance(node, nodes.section):
        node = node.parent
    return str(node["ids"][0]) if node else ""


def stand_still(doctree: nodes.document, docname: str, name: str) -> None:
    """A picture in place of an output in HTML."""
    for raw in list(doctree.findall(nodes.raw)):
        if raw["format"] != "html":
            continue
        made: list[nodes.Node] = []
        for svgs, caption in drawings(raw.astext()):
            made.append(picture(svgs=svgs, caption=caption))
        if "<fieldset" in raw.astext() and (SITE or name == "paper"):
            where = f"{SITE}{docname}.html#{section_of(raw)}"
            link = nodes.reference("", "Move it on the page", refuri=where)
            made.append(nodes.paragraph("", "", link, nodes.Text(".")))
        raw.replace_self(made)


def solve_last(doctree: nodes.document) -> None:
    """The solutions, in a section at the end."""
    found = [
        node
        for node in doctree.findall(nodes.Element)
        if type(node).__name__ == "solution_node"
    ]
    if not found:
        return
    section = nodes.section(ids=["solutions"], names=["solutions"])
    section += nodes.title("", "Solutions")
    for node in found:
        node.parent.remove(node)
        section += node
    doctree.children[0].append(section)


def flatten(doctree: nodes.document) -> None:
    """Exercises and solutions hold no sections, whose names would be alike."""
    for section in list(doctree.findall(nodes.section)):
        if section["ids"][0] in {"exercise-content", "solution-content"}:
            at = section.parent.index(section)
            section.parent[at : at + 1] = section.children


def settle(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    leave_what_is_folded(doctree)
    stand_still(doctree, docname, app.builder.name)
    flatten(doctree)
    solve_last(doctree)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_node(picture)
    app.connect("doctree-resolved", settle)
    return {"parallel_read_safe": True}
