"""Sphinx extension: what is too wide for a phone is parted where it may be.

A name in a table behind _ . or /, and a single line of output between words;
several lines may be a table, and scroll.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx

CELL = re.compile(r"<td\b.*?</td>", re.DOTALL)
NAME = re.compile(r'(?<=<span class="pre">)[^<]+')
JOINT = re.compile(r"(?<=\w)([_./])(?=[^\W\d])")


def parted(cell: re.Match[str]) -> str:
    """The cell of a table, with room for a new line behind each joint."""
    return NAME.sub(lambda name: JOINT.sub(r"\1<wbr>", name[0]), cell[0])


def part_names(
    app: Sphinx, page: str, template: str, context: dict, tree: nodes.document
) -> None:
    context["body"] = CELL.sub(parted, context.get("body", ""))


def mark_lines(app: Sphinx, tree: nodes.document) -> None:
    for output in tree.findall(nodes.container):
        if "cell_output" in output["classes"]:
            for block in output.findall(nodes.literal_block):
                if "\n" not in block.astext().strip():
                    block["classes"].append("one-line")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-read", mark_lines)
    app.connect("html-page-context", part_names)
    return {"parallel_read_safe": True}
