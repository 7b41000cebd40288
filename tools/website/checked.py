"""Sphinx extension: what the checks of each formula measured, on the site.

Below the number of a formula stands a link to its card on the page *Results*,
and there the two differences that were measured when the site was built.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
from formulas import measure  # noqa: E402
from website.fetch import cache_folder  # noqa: E402

Measured = dict[str, tuple[str, str]]  # label: as printed, in a cell
CARD = re.compile(
    r"^- `(eq-[a-z0-9-]+)`(.*)\n- as printed: (?:holds|not checked: .*)\n"
    r"- in a cell: (\[\d+\]) .*$",
    re.M,
)


def exponent(value: float) -> str:
    return f"{value:.0e}" if value else "exact"


def measured(stem: str) -> Measured:
    """What both checks of a chapter find; kept until the chapter changes."""
    path = ROOT / "chapters" / f"{stem}.ipynb"
    sources = [path, path.with_suffix(".md")]
    sources += sorted((ROOT / "bp").glob("*.py"))
    sources += sorted((HERE.parent / "formulas").rglob("*.py"))
    mark = hashlib.sha256(b"".join(p.read_bytes() for p in sources))
    kept = cache_folder() / "measured" / f"{stem}-{mark.hexdigest()[:16]}.json"
    if kept.exists():
        return {
            k: tuple(v) for k, v in json.loads(kept.read_text("utf-8")).items()
        }

    cells = measure.in_cells(path)
    found: Measured = {}
    for label, verdict in measure.as_printed(path).items():
        printed = exponent(verdict.largest)
        if verdict.first_order:
            printed = "to first order"
        elif verdict.remainder:
            printed = "of that order"
        elif verdict.state != "holds":
            printed = verdict.state
        in_cell = exponent(cells[label]) if label in cells else "not yet"
        found[label] = printed, in_cell
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found), "utf-8")
    return found


def every() -> dict[str, tuple[str, str, str]]:
    """label: chapter, as printed, in a cell."""
    stems = sorted(p.stem for p in (ROOT / "chapters").glob("[0-9]*.ipynb"))
    return {
        label: (stem, *both)
        for stem in stems
        for label, both in measured(stem).items()
    }


def fill_in(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the numbers, and a place to link to, into the page *Results*."""
    if page != "chapters/results":
        return
    found = every()

    def card(match: re.Match) -> str:
        label, names, number = match[1], match[2], match[3]
        stem, printed, cell = found[label]
        link = (
            f'<a id="result-{label}" href="{stem}.html#equation-{label}">'
            f"<code>{label}</code></a>"
        )
        return (
            f"- {link}{names}\n- as printed: {printed}\n"
            f"- in a cell: {number} {cell}"
        )

    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        cell["source"] = CARD.sub(card, text)
    source[0] = json.dumps(notebook)


def add_links(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Below the number of each formula, a link to its card."""
    stem = page.removeprefix("chapters/")
    if app.builder.format != "html" or not stem[:2].isdigit():
        return
    found = measured(stem)
    for block in list(tree.findall(nodes.math_block)):
        if (label := block.get("label")) in found:
            printed, cell = found[label]
            block["checked"] = (
                f'<a class="checked" href="results.html#result-{label}" '
                f'title="as printed: {printed}; in a cell: {cell}">'
                "checked</a>"
            )


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", fill_in)
    app.connect("doctree-resolved", add_links)
    return {"parallel_read_safe": True}
