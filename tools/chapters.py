"""Bring the pairs, their outputs and bp/ up to date: `make chapters`.

First settle, for every pair, which twin was edited; then write bp/ from the
cells.  Then, chapter by chapter, run the notebook in a fresh kernel if its
cells or the modules it builds on have changed, and store the outputs so that
the same run gives the same bytes.  One line a chapter says what happened.
"""

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from ruff import find_ruff_bin

sys.path.insert(0, str(Path(__file__).parent))
import pages  # noqa: E402
import tangle  # noqa: E402
import widgets  # noqa: E402

ROOT = tangle.ROOT
CHAPTERS = ROOT / "chapters"
KERNEL_SETTINGS = ROOT / "tools" / "kernel"  # warnings are errors
LANGUAGE = {  # without the interpreter's version
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def cells_of(notebook: NotebookNode) -> list[tuple[str, str, str]]:
    """What both twins hold: kind, source and metadata of every cell."""
    return [
        (c.cell_type, c.source, repr(sorted(clean(c.metadata).items())))
        for c in notebook.cells
    ]


def clean(metadata: NotebookNode) -> dict[str, object]:
    """Metadata without what a run or a front end leaves in it."""
    passing = {"execution", "trusted", "collapsed", "scrolled"}
    return {k: v for k, v in metadata.items() if k not in passing}


def text_of(notebook: NotebookNode) -> str:
    """The text twin; the same whichever twin the cells were read from."""
    stored_order = nbformat.reads(nbformat.writes(notebook), 4)
    return jupytext.writes(stored_order, fmt="md:myst")


def edited_twin(text: Path) -> tuple[NotebookNode, str]:
    """The cells of the twin that was saved last, and which one that was."""
    twin = text.with_suffix(".ipynb")
    if not text.exists():
        return nbformat.read(twin, 4), "notebook"
    written = jupytext.read(text, fmt="md:myst")
    if not twin.exists():
        return written, "text"
    stored = nbformat.read(twin, 4)
    if cells_of(written) == cells_of(stored):
        return stored, ""
    if twin.stat().st_mtime > text.stat().st_mtime:
        return stored, "notebook"
    return written, "text"


def give_ids(notebook: NotebookNode) -> None:
    """Cell ids from what the cells say, so that they stay when a run does."""
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        key = f"{cell.cell_type}\0{cell.source}".encode()
        digest = hashlib.sha1(key).hexdigest()[:8]
        seen[digest] += 1
        n = seen[digest]
        cell["id"] = digest if n == 1 else f"{digest}-{n}"


def tidy(notebook: NotebookNode) -> None:
    """Format the code cells, so that a module reads as its cells do."""
    result = subprocess.run(
        [find_ruff_bin(), "format", "--quiet"]
        + ["--stdin-filename", str(CHAPTERS / "cells.ipynb"), "-"],
        input=nbformat.writes(notebook),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if result.returncode:
        return  # a cell that does not parse: running it says which
    tidied = nbformat.reads(result.stdout, 4)
    for cell, clean_cell in zip(notebook.cells, tidied.cells, strict=True):
        cell.source = clean_cell.source


def fingerprint(notebook: NotebookNode, number: int) -> str:
    """What the stored outputs depend on: cells, earlier modules, timings."""
    parts = [repr(cells_of(notebook))]
    for path in sorted((ROOT / "bp" / "data").glob("*.json")):
        if path.name in parts[0]:
            parts.append(path.read_text("utf-8"))
    for path, text in sorted(tangle.stored(ROOT).items()):
        chapter = next(CHAPTERS.glob(f"[0-9][0-9]_{Path(path).stem}.md"), None)
        if chapter and int(chapter.stem[:2]) < number:
            parts.append(text)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def run(notebook: NotebookNode) -> dict[str, dict]:
    """Execute in a fresh kernel; returns the state of the widgets made."""
    os.environ["IPYTHONDIR"] = str(KERNEL_SETTINGS)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=True,
        resources={"metadata": {"path": str(CHAPTERS)}},
    )
    # The synchronous call loses a wake-up now and then and stalls.
    asyncio.run(client.async_execute())
    return client.widget_state


def settle(notebook: NotebookNode, state: dict[str, dict]) -> None:
    """Keep of a run only what the same run gives again."""
    widgets.settle(notebook, state)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(clean(cell.metadata))
        if cell.cell_type == "code":
            cell.outputs = merge_streams(cell.outputs)
    notebook.metadata["language_info"] = nbformat.from_dict(LANGUAGE)
    pairing = notebook.metadata.get("jupytext", {})
    pairing.pop("text_representation", None)


def merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    return merged


def write_if_changed(path: Path, text: str) -> bool:
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


def number_of(stem: str) -> int:
    """The chapter's number; the pages after the chapters come last."""
    return int(stem[:2]) if stem[:2].isdigit() else 99


def pair(stem: str) -> list[str]:
    """Bring both twins to the cells of the edited one; what was done."""
    text = CHAPTERS / f"{stem}.md"
    notebook, edited = edited_twin(text)
    tidy(notebook)
    give_ids(notebook)
    stored = nbformat.writes(notebook).rstrip() + "\n"
    write_if_changed(text.with_suffix(".ipynb"), stored)
    done = [f"{edited} was edited"] if edited else []
    if write_if_changed(text, text_of(notebook)):
        done.append("text twin written")
    return done


def refresh(stem: str) -> list[str]:
    """Run a notebook if what it depends on has changed; what was done."""
    path = CHAPTERS / f"{stem}.ipynb"
    notebook = nbformat.read(path, 4)
    mark = fingerprint(notebook, number_of(stem))
    if mark == notebook.metadata.get("book", {}).get("ran"):
        return []
    start = time.perf_counter()
    n = sum(c.cell_type == "code" for c in notebook.cells)
    settle(notebook, run(notebook) if n else {})
    notebook.metadata["book"] = {"ran": mark}
    path.write_text(nbformat.writes(notebook).rstrip() + "\n", "utf-8")
    seconds = time.perf_counter() - start
    return [f"ran {n} cells in {seconds:.1f} s"] if n else []


def bring_up_to_date() -> None:
    numbered = "[0-9][0-9]_*"
    stems = {p.stem for p in CHAPTERS.glob(f"{numbered}.md")}
    stems |= {p.stem for p in CHAPTERS.glob(f"{numbered}.ipynb")}
    done = {stem: pair(stem) for stem in sorted(stems)}
    for path in tangle.write(tangle.tangle(CHAPTERS), ROOT):
        print(f"wrote {path}")
    pages.write()
    done |= {stem: pair(stem) for stem in pages.MADE}
    for stem, paired in done.items():
        print(f"{stem:14}", end=" ", flush=True)
        print(", ".join([*paired, *refresh(stem)]) or "nothing to do")


def main() -> int:
    try:
        bring_up_to_date()
    except tangle.TangleError as error:
        print(f"tangle: {error}", file=sys.stderr)
        return 1
    except CellExecutionError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
