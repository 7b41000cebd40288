"""Files that are whole at every moment, and put aside rather than removed."""

import errno
import os
import shutil
import time
from itertools import count
from pathlib import Path
from secrets import token_hex

HOUR = 3600  # seconds


def write(path: Path, text: str) -> None:
    """Write a file: whoever looks finds the old one or the new one, whole.

    A link stays a link, a file keeps its permissions, and one that may not
    be written is not written, though its folder would allow it.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))
    part = path.with_name(f".{path.name}.{token_hex(8)}.part")
    try:
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_if_changed(path: Path, text: str) -> bool:
    if path.exists() and path.read_bytes() == text.encode("utf-8"):
        return False
    write(path, text)
    return True


def put_aside(path: Path, word: str) -> Path:
    """Give a file a name that is free, `name.word-1.ext`; returns it."""
    for n in count(1):
        aside = path.with_name(f"{path.stem}.{word}-{n}{path.suffix}")
        if not os.path.lexists(aside):
            path.rename(aside)
            return aside
    raise AssertionError("unreachable")


def sweep(folder: Path) -> None:
    """Remove what `write` has left in a folder when it was killed."""
    for part in folder.glob(".*.part"):
        if time.time() - part.stat().st_mtime > HOUR:
            part.unlink()
