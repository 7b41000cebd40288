"""Guards 2 and 3: the pairs, and the book's own rules."""

import functools
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbformat import NotebookNode

import chapters as pairs
import pages
import rules
import tangle
from conftest import ROOT
from contents import listed
from copies import make_chapters

FOLDER = ROOT / "chapters"
STEMS = sorted(p.stem for p in FOLDER.glob("[0-9][0-9]_*.ipynb"))
PAGES = [*STEMS, *pages.MADE]
pair = pytest.mark.guard("2 pairs")
rule = pytest.mark.guard("3 book rules")


def notebook(stem: str) -> NotebookNode:
    return nbformat.read(FOLDER / f"{stem}.ipynb", 4)


@pair
@pytest.mark.parametrize("stem", PAGES)
def test_twins_hold_the_same_cells(stem: str) -> None:
    text = (FOLDER / f"{stem}.md").read_text("utf-8")
    stored = notebook(stem)
    assert pairs.cells_of(jupytext.reads(text, "md:myst")) == pairs.cells_of(
        stored
    )
    assert pairs.text_of(stored) == text, "run `make chapters`"


@pair
@pytest.mark.parametrize("stem", PAGES)
def test_stored_run_is_of_these_cells(stem: str) -> None:
    """Outputs come from these very cells and the modules as they stand."""
    stored = notebook(stem)
    mark = pairs.fingerprint(stored, pairs.number_of(stem))
    assert stored.metadata["book"]["ran"] == mark
    ids = [cell.id for cell in stored.cells]
    pairs.give_ids(stored)
    assert ids == [cell.id for cell in stored.cells]


@pair
def test_a_small_edit_is_a_small_diff(book_copy: Path) -> None:
    """One sentence changed in the notebook is one line in its text twin."""
    path = book_copy / "chapters" / "02_neuron.ipynb"
    edited = nbformat.read(path, 4)
    before = pairs.text_of(edited).splitlines()
    cell = next(c for c in edited.cells if "How steep" in c.source)
    cell.source = cell.source.replace("How steep", "Now, how steep")
    after = pairs.text_of(edited).splitlines()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def contents(copy: Path) -> dict[str, bytes]:
    paths = [*copy.glob("chapters/*"), *copy.glob("bp/**/*.py")]
    return {str(p): p.read_bytes() for p in paths if p.is_file()}


@pair
def test_make_chapters_twice_changes_nothing(book_copy: Path) -> None:
    before = contents(book_copy)
    said = make_chapters(book_copy).stdout
    assert said.count("nothing to do") == len(PAGES)
    assert contents(book_copy) == before


@pair
@pytest.mark.parametrize("stem", ["01_digits", "03_network"])
def test_the_same_run_gives_the_same_bytes(
    first_chapters: Path, stem: str
) -> None:
    before = contents(first_chapters)
    path = first_chapters / "chapters" / f"{stem}.ipynb"
    forgotten = nbformat.read(path, 4)
    del forgotten.metadata["book"]
    nbformat.write(forgotten, path)
    assert f"{stem:14} ran" in make_chapters(first_chapters).stdout
    assert contents(first_chapters) == before


@pair
def test_either_twin_can_be_edited(first_chapters: Path) -> None:
    """The one whose cells were edited wins; the other follows."""
    folder = first_chapters / "chapters"
    text, twin = folder / "02_neuron.md", folder / "02_neuron.ipynb"
    old, new = "hardly listens", "hardly listens any more"
    text.write_text(text.read_text("utf-8").replace(old, new), "utf-8")
    assert "text was edited" in make_chapters(first_chapters).stdout
    assert new in twin.read_text("utf-8")
    twin.write_text(twin.read_text("utf-8").replace(new, old), "utf-8")
    os.utime(text, (0, 0))
    assert "notebook was edited" in make_chapters(first_chapters).stdout
    assert text.read_text("utf-8") == (FOLDER / text.name).read_text("utf-8")


@pair
@pytest.mark.any_chapter
def test_pages_are_made_from_the_chapters() -> None:
    for name, make in pages.MADE.items():
        made = jupytext.reads(make(), "md:myst")
        assert pairs.cells_of(made) == pairs.cells_of(notebook(name))


@functools.cache
def page(stem: str) -> rules.Page:
    return rules.Page(stem)


@rule
@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("wanted", rules.RULES, ids=lambda r: r.__name__)
def test_rules(wanted: Callable[[rules.Page], rules.Lacks], stem: str) -> None:
    assert list(wanted(page(stem))) == []


@rule
@pytest.mark.any_chapter
def test_labels_in_docstrings_resolve() -> None:
    known = {d.label for stem in STEMS for d in page(stem).labelled}
    for path, text in tangle.stored(ROOT).items():
        for label in re.findall(r"\beq-[a-z0-9-]+", text):
            assert label in known, f"{path} names {label}"


@rule
@pytest.mark.any_chapter
def test_toc_names_every_chapter_once_in_order() -> None:
    assert listed() == PAGES


@rule
@pytest.mark.any_chapter
def test_the_first_page_maps_every_chapter_in_order() -> None:
    links = page("00_reading").found(r"\]\((\d\d_\w+)\.ipynb\)")
    assert list(dict.fromkeys(m[1] for _, m in links)) == STEMS[1:]


@rule
@pytest.mark.parametrize("stem", pages.MADE)
def test_made_pages_link_to_chapters(stem: str) -> None:
    assert list(rules.links_lead_somewhere(page(stem))) == []


@rule
@pytest.mark.any_chapter
def test_code_in_chapters_is_formatted_and_clean() -> None:
    for command in (["format", "--check"], ["check"]):
        result = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."],
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert result.returncode == 0, result.stdout


@rule
@pytest.mark.any_chapter
def test_types() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "bp"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stdout
