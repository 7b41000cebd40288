"""Words that point: to another chapter, to a place above or below."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .judge import DEMANDED, Judge
from .pages import Page
from .sentences import Sentence, sentences

PROMISE = re.compile(
    r"\b(?:later|earlier|coming|future|previous|next|following) "
    r"(?:chapter|section|part)s\b"
    r"|\b(?:a|some|one|another) (?:later|earlier|coming|future|following) "
    r"(?:chapter|section|part)\b",
    re.I,
)
LINK = re.compile(r"\]\([^)]+\)|\{(?:eq|ref|numref|prf:ref)\}`|<[^>]+>")
THING = (
    "cell|table|picture|figure|plot|curve|formula|equation|experiment|box|"
    "exercise|list|proof|section|line"
)
POINTER = re.compile(
    rf"\b(?P<way>above|below)\b(?! (?:and|or|zero|it|them|the|a|one|which|\d|"
    rf"\$|½|average|all))"
    rf"|\b(?P<last>(?:last|previous|next) (?:{THING})s?)\b",
    re.I,
)
NOUN = re.compile(rf"\b({THING})s?(?: just)? (above|below)\b", re.I)


def promises(page: Page) -> Iterator[tuple[int, str]]:
    """Another chapter or section is a link, which other tests resolve."""
    for sentence in sentences(page):
        text = sentence.text
        if (m := PROMISE.search(text)) and not LINK.search(text):
            yield sentence.line.number, f'"{m[0]}" is no link'


@dataclass(frozen=True)
class Thing:
    line: int
    kind: str


def things(page: Page) -> list[Thing]:
    """What a page has that one can point at."""
    found = []
    for cell in page.cells:
        found.append(Thing(cell.line, "cell"))
        for tag, kind in (("experiment", "experiment"), ("exercise:", "line")):
            if any(t.startswith(tag) for t in cell.tags):
                found.append(Thing(cell.line, kind))
        if "Picture" in cell.output or "\u2009" in cell.output:
            found.append(Thing(cell.line, "picture"))
    for block in page.blocks:
        kind = KINDS.get(block.kind, "")
        found += [Thing(line.number, kind) for line in block.lines[:1] if kind]
    return found


KINDS = {
    "labelled display": "formula",
    "display": "formula",
    "row": "table",
    "item": "list",
    "heading": "section",
}


def same_kind(noun: str, thing: Thing, page: Page) -> bool:
    """Could `noun` be the thing?  A curve is a picture, and made by a cell."""
    if noun in {"picture", "figure", "plot", "curve", "box"}:
        return thing.kind in {"cell", "picture", "experiment"}
    if noun in {"formula", "equation", "proof", "line"}:
        return thing.kind in {"formula", "cell", "list"}
    if noun == "exercise":
        return True
    return thing.kind == noun


def dangling(judge: Judge) -> Iterator[tuple[int, str]]:
    """What is said to stand above or below, and does not."""
    page = judge.page
    there = things(page)
    for sentence in sentences(page):
        for m in POINTER.finditer(sentence.bare):
            line = sentence.line.number
            noun, up = _target(sentence, m)
            side = [t for t in there if (t.line < line) == up]
            if not any(not noun or same_kind(noun, t, page) for t in side):
                yield line, f'"{m[0]}": nothing like that is there'
            elif m["way"]:
                yield from _numbers_there(judge, sentence, up)


def _target(sentence: Sentence, m: re.Match[str]) -> tuple[str, bool]:
    if m["last"]:
        word, noun = m["last"].lower().split()
        return noun.rstrip("s"), word != "next"
    noun = NOUN.search(sentence.bare)
    return (noun[1].lower() if noun else ""), m["way"].lower() == "above"


def _numbers_there(
    judge: Judge, sentence: Sentence, up: bool
) -> Iterator[tuple[int, str]]:
    """The numbers of "Above, it was 0.267" stand on that side, somewhere."""
    if not sentence.bare.strip().lower().startswith(("above", "below")):
        return
    here, number = sentence.block, sentence.line.number
    numbers = [
        n
        for _, line in judge.page.prose()
        if (line.number < number if up else line.number > number)
        for n in judge.found_in(line)
    ]
    known = [k for k in judge.known if (k.at.after < here.at.after) == up]
    for n in judge.found_in(sentence.line):
        inside = sentence.start <= n.start < sentence.end
        if not inside or n.kind not in DEMANDED - {"ratio", "large"}:
            continue
        if any(n.fits(k.value, k.unit) for k in known):
            continue
        if not any(n.same(other) for other in numbers):
            where = "above" if up else "below"
            yield number, f"{n.text} does not stand {where}"
