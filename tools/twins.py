"""The twins of a chapter: which of them was edited, and both alike again.

A notebook remembers, in its metadata, the digest of the cells that both twins
held when they were settled.  The twin whose cells are no longer those is the
one that was edited, whichever was saved last.
"""

import hashlib
import subprocess
import sys
from difflib import SequenceMatcher
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from ruff import find_ruff_bin

sys.path.insert(0, str(Path(__file__).parent))
import files  # noqa: E402
import sources  # noqa: E402
from sources import Unreadable  # noqa: E402

MARK = "settled"
TEXT, NOTEBOOK = "text was edited", "notebook was edited"
# What a run or a front end leaves in the metadata of a cell.
PASSING = set(
    "ExecuteTime autoscroll base_uri collapsed colab colab_type deletable "
    "editable execution heading_collapsed hidden id "
    "jp-MarkdownHeadingCollapsed outputId pycharm scrolled trusted vscode "
    "widgets".split()
)
Cell = tuple[str, str, str]


class TwinError(Exception):
    """Twins that cannot be settled; names them, and says what to do."""


def clean(metadata: NotebookNode) -> dict[str, object]:
    """Metadata without what a run or a front end leaves in it."""
    kept = {k: v for k, v in metadata.items() if k not in PASSING}
    if "jupyter" in kept:
        passing = ("outputs_hidden", "outputs_exceeded")
        inner = kept.pop("jupyter").items()
        if inner := {k: v for k, v in inner if k not in passing}:
            kept["jupyter"] = inner
    if not any(kept.get("slideshow", {}).values()):
        kept.pop("slideshow", None)
    return kept


def cells_of(notebook: NotebookNode) -> list[Cell]:
    """What both twins hold: kind, source and metadata of every cell."""
    return [
        (c.cell_type, c.source, repr(sorted(clean(c.metadata).items())))
        for c in notebook.cells
    ]


