"""All that is open, or false, on a page; and what it has been held to."""

import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import runs

from . import boxes, counts, hearsay, pointers, prints
from .checks import Check, checks_of
from .evaluate import Evaluator
from .evidence import evidence
from .judge import BAD, Judge
from .numeral import Numeral
from .pages import read
from .sentences import Sentence, claiming, sentences


@dataclass(frozen=True, order=True)
class Problem:
    """Something open may wait for its author; what is false may not."""

    line: int
    said: str
    false: bool = False


class Report:
    """A chapter, read; `run` evaluates its checks in a run of its cells."""

    def __init__(self, path: Path, book: list[Numeral] | None = None) -> None:
        self.path, self.page = path, read(path)
        checks = checks_of(self.page)
        if book is None:
            book = book_facts(path.parent)
        self.bibliography = bibliography(path.parent)
        self.judge = Judge(self.page, evidence(self.page), checks, book)

    @property
    def checks(self) -> list[Check]:
        return self.judge.checks

    def evaluator(self, _: str = "") -> Evaluator:
        """Who evaluates the checks while the chapter runs."""
        return Evaluator(self.page, self.checks)

    def run(self) -> "Report":
        """Run the cells of the chapter, if there is a check to evaluate."""
        if self.checks:
            notebook = self.path.with_suffix(".ipynb")
            (watcher,) = runs.run(notebook, [self.evaluator]).watchers.values()
            if watcher.error:
                raise watcher.error
        return self

    def problems(self) -> list[Problem]:
        return sorted({*self._false(), *self._open()})

    def _false(self) -> Iterator[Problem]:
        for line, said in [*self.page.problems, *boxes.lost_words(self.judge)]:
            yield Problem(line, said, false=True)
        for check in self.checks:
            line = check.line.number
            if check.problem:
                yield Problem(line, f"check: {check.problem}", false=True)
            if check.form == "quoted" and not self.listed(check.expression):
                said = f"{check.expression}: not in the bibliography"
                yield Problem(line, said, false=True)
            for k, n in enumerate(check.said):
                if k not in check.used:
                    said = f"no {n.text} in the prose above"
                    yield Problem(line, said, false=True)

    def _open(self) -> Iterator[Problem]:
        for a in self.judge.accounts:
            if a.rule in BAD:
                said = f"{a.rule}: {a.numeral.text}"
                said += f": {a.why}" if a.why else ""
                yield Problem(a.line.number, said, a.rule == "false")
        for found in (
            boxes.open_answers(self.judge),
            pointers.promises(self.page),
            pointers.dangling(self.judge),
            counts.miscounted(self.page),
            prints.typed(self.page),
            prints.hidden(self.page),
            hearsay.unsourced(self.judge),
        ):
            for line, said in found:
                yield Problem(line, said)

    def listed(self, source: str) -> bool:
        """Is a source, "Nielsen 2015, chapter 1", in the bibliography?"""
        name, _, rest = source.partition(" ")
        year = re.search(r"\d{4}[a-z]?", rest)
        entries = re.findall(r"^## (.*)$", self.bibliography, re.M)
        return any(
            entry.startswith(name) and year and year[0] in entry
            for entry in entries
        )

    def counts(self) -> Counter[str]:
        """Numbers checked, claims checked, given, quoted, said; open."""
        rules = Counter(a.rule for a in self.judge.accounts)
        bound = ("check", "printed", "typed", "input", "sum", "book")
        forms = Counter(check.form for check in self.checks)
        found = Counter(numbers=sum(rules[rule] for rule in bound))
        found["claims"] = forms["so"]
        for form in ("given", "quoted", "said"):
            found[form] = sum(
                max(1, len(c.said) + len(c.words))
                for c in self.checks
                if c.form == form
            )
        found["open"] = sum(not p.false for p in self.problems())
        return found

    def unbound(self) -> Iterator[tuple[Sentence, list[str], str]]:
        """Sentences that claim something and that no check binds."""
        for sentence in sentences(self.page, docstrings=True):
            if words := claiming(sentence):
                bound = boxes.quoting(self.judge, sentence)
                if not bound and not boxes.numbered(self.judge, sentence):
                    yield sentence, words, self.beside(sentence)

    def beside(self, sentence: Sentence) -> str:
        """The first lines that the section prints, for the author's eyes."""
        here = sentence.block.at.section
        lines = [
            re.sub(r"\s+", " ", cell.output.strip())[:60]
            for cell in self.page.cells
            if cell.at.section == here and cell.output.strip()
        ]
        return "; ".join(lines[:4])


def report_of(path: Path) -> Report:
    """The report of a chapter as it stands, without a run; read once."""
    twins = path, path.with_suffix(".ipynb")
    return _report_of(path, *(twin.stat().st_mtime_ns for twin in twins))


@functools.cache
def _report_of(path: Path, *written: int) -> Report:
    return Report(path)


@functools.cache
def book_facts(folder: Path) -> list[Numeral]:
    """The numbers of all checks that begin with `book:`."""
    found = []
    for path in sorted(folder.glob("[0-9]*.md")):
        if "book:" in path.read_text("utf-8"):
            checks = checks_of(read(path))
            found += [n for c in checks if c.book for n in c.said]
    return found


@functools.cache
def bibliography(folder: Path) -> str:
    path = folder / "bibliography.md"
    return path.read_text("utf-8") if path.exists() else ""
