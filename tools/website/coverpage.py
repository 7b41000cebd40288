"""Sphinx extension: the cover is the site's first page, and linked to."""

import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.osutil import relative_uri

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from cover.write import write  # noqa: E402


def add_templates(app: Sphinx, config: Config) -> None:
    config.templates_path.append(str(HERE / "templates"))


def link(
    app: Sphinx, page: str, template: str, context: dict, tree: nodes.document
) -> None:
    here = app.builder.get_target_uri(page)
    context["cover"] = relative_uri(here, "index.html")


def write_cover(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        write(Path(app.outdir), app.config.html_baseurl)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", add_templates, priority=900)
    app.connect("html-page-context", link)
    app.connect("build-finished", write_cover)
    return {"parallel_read_safe": True}