def digest(notebook: NotebookNode) -> str:
    said = repr(cells_of(notebook)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(said).hexdigest()[:16]


def text_of(notebook: NotebookNode) -> str:
    """The text twin; the same whichever twin the cells were read from."""
    stored_order = nbformat.reads(nbformat.writes(notebook), 4)
    return jupytext.writes(stored_order, fmt="md:myst")


def tidy(notebook: NotebookNode) -> None:
    """Format the code cells, so that a module reads as its cells do."""
    result = subprocess.run(
        [find_ruff_bin(), "format", "--quiet"]
        + ["--stdin-filename", str(Path("chapters", "cells.ipynb")), "-"],
        input=nbformat.writes(notebook),
        capture_output=True,
        cwd=Path(__file__).resolve().parents[1],
        text=True,
        encoding="utf-8",
    )
    if result.returncode:
        return  # a cell that does not parse: running it says which
    tidied = nbformat.reads(result.stdout, 4)
    for cell, clean_cell in zip(notebook.cells, tidied.cells, strict=True):
        cell.source = clean_cell.source


def read(path: Path) -> NotebookNode | None:
    """A twin; None when it is not there, or holds no cell."""
    if not path.exists() and not path.is_symlink():
        return None
    try:
        if not (content := sources.text(path).strip()):
            return None
        is_text = path.suffix == ".md"
        found = from_text(content) if is_text else sources.notebook(path)
        for place, cell in enumerate(found.cells, start=1):
            sources.refuse_conflict(cell.source, f"cell {place}, ")
            cell.source.encode()
        plain(found)
    except Unreadable as error:
        raise TwinError(f"{path.name}: {error}{way_out(path)}") from None
    except UnicodeEncodeError:
        raise TwinError(
            f"{path.name}: its cell {place} holds half a character"
        ) from None
    except (AttributeError, TypeError):
        said = "its metadata are not of the right kind"
        raise TwinError(f"{path.name}: {said}{way_out(path)}") from None
    return found if any(cell.source for cell in found.cells) else None


def way_out(path: Path) -> str:
    other = path.with_suffix(".md" if path.suffix == ".ipynb" else ".ipynb")
    if not other.exists():
        return ""
    return f"; or move it away, and it is made anew from {other.name}"


def from_text(content: str) -> NotebookNode:
    try:
        found = jupytext.reads(content, "md:myst")
    except Exception as error:  # of several libraries
        said = " ".join(str(error).split())
        raise Unreadable(f"it is not a text twin: {said[:200]}") from None
    if content.startswith("---") and "kernelspec" not in found.metadata:
        if "kernelspec:" in content[:1000]:
            raise Unreadable("its header does not end with a line ---")
    return found


def plain(notebook: NotebookNode) -> None:
    """Without what a front end leaves, or a text cannot hold, unseen."""
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    for cell in notebook.cells:
        source = cell.source.replace("\r\n", "\n")
        if cell.cell_type == "markdown":
            source = "\n".join(map(rstrip, source.split("\n"))).rstrip()
        cell.source = source.strip("\n") if source.strip() else ""
        cell.metadata = nbformat.from_dict(clean(cell.metadata))
    notebook.cells = [
        c for c in notebook.cells if c.source or c.cell_type == "code"
    ]


def rstrip(line: str) -> str:
    """Two spaces at the end of a line of markdown break it."""
    bare = line.rstrip(" ")
    return f"{bare}  " if line.endswith("  ") and bare else bare


def settle(text: Path, made: bool = False) -> tuple[NotebookNode, str]:
    """The cells of the twin that was edited, and a word on which that was.

    A twin that is `made` from other files is never edited but as text.
    """
    twin = text.with_suffix(".ipynb")
    written = read(text)
    if made and written is not None:
        return settle_made(written, twin)
    found = read(twin)
    if written is None and found is None:
        raise TwinError(f"{text.stem}: neither twin holds a cell")
    if written is None:
        return found, "text was empty" if text.exists() else NOTEBOOK
    if found is None:
        return written, "notebook was empty" if twin.exists() else TEXT
    if cells_of(written) == cells_of(found):
        return found, ""
    edited = [digest(n) != found.metadata.get(MARK) for n in (written, found)]
    if edited == [True, False]:
        return keep_run(written, found), TEXT
    if edited == [False, True]:
        return found, NOTEBOOK
    tidy(written)
    tidy(found)
    if cells_of(written) == cells_of(found):
        return found, ""
    raise TwinError(
        f"{text.stem}: both twins were edited, and differ in "
        f"{differing(cells_of(written), cells_of(found))}.  Bring the changes "
        f"into one of {text.name} and {twin.name}, move the other one away, "
        "and run `make chapters`"
    )


def keep_run(written: NotebookNode, found: NotebookNode) -> NotebookNode:
    """The written cells with the stored run, if its code is theirs."""
    old, new = (
        [c for c in n.cells if c.cell_type == "code"] for n in (found, written)
    )
    if [c.source for c in old] == [c.source for c in new]:
        for stored, cell in zip(old, new, strict=True):
            cell.outputs = stored.outputs
            cell.execution_count = stored.execution_count
        written.metadata = nbformat.from_dict(
            {**found.metadata, **written.metadata}
        )
    return written


def settle_made(written: NotebookNode, twin: Path) -> tuple[NotebookNode, str]:
    try:
        found = read(twin)
    except TwinError:
        found = None
    if found is not None and cells_of(written) == cells_of(found):
        return found, ""
    return written, TEXT


def differing(written: list[Cell], found: list[Cell]) -> str:
    """Which cells of the two are not the same: "cell 3 (# A title)"."""
    matcher = SequenceMatcher(None, written, found, autojunk=False)
    names = []
    for kind, i, end, j, other_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        for place in range(i, end):
            names.append(name_of("text", place, written))
        if i == end:
            for place in range(j, other_end):
                names.append(name_of("notebook", place, found))
    shown, more = names[:5], len(names) - 5
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def name_of(twin: str, place: int, cells: list[Cell]) -> str:
    first = cells[place][1].strip().partition("\n")[0]
    return f"cell {place + 1} of the {twin} ({first[:40]})"


def check_round_trip(notebook: NotebookNode, stem: str) -> str:
    """The text twin of these cells, which holds all that they hold."""
    for place, cell in enumerate(notebook.cells, start=1):
        if cell.get("attachments"):
            raise TwinError(
                f"{stem}, cell {place}: holds a pasted picture, which the "
                "text twin cannot: save it as a file and show that"
            )
    try:
        text = text_of(notebook)
        text.encode()
        again = jupytext.reads(text, "md:myst")
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise TwinError(f"{stem}: cannot be written as text: {said}") from None
    if cells_of(again) != cells_of(notebook):
        where = differing(cells_of(notebook), cells_of(again))
        where = where.replace(" of the text", "").replace("notebook", "text")
        raise TwinError(
            f"{stem}: as text this would be read as something else: {where}"
        )
    return text


def write(text: Path, notebook: NotebookNode) -> list[str]:
    """Write both twins; what was done.

    The notebook comes last, since its mark says that they are alike: where
    writing stops before, the edited twin still shows that it was edited.
    """
    notebook.metadata[MARK] = digest(notebook)
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    as_text = check_round_trip(notebook, text.stem)
    as_notebook = nbformat.writes(notebook).rstrip() + "\n"
    done = (
        ["text twin written"] if files.write_if_changed(text, as_text) else []
    )
    files.write_if_changed(text.with_suffix(".ipynb"), as_notebook)
    return done
