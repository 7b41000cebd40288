"""The page *Licences*, made of `licences.yml`: what is shipped, by whom."""

import re
import sys
import zipfile
from collections.abc import Iterator
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
The names of licences are those of [SPDX](https://spdx.org/licenses/), where it
has one, and the last column says where the work is.
"""
FACE = re.compile(r"@font-face\s*\{[^}]*\}")
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


def fonts(path: Path) -> set[str]:
    """The fonts of a PDF, without the mark of a part of a font."""
    import pypdf

    reader = pypdf.PdfReader(path)
    size = int(reader.trailer["/Size"])
    found = (reader.get_object(number) for number in range(1, size))
    named = (f for f in found if isinstance(f, dict) and "/FontName" in f)
    return {f["/FontName"].lstrip("/").rpartition("+")[2] for f in named}


def contents(path: Path) -> list[str]:
    """What is in a folder, an archive, or a PDF."""
    if path.is_dir():
        files = (p for p in path.rglob("*") if p.is_file())
        return [file.relative_to(path).as_posix() for file in files]
    if path.suffix == ".pdf":
        return [*fonts(path)]
    with zipfile.ZipFile(path) as archive:
        return [i.filename for i in archive.infolist() if not i.is_dir()]


def embedded(folder: Path) -> set[str]:
    """The fonts that the styles of a folder carry within themselves."""
    return {
        family
        for path in folder.rglob("*.css")
        for face in FACE.findall(path.read_text("utf-8"))
        if "url(data:" in face.replace(" ", "")
        for family in re.findall(r"font-family:\s*['\"]?([^;'\"}]+)", face)
    }


def lacks(kind: str, there: list[str]) -> Iterator[str]:
    """What is shipped and not listed, or listed and no longer shipped."""
    listed = [p for work in works() for p in work.files.get(kind, ())]
    for name in there:
        if not any(fnmatchcase(name, pattern) for pattern in listed):
            yield f"{name} of the {KINDS[kind]} has no licence"
    for pattern in listed:
        if not any(fnmatchcase(name, pattern) for name in there):
            yield f"{pattern} is not in the {KINDS[kind]}"


def licences() -> str:
    return HEAD + "\n" + TABLE + "\n".join(work.row() for work in works())
