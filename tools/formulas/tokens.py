"""LaTeX to tokens: spacing and sizes go, macros are written out."""

import itertools
import re

from .tree import NotUnderstood

IGNORED = re.compile(
    r"\\(?:[,;:!> ]|(?:left|right|[bB]igg?[lrm]?|displaystyle|limits|"
    r"nonumber|notag|hphantom\{[^}]*\})(?![a-zA-Z]))|~"
)
SAME = {
    r"\tfrac": r"\frac",
    r"\dfrac": r"\frac",
    r"\Vert": r"\|",
    r"\ldots": r"\dots",
    r"\cdots": r"\dots",
    r"\coloneqq": ":=",
    r"\leq": r"\le",
    r"\geq": r"\ge",
    r"\neq": r"\ne",
    r"\qquad": r"\quad",
    r"\gets": r"\leftarrow",
    r"\to": r"\leftarrow",
    r"\intercal": r"\top",
    r"\prime": "'",
}
FONTS = re.compile(
    r"\\(mathbf|boldsymbol|bm|mathsf|bar|hat|tilde|operatorname)\s*"
    r"(?:\{\s*([^{}]*?)\s*\}|(\\?[a-zA-Z]+|\d))"
)
ENVIRONMENT = re.compile(r"\\(begin|end)\{(\w+)\*?\}(\{[^}]*\})?")
TEXT = re.compile(r"\\(?:text|textrm|mbox)\{([^{}]*)\}")
TOKEN = re.compile(
    r"\\(?:begin|end):\w+|\\row|\\text:[^\\]*\\;|\\font:[^;]*;"
    r"|\\[a-zA-Z]+|\\.|:=|[A-Za-z]|\d+(?:\.\d+)?|\S"
)
PLAIN = {"aligned", "align", "gathered", "gather", "split", "equation"}


def expand(latex: str, macros: dict[str, str | list]) -> str:
    """Write out the book's own macros: name to body, or [body, arguments]."""
    for _ in range(20):
        found = re.search(r"\\([a-zA-Z]+)(?![a-zA-Z])", latex)
        while found and found[1] not in macros:
            found = re.compile(r"\\([a-zA-Z]+)").search(latex, found.end())
        if not found:
            return latex
        macro = macros[found[1]]
        body, count = macro if isinstance(macro, list) else (macro, 0)
        end = found.end()
        for n in range(1, count + 1):
            argument = re.compile(r"\s*(?:\{([^{}]*)\}|(\\[a-zA-Z]+|.))")
            given = argument.match(latex, end)
            if not given:
                raise NotUnderstood(f"\\{found[1]} without its argument")
            body = body.replace(f"#{n}", given[1] or given[2] or "")
            end = given.end()
        latex = f"{latex[: found.start()]}{{{body}}}{latex[end:]}"
    raise NotUnderstood("macros that never end")


def tokens(latex: str, macros: dict[str, str | list] | None = None) -> list:
    """The tokens of a formula, as strings."""
    text = re.sub(r"(?<!\\)%.*", "", expand(latex, macros or {}))
    text = re.sub(r"\\label\{[^}]*\}", "", text)
    text = TEXT.sub(lambda m: f"\\text:{m[1].strip()}\\;", text)
    text = ENVIRONMENT.sub(_environment, text)
    text = re.sub(r"\\\\\s*(\[[^\]]*\])?", r" \\row ", text)
    text = FONTS.sub(_font, text)
    kept, place = "", 0
    for found in re.finditer(r"\\text:[^\\]*\\;", text):
        kept += IGNORED.sub(" ", text[place : found.start()]) + found[0]
        place = found.end()
    kept += IGNORED.sub(" ", text[place:])
    found = [_named(SAME.get(t, t)) for t in TOKEN.findall(kept)]
    bars = {  # a bar opens, the next one closes
        r"\|": itertools.cycle([r"\lVert", r"\rVert"]),
        "|": itertools.cycle([r"\lvert", r"\rvert"]),
    }
    return [next(bars[t]) if t in bars else t for t in found]


def _environment(found: re.Match) -> str:
    return " " if found[2] in PLAIN else f" \\{found[1]}:{found[2]} "


def _font(found: re.Match) -> str:
    """\\bar x is a letter of its own; an operator's name is a word."""
    name, inner = found[1], found[2] or found[3]
    return f" \\font:{name} {inner}; "


def _named(token: str) -> str:
    if token.startswith("\\font:"):
        name, inner = token.removeprefix("\\font:").rstrip(";").split(" ", 1)
        return inner if name == "operatorname" else f"\\{name} {inner}"
    if token.startswith("\\text:"):
        return "text " + token.removeprefix("\\text:").removesuffix("\\;")
    return token
