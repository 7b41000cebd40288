"""What a number of the prose can be held against: outputs, code, displays."""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .arithmetic import numerals_in
from .numeral import Numeral, measure
from .numerals import NAME
from .pages import Page, Place, parse

PRINTED = re.compile(
    r"(?<![\w.])[-−]?(?:\d{1,3}(?: \d{3})+(?!\d)|\d+(?:\.\d+)?)"
    r"(?:[eE][-+]?\d+)?(?!\w)(?P<percent>\s?%)?"
)


@dataclass(frozen=True)
class Known:
    """A number that the page shows; `unit` is of its last digit."""

    value: float
    unit: float  # 0 for a number that is exact
    at: Place
    how: str  # "printed", "typed" (in a string of the cell), "input", …


class Shelf:
    """Known numbers of one reach, for quick looking up."""

    def __init__(self, known: list[Known]) -> None:
        order = ["printed", "typed", "input", "display"]
        known = sorted(known, key=lambda k: order.index(k.how))
        self.printed = [k for k in known if k.unit]
        self.exact = [k for k in known if not k.unit]
        self.values = np.array([k.value for k in self.printed])
        self.units = np.array([k.unit for k in self.printed])
        self.numbers = np.abs([k.value for k in self.exact])

    def rounding_to(self, n: Numeral) -> str:
        """How a printed number that rounds to n is known; empty if none."""
        for v, u in n.readings():
            room = u / 2 * (1 + 1e-9) + 1e-12 * abs(v)
            found = np.abs(self.values - v) <= room
            found &= self.units <= u * (1 + 1e-9)
            if found.any():
                return self.printed[found.argmax()].how
        return ""

    def equal_to(self, n: Numeral) -> str:
        """How a number of code, n up to its sign, is known; empty if none."""
        for v, _ in n.readings():
            found = np.abs(self.numbers - abs(v)) <= 1e-12 * abs(v)
            if found.any():
                return self.exact[found.argmax()].how
        return ""


def shown(text: str) -> list[tuple[str, float, float]]:
    """The numbers in an output, with their units."""
    plain = NAME.sub(lambda m: "x" * len(m[0]), text)
    found = []
    for m in PRINTED.finditer(plain):
        value, unit = measure(m[0].rstrip("% "))
        found.append((m[0].strip(), value, unit))
        if m["percent"]:
            found.append((m[0].strip(), value / 100, unit / 100))
    return found


@functools.lru_cache(2000)
def constants(tree: ast.AST) -> set[float]:
    """The numbers in code, and plain sums of them: `1 / 16`, `-0.5`."""
    numbers: set[float] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.UnaryOp | ast.BinOp):
            numbers |= _folded(node)
    return numbers


def strings(tree: ast.AST) -> Iterator[str]:
    """The strings of code that may be printed: no docstring, no format."""
    hidden = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec:
            hidden |= {id(part) for part in ast.walk(node.format_spec)}
        elif isinstance(node, ast.Expr):
            hidden.add(id(node.value))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in hidden:
                yield node.value


def _folded(node: ast.expr) -> set[float]:
    plain = ast.Constant | ast.UnaryOp | ast.BinOp | ast.operator | ast.unaryop
    if not all(isinstance(part, plain) for part in ast.walk(node)):
        return set()
    try:
        value = eval(ast.unparse(node), {"__builtins__": {}})  # noqa: S307
        return {float(value)} if type(value) in {int, float} else set()
    except (TypeError, ValueError, ArithmeticError):
        return set()


def evidence(page: Page) -> list[Known]:
    """All that a page prints, computes with, or states in a display."""
    found: list[Known] = []
    for cell in page.cells:
        tree = parse(cell.source)
        typed = {t for text in strings(tree) for t, _, _ in shown(text)}
        for text, value, unit in shown(cell.output):
            how = "typed" if text in typed else "printed"
            found.append(Known(value, unit, cell.at, how))
        found += [Known(x, 0.0, cell.at, "input") for x in constants(tree)]
    for block in page.blocks:
        if block.labelled:
            latex = "\n".join(line.raw for line in block.lines)
            for n in numerals_in(latex):
                found.append(Known(n.value, 0.0, block.at, "display"))
    return found
