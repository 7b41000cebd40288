"""Sphinx extension: what the theme leaves out for keyboard and screen reader.

Each change mends a rule of axe-core that the theme breaks;
tests/test_access.py runs the rules.
"""

from sphinx.application import Sphinx

MENDED = {  # what the theme writes: what a page has instead
    # A name has to hold the words that are seen: label-content-name-mismatch.
    '<summary aria-label="Toggle hidden content">': "<summary>",
    'search-button-field search-button__button pst-js-only" title="Search" '
    'aria-label="Search"': (
        'search-button-field search-button__button pst-js-only"'
    ),
    '<span class="search-button__kbd-shortcut">': (
        '<span class="search-button__kbd-shortcut" aria-hidden="true">'
    ),
    # All that is seen belongs to a part that has a name: region.
    '<div class="sidebar-primary-items__start sidebar-primary__section">': (
        '<div class="sidebar-primary-items__start sidebar-primary__section" '
        'role="region" aria-label="Book">'
    ),
}


def mended(html: str) -> str:
    for found, instead in MENDED.items():
        html = html.replace(found, instead)
    return html


def add_filter(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.builder.templates.environment.filters["mended"] = mended


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", add_filter)
    return {"parallel_read_safe": True}
