"""What is stored in a notebook or its text twin, read with care.

A file can hold anything: what an editor, git or a full disk have left in it.
Whatever is wrong is one sentence, `Unreadable`.
"""

import json
import re
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

POINTER = "version https://git-lfs.github.com/spec/"
CONFLICT = re.compile(r"^(<{7}|>{7}|\|{7})( .*)?$", re.M)


class Unreadable(Exception):
    """A file that cannot be taken for what it should be; says why."""


class Older(Unreadable):
    """A notebook in a format of before."""


def text(path: Path) -> str:
    """A file's text, without a mark of its byte order."""
    if not path.is_file():
        raise Unreadable("it is no file")
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start
        raise Unreadable(f"it is not UTF-8, from byte {at} on") from None
    except OSError as error:
        raise Unreadable(f"{error.strerror}") from None
    if content.startswith(POINTER):
        raise Unreadable("it is a pointer of Git LFS: run `git lfs pull`")
    if "\0" in content:
        raise Unreadable("it holds zero bytes: it was not written whole")
    refuse_conflict(content)
    return content


def refuse_conflict(content: str, where: str = "") -> None:
    if found := CONFLICT.search(content):
        line = content.count("\n", 0, found.start()) + 1
        raise Unreadable(
            f"it holds a conflict of git, {where}line {line}: resolve it"
        )


def cells(content: str) -> list[dict[str, Any]]:
    """The cells of a notebook's text, each with its kind, source and tags."""
    if not content.strip():
        raise Unreadable("it is empty")
    try:
        found = json.loads(content)
    except RecursionError:
        raise Unreadable("it is not a notebook") from None
    except ValueError as error:
        raise Unreadable(f"it is not a whole notebook ({error})") from None
    if not isinstance(found, dict):
        raise Unreadable("it is not a notebook")
    number = found.get("nbformat", 4)
    if number != 4:
        raise (Older if number in (1, 2, 3) else Unreadable)(
            f"it is in format {number} of notebooks, not 4: open it in "
            "JupyterLab and save it"
        )
    listed = found.get("cells")
    if not isinstance(listed, list):
        raise Unreadable("it is not a whole notebook (it has no cells)")
    for place, cell in enumerate(listed, start=1):
        if not is_cell(cell):
            raise Unreadable(f"its cell {place} is not whole")
    return listed


def is_cell(cell: Any) -> bool:
    """Has it all that makes a cell?"""
    if not isinstance(cell, dict):
        return False
    source, metadata = cell.get("source"), cell.get("metadata")
    lines = source if isinstance(source, list) else [source]
    tags = metadata.get("tags", []) if isinstance(metadata, dict) else None
    return (
        isinstance(cell.get("cell_type"), str)
        and all(isinstance(line, str) for line in lines)
        and isinstance(tags, list)
        and all(isinstance(tag, str) for tag in tags)
        and isinstance(cell.get("outputs", []), list)
    )


def notebook(path: Path) -> NotebookNode:
    """The notebook in a file; an older format is brought to the present."""
    content = text(path)
    with suppress(Older):
        cells(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of ids, which some have not
            return nbformat.reads(content, 4)
    except Exception:  # anything, by what stands in the file
        raise Unreadable("it is not a whole notebook") from None
