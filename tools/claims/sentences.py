"""The sentences of a page, and the words by which they claim something."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .pages import MARKER, Block, Line, Page

END = re.compile(r"(?<=[.?!])[\"”)*]*\s+(?=[\"“(*$]*[A-Z½σδΔ⊙])")
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|cf|vs|No|St|[A-Z])\.$")

GENERAL = """
all none never always every everywhere only mostly hardly largest smallest
best worst nothing nobody nowhere often seldom rarely sometimes usually whole
exactly fails
""".split()
CAUSE = "cannot because reason".split()
RISING = r"the (?:more|less|\w+er)\b[^.]*? the (?:more|less|\w+er)\b"
WORDS = re.compile(
    rf"\b(?:{'|'.join(GENERAL + CAUSE)})\b"
    rf"|\b(?<!at )most\b|\bcan't\b|\b{RISING}",
    re.I,
)


@dataclass(frozen=True)
class Sentence:
    """A sentence on one line; the book has a sentence a line."""

    block: Block
    line: Line
    start: int  # in the line
    end: int

    @property
    def text(self) -> str:
        return self.line.raw[self.start : self.end].strip()

    @property
    def bare(self) -> str:
        """Its words, with code, links, formulas and emphasis blanked."""
        words = next(self.line.zones())[2][self.start : self.end]
        return re.sub("[\0\1]", " ", words)


def sentences(page: Page, docstrings: bool = False) -> Iterator[Sentence]:
    """The sentences of a page; those of docstrings may run over lines."""
    others = {"heading", "display"} | (set() if docstrings else {"docstring"})
    for block, line in page.prose():
        if block.kind not in others:
            yield from of_line(block, line)


def of_line(block: Block, line: Line) -> Iterator[Sentence]:
    start = MARKER.match(line.raw).end()
    for m in END.finditer(line.raw, start):
        if not ABBREVIATION.search(line.raw[start : m.start()]):
            yield Sentence(block, line, start, m.end())
            start = m.end()
    if line.raw[start:].strip():
        yield Sentence(block, line, start, len(line.raw))


def claiming(sentence: Sentence) -> list[str]:
    """The words of generality and cause in a sentence."""
    return [m[0] for m in WORDS.finditer(sentence.bare)]
