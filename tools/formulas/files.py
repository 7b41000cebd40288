"""The text twins that are given to the tool, or one sentence that says why
one of them is not read."""

from pathlib import Path


class Unreadable(Exception):
    """A file without anything to evaluate; says what to do."""


def text_of(path: Path) -> str:
    if path.suffix == ".ipynb":
        twin = path.with_suffix(".md")
        raise Unreadable(f"{path} is a notebook: give its text twin, {twin}.")
    if path.is_dir():
        raise Unreadable(f"{path} is a folder: name its files.")
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Unreadable(f"{path} is not there.") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path} is no text in UTF-8.") from None
    except (OSError, ValueError) as error:  # no leave; a name with a zero byte
        raise Unreadable(f"{path} cannot be read: {error}.") from None
