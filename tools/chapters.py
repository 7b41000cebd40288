"""Bring the pairs, their outputs and bp/ up to date: `make chapters`.

First settle, for every pair, which twin was edited; then write bp/ from the
cells.  Then, chapter by chapter, run the notebook in a fresh kernel if its
cells or the modules it builds on have changed, and store the outputs so that
the same run gives the same bytes.  One line a chapter says what happened.
"""

import asyncio
import hashlib
import os
import sys
import time
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

sys.path.insert(0, str(Path(__file__).parent))
import files  # noqa: E402
import pages  # noqa: E402
import tangle  # noqa: E402
import twins  # noqa: E402
import widgets  # noqa: E402
from claims import ratchet  # noqa: E402
from twins import cells_of, clean, text_of  # noqa: E402, F401

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


def give_ids(notebook: NotebookNode) -> None:
    """Cell ids from what the cells say, so that they stay when a run does."""
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        key = f"{cell.cell_type}\0{cell.source}".encode()
        digest = hashlib.sha1(key).hexdigest()[:8]
        seen[digest] += 1
        n = seen[digest]
        cell["id"] = digest if n == 1 else f"{digest}-{n}"


def fingerprint(notebook: NotebookNode, number: int) -> str:
    """What the stored outputs depend on: code, earlier modules, timings."""
    parts = [repr([c for c in cells_of(notebook) if c[0] == "code"])]
    for path in sorted((ROOT / "bp" / "data").glob("*.json")):
        if path.name in parts[0]:
            parts.append(path.read_text("utf-8"))
    for path, text in sorted(tangle.stored(ROOT).items()):
        chapter = next(CHAPTERS.glob(f"[0-9][0-9]_{Path(path).stem}.md"), None)
        if chapter and tangle.grown(chapter.stem) < number:
            parts.append(text)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def run(notebook: NotebookNode) -> dict[str, dict]:
    """Execute in a fresh kernel; returns the state of the widgets made."""
    os.environ["IPYTHONDIR"] = str(KERNEL_SETTINGS)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the tests do
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


def number_of(stem: str) -> int:
    """The chapter's number; the pages after the chapters come last."""
    return int(stem[:2]) if stem[:2].isdigit() else 99


def pair(stem: str, made: bool = False) -> list[str]:
    """Bring both twins to the cells of the edited one; what was done."""
    text = CHAPTERS / f"{stem}.md"
    notebook, edited = twins.settle(text, made)
    twins.tidy(notebook)
    give_ids(notebook)
    return [edited] * bool(edited) + twins.write(text, notebook)


def refresh(stem: str) -> list[str]:
    """Run a notebook if what it depends on has changed; what was done."""
    path = CHAPTERS / f"{stem}.ipynb"
    before = path.read_bytes()
    notebook = nbformat.reads(before.decode("utf-8"), 4)
    mark = fingerprint(notebook, number_of(stem))
    if mark == notebook.metadata.get("book", {}).get("ran"):
        return []
    start = time.perf_counter()
    n = sum(c.cell_type == "code" for c in notebook.cells)
    settle(notebook, run(notebook) if n else {})
    notebook.metadata["book"] = {"ran": mark}
    if path.read_bytes() != before:
        return ["was saved while it ran: run `make chapters` again"]
    files.write(path, nbformat.writes(notebook).rstrip() + "\n")
    seconds = time.perf_counter() - start
    return [f"ran {n} cells in {seconds:.1f} s"] if n else []


def pair_all(stems: Collection[str]) -> dict[str, list[str]]:
    """Settle the twins of all chapters, and then say all that stops it."""
    done, troubles = {}, []
    for stem in sorted(stems):
        try:
            done[stem] = pair(stem)
        except twins.TwinError as error:
            troubles.append(str(error))
    if troubles:
        raise twins.TwinError("\n".join(troubles))
    return done


def bring_up_to_date() -> None:
    numbered = "[0-9][0-9]_*"
    stems = {p.stem for p in CHAPTERS.glob(f"{numbered}.md")}
    stems |= {p.stem for p in CHAPTERS.glob(f"{numbered}.ipynb")}
    files.sweep(CHAPTERS)
    done = pair_all(stems)
    modules = tangle.tangle(CHAPTERS)
    for path in tangle.write(modules, ROOT):
        print(f"wrote {path}" if path in modules else f"removed {path}")
    tangle.tell_strays(modules, ROOT)
    for stem, paired in done.items():
        tell(stem, paired)
    pages.write()  # they count what has been printed
    for stem in pages.MADE:
        tell(stem, pair(stem, made=True))
    for stem in ratchet.lower(CHAPTERS):
        print(f"{stem:14} has less open in its prose: tests/open.json")


def tell(stem: str, paired: list[str]) -> None:
    """Run a chapter where that is due; say all that was done."""
    print(f"{stem:14}", end=" ", flush=True)
    print(", ".join([*paired, *refresh(stem)]) or "nothing to do")


def main() -> int:
    try:
        bring_up_to_date()
    except tangle.TangleError as error:
        print(f"tangle: {error}", file=sys.stderr)
        return 1
    except twins.TwinError as error:
        print(error, file=sys.stderr)
        return 1
    except (CellExecutionError, DeadKernelError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
