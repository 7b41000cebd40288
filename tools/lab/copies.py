"""The reader's own copies of the chapters, in `my/`.

A chapter is copied there once, and again only while the copy is still as it
was printed; a copy that was edited is never touched, and one that cannot be
read is put aside.  What was copied is remembered in `my/.printed.json`.
"""

import codecs
import hashlib
import json
import os
import re
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import files  # noqa: E402
import sources  # noqa: E402
from sources import Unreadable  # noqa: E402

RECORD = ".printed.json"
VIEW = "application/vnd.jupyter.widget-view+json"


def read(path: Path) -> NotebookNode:
    """A notebook that JupyterLab can open; Unreadable if it is none."""
    notebook = sources.notebook(path)
    if path.read_bytes().startswith(codecs.BOM_UTF8):
        raise Unreadable("it begins with a mark of its byte order")
    return notebook


def said(notebook: NotebookNode) -> str:
    """A digest of what the cells say; running a page does not change it."""
    text = repr([(cell.cell_type, cell.source) for cell in notebook.cells])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hand_out(notebook: NotebookNode, copy: Path) -> None:
    """Write a page, and sign it so that its stored pictures show.

    Sliders that move without a kernel are for the site; in JupyterLab they
    would look broken until the page is run, so the still pictures stay.
    """
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(VIEW, None)
    files.write(copy, nbformat.writes(notebook) + "\n")
    with suppress(OSError, sqlite3.Error):  # then they show once it is run
        NotebookNotary().sign(notebook)


def read_record(path: Path) -> dict[str, str]:
    """What each copy said when handed out; a broken record says nothing."""
    try:
        found = json.loads(path.read_bytes())
        return {k: v for k, v in found.items() if isinstance(v, str)}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def write_record(path: Path, printed: dict[str, str]) -> None:
    if path.is_dir():
        files.put_aside(path, "broken")
    files.write_if_changed(path, json.dumps(printed, indent=1))


def kind_of(copy: Path, now: str, printed: str | None) -> str:
    """What a copy is to a page that now says `now`; Unreadable if broken."""
    if not os.path.lexists(copy):
        return "new"
    own = said(read(copy))
    if own == now:
        return "same"
    if printed == own:
        return "renewed"
    if printed is None:
        return "differs"
    return "edited" if printed == now else "behind"


def bring(notebook: NotebookNode, copy: Path, record: Path) -> tuple[str, str]:
    """Copy a page if its copy is missing, broken, or still as printed.

    Returns the kind of what was done and, for a broken copy, what it was.
    """
    printed, now = read_record(record), said(notebook)
    trouble = ""
    try:
        kind = kind_of(copy, now, printed.get(copy.name))
    except Unreadable as error:
        aside = files.put_aside(copy, "broken")
        kind, trouble = "broken", f"{error}: it is now {aside.name}"
    if kind in {"new", "renewed", "broken"}:
        hand_out(notebook, copy)
    if kind not in {"edited", "behind"}:
        write_record(record, printed | {copy.name: now})
    return kind, trouble


def bring_copies(book: Path, mine: Path) -> dict[str, list[str]]:
    """Bring the copies of all pages; what was done, by kind."""
    mine.mkdir(parents=True, exist_ok=True)
    files.sweep(mine)
    kinds = "new renewed behind differs broken unreadable"
    done: dict[str, list[str]] = {kind: [] for kind in kinds.split()}
    for page in sorted(book.glob("*.ipynb")):
        try:
            notebook = read(page)
        except Unreadable as error:
            done["unreadable"].append(f"{page.name}: {error}")
            continue
        kind, trouble = bring(notebook, mine / page.name, mine / RECORD)
        if trouble:
            done[kind].append(f"{page.name}: {trouble}")
        elif kind in done:
            done[kind].append(page.stem)
    return done


def chapter_named(text: str, book: Path, mine: Path) -> str | None:
    """The chapter that a person means, by any name that it goes under.

    Its number, its name, both, its file, here or in the book.
    """
    text = text.strip().strip("'\"").replace("\\", "/")
    path = Path(os.path.expanduser(text))
    if ".." in path.parts:
        return None
    if path.parent != Path("."):
        ways = (path.parent, book.parent / path.parent)
        if not {*map(os.path.realpath, ways)} & {
            *map(os.path.realpath, (mine, book))
        }:
            return None
    name = re.sub(r"\.(ipynb|md)$", "", path.name, flags=re.I)
    name = re.sub(r"[\s_-]+", "_", name).casefold()
    for stem in sorted(page.stem for page in book.glob("*.ipynb")):
        number, _, rest = stem.partition("_")
        names = {stem, rest} if rest else {stem}
        if name.isdecimal() and number.isdecimal():
            names.add(name if int(name) == int(number) else "")
        if name and name in names:
            return stem
    return None


def reset(chapter: str, book: Path, mine: Path) -> str:
    """Put a chapter back as printed; the reader's version stays beside."""
    stem = chapter_named(chapter, book, mine)
    if stem is None:
        known = " ".join(sorted(p.stem for p in book.glob("*.ipynb")))
        what = f"No chapter {chapter!r}" if chapter else "Which chapter?"
        raise SystemExit(f"{what}: give one of {known}")
    try:
        notebook = read(book / f"{stem}.ipynb")
    except Unreadable as error:
        raise SystemExit(f"{stem}.ipynb of the book: {error}") from None
    mine.mkdir(parents=True, exist_ok=True)
    copy = mine / f"{stem}.ipynb"
    kept = ""
    if os.path.lexists(copy):
        aside = files.put_aside(copy, "mine")
        kept = f"; your version is now {aside.name}"
    bring(notebook, copy, mine / RECORD)
    return f"{copy.name} is as printed{kept}."
