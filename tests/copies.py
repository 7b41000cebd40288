"""Copies of the book's sources, to be spoiled: whole, or its first chapters.

What takes time for each chapter is tried on the few, so that a longer book
does not make it longer.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = "bp chapters tests tools conftest.py pyproject.toml _toc.yml"
SOURCES += " _config.yml errata.yml licences.yml"
FEW = 6


def copy(source: Path, target: Path) -> Path:
    skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in SOURCES.split():
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=skip)
        else:
            shutil.copy(source / name, target / name)
    return target


def make_chapters(book: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(book / "tools" / "chapters.py")],
        cwd=book,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def cut(book: Path) -> None:
    """Leave the first chapters, as a book of its own."""
    import yaml  # not where the oldest versions are tried

    chapters = sorted((book / "chapters").glob("[0-9]*.md"))
    later = [path for path in chapters[FEW:] if path.stem != "90_kit"]
    for path in later:
        path.unlink()
        path.with_suffix(".ipynb").unlink()
        for home in ("bp", "bp/experiments"):
            (book / home / f"{path.stem[3:]}.py").unlink(missing_ok=True)
    gone = {f"chapters/{path.stem}.ipynb" for path in later}
    toc = yaml.safe_load((book / "_toc.yml").read_text("utf-8"))
    for part in toc["parts"]:
        there = [e for e in part["chapters"] if e["file"] not in gone]
        part["chapters"] = there
    (book / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    settled = make_chapters(book)
    assert settled.returncode == 0, settled.stderr


@pytest.fixture
def book_copy(tmp_path: Path) -> Path:
    return copy(ROOT, tmp_path)


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = copy(ROOT, tmp_path_factory.mktemp("few"))
    cut(book)
    return book


@pytest.fixture
def first_chapters(few: Path, tmp_path: Path) -> Path:
    """A copy of the first chapters, settled."""
    return copy(few, tmp_path)
