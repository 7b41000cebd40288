"""The displayed formulas of a MyST file, as MyST itself finds them.

A display may stand anywhere: in running text, in a list or a quotation, or
inside a directive (a note, an exercise, a solution), however deep.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

EXTENSIONS = {"amsmath", "colon_fence", "deflist", "dollarmath"}
NOT_MYST = re.compile(r"code|eval-rst|raw|literalinclude|bibliography")
COMMENT = re.compile(r"(not checked|where|world):\s*(.*)")


@dataclass(frozen=True)
class Display:
    """A displayed formula and what stands on the page about it."""

    latex: str
    line: int  # of the file, from 1
    label: str | None = None
    not_checked: str | None = None  # the reason that the author gives
    where: tuple[str, ...] = ()  # comments `% where: …` of its section
    world: str = ""  # a comment `% world: …`: another than the chapter's


def parser() -> MarkdownIt:
    config = MdParserConfig(enable_extensions=EXTENSIONS)
    return create_md_parser(config, RendererHTML)


def displays(text: str) -> list[Display]:
    """Every display of a MyST text, in order."""
    return list(_displays(text, 0, parser()))


def _displays(
    text: str,
    first: int,
    md: MarkdownIt,
    where: tuple[str, ...] = (),
    world: str = "",
) -> Iterator[Display]:
    reason: str | None = None
    for token in md.parse(text):
        line = first + (token.map[0] if token.map else 0) + 1
        if token.type == "myst_line_comment":
            for said in token.content.splitlines():
                found = COMMENT.match(said.strip("% "))
                if found and found[1] == "where":
                    where = (*where, found[2].strip())
                elif found and found[1] == "world":
                    world = found[2].strip()
                elif found:
                    reason = found[2].strip()
            continue
        if token.type == "heading_open":
            where, world = (), ""
        if (formula := _formula(token)) is not None:
            latex, label = formula
            yield Display(latex.strip(), line, label, reason, where, world)
        elif token.type in {"fence", "colon_fence"}:
            yield from _inside(token, line, md, where, world)
        if token.type not in {"paragraph_open", "blockquote_open"}:
            reason = None


def _formula(token: Token) -> tuple[str, str | None] | None:
    """The LaTeX and the label of a display; None for another token."""
    if token.type == "math_block":
        return token.content, None
    if token.type == "math_block_label":
        return token.content, token.info
    if token.type == "amsmath":
        label = re.search(r"\\label\{([^}]*)\}", token.content)
        return token.content, label and label[1]
    if token.type in {"fence", "colon_fence"}:
        name, argument = directive(token)
        if name == "math":
            given, body = options(token.content)
            return f"{argument}\n{body}", given.get("label")
    return None


def _inside(
    token: Token,
    line: int,
    md: MarkdownIt,
    where: tuple[str, ...],
    world: str,
) -> Iterator[Display]:
    """The displays in the content of a directive."""
    name, _ = directive(token)
    if name and not NOT_MYST.match(name):
        _, body = options(token.content)
        skipped = token.content.count("\n") - body.count("\n")
        yield from _displays(body, line + skipped, md, where, world)


def directive(token: Token) -> tuple[str, str]:
    """Name and argument of a directive; no name for plain code."""
    found = re.match(r"\{([\w:-]+)\}\s*(.*)", token.info.strip())
    return (found[1], found[2]) if found else ("", "")


def options(content: str) -> tuple[dict[str, str], str]:
    """The options at the head of a directive, and what follows them."""
    lines = content.split("\n")
    if lines and lines[0].strip() == "---":
        end = next(
            (i for i in range(1, len(lines)) if lines[i].strip() == "---"), 0
        )
        head, body = lines[1:end], lines[end + 1 :]
    else:
        end = next(
            (i for i, s in enumerate(lines) if not s.lstrip().startswith(":")),
            len(lines),
        )
        head, body = lines[:end], lines[end:]
    pairs = (re.match(r"\s*:?([\w-]+):\s*(.*)", line) for line in head)
    return {p[1]: p[2].strip() for p in pairs if p}, "\n".join(body)
