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


def index_prose(app: Sphinx) -> None:
    """All pages are indexed at the end, with what each is the place for.

    Of pages that have not changed, Sphinx would keep the words alone.
    """
    builder = app.builder
    if builder.format != "html":
        return
    dump = builder.dump_search_index

    def index() -> None:
        of = concepts()
        for page in sorted(app.env.found_docs):
            copy = prose(app.env.get_doctree(page))
            for entry in of.get(page.rpartition("/")[2], []):
                found = ("single", entry, "", "main", None)
                copy.append(addnodes.index(entries=[found]))
            title = app.env.longtitles[page].astext()
            path = str(app.env.doc2path(page, base=False))
            builder.indexer.feed(page, path, title, copy)
        dump()

    builder.index_page = lambda *page: None
    builder.dump_search_index = index


def show_prose(
    app: Sphinx, page: str, template: str, context: dict, tree: nodes.document
) -> None:
    if page == "search":
        app.add_js_file("search-prose.js", defer="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", index_prose)
    app.connect("html-page-context", show_prose)
    return {"parallel_read_safe": True}
