"""Checks that the author gives, in comments that no page shows.

    % 2750 = delta[0] / delta[2]
    % 0.206, 0.063, 0.022 = errors
    % 0.83, 0.024 in draw_ends(3, 3)
    % twice: 1.9 < after / before < 2.1
    % so: (slopes > 0).all()
    % so "never negative": (slopes >= 0).all()
    % said: "a hill behind the mist"
    % given: 0.01, 0.001
    % quoted: 95.42 %, 96.59 % (Nielsen 2015, chapter 1)

`below:` in front evaluates after the next cell, `book:` lets the numbers
stand in all chapters.  Several checks on a line are parted by semicolons.
Words in quotation marks stand above as they do here; the sentence that holds
them is bound.
"""

import ast
import re
from dataclasses import dataclass, field, replace

from .evidence import constants
from .numeral import Numeral
from .numerals import numerals
from .pages import Line, Page, Place

FORMS = [  # in this order: "one in six = share" is no "in"
    re.compile(r"(?P<said>[^=:]+?)\s(?P<form>=)\s(?P<value>.+)"),
    re.compile(r"(?P<said>[^=:]+)(?P<form>:)\s(?P<value>.+)"),
    re.compile(r"(?P<said>.+?)\s(?P<form>in)\s(?P<value>.+)"),
]
SO = re.compile(r'so(?P<words>(?:,?\s*"[^"]+")*)\s*:\s*(?P<value>.*)')
WORD_OF_AUTHOR = {"given", "quoted", "said"}
WIDTH = 79  # of an expression; what needs more is a cell


@dataclass
class Check:
    """A comment of the author's, read."""

    line: Line
    at: Place
    form: str  # "=", "in", ":", "so", "said", "given", "quoted" or "?"
    said: list[Numeral] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    expression: str = ""  # or the source that is quoted
    below: bool = False
    book: bool = False
    problem: str = ""
    used: set[int] = field(default_factory=set)  # numbers found in the prose

    @property
    def inputs(self) -> set[float]:
        if self.form not in {"=", ":"}:
            return set()
        return constants(ast.parse(f"({self.expression},)"))

    def attach(self, n: Numeral) -> bool:
        """Does this check speak of a number?  Its hedge then counts."""
        found = [k for k, said in enumerate(self.said) if n.same(said)]
        for k in found:
            if k not in self.used:
                change = {"unit": n.unit, "percent": n.percent}
                self.said[k] = replace(self.said[k], **change)
            self.used.add(k)
        return bool(found)


def checks_of(page: Page) -> list[Check]:
    """The checks of all comments of a page."""
    found = [
        check
        for line, at in page.comments
        for text in re.split(r";\s+", line.raw.strip().lstrip("%").strip())
        if (check := read_check(line, at, text))
    ]
    for check in found:
        if check.below and check.at.after == len(page.cells):
            check.problem = "there is no cell below"
    return found


def read_check(line: Line, at: Place, text: str) -> Check | None:
    """One check; its `problem` says what can't be understood."""
    if not text:
        return None
    flags = {}
    while m := re.match(r"(below|book):\s*", text):
        flags[m[1]] = True
        text = text[m.end() :]
    check = _form(Check(line, at, "?", **flags), text)
    if not check.problem:
        check.problem = _fault(check)
    return check


def _form(check: Check, text: str) -> Check:
    if m := SO.fullmatch(text):
        words = re.findall(r'"([^"]+)"', m["words"])
        return replace(check, form="so", words=words, expression=m["value"])
    name, _, rest = text.partition(":")
    if name in WORD_OF_AUTHOR:
        said, source = re.match(r"([^(]*)(.*)", rest).groups()
        return replace(
            check,
            form=name,
            said=numbers_in(re.sub('"[^"]*"', "", said)),
            words=re.findall(r'"([^"]+)"', said),
            expression=source.strip("() "),
        )
    for form in FORMS:
        if (m := form.match(text)) and (said := numbers_in(m["said"])):
            return replace(
                check, form=m["form"], said=said, expression=m["value"]
            )
    return replace(check, problem="not understood; say: 0.13 = expression")


def numbers_in(text: str) -> list[Numeral]:
    """The numbers of a list; none if a part is not one number."""
    found = [
        numerals(f"x {part.strip()} as much")
        for part in re.split(r",\s+", text.strip(", "))
        if part.strip()
    ]
    whole = all(len(part) == 1 for part in found)
    return [part[0] for part in found] if whole else []


def _fault(check: Check) -> str:
    """Why a check can't be one; empty if it can."""
    if check.form == "said":
        return "" if check.words else 'say: said: "words of the sentence"'
    if check.form in WORD_OF_AUTHOR:
        if not (check.said or check.words):
            return f"say: {check.form}: 95.42 %"
        if check.form == "quoted" and not check.expression:
            return "say: quoted: 95.42 % (source)"
        return ""
    if len(check.expression) > WIDTH:
        return f"more than {WIDTH} letters are a cell: print it there"
    try:
        tree = ast.parse(f"({check.expression},)", mode="eval").body
    except SyntaxError as error:
        return f"no Python: {error.msg}"
    names = any(isinstance(node, ast.Name) for node in ast.walk(tree))
    bare = any(isinstance(part, ast.Constant) for part in tree.elts)
    if bare or (check.form in {"so", ":"} and not names):
        return "a number by itself is no reason; say: given: …"
    return ""
