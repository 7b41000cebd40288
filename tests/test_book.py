"""Guards 2 and 3: the pairs, and the book's own rules."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
import yaml
from nbformat import NotebookNode

import bibliography
import chapters as pairs
import pages
import tangle
from conftest import ROOT
from formulas.extract import displays

FOLDER = ROOT / "chapters"
STEMS = sorted(p.stem for p in FOLDER.glob("[0-9][0-9]_*.ipynb"))
PAGES = [*STEMS, *pages.MADE]
pair = pytest.mark.guard("2 pairs")
rule = pytest.mark.guard("3 book rules")


def notebook(stem: str) -> NotebookNode:
    return nbformat.read(FOLDER / f"{stem}.ipynb", 4)


def code(stem: str) -> list[NotebookNode]:
    return [c for c in notebook(stem).cells if c.cell_type == "code"]


def prose(stem: str) -> str:
    cells = notebook(stem).cells
    return "\n\n".join(c.source for c in cells if c.cell_type == "markdown")


def tags(cell: NotebookNode, start: str) -> list[str]:
    found = cell.metadata.get("tags", [])
    return [t.removeprefix(start) for t in found if t.startswith(start)]


def labels(stem: str) -> list[str]:
    """The labels of the displayed formulas."""
    return [d.label for d in displays(prose(stem)) if d.label]


def sections(stem: str) -> list[list[NotebookNode]]:
    """The cells of a chapter, from one `##` heading to the next."""
    parts: list[list[NotebookNode]] = [[]]
    for cell in notebook(stem).cells:
        if cell.cell_type == "code":
            parts[-1].append(cell)
            continue
        for piece in re.split(r"^(?=## )", cell.source, flags=re.M):
            if piece.startswith("## "):
                parts.append([])
            parts[-1].append(nbformat.v4.new_markdown_cell(piece))
    return parts


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


def make_chapters(copy: Path) -> str:
    return subprocess.run(
        [sys.executable, copy / "tools" / "chapters.py"],
        cwd=copy,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout


def contents(copy: Path) -> dict[str, bytes]:
    paths = [*copy.glob("chapters/*"), *copy.glob("bp/**/*.py")]
    return {str(p): p.read_bytes() for p in paths if p.is_file()}


@pair
def test_make_chapters_twice_changes_nothing(book_copy: Path) -> None:
    before = contents(book_copy)
    said = make_chapters(book_copy)
    assert said.count("nothing to do") == len(PAGES)
    assert contents(book_copy) == before


@pair
@pytest.mark.parametrize("stem", ["01_digits", "05_delta"])
def test_the_same_run_gives_the_same_bytes(book_copy: Path, stem: str) -> None:
    before = contents(book_copy)
    path = book_copy / "chapters" / f"{stem}.ipynb"
    forgotten = nbformat.read(path, 4)
    del forgotten.metadata["book"]
    nbformat.write(forgotten, path)
    assert f"{stem:14} ran" in make_chapters(book_copy)
    assert contents(book_copy) == before


@pair
def test_either_twin_can_be_edited(book_copy: Path) -> None:
    """The one whose cells were edited wins; the other follows."""
    folder = book_copy / "chapters"
    text, twin = folder / "02_neuron.md", folder / "02_neuron.ipynb"
    old, new = "hardly listens", "hardly listens any more"
    text.write_text(text.read_text("utf-8").replace(old, new), "utf-8")
    assert "text was edited" in make_chapters(book_copy)
    assert new in twin.read_text("utf-8")
    twin.write_text(twin.read_text("utf-8").replace(new, old), "utf-8")
    os.utime(text, (0, 0))
    assert "notebook was edited" in make_chapters(book_copy)
    assert text.read_text("utf-8") == (FOLDER / text.name).read_text("utf-8")


@pair
def test_pages_are_made_from_the_chapters() -> None:
    for name, make in pages.MADE.items():
        made = jupytext.reads(make(), "md:myst")
        assert pairs.cells_of(made) == pairs.cells_of(notebook(name))


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_every_cell_ran_cleanly(stem: str) -> None:
    for number, cell in enumerate(code(stem), start=1):
        assert cell.execution_count == number
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_outputs_name_no_place_or_machine(stem: str) -> None:
    text = repr([cell.outputs for cell in code(stem)])
    assert not re.search(r"/(home|root|tmp|work|Users)/|site-packages", text)
    assert not re.search(r"0x[0-9a-f]{6,}", text), "an address in memory"


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_every_labelled_result_is_checked(stem: str) -> None:
    stated = labels(stem)
    assert len(stated) == len(set(stated)), "a label used twice"
    checked = [label for c in code(stem) for label in tags(c, "check:")]
    assert sorted(stated) == sorted(checked)
    for cell in code(stem):
        if tags(cell, "check:"):
            nodes = ast.walk(ast.parse(cell.source))
            assert any(isinstance(node, ast.Assert) for node in nodes)


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_checks_follow_in_the_same_section(stem: str) -> None:
    for section in sections(stem):
        stated: set[str] = set()
        checked: set[str] = set()
        for cell in section:
            if cell.cell_type == "markdown":
                stated |= {d.label for d in displays(cell.source) if d.label}
            else:
                checked |= set(tags(cell, "check:"))
                assert checked <= stated, "a check before its formula"
        assert stated == checked


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_labels_are_named_after_their_chapter(stem: str) -> None:
    for label in labels(stem):
        assert re.match(
            rf"eq-(bp\d|{stem[3:].replace(chr(95), chr(45))}-)", label
        )


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_cited_labels_resolve(stem: str) -> None:
    """Within a chapter only: across notebooks JupyterLab shows a bare key."""
    cited = re.findall(r"\{eq\}`([^`]+)`", prose(stem))
    assert set(cited) <= set(labels(stem))


@rule
def test_labels_in_docstrings_resolve() -> None:
    known = {label for stem in STEMS for label in labels(stem)}
    for path, text in tangle.stored(ROOT).items():
        for label in re.findall(r"\beq-[a-z0-9-]+", text):
            assert label in known, f"{path} names {label}"


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_every_exercise_has_a_solution(stem: str) -> None:
    text = prose(stem)
    exercises = re.findall(r"\{exercise\}.*\n:label: (\S+)", text)
    solutions = re.findall(r"\{solution\} (\S+)\n:class: dropdown\n", text)
    assert exercises == solutions
    assert 3 <= len(exercises) <= 6
    titles = re.findall(r"\{exercise\} (.*)", text)
    assert "Find the bug" in titles


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_anatomy(stem: str) -> None:
    headings = re.findall(r"^## (.*)$", prose(stem), re.M)
    assert headings[-3:] == [
        "Exercises",
        "What we have now",
        "References",
    ] or (
        stem == "00_reading"
        and headings[-2:] == ["What we have now", "References"]
    )
    text = prose(stem)
    assert ":::{admonition} Before and after\n:class: margin" in text
    assert ":::{admonition} What there was to see\n:class: dropdown" in text
    assert any("experiment" in tags(cell, "") for cell in code(stem))


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_growing_cells_say_which_module_they_grow(stem: str) -> None:
    caption = re.compile(r"\*Th(?:is cell|ese cells) grows?\* `([^`]+)`")
    text = ""
    for cell in notebook(stem).cells:
        if cell.cell_type == "markdown":
            text = cell.source.strip().splitlines()[-1]
        for tag, pattern in tangle.TAGS.items():
            if tag in tags(cell, ""):
                found = caption.match(text)
                assert found, f"no caption above {cell.source[:60]!r}"
                assert found[1] == pattern.format(stem[3:])


@rule
def test_toc_names_every_chapter_once_in_order() -> None:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    named = [toc["root"]] + [
        entry["file"] for part in toc["parts"] for entry in part["chapters"]
    ]
    assert named == [f"chapters/{stem}.ipynb" for stem in PAGES]


@rule
def test_the_first_page_maps_every_chapter() -> None:
    linked = re.findall(r"\]\((\d\d_\w+)\.ipynb\)", prose("00_reading"))
    assert list(dict.fromkeys(linked)) == STEMS[1:]


@rule
@pytest.mark.parametrize("stem", PAGES)
def test_links_between_pages_resolve(stem: str) -> None:
    titles = {
        other: re.search(r"^# (.*)$", prose(other), re.M)[1] for other in PAGES
    }
    for words, target in re.findall(
        r"\[([^]]+)\]\((\w+)\.ipynb\)", prose(stem)
    ):
        assert target in PAGES
        if target in STEMS:
            short = titles[target].removesuffix(", and what it is at the end")
            assert words in titles[target] or words == short


@rule
@pytest.mark.parametrize("stem", STEMS)
def test_citations_resolve(stem: str) -> None:
    """A citation is a link whose words are the entry's own heading."""
    headings = set(re.findall(r"^## (.*)$", prose("bibliography"), re.M))
    found = bibliography.citations(prose(stem))
    assert found
    for words, anchor in found:
        assert words in headings
        assert anchor == bibliography.slug(words)


@rule
def test_code_in_chapters_is_formatted_and_clean() -> None:
    for command in (["format", "--check"], ["check"]):
        result = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout


@rule
def test_types() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "bp"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout
