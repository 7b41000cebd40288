"""The same book on the current Sphinx, without Jupyter Book:

sphinx-build -c tools/website -W -n --keep-going . _build/sphinx
"""

import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "live")]
book = yaml.safe_load((HERE.parents[1] / "_config.yml").read_text("utf-8"))

project, author = book["title"], book["author"]
copyright = book["copyright"]
exclude_patterns = book["exclude_patterns"]
extensions = [
    *book["sphinx"]["local_extensions"],
    "myst_nb",
    "sphinx_book_theme",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_external_toc",
    "sphinx_multitoc_numbering",
    "sphinx_togglebutton",
    *book["sphinx"]["extra_extensions"],
]
external_toc_exclude_missing = book["only_build_toc_files"]
html_theme, html_title = "sphinx_book_theme", project
myst_enable_extensions = book["parse"]["myst_enable_extensions"]
nb_execution_mode = book["execute"]["execute_notebooks"]
globals().update(book["sphinx"]["config"])
