"""Sphinx extension: a page loads what it shows, and the rest when asked.

The theme has on each page a script of all icons there are, and the index of
the search; both go.  A font keeps the letters that some page of the site
shows.
"""

import logging
import re
from pathlib import Path

import pydata_sphinx_theme
from docutils import nodes
from fontTools import subset
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
LARGE = 10_000  # bytes; a smaller font is left as it is
ICONS = "vendor/fontawesome/webfonts/fa-solid-900.woff2"
FORMULAS = "mathjax/fonts"
TAG = re.compile(r"<script\b[^>]*></script>|<(?:meta|link)\b[^>]*>")
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
ICON = re.compile(
    r'((?:\.fa-[\w-]+(?:::?before)?,?)+)\{(?:content|--fa):"\\(\w+)"'
)


def without(html: str, *words: str) -> str:
    """The tags of a page's head, but those that name one of the words."""
    return TAG.sub(
        lambda tag: "" if any(w in tag[0] for w in words) else tag[0], html
    )


def one_viewport(
    app: Sphinx, page: str, template: str, context: dict, tree: nodes.document
) -> None:
    context["metatags"] = without(context.get("metatags", ""), "viewport")


def add_filter(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.builder.templates.environment.filters["without"] = without


def shrink(font: Path, target: Path, letters: set[int]) -> None:
    """Write the font with these letters alone."""
    options = subset.Options(flavor="woff2", notdef_outline=True)
    found = subset.load_font(str(font), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(found)
    subset.save_font(found, str(target), options)


def icons(static: Path, pages: str) -> set[int]:
    """The icons that pages, scripts and styles of the theme ask for."""
    styles = "".join(p.read_text("utf-8") for p in static.rglob("*.css"))
    scripts = "".join(
        p.read_text("utf-8") for p in (static / "scripts").glob("*theme.js")
    )
    named = set(re.findall(r"\bfa-[\w-]+", pages + scripts))
    wanted = {
        code
        for names, code in ICON.findall(styles)
        if named & set(re.findall(r"fa-[\w-]+", names))
    }
    wanted |= set(re.findall(r'"\\(f\w{3})"', ICON.sub("", styles)))
    drawn = {ord(letter) for letter in re.findall("[\uf000-\uf8ff]", styles)}
    return drawn | {int(code, 16) for code in wanted}


def shrink_fonts(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    site = Path(app.outdir)
    static = site / "_static"
    pages = "".join(
        p.read_text("utf-8")
        for p in site.rglob("*.html")
        if static not in p.parents
    )
    theme = Path(pydata_sphinx_theme.__file__).parent
    font = theme / "theme" / "pydata_sphinx_theme" / "static" / ICONS
    shrink(font, static / ICONS, icons(static, pages))
    letters = {int(c, 16) for c in set(re.findall(r"mjx-c([0-9A-F]+)", pages))}
    for font in (static / FORMULAS).glob("*.woff2"):
        if font.stat().st_size > LARGE:
            shrink(font, font, letters)


def setup(app: Sphinx) -> dict[str, bool]:
    app.config.templates_path.append(str(HERE / "templates"))
    app.connect("builder-inited", add_filter)
    app.connect("html-page-context", one_viewport)
    app.connect("build-finished", shrink_fonts, priority=900)
    return {"parallel_read_safe": True}
