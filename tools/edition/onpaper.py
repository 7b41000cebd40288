"""Sphinx extension: what a chapter is on paper, for the PDF and the ePub.

What is folded on the page is left there; a picture stands as its sliders
stand at first, with a link to where they move; solutions come last.
"""

import hashlib
import os
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "website")]
from edges import cells  # noqa: E402
from frames import is_experiment  # noqa: E402
from pictures import drawings  # noqa: E402

SITE = os.environ.get("BOOK_SITE", "")  # where the site is; beside, if unset


class picture(nodes.General, nodes.Element):
    """The drawings of an output, and what is said below them."""


def leave_what_is_folded(doctree: nodes.document) -> None:
    """Of a folded cell what it prints; of a verdict nothing."""
    for cell in list(cells(doctree)):
        if "tag_verdict" in " ".join(cell["classes"]):
            cell.parent.remove(cell)
        elif cell.get("hide_mode") in {"input", "all"}:
            for part in list(cell.children):
                if part.get("nb_element") != "cell_code_output":
                    cell.remove(part)
            del cell["hide_mode"]


def section_of(node: nodes.Node) -> str:
    while node and not isinstance(node, nodes.section):
        node = node.parent
    return str(node["ids"][0]) if node else ""


def stand_still(doctree: nodes.document) -> None:
    """A picture in place of an output in HTML."""
    for raw in list(doctree.findall(nodes.raw)):
        if raw["format"] != "html":
            continue
        alone = isinstance(raw.parent, nodes.paragraph) and len(raw.parent) < 2
        found = drawings(raw.astext())
        (raw.parent if alone else raw).replace_self(
            [picture(svgs=s, caption=c) for s, c in found]
        )


def where_it_moves(cell: nodes.container, docname: str) -> nodes.paragraph:
    """The link to an experiment, below its picture."""
    where = f"{SITE}{docname}.html#{section_of(cell)}"
    link = nodes.reference("", "Move it on the page", refuri=where)
    return nodes.paragraph("", "", link, nodes.Text("."))


def solve_last(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """The solutions, in a section at the end, which has no number."""
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
    app.env.toc_secnumbers.setdefault(docname, {})["#solutions"] = ()


def flatten(doctree: nodes.document) -> None:
    """Exercises and solutions hold no sections, whose names would be alike."""
    for section in list(doctree.findall(nodes.section)):
        if section["ids"][0] in {"exercise-content", "solution-content"}:
            at = section.parent.index(section)
            section.parent[at : at + 1] = section.children


def settle(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    experiments = [c for c in cells(doctree) if is_experiment(c)]
    leave_what_is_folded(doctree)
    stand_still(doctree)
    if SITE or app.builder.name == "paper":  # a link out of an ePub is whole
        for cell in experiments:
            cell += where_it_moves(cell, docname)
    flatten(doctree)
    solve_last(app, doctree, docname)


def digest() -> str:
    """Changes when these tools do: then all is read again."""
    tools = sorted([*HERE.glob("*.py"), HERE.parent / "website" / "edges.py"])
    content = b"".join(path.read_bytes() for path in tools)
    return hashlib.sha256(content).hexdigest()


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("edition_tools", digest(), "env")
    app.add_node(picture)
    app.connect("doctree-resolved", settle)
    return {"parallel_read_safe": True}
