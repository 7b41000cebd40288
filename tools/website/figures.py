"""Sphinx extension: each drawing of the chapters as a file of its own.

For slides and other books, in the folder `figures` of the site, with a page
that shows them all; the page *For teachers* links to it.
"""

import sys
from html import escape
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "edition")]
from pictures import drawings  # noqa: E402

import tangle  # noqa: E402
from contents import listed  # noqa: E402

NAME = "figures/index.html"  # as the page For teachers has it
LICENCE = """Figures of the book "Backpropagation, derived and run".

They are licensed CC BY 4.0, https://creativecommons.org/licenses/by/4.0/
Use and change them, and say where they are from.
A name says the chapter, and which of its figures it is.
"""
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Figures</title>
<link rel="stylesheet" href="../_static/figures.css">
<main>
<h1>Figures</h1>
<p>{licence}</p>
<p><a href="../chapters/teachers.html">For teachers</a></p>
{chapters}
</main>
</html>
"""
SPACE = ' xmlns="http://www.w3.org/2000/svg"'


def figures(stem: str) -> dict[str, tuple[str, str]]:
    """The drawings that a chapter's cells have stored, and what they say."""
    found: dict[str, tuple[str, str]] = {}
    path = tangle.ROOT / "chapters" / f"{stem}.ipynb"
    for cell in nbformat.read(path, 4).cells:
        for output in cell.get("outputs", []):
            page = output.get("data", {}).get("text/html", "")
            for svgs, said in drawings(page):
                for svg in svgs:
                    if SPACE not in svg:
                        svg = svg.replace("<svg", f"<svg{SPACE}", 1)
                    found[f"{stem}-{len(found) + 1}.svg"] = svg, said
    return found


def shown(stem: str, found: dict[str, tuple[str, str]]) -> str:
    """The part of a chapter on the page of all figures."""
    path = tangle.ROOT / "chapters" / f"{stem}.ipynb"
    parts = [
        f'<figure><a href="{name}"><img src="{name}" loading="lazy" '
        f'alt="{escape(said)}"></a><figcaption>{name}</figcaption></figure>'
        for name, (_, said) in found.items()
    ]
    drawn = f'<div class="figures">{"".join(parts)}</div>'
    return f"<h2>{escape(tangle.read_chapter(path).title)}</h2>\n{drawn}"


def write(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "figures"
    folder.mkdir(exist_ok=True)
    (folder / "LICENCE.txt").write_text(LICENCE, "utf-8")
    every = {stem: figures(stem) for stem in listed()}
    for found in every.values():
        for name, (svg, _) in found.items():
            (folder / name).write_text(svg, "utf-8")
    parts = [shown(stem, found) for stem, found in every.items() if found]
    licence = LICENCE.replace("\n\n", "\n")
    page = PAGE.format(licence=licence, chapters="\n".join(parts))
    (folder / "index.html").write_text(page, "utf-8")


def link(app: Sphinx, tree: nodes.document) -> None:
    """On the site, the name of the page with the figures leads there."""
    for word in list(tree.findall(nodes.literal)):
        if word.astext() == NAME:
            there = nodes.reference("", "", refuri=f"../{NAME}")
            word.replace_self(there)
            there += word


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-read", link)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True}
