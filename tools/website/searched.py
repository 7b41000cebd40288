"""Sphinx extension: the search finds a chapter by what it is the place for.

It reads the prose, not the code and the TeX, and shows only prose.
"""

import sys
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from website.concepts import concepts  # noqa: E402

UNREAD = (nodes.math, nodes.math_block, nodes.literal_block, nodes.raw)


def is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and "cell" in node["classes"]


def prose(tree: nodes.document) -> nodes.document:
    """A copy without formulas, cells and what they print."""
    copy = tree.deepcopy()
    unread = [n for n in copy.findall() if isinstance(n, UNREAD) or is_cell(n)]
    for node in unread:
        if node.parent and node in node.parent:
            node.parent.remove(node)
    return copy


def read_prose(app: Sphinx) -> None:
    """The builder indexes that copy, and the chapter's concepts with it."""
    if app.builder.format != "html":
        return
    of, index_page = concepts(), app.builder.index_page

    def index(page: str, tree: nodes.document, title: str) -> None:
        copy = prose(tree)
        stem = page.rpartition("/")[2]
        for entry in of.get(stem, []):
            found = ("single", entry, "", "main", None)
            copy.append(addnodes.index(entries=[found]))
        index_page(page, copy, title)

    app.builder.index_page = index


def show_prose(
    app: Sphinx, page: str, template: str, context: dict, tree: nodes.document
) -> None:
    if page == "search":
        app.add_js_file("search-prose.js", defer="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", read_prose)
    app.connect("html-page-context", show_prose)
    return {"parallel_read_safe": True}
