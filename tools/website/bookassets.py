"""Sphinx extension: the site serves everything it shows, from itself."""

import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from website import fetch  # noqa: E402


def configure(app: Sphinx, config: Config) -> None:
    config.nb_ipywidgets_js = {"experiments.js": {"defer": "defer"}}
    config.html_static_path = [str(HERE / "static")]
    config.html_css_files = ["book.css"]
    config.html_js_files = [
        ("formulas.js", {"defer": "defer", "priority": 400})
    ]
    config.html_favicon = str(HERE / "static" / "favicon.svg")
    config.html_context["default_mode"] = "light"  # where no script runs


def without_thebe(
    app: Sphinx, page: str, template: str, context: dict, tree: nodes.document
) -> None:
    """Jupyter Book puts thebe on each page, which would ask another host."""
    for kind in ("script_files", "css_files"):
        context[kind] = [
            file
            for file in context[kind]
            if "thebe" not in f"{file} {getattr(file, 'attributes', '')}"
        ]


def copy_assets(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        fetch.gather(Path(app.outdir) / "_static")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", configure, priority=100)
    app.connect("html-page-context", without_thebe, priority=900)
    app.connect("build-finished", copy_assets)
    return {"parallel_read_safe": True}
