"""Sphinx extension: what an ePub needs that a page does not.

Formulas are MathML, which MathJax makes; drawings stand in the text.
"""

import itertools
import re
import sys
import zipfile
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "website")]
import front  # noqa: E402
from narrow import narrow, parted  # noqa: E402
from onpaper import picture  # noqa: E402
from typeset import in_lines, typesetter  # noqa: E402

COVER = "_static/cover.png"
# See https://www.w3.org/TR/epub-a11y-11/
SENSES = "".join(
    f'<meta property="schema:{name}">{value}</meta>\n'
    for name, value in (
        ("accessMode", "textual"),
        ("accessMode", "visual"),
        ("accessModeSufficient", "textual"),
        ("accessibilityFeature", "MathML"),
        ("accessibilityFeature", "alternativeText"),
        ("accessibilityFeature", "structuralNavigation"),
        ("accessibilityFeature", "tableOfContents"),
        ("accessibilityHazard", "none"),
        (
            "accessibilitySummary",
            "Each picture has its text, each formula is MathML.",
        ),
    )
)


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(parted(typesetter.mathml(node.astext(), False)))
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="display"))
    tex = in_lines(narrow(node.astext()))
    self.body.append(typesetter.mathml(tex, True))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


count = itertools.count()


def named_apart(svg: str) -> str:
    """A drawing whose names no other drawing of a page has."""
    mark = f"d{next(count)}-"
    svg = re.sub(r'(\sid=")', rf"\1{mark}", svg)
    return re.sub(r'(url\(#|href="#)', rf"\1{mark}", svg)


def visit_picture(self: HTML5Translator, node: picture) -> None:
    drawn = "".join(named_apart(svg) for svg in node["svgs"])
    said, name = escape(node["caption"]), f"said-{next(count)}"
    self.body.append(
        '<figure class="picture">'
        f'<div role="img" aria-labelledby="{name}">{drawn}</div>'
        f'<figcaption id="{name}">{said}</figcaption></figure>\n'
    )
    raise nodes.SkipNode


def draw_cover(app: Sphinx) -> None:
    if app.builder.name == "epub":
        target = Path(app.outdir) / COVER
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(front.cover(app.config.project))


def lighten(
    app: Sphinx, page: str, template: str, context: dict[str, Any], *_: object
) -> None:
    """Of all styles the three that paper needs, and no script."""
    if app.builder.name == "epub":
        context["told"] = front.told() if template == "cover.html" else ""
        kept = ("epub.css", "pygments.css", "ebook.css")
        styles = context["css_files"]
        context["css_files"] = [s for s in styles if s.filename.endswith(kept)]
        context["script_files"] = []


def declare(app: Sphinx, error: Exception | None) -> None:
    """Say which files hold what, and what the book gives to which senses."""
    typesetter.stop()
    if error or app.builder.name != "epub":
        return
    out = Path(app.outdir)
    book = out / f"{app.config.epub_basename}.epub"
    whole = out / "content.opf"

    def with_properties(item: re.Match[str]) -> str:
        text = (out / item[1]).read_text("utf-8")
        marks = {"mathml": "<math", "svg": "<svg"}
        found = " ".join(name for name, mark in marks.items() if mark in text)
        given = f' properties="{found}"' if found else ""
        return item[0].replace("<item ", f"<item{given} ", 1)

    listed = re.sub(
        r'<item [^>]*href="([^"]+\.xhtml)"[^>]*/>',
        lambda m: m[0] if "nav.xhtml" in m[0] else with_properties(m),
        whole.read_text("utf-8"),
    )
    image = f'href="{COVER}"'
    listed = listed.replace(image, f'{image} properties="cover-image"')
    listed = listed.replace("</metadata>", f"{SENSES}</metadata>")
    whole.write_text(listed, "utf-8")
    with zipfile.ZipFile(book) as old:
        parts = [(info, old.read(info)) for info in old.infolist()]
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as new:
        for info, data in parts:
            own = listed.encode() if info.filename == whole.name else data
            new.writestr(info, own, info.compress_type)


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer(
        "mathml", (visit_math, None), (visit_display, None)
    )
    app.add_node(picture, override=True, html=(visit_picture, None))
    app.connect("builder-inited", draw_cover)
    app.connect("html-page-context", lighten)
    app.connect("build-finished", declare)
