"""Guard 2: whatever happens to a twin, no edit of it is lost."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

import chapters as pairs
import faults
import twins

pytestmark = pytest.mark.guard("2 pairs")
TEXT = """---
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

# One

A sentence.

```{code-cell} ipython3
:tags: [bp]

A = 1
```

The end.
"""


class Twins:
    def __init__(self, folder: Path) -> None:
        self.text, self.stored = folder / "01_one.md", folder / "01_one.ipynb"
        self.text.write_text(TEXT, "utf-8")
        self.pair()

    def pair(self) -> list[str]:
        return pairs.pair("01_one")

    def edit_text(self, old: str, new: str) -> None:
        text = self.text.read_text("utf-8")
        assert old in text
        self.text.write_text(text.replace(old, new), "utf-8")

    def edit_stored(self, old: str, new: str) -> None:
        notebook = nbformat.read(self.stored, 4)
        assert old in repr(notebook.cells)
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)
        nbformat.write(notebook, self.stored)

    def run_and_save(self) -> None:
        """As JupyterLab, VS Code and Colab leave a notebook that was run."""
        notebook = nbformat.read(self.stored, 4)
        notebook.metadata["language_info"] = {"name": "python"}
        for n, cell in enumerate(notebook.cells):
            cell.id = f"new-{n}"
            cell.metadata |= {"execution": {"iopub": "now"}, "id": "x"}
            cell.metadata |= {
                "editable": True,
                "slideshow": {"slide_type": ""},
            }
            cell.metadata["jupyter"] = {"outputs_hidden": False}
            cell.metadata["vscode"] = {"languageId": "python"}
            cell.source += "\n"
            if cell.cell_type == "code":
                cell.execution_count = 7
                cell.outputs = [nbformat.v4.new_output("stream", text="1")]
        nbformat.write(notebook, self.stored)

    @property
    def both(self) -> list[str]:
        """What they say; alike, as they were left."""
        written, found = twins.read(self.text), twins.read(self.stored)
        assert twins.cells_of(written) == twins.cells_of(found)
        assert found.metadata[twins.MARK] == twins.digest(found)
        return [cell.source for cell in found.cells]

    @property
    def bytes(self) -> list[bytes]:
        return [self.text.read_bytes(), self.stored.read_bytes()]


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Twins:
    monkeypatch.setattr(pairs, "CHAPTERS", tmp_path)
    return Twins(tmp_path)


@pytest.mark.parametrize("last", ["text", "stored"])
@pytest.mark.parametrize("ran", [False, True])
def test_the_edited_twin_wins_whichever_was_saved_last(
    pair: Twins, last: str, ran: bool
) -> None:
    pair.edit_text("A sentence", "A better sentence")
    if ran:
        pair.run_and_save()
    os.utime(pair.text if last == "stored" else pair.stored, (0, 0))
    assert pair.pair() == ["text was edited"]
    assert "A better sentence.\n" in pair.text.read_text("utf-8")
    assert "A better sentence" in pair.both[0]

    pair.edit_stored("A = 1", "A = 2")
    os.utime(pair.text if last == "stored" else pair.stored, (0, 0))
    assert pair.pair() == ["notebook was edited", "text twin written"]
    assert pair.both[1] == "A = 2"
    assert pair.pair() == []


def test_a_run_alone_edits_nothing(pair: Twins) -> None:
    before = pair.text.read_bytes()
    pair.run_and_save()
    assert pair.pair() == []
    assert pair.text.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The end.", "The end is near."),
        (":tags: [bp]\n", ""),
        ("```{code-cell} ipython3\n:tags: [bp]\n\nA = 1\n```\n", ""),
        ("The end.", "The end.\n\n```{code-cell} ipython3\nB = 2\n```"),
    ],
    ids=["a sentence", "a tag", "a cell less", "a cell more"],
)
def test_every_kind_of_edit_of_the_text_wins(
    pair: Twins, old: str, new: str
) -> None:
    pair.edit_text(old, new)
    edited = pair.text.read_text("utf-8")
    pair.run_and_save()
    assert pair.pair()[0] == "text was edited"
    assert pair.both
    assert pair.text.read_text("utf-8").split() == edited.split()


@pytest.mark.parametrize("how", ["deleted", "moved", "tag"])
def test_every_kind_of_edit_of_the_notebook_wins(
    pair: Twins, how: str
) -> None:
    notebook = nbformat.read(pair.stored, 4)
    if how == "deleted":
        del notebook.cells[1]
    elif how == "moved":
        notebook.cells.append(notebook.cells.pop(1))
    else:
        notebook.cells[1].metadata.tags = ["check:eq-x"]
    nbformat.write(notebook, pair.stored)
    pair.text.touch()
    assert pair.pair()[0] == "notebook was edited"
    assert len(pair.both) == len(notebook.cells)
    assert ("eq-x" in pair.text.read_text("utf-8")) == (how == "tag")


def test_both_edited_is_said_and_neither_is_touched(pair: Twins) -> None:
    pair.edit_text("The end", "The very end")
    pair.edit_stored("A = 1", "A = 2")
    before = pair.bytes
    with pytest.raises(twins.TwinError) as error:
        pair.pair()
    said = str(error.value)
    assert said.startswith("01_one: both twins were edited, and differ in ")
    assert "cell 2 of the text (A = 1)" in said
    assert "cell 3 of the text (The very end.)" in said
    assert "move the other one away" in said
    assert pair.bytes == before
    pair.text.rename(pair.text.with_suffix(".away"))
    assert pair.pair() == ["notebook was edited", "text twin written"]
    assert pair.both[1] == "A = 2"


def test_the_same_edit_in_both_is_no_conflict(pair: Twins) -> None:
    """A merge brings both; so does formatting that only one has seen."""
    pair.edit_text("A = 1", "A = [1,2]")
    pair.edit_stored("A = 1", "A = [1, 2]")
    pair.pair()
    assert pair.both[1] == "A = [1, 2]"


def test_without_a_mark_nothing_is_guessed(pair: Twins) -> None:
    notebook = nbformat.read(pair.stored, 4)
    del notebook.metadata[twins.MARK]
    nbformat.write(notebook, pair.stored)
    pair.edit_text("The end", "The very end")
    with pytest.raises(twins.TwinError, match="both twins were edited"):
        pair.pair()
    pair.edit_text("The very end", "The end")
    assert pair.pair() == []
    assert pair.both


HEADER = TEXT.partition("\n\n")[0]
NOTHING = ["", "\n \n", "\ufeff", HEADER, f"{HEADER}\n\n"]
NOTHING += [f"{HEADER}\n\n```{{code-cell}} ipython3\n\n```\n"]


@pytest.mark.parametrize("text", NOTHING)
def test_a_text_without_cells_never_wins(pair: Twins, text: str) -> None:
    before = pair.bytes
    pair.text.write_text(text, "utf-8")
    assert pair.pair() == ["text was empty", "text twin written"]
    assert pair.bytes == before


@pytest.mark.parametrize("content", ["", " \n", "none", "blank"])
def test_a_notebook_without_cells_never_wins(
    pair: Twins, content: str
) -> None:
    before = pair.bytes
    notebook = nbformat.read(pair.stored, 4)
    notebook.cells = [nbformat.v4.new_code_cell()] * (content == "blank")
    if content in ("none", "blank"):
        content = nbformat.writes(notebook)
    pair.stored.write_text(content, "utf-8")
    assert pair.pair() == ["notebook was empty"]
    assert pair.bytes == before


def test_two_twins_without_cells_are_said(pair: Twins) -> None:
    pair.text.write_text("", "utf-8")
    pair.stored.write_text("", "utf-8")
    with pytest.raises(twins.TwinError, match="neither twin holds a cell"):
        pair.pair()


CONFLICT = "<<<<<<< HEAD\nThe end.\n=======\nThe End.\n>>>>>>> other\n"
BROKEN = {
    "conflict": CONFLICT.encode(),
    "conflict, half resolved": b"The end.\n>>>>>>> other\n",
    "pointer": b"version https://git-lfs.github.com/spec/v1\nsize 12\n",
    "utf-16": TEXT.encode("utf-16"),
    "latin-1": b"# \xe9\n",
    "zeros": bytes(100),
}
TEXTS = BROKEN | {
    "conflict in the text": TEXT.replace("The end.\n", CONFLICT).encode(),
    "header not closed": TEXT.replace("\n---\n", "\n", 1).encode(),
    "header of no use": TEXT.replace("---\n", "---\nx: [\n", 1).encode(),
    "header of a list": b"---\n- 1\n---\n\n# One\n",
    "tags not closed": TEXT.replace("[bp]", "[bp").encode(),
    "form feed": TEXT.replace("A sentence.", "A\x0csentence.").encode(),
}
CELL = '{"cell_type": "markdown", "metadata": {}, "source": "<<<<<<< HEAD"}'
NOTEBOOK = (
    '{"cells": [%s], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)
STORED = BROKEN | {
    "cut": b'{"cells": [',
    "list": b"[]",
    "null": b"null",
    "deep": b"[" * 100_000,
    "no cells": (NOTEBOOK % "").replace("cells", "sells").encode(),
    "metadata": (NOTEBOOK % "").replace("{}", '{"jupytext": 3}').encode(),
    "metadata of a cell": (
        NOTEBOOK % CELL.replace("<<<", "").replace("{}", '{"jupyter": 3}')
    ).encode(),
    "half a character": (
        NOTEBOOK % CELL.replace("<<<<<<< HEAD", "\\ud83d")
    ).encode(),
    "a number": (NOTEBOOK % "3").encode(),
    "conflict in a cell": (NOTEBOOK % CELL).encode(),
    "later": (NOTEBOOK % "").replace(": 4", ": 9").encode(),
    "old": (NOTEBOOK % "").replace(": 4", ": 3").encode(),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_broken_text_is_named_and_nothing_is_written(
    pair: Twins, kind: str
) -> None:
    pair.text.write_bytes(TEXTS[kind])
    refused(pair, "01_one.md: it")


@pytest.mark.parametrize("kind", STORED)
def test_a_broken_notebook_is_named_and_nothing_is_written(
    pair: Twins, kind: str
) -> None:
    pair.stored.write_bytes(STORED[kind])
    pair.edit_text("The end", "The very end")
    refused(pair, "01_one.ipynb: it")
    pair.stored.unlink()
    assert pair.pair() == ["text was edited"]
    assert "The very end." in pair.both


def refused(pair: Twins, start: str) -> None:
    before = pair.bytes
    with pytest.raises(twins.TwinError) as error:
        pair.pair()
    said = str(error.value)
    assert said.startswith(start) and "\n" not in said
    assert "move it away" in said or "half a character" in said
    assert pair.bytes == before


@pytest.mark.parametrize("start", ["\ufeff", "\n", "  \n\n"])
def test_what_stands_before_the_header_does_no_harm(
    pair: Twins, start: str
) -> None:
    before = pair.text.read_bytes()
    pair.text.write_bytes(start.encode() + before)
    assert pair.pair() == ["text twin written"]
    assert pair.text.read_bytes() == before
    assert pair.both[0].startswith("# One")


def add(pair: Twins, cell: nbformat.NotebookNode) -> None:
    notebook = nbformat.read(pair.stored, 4)
    notebook.cells.insert(1, cell)
    nbformat.write(notebook, pair.stored)


def markdown(text: str, **more: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(text, **more)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (markdown("one\n+++\ntwo"), "read as something else: cell 2"),
        (markdown("```{code-cell}\nx\n```"), "read as something else: cell 2"),
        (markdown("a\u2028b"), "read as something else: cell 2"),
        (markdown("a\x0cb"), "cannot be written as text: "),
        (
            markdown(
                "![a](attachment:a)", attachments={"a": {"image/png": ""}}
            ),
            "cell 2: holds a pasted picture",
        ),
    ],
)
def test_what_the_text_cannot_hold_is_said(
    pair: Twins, cell: nbformat.NotebookNode, said: str
) -> None:
    add(pair, cell)
    before = pair.bytes
    with pytest.raises(twins.TwinError, match=said):
        pair.pair()
    assert pair.bytes == before


@pytest.mark.parametrize("text", ["  ", "\n\na  \n", "a\r\nb", "a \nb   \nc"])
def test_white_space_that_nobody_sees_settles(pair: Twins, text: str) -> None:
    add(pair, markdown(text))
    pair.pair()
    assert pair.both
    assert pair.pair() == []


def test_an_older_notebook_is_brought_to_the_present(pair: Twins) -> None:
    notebook = json.loads(pair.stored.read_text("utf-8"))
    notebook["nbformat_minor"] = 0
    for cell in notebook["cells"]:
        del cell["id"]
    pair.stored.write_text(json.dumps(notebook), "utf-8")
    assert pair.pair() == []
    assert pair.both and nbformat.read(pair.stored, 4).nbformat_minor == 5


def test_a_page_that_is_made_is_made_anew(pair: Twins) -> None:
    for spoiled in (pair.text, pair.stored):
        spoiled.write_bytes(BROKEN["conflict"])
        pair.text.write_text(TEXT, "utf-8")
        pairs.pair("01_one", made=True)
        assert pair.both


def test_all_troubles_are_said_at_once(
    pair: Twins, capsys: pytest.CaptureFixture
) -> None:
    for n in (2, 3):
        (pair.text.parent / f"0{n}_more.md").write_bytes(BROKEN["pointer"])
    pair.edit_text("The end", "The very end")
    assert pairs.main() == 1
    said = capsys.readouterr().err
    assert "02_more.md: it is a pointer" in said
    assert "03_more.md: it is a pointer" in said
    assert "The very end." in pair.both, "the others are settled"


def test_no_chapter_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    monkeypatch.setattr(pairs, "CHAPTERS", tmp_path)
    assert pairs.main() == 1
    assert "there is no chapter" in capsys.readouterr().err


def test_a_save_during_the_run_is_kept(
    pair: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(notebook: nbformat.NotebookNode) -> dict:
        pair.edit_stored("A = 1", "A = 2")
        return {}

    monkeypatch.setattr(pairs, "run", run)
    assert "was saved while it ran" in pairs.refresh("01_one")[0]
    assert twins.read(pair.stored).cells[1].source == "A = 2"


@pytest.mark.parametrize("end", faults.ENDS)
@pytest.mark.parametrize("edited", ["text", "notebook", "new", "outputs"])
def test_no_edit_is_lost_where_writing_stops(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[..., bool],
    edited: str,
) -> None:
    """At every step in turn; then `make chapters` is given again."""
    monkeypatch.setattr(pairs, "run", lambda notebook: {})
    for n in range(40):
        folder = tmp_path / str(n)
        folder.mkdir()
        monkeypatch.setattr(pairs, "CHAPTERS", folder)
        pair = Twins(folder)
        do: Callable[[], object] = pair.pair
        match edited:
            case "text":
                pair.edit_text("A = 1", "A = [2,3]")
            case "notebook":
                pair.edit_stored("A = 1", "A = [2,3]")
            case "new":
                pair.edit_text("A = 1", "A = [2,3]")
                pair.stored.unlink()
            case "outputs":
                pair.edit_text("A = 1", "A = [2,3]")
                pair.pair()
                do = lambda: pairs.refresh("01_one")  # noqa: E731
        reached = end(n, folder, do)
        pair.pair()
        assert pair.both == ["# One\n\nA sentence.", "A = [2, 3]", "The end."]
        if not reached and (end is not faults.filled or n > 2):
            assert n > 1, "no step was reached"
            return
    raise AssertionError("too many steps")
