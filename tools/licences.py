"""The page *Licences*, made of `licences.yml`: what is shipped, by whom."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402

KINDS = {  # what is shipped, as the page calls it
    "site": "site",
    "wheel": "module",
    "pdf": "PDF",
    "epub": "ePub",
    "slides": "slides",
}
HEAD = """# Licences

The book's text, figures and slides are licensed
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/): share and change
them, also commercially, if you give credit to *Backpropagation, derived and
run*, link to the licence, and say what you changed.
Its code, in the chapters' cells too, is under the
[MIT licence](https://spdx.org/licenses/MIT.html).

With them comes the work of others, each under a licence of its own.
The names of licences are those of [SPDX](https://spdx.org/licenses/), and the
last column says where the work is.
"""
TABLE = "| What | Licence | Shipped with |\n|:--|:--|:--|\n"


@dataclass(frozen=True)
class Work:
    """A work, its licence, and which files of each kind are of it.

    In a PDF these are fonts, not files.
    """

    name: str
    licence: str
    files: dict[str, list[str]]
    home: str = ""

    def row(self) -> str:
        what = f"[{self.name}]({self.home})" if self.home else self.name
        where = ", ".join(KINDS[kind] for kind in KINDS if kind in self.files)
        return f"| {what} | {self.licence} | {where} |"


def works(root: Path = tangle.ROOT) -> list[Work]:
    text = (root / "licences.yml").read_text("utf-8")
    found = []
    for entry in yaml.safe_load(text):
        files = {kind: entry.pop(kind) for kind in KINDS if kind in entry}
        found.append(Work(**entry, files=files))
    return found


def lacks(kind: str, there: Iterable[str]) -> Iterator[str]:
    """What is shipped and not listed, or listed and no longer shipped."""
    listed = [p for work in works() for p in work.files.get(kind, ())]
    there = [*there]
    for name in there:
        if not any(fnmatchcase(name, pattern) for pattern in listed):
            yield f"{name} of the {KINDS[kind]} has no licence"
    for pattern in listed:
        if not any(fnmatchcase(name, pattern) for name in there):
            yield f"{pattern} is not in the {KINDS[kind]}"


def licences() -> str:
    return HEAD + "\n" + TABLE + "\n".join(work.row() for work in works())
