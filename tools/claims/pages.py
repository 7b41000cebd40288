"""A chapter in the order of the page: its prose, its cells, its comments."""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from markdown_it.token import Token

from formulas.extract import NOT_MYST, directive, options, parser

HIDDEN = re.compile(  # code, roles, links: of the page, not of its claims
    r"(?P<ticks>`+)(?:.+?)(?P=ticks)|\{[\w:-]+\}`[^`]*`"
    r"|\[(?:[^\]]*)\]\([^)]*\)|<[^>]+>"
)
MATH = re.compile(r"(?<![\\$])\$(?!\$)([^$]+)\$")
MARKER = re.compile(r"^\s*(?:>\s*)*(?:[-*+]\s+|\d+\.\s+)?")
OTHERS = ("where:", "not checked:", "world:", "term:")  # of other tools


@dataclass(frozen=True)
class Line:
    """A line of the file.  `formula`: of a display nobody else evaluates."""

    number: int  # in the file, from 1
    raw: str
    formula: bool = False

    def zones(self) -> Iterator[tuple[str, int, str]]:
        """The words, all else blanked, and each formula with its place."""
        if self.formula:
            yield "math", 0, self.raw
            return
        mark = MARKER.match(self.raw).end()
        text = " " * mark + self.raw[mark:]
        text = HIDDEN.sub(lambda m: "\0" * len(m[0]), text)
        formulas = list(MATH.finditer(text))
        bare = MATH.sub(lambda m: "$" + "\1" * (len(m[0]) - 2) + "$", text)
        yield "text", 0, bare.replace("*", " ")
        for m in formulas:
            yield "math", m.start(1), m[1]


