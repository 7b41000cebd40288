"""Sphinx extension: a bar on each page with cells, to run it in the browser.

Where the parts cannot be had the site is built without; CI accepts no less
than all of it.
"""

import os
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from live import assets, notebook  # noqa: E402
from website.fetch import Missing  # noqa: E402

# Font Awesome's observer would take the icons out of the widgets' hands.
BAR = """
<script>window.FontAwesomeConfig = {{ observeMutations: false }};</script>
<div class="live-place">
<div class="live-bar" data-state="idle" role="region" aria-label="Live page">
<div class="live-buttons">
<button type="button" class="live-run">Run this page live</button>
<button type="button" hidden>Restart</button>
<button type="button" hidden aria-label="Reset this page">Reset</button>
<a href="{folder}/../lite/notebooks/index.html?path={name}.ipynb">
<span class="live-long">Open as a notebook</span>
<span class="live-short">Notebook</span></a>
</div>
<p class="live-news" role="status">Python in your browser: {size:.0f} MB once,
then kept. Nothing to install.</p>
<p class="live-blocked">Scripts are blocked here, and the button needs them:
allow this site to run its own.</p>
</div></div>
<script type="module" src="{folder}/live.js"></script>
<script type="module" src="{folder}/start.js"></script>
<script>{first}</script>
"""
START = """
<div class="experiment-start">
<button type="button" disabled>Start this experiment</button>
<span class="experiment-news" role="status">or move a control: Python in your
browser, {size:.0f} MB once.</span>
</div>
"""
FIRST = (Path(__file__).parent / "first.js").read_text("utf-8")


def gather(app: Sphinx) -> None:
    app.live_bytes = None
    if app.builder.format != "html":
        return
    try:
        static = Path(app.outdir) / "_static"
        app.live_bytes = assets.build(static)
        notebook.build(static)
        app.add_css_file("live/live.css")
    except Missing as error:
        if os.environ.get("CI"):
            raise
        print(f"The site is built without live pages: {error}", flush=True)


def has_cells(tree: nodes.document) -> bool:
    return any(
        "cell" in node["classes"] for node in tree.findall(nodes.container)
    )


def add_bar(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Below the title of a page that has cells."""
    if app.live_bytes is None or not has_cells(tree):
        return
    title = next(tree.findall(nodes.title))
    folder = relative_uri(app.builder.get_target_uri(page), "_static/live")
    name = page.rpartition("/")[2]
    size = app.live_bytes / 1e6
    html = BAR.format(size=size, folder=folder, name=name, first=FIRST)
    at = title.parent.index(title) + 1
    title.parent.insert(at, nodes.raw("", html, format="html"))


def add_starts(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Below the question of each experiment that has to be started."""
    for frame in tree.findall(nodes.Element):
        if app.live_bytes and "data-start" in frame.get("with", {}):
            html = START.format(size=app.live_bytes / 1e6)
            frame.insert(1, nodes.raw("", html, format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", gather)
    app.connect("doctree-resolved", add_bar)
    app.connect("doctree-resolved", add_starts)
    return {"parallel_read_safe": True}
