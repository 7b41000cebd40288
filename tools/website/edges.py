"""Sphinx extension: a small tag at a cell's edge says what the cell is for.

The line *This cell grows* `bp/name.py` of the text becomes that tag, or the
title of the fold where the cell is folded.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

GROWS = re.compile(r"Th(is cell|ese cells) grows? (bp/\S+\.py)(: [^.]*)?\.?$")
KINDS = {  # by how a tag of the cell begins
    "tag_check": "check",
    "tag_exercise": "your turn",
    "tag_verdict": "verdict",
}


def cells(tree: nodes.document) -> Iterator[nodes.container]:
    for node in tree.findall(nodes.container):
        if "cell" in node["classes"]:
            yield node


def grown(cell: nodes.container) -> str:
    """What the line above the cell says; the line is taken away."""
    at = cell.parent.index(cell)
    above = cell.parent[at - 1] if at else None
    if not isinstance(above, nodes.paragraph):
        return ""
    said = GROWS.match(above.astext())
    if not said:
        return ""
    cell.parent.remove(above)
    return said[2] + (said[3] or "")


def kind(cell: nodes.container) -> str:
    """Another word for the cell, by its tags."""
    for start, word in KINDS.items():
        if any(name.startswith(start) for name in cell["classes"]):
            return word
    return ""


def shows(cell: nodes.container) -> bool:
    return any("cell_output" in n["classes"] for n in cell.children)


def what(cell: nodes.container, words: str) -> str:
    """The title of a fold: what its code is for."""
    if words:
        return f"Code: {words}"
    return "Code: what is below" if shows(cell) else "Code: getting ready"


def name_edges(app: Sphinx, tree: nodes.document) -> None:
    """Tag each cell that grows a module, checks, or asks something."""
    for cell in list(cells(tree)):
        module = grown(cell)
        words = module or kind(cell)
        folded = cell.get("hide_mode") == "input"
        if folded and module.startswith("bp/experiments/") and shows(cell):
            cell["classes"].append("drawn")
            cell["prompt_show"] = f"How this is drawn: {module}"
        elif folded:
            cell["prompt_show"] = what(cell, words)
        elif words:
            edge = nodes.container(classes=["edge"])
            edge += nodes.inline(words, words)
            cell.insert(0, edge)
        if folded:  # opened, it is still what it was
            cell["prompt_hide"] = cell["prompt_show"]


def part_solutions(app: Sphinx, tree: nodes.document, name: str) -> None:
    """The space before the link in a solution's title is not its own."""
    for link in list(tree.findall(nodes.reference)):
        text = next(link.findall(nodes.Text), None)
        if isinstance(link.parent, nodes.title) and text and text[0] == " ":
            text.parent.replace(text, nodes.Text(text.lstrip()))
            link.parent.insert(link.parent.index(link), nodes.Text(" "))


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-read", name_edges, priority=900)  # frames first
    app.connect("doctree-resolved", part_solutions, priority=900)
    return {"parallel_read_safe": True}
