"""Is every number of a page accounted for, and by what?"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .arithmetic import Side, agree, chains, fails_without, pairs
from .checks import Check
from .evidence import Known, Shelf
from .numeral import Numeral
from .numerals import numerals
from .pages import Block, Line, Page, Place

REACHES = ("cells", "part", "section", "chapter")  # each holds the one before
AUTOMATIC = {"digits", "digit", "large"}  # an output may account for these
DEMANDED = AUTOMATIC | {"ratio"}
BAD = {"open", "false"}


@dataclass(frozen=True)
class Account:
    """A number of the prose, and the rule by which it is known."""

    numeral: Numeral
    line: Line
    block: Block
    rule: str  # "check", "sum", "printed", …; "open" or "false"
    why: str = ""


def within(reach: str, block: Block, known: Known) -> bool:
    here, there = block.at, known.at
    if reach == "chapter":
        return True
    if here.section != there.section:
        return False
    if reach == "cells":  # the last cell above, the next one below
        return here.after - 1 <= there.after <= here.after
    if reach == "part" or here.inside.startswith(("exercise", "solution")):
        return here.part == there.part
    return True


class Judge:
    """Decides over each number of a page; `book` holds for all chapters."""

    def __init__(
        self,
        page: Page,
        known: list[Known],
        checks: list[Check],
        book: list[Numeral],
    ) -> None:
        self.page, self.checks, self.book = page, checks, book
        self.known = known + [
            Known(x, 0.0, check.at, "input")
            for check in checks
            if not check.problem
            for x in check.inputs
        ]
        self.cache: dict[tuple[str, Place], Shelf] = {}
        for block, line in page.prose():  # what an exercise gives
            for n in self.found_in(line):
                self.checked(block, n)
                if block.at.inside.startswith("exercise"):
                    self.known.append(Known(n.value, 0.0, block.at, "input"))
        sums = [a for a in self.all() if a.rule == "sum"]
        for a in sums:  # what one line has worked out, the next may use
            n, at = a.numeral, a.block.at
            self.known.append(Known(n.value, 0.0, at, "input"))
        self.cache.clear()

    def all(self) -> Iterator[Account]:
        for block, line in self.page.prose():
            yield from self.line(block, line)

    @functools.cached_property
    def accounts(self) -> list[Account]:
        """Of all numbers, once everything is known."""
        return list(self.all())

    def found_in(self, line: Line) -> Iterator[Numeral]:
        for kind, at, text in line.zones():
            if kind == "text":
                yield from numerals(text)
                continue
            for sides in chains(text, at):
                for side in sides:
                    yield from side.numerals

    def line(self, block: Block, line: Line) -> list[Account]:
        found = []
        for kind, at, text in line.zones():
            if kind == "text":
                told = text.lstrip().startswith("In words")  # of a formula
                for n in numerals(text):
                    rule = "formula" if told else self.rule(block, n)
                    found.append(Account(n, line, block, rule))
                continue
            for sides in chains(text, at):
                found += self.formula(block, line, sides)
        return found

    def formula(
        self, block: Block, line: Line, sides: list[Side]
    ) -> list[Account]:
        """A false sum is false; a true one determines one number."""
        rules = {n: self.rule(block, n) for s in sides for n in s.numerals}
        why: dict[Numeral, str] = {}
        for side in sides:
            for n in side.numerals:
                small = n.kind == "small" or n.text == "10"
                if side.value is None and small and rules[n] != "check":
                    rules[n] = "formula"
        for left, right, relation in pairs(sides):
            if not agree(left, right, relation):
                for n in right.numerals or left.numerals:
                    rules[n] = "false"
                    why[n] = f"{left.text.strip()} is {left.value:.6g}"
            elif relation in {"=", r"\approx"}:
                self.determine(block, rules, left, right, relation)
        return [
            Account(n, line, block, rule, why.get(n, ""))
            for n, rule in rules.items()
        ]

    def determine(
        self,
        block: Block,
        rules: dict[Numeral, str],
        left: Side,
        right: Side,
        relation: str,
    ) -> None:
        """What a true sum tells of its numbers: those without which it fails.

        A number that the page shows needs no more, if a slip of it would make
        the sum false; one that it doesn't show is told by all the others.
        """
        sure = [
            n
            for n in (*left.numerals, *right.numerals)
            if rules[n] == "open" and fails_without(n, left, right, relation)
        ]
        for n in sure:
            rules[n] = self.shown(block, n)[1] or "open"
        both = (*left.numerals, *right.numerals)
        unknown = [n for n in both if rules[n] == "open"]
        result = right.single or left.single
        told = result if result in unknown else unknown[0] if unknown else None
        if told in sure and (told is result or len(unknown) == 1):
            rules[told] = "sum"

    def rule(self, block: Block, n: Numeral) -> str:
        """By what a number is known; "open" if it should be and isn't."""
        if self.checked(block, n):
            return "check"
        if block.at.inside.startswith("exercise"):
            return "given"
        if n.kind in AUTOMATIC:
            far, how = self.shown(block, n)
            if how and all(
                self.shown(block, slip)[0] > far for slip in n.slips()
            ):
                return how
        return "open" if n.kind in DEMANDED else n.kind

    def shown(self, block: Block, n: Numeral) -> tuple[int, str]:
        """How far from here the page shows a number, and how it does.

        What counts is the nearest place; a number is known only if its slips
        stand farther away, so that none of them could be put for it.
        """
        for far, reach in enumerate(REACHES):
            shelf = self.near(block, reach)
            how = shelf.rounding_to(n)
            if not how and reach != "chapter":
                how = shelf.equal_to(n)
            if how:
                return far, how
            if reach == "section" and any(
                n.same(said)
                for check in self.checks
                if check.at.section == block.at.section
                for said in check.said
            ):
                return far, "check"
        if any(n.equals(fact.value) for fact in self.book):
            return len(REACHES), "book"
        return len(REACHES) + 1, ""

    def near(self, block: Block, reach: str) -> Shelf:
        key = reach, replace(block.at, stretch=0)
        if key not in self.cache:
            found = [k for k in self.known if within(reach, block, k)]
            self.cache[key] = Shelf(found)
        return self.cache[key]

    def checked(self, block: Block, n: Numeral) -> bool:
        here = block.at.stretch
        return any([c.attach(n) for c in self.checks if c.at.stretch == here])
