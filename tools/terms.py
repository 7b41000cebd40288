"""The terms of the book: where each is taught, and what is used before that.

A chapter says it itself, in a comment at the end of the paragraph that
teaches: `% term: partial derivative | partial derivatives`.
"""

import functools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402
from contents import listed  # noqa: E402

MARK = re.compile(r"^% term: (.+)$", re.M)
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.M | re.S)
BOX = re.compile(r"^:::\{admonition\} Before and after.*?^:::$", re.M | re.S)
SILENT = re.compile(
    r"^%[^\n]*$"  # comments
    r"|^#+ References\n.*\Z"
    r"|\$\$.*?\$\$|\$[^$]+\$|`[^`]*`"  # formulas and code
    r"|\]\([^)]*\)"  # addresses
    r"|^:(?:label|class):[^\n]*$"
    r"|^\*This cell grows\*[^\n]*$",
    re.M | re.S,
)
LINK = re.compile(r"\[[^]]*\]\((\d\d_\w+)\.ipynb[^)]*\)")
NUMPY = re.compile(r"\bnp\.((?:linalg\.|random\.)?\w+)")

# What a reader of numpy's first pages knows, and what says itself.
PLAIN = frozenset(
    """abs all any arange argmax argmin argsort array array_equal asarray bool_
    ceil complex128 concatenate copy cos cumsum diff empty exp eye
    float32 float64 floating floor full hstack inexact inf int64 intp
    isfinite isnan linspace load log log10 log2 max maximum mean median
    min minimum nan ones ones_like pi prod random.Generator
    random.default_rng repeat reshape round shape sign sin size sort
    sqrt square stack std sum tanh transpose vstack zeros zeros_like""".split()
)
# Words of the trade: whoever uses one teaches it somewhere.
TRADE = """activation, backpropagation, batch, bias, broadcasting, complex
    step, cost, descent, eigenvalue, epoch, gradient, Hadamard product,
    Hessian, Jacobian, learning rate, mini-batch, normal distribution,
    one-hot, overflow, overfitting, partial derivative, regularisation,
    relative error, saturated, saddle, second order, sigmoid, standard
    deviation, transpose, variance, weight, weighted input, XOR"""


@dataclass(frozen=True)
class Term:
    """A term, its forms, and the place that teaches it."""

    forms: tuple[str, ...]
    stem: str
    line: int
    heading: str


@dataclass(frozen=True)
class Text:
    """The prose of a chapter, its headings by line, what opens it."""

    stem: str
    raw: str

    @functools.cached_property
    def prose(self) -> str:
        """What a reader reads: no cell, comment, formula or address."""
        return blank(SILENT, blank(CELL, self.raw))

    @functools.cached_property
    def opens(self) -> int:
        """The line at which title, question and box end."""
        body = self.raw.find("\n# ")
        first = re.search(r"^## |^```\{code-cell|^:::$", self.raw[body:], re.M)
        return self.line(body + first.end()) if first else 0

    def line(self, place: int) -> int:
        return self.raw.count("\n", 0, place) + 1

    def heading(self, line: int) -> tuple[int, str]:
        """The heading above a line, and where it stands."""
        lines = blank(CELL, self.raw).split("\n")[:line]
        for number in range(len(lines), 0, -1):
            if found := re.match(r"##+ (.+)", lines[number - 1]):
                return number, found[1]
        return 0, ""


def blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with spaces for what matches, lines kept."""
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def texts(root: Path) -> tuple[Text, ...]:
    """The chapters in the order of the book."""
    names = [n for n in listed(root) if re.match(r"\d\d_", n)]
    folder = root / "chapters"
    return tuple(
        Text(n, (folder / f"{n}.md").read_text("utf-8")) for n in names
    )


def terms(chapters: tuple[Text, ...]) -> list[Term]:
    found = []
    for text in chapters:
        for mark in MARK.finditer(text.raw):
            forms = tuple(form.strip() for form in mark[1].split("|"))
            line = text.line(mark.start())
            heading = text.heading(line)[1]
            found.append(Term(forms, text.stem, line, heading))
    return found


def pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    one = "|".join(r"[\s-]+".join(map(re.escape, f.split())) for f in forms)
    return re.compile(rf"(?<![\w-])(?:{one})(?![\w-])", re.I)


def before(
    term: Term, chapters: tuple[Text, ...]
) -> Iterator[tuple[str, int]]:
    """Where a term is used before the section that teaches it.

    What the back matter teaches is of interest there alone.
    """
    if term.stem >= "90":
        return
    wanted, at = pattern(term.forms), [t.stem for t in chapters]
    for text in chapters[: at.index(term.stem) + 1]:
        here = text.stem == term.stem
        start = text.heading(term.line)[0] if here else len(text.raw)
        promised = {
            text.line(m.start())
            for m in LINK.finditer(text.raw)
            if m[1] in at and at.index(m[1]) >= at.index(term.stem)
        }
        for use in wanted.finditer(text.prose):
            line = text.line(use.start())
            if text.opens < line < start and line not in promised:
                yield text.stem, line


def untaught(text: Text, taught: set[str]) -> Iterator[tuple[int, str]]:
    """Functions of numpy in open cells that no chapter up to here names."""
    for cell in CELL.finditer(text.raw):
        if "hide-input" in cell[0]:
            continue
        for use in NUMPY.finditer(cell[0]):
            name = use[1]
            if name not in PLAIN and f"np.{name}" not in taught:
                yield text.line(cell.start() + use.start()), f"np.{name}"


Lacks = list[tuple[int, str]]


@functools.cache
def early(chapters: tuple[Text, ...]) -> dict[str, Lacks]:
    """What each chapter uses before it is taught, by line."""
    known, at = terms(chapters), [t.stem for t in chapters]
    found: dict[str, Lacks] = {stem: [] for stem in at}
    for term in known:
        taught = f"before {term.stem} teaches it in line {term.line}"
        for stem, line in before(term, chapters):
            found[stem].append((line, f"“{term.forms[0]}” is used {taught}"))
    names: set[str] = set()
    for text in chapters:
        names |= {f for t in known if t.stem == text.stem for f in t.forms}
        for line, name in untaught(text, names):
            said = f"{name} is used, and no paragraph up to here teaches it"
            found[text.stem].append((line, said))
    marked = {form.lower() for term in known for form in term.forms}
    for word in (" ".join(word.split()) for word in TRADE.split(",")):
        uses = pattern((word, f"{word}s"))
        where = ((t, m) for t in chapters for m in uses.finditer(t.prose))
        if word.lower() not in marked and (use := next(where, None)):
            line = use[0].line(use[1].start())
            found[use[0].stem].append((line, f"no chapter teaches “{word}”"))
    return found


def lacks(stem: str, root: Path) -> Lacks:
    """What a chapter uses before it is taught, by line and in a sentence."""
    return sorted(early(texts(root)).get(stem, []))


def index() -> str:
    """The page *Terms*: each with the place that teaches it."""
    chapters = texts(tangle.ROOT)
    rows = sorted(
        terms(chapters), key=lambda t: t.forms[0].lower().removeprefix("np.")
    )
    lines = []
    for term in rows:
        name = term.forms[0]
        shown = f"`{name}`" if "." in name else name
        where = tangle.link(term.stem)
        section = f", *{term.heading}*" if term.heading else ""
        lines.append(f"- {shown}: {where}{section}")
    head = (
        "# Terms\n\nThe main terms, each with the place that teaches it.\n"
        "A test finds a use before that place."
    )
    return head + "\n\n" + "\n".join(lines) + "\n"
