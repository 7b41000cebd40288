"""What the cover says of the chapters: all of it from the book itself."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BOLD = re.compile(r"\*\*(.+?)\*\*", re.S)


@dataclass(frozen=True)
class Chapter:
    """A page of the book: its file's stem, title and question."""

    stem: str
    title: str
    question: str

    @property
    def number(self) -> int | None:
        """That of a chapter; the first page and those at the end have none."""
        start = self.stem[:2]
        return int(start) if "00" < start < "90" else None


@dataclass(frozen=True)
class Part:
    """A part of the book and its chapters."""

    title: str
    chapters: list[Chapter]


def read(file: str, root: Path = ROOT) -> Chapter:
    """A page's own title, and the question that stands in bold before its
    first box; its first sentence, where it asks nothing."""
    path = (root / file).with_suffix(".md")
    text = re.sub(
        r"\A---\n.*?\n---\n", "", path.read_text("utf-8"), flags=re.S
    )
    title = re.search(r"^# (.+)$", text, re.M)
    assert title, path
    lead = re.split(r"^(?::::|```|## |- )", text[title.end() :], flags=re.M)[0]
    lead = re.sub(r"^% .*\n", "", lead, flags=re.M).strip()
    asked = [bold for bold in BOLD.findall(lead) if bold.endswith("?")]
    said = asked[-1] if asked else re.split(r"(?<=[.:])\s", lead)[0]
    return Chapter(path.stem, plain(title[1]), sentence(plain(said)))


def plain(text: str) -> str:
    """Without the marks of MyST; of a formula, its letters."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = text.replace(r"\delta", "δ").replace(r"\sigma", "σ")
    return " ".join(re.sub(r"[*`$\\]", "", text).split())


def sentence(text: str) -> str:
    text = text[:1].upper() + text[1:].rstrip(":")
    return text if text.endswith(("?", ".")) else f"{text}."


def parts(root: Path = ROOT) -> list[Part]:
    """The parts of the table of contents; the first page begins the last."""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    found = [
        Part(
            part["caption"], [read(c["file"], root) for c in part["chapters"]]
        )
        for part in toc["parts"]
    ]
    found[-1].chapters.insert(0, read(toc["root"], root))
    return found


def labelled(label: str, root: Path = ROOT) -> str:
    """The stem of the chapter that has a formula of this label."""
    for path in sorted((root / "chapters").glob("[0-9]*.md")):
        if f"({label})" in path.read_text("utf-8"):
            return path.stem
    raise LookupError(label)