@dataclass(frozen=True)
class Place:
    """Where on the page; all numbers count from its beginning."""

    section: int  # from one ## to the next
    part: int  # from one heading, or exercise, to the next
    after: int  # code cells above
    stretch: int  # prose between two cells, headings or groups of checks
    inside: str = ""  # "exercise ex-…", "solution ex-…", "admonition …", …


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, item, table row, display or docstring."""

    kind: str
    lines: tuple[Line, ...]
    at: Place
    entries: int = 0  # of the list or the table that follows directly

    @property
    def labelled(self) -> bool:
        return self.kind == "labelled display"

    @property
    def text(self) -> str:
        return " ".join(line.raw.strip() for line in self.lines)


@dataclass
class Cell:
    source: str
    outputs: list[str]
    tags: tuple[str, ...]
    line: int  # of the file, where its code begins
    at: Place
    streams: bool = False  # all that it put out is text

    @property
    def output(self) -> str:
        return "\n".join(self.outputs)


@dataclass
class Page:
    """What a chapter says and does; `problems` are of its form."""

    stem: str
    blocks: list[Block] = field(default_factory=list)
    comments: list[tuple[Line, Place]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def prose(self) -> Iterator[tuple[Block, Line]]:
        for block in self.blocks:
            for line in () if block.labelled else block.lines:
                yield block, line


def printed(cell: nbformat.NotebookNode) -> list[str]:
    plain = [
        o.get("text") or o.get("data", {}).get("text/plain")
        for o in cell.outputs
    ]
    return [text for text in plain if text]


def read(path: Path, text: str | None = None) -> Page:
    """The page of a text twin; outputs come from the notebook beside it."""
    notebook = nbformat.read(path.with_suffix(".ipynb"), 4)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    page = Page(path.stem)
    text = path.read_text("utf-8") if text is None else text
    _Reader(page, code).walk(text, 0, "")
    return page


class _Reader:
    """Walks through the tokens of MyST, and into its directives."""

    def __init__(self, page: Page, code: list[nbformat.NotebookNode]) -> None:
        self.page, self.code, self.md = page, code, parser()
        self.section = self.part = self.stretch = 0
        self.announcer = -1  # the block before a list or a table

    def at(self, inside: str) -> Place:
        after = len(self.page.cells)
        return Place(self.section, self.part, after, self.stretch, inside)

    def walk(self, text: str, first: int, inside: str) -> None:
        source, kind, deep, body = text.split("\n"), "paragraph", 0, False
        for token in self.md.parse(text):
            if token.type in {"bullet_list_open", "ordered_list_open"}:
                self.announce(inside, deep == 0)
                kind, deep = "item", deep + 1
            elif token.type in {"bullet_list_close", "ordered_list_close"}:
                deep -= 1
                kind = "item" if deep else "paragraph"
            elif token.type == "list_item_open" and deep == 1:
                self.count()
            elif token.type in {"table_open", "tbody_open"}:
                self.announce(inside, token.type == "table_open")
                kind, body = "row", token.type == "tbody_open"
            elif token.type == "table_close":
                kind = "paragraph"
            if token.map is None:
                continue
            lines = tuple(
                Line(first + k + 1, source[k])
                for k in range(*token.map)
                if not re.fullmatch(r"[|:\- ]*", source[k])
            )
            if token.type == "myst_line_comment":
                below = "".join(source[token.map[1] : token.map[1] + 1])
                self.comment(lines, inside, splits=bool(below.strip()))
            elif token.type == "tr_open":
                if body:
                    self.count()
                self.add("row", lines, inside)
            elif kind != "row":
                self.block(token, kind, lines, first, inside)

    def block(
        self,
        token: Token,
        kind: str,
        lines: tuple[Line, ...],
        first: int,
        inside: str,
    ) -> None:
        if token.type in {"fence", "colon_fence"}:
            self.fence(token, lines, first, inside)
        elif token.type in {"math_block", "math_block_label", "amsmath"}:
            label = token.type == "math_block_label"
            self.display(lines, label or "\\label" in token.content, inside)
        elif token.type == "heading_open":
            self.part += 1
            self.stretch += 1
            self.section += token.tag in {"h1", "h2"}
            self.add("heading", lines, inside)
        elif token.type == "paragraph_open":
            self.add(kind, lines, inside)

    def add(self, kind: str, lines: tuple[Line, ...], inside: str) -> None:
        self.page.blocks.append(Block(kind, lines, self.at(inside)))

    def announce(self, inside: str, outermost: bool) -> None:
        """A list or a table begins: the block above may count its entries."""
        if outermost:
            above = self.page.blocks[-1].at.inside
            same = len(self.page.blocks) - 1
            self.announcer = same if above == inside else -1

    def count(self) -> None:
        k = self.announcer
        if k >= 0:
            old = self.page.blocks[k]
            new = Block(old.kind, old.lines, old.at, old.entries + 1)
            self.page.blocks[k] = new

    def display(
        self, lines: tuple[Line, ...], label: bool, inside: str
    ) -> None:
        body = tuple(
            Line(x.number, x.raw, formula=not label)
            for x in lines
            if not x.raw.strip().startswith("$$")
        )
        self.add("labelled display" if label else "display", body, inside)

    def comment(
        self, lines: tuple[Line, ...], inside: str, splits: bool
    ) -> None:
        own = [x for x in lines if not x.raw.strip("% ").startswith(OTHERS)]
        if own and splits:
            said = "a comment parts the paragraph: put it at its end"
            self.page.problems.append((own[-1].number, said))
        self.page.comments += [(line, self.at(inside)) for line in own]
        self.stretch += bool(own)

    def fence(
        self, token: Token, lines: tuple[Line, ...], first: int, inside: str
    ) -> None:
        name, argument = directive(token)
        if name == "code-cell":
            self.cell(first + token.map[0] + 1, token)
        elif name == "math":
            self.display(lines[1:-1], ":label:" in token.content, inside)
        elif name and not NOT_MYST.match(name):
            given, body = options(token.content)
            skipped = token.content.count("\n") - body.count("\n")
            label = given.get("label", argument)
            self.part += name == "exercise"
            self.stretch += 1
            start = first + token.map[0] + 1 + skipped
            self.walk(body, start, f"{name} {label}".strip())
            self.stretch += 1

    def cell(self, line: int, token: Token) -> None:
        if len(self.page.cells) == len(self.code):
            raise ValueError("the twins hold other cells: make chapters")
        cell = self.code[len(self.page.cells)]
        given, body = options(token.content)
        line += token.content.count("\n") - body.count("\n")
        line += len(body) - len(body.lstrip("\n"))  # empty ones below options
        for doc in docstrings(cell.source, line):
            self.add("docstring", doc, "")
        plain = all(o.output_type == "stream" for o in cell.outputs)
        tags = tuple(cell.metadata.get("tags", ()))
        self.page.cells.append(
            Cell(cell.source, printed(cell), tags, line, self.at(""), plain)
        )
        self.stretch += 1


def docstrings(source: str, first: int) -> Iterator[tuple[Line, ...]]:
    """The lines of each docstring of a cell whose code begins at `first`."""
    rows = source.split("\n")
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            if ast.get_docstring(node) is not None:
                doc = node.body[0]
                yield tuple(
                    Line(first + k, rows[k - 1].replace('"""', "   "))
                    for k in range(doc.lineno, doc.end_lineno + 1)
                )


@functools.lru_cache(2000)
def parse(source: str) -> ast.Module:
    """The tree of a cell; an empty one of a cell that is not Python."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])
