"""The same book on paper: what the PDF and the ePub are built with."""

import re
import sys
import tomllib
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "website")]
book = yaml.safe_load((HERE.parents[1] / "_config.yml").read_text("utf-8"))

project, author = book["title"], book["author"]
copyright = book["copyright"]
# What a page of the site says of itself says nothing of paper.
exclude_patterns = [*book["exclude_patterns"], "chapters/access.ipynb"]
extensions = [
    "onpaper",
    "paper",
    "ebook",
    "edges",
    "myst_nb",
    "sphinx_design",
    "sphinx_external_toc",
    "sphinx_multitoc_numbering",
    "marked",
    *book["sphinx"]["extra_extensions"],
]
external_toc_exclude_missing = book["only_build_toc_files"]
myst_enable_extensions = book["parse"]["myst_enable_extensions"]
nb_execution_mode = book["execute"]["execute_notebooks"]
config = book["sphinx"]["config"]
globals().update({k: v for k, v in config.items() if "html" not in k})
nb_mime_priority_overrides = [
    (builder, "text/html", 0) for builder in ("paper", "epub")
]
html_math_renderer = "mathml"
about = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text("utf-8"))
version = release = about["project"]["version"]
epub_basename = "book"
epub_uid = epub_identifier = re.sub(r"\W+", "-", f"{project} ") + version
epub_description = "How a neural network learns: derived, and run."
epub_contributor = author
epub_copyright = f"{copyright} {author}; text: CC BY 4.0, code: MIT"
epub_use_index = False
epub_tocscope = "includehidden"
epub_show_urls = "no"
suppress_warnings = ["epub.unknown_project_files", "etoc.ref"]
epub_exclude_files = [
    f"_static/{name}"
    for name in (
        "basic.css exercise.css minus.png plus.png proof.css "
        "sphinx-design.min.css"
    ).split()
]
epub_css_files = ["ebook.css"]
epub_cover = ("_static/cover.png", "cover.html")
html_static_path, templates_path = ["static"], ["templates"]
