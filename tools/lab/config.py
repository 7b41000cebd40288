"""JupyterLab as the book wants it; the reader's own settings stay theirs."""

c = get_config()  # noqa: F821
c.LabApp.news_url = None  # no pop-up that asks
c.ContentsManager.hide_globs = [
    "__pycache__",
    "*.pyc",
    "*~",
    ".ipynb_checkpoints",
    "*.md",
    "*.bib",
]
