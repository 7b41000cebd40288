"""Sphinx extension: what is too wide for a phone is parted where it may be.

A name in a table behind _ . or /, and a single line of output between words;
several lines may be a table, and scroll.  A formula is not parted from the
comma behind it.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx

CELL = re.compile(r"<td\b.*?</td>", re.DOTALL)
NAME = re.compile(r'(?<=<span class="pre">)[^<]+')
MARK = re.compile("[,.;:?!)’”]+")
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


def keep_marks(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Put a formula and the mark behind it into one piece of text."""
    for math in list(tree.findall(nodes.math)):
        after = math.next_node(nodes.Text, siblings=True, descend=False)
        mark = after and MARK.match(after)
        if mark and math.parent.index(after) == math.parent.index(math) + 1:
            rest = nodes.Text(after[mark.end() :])
            math.parent.replace(after, rest)
            both = nodes.inline("", "", classes=["kept"])
            math.parent.replace(math, both)
            both += [math, nodes.Text(mark[0])]


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-read", mark_lines)
    app.connect("doctree-resolved", keep_marks)
    app.connect("html-page-context", part_names)
    return {"parallel_read_safe": True}
