"""Sphinx extension: each drawing of the chapters as a file of its own.

For slides and other books, in the folder `figures` of the site.
"""

import sys
from pathlib import Path

import nbformat
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "edition")]
import tangle  # noqa: E402
from contents import listed  # noqa: E402
from pictures import drawings  # noqa: E402

LICENCE = """Figures of the book "Backpropagation, derived and run".

They are licensed CC BY 4.0: use and change them, and say where they are from.
A name says the chapter, and which of its figures it is.
"""
SPACE = ' xmlns="http://www.w3.org/2000/svg"'


def figures(stem: str) -> list[str]:
    """The drawings that a chapter's cells have stored, in their order."""
    found = []
    path = tangle.ROOT / "chapters" / f"{stem}.ipynb"
    for cell in nbformat.read(path, 4).cells:
        for output in cell.get("outputs", []):
            page = output.get("data", {}).get("text/html", "")
            for svgs, _ in drawings(page):
                found += svgs[:1]
    return found


def write(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "figures"
    folder.mkdir(exist_ok=True)
    (folder / "README.txt").write_text(LICENCE, "utf-8")
    for stem in listed():
        for number, svg in enumerate(figures(stem), start=1):
            if SPACE not in svg:
                svg = svg.replace("<svg", f"<svg{SPACE}", 1)
            (folder / f"{stem}-{number}.svg").write_text(svg, "utf-8")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write)
