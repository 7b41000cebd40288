"""What cells print: numbers that were computed, not typed, nor hidden."""

import ast
import re
from collections.abc import Iterator

from .evidence import constants, shown, strings
from .numeral import kind_of
from .pages import Cell, Page, parse

TRUTH = re.compile(r"\b(?:True|False)\b")
CLOSE = {"allclose", "isclose", "array_equal"}


def typed(page: Page) -> Iterator[tuple[int, str]]:
    """A numeral in a string that is printed stands in the cell's values."""
    for cell in page.cells:
        tree = parse(cell.source)
        there = constants(tree)
        printed = {text for text, _, _ in shown(cell.output)}
        for text, value, _ in [s for t in strings(tree) for s in shown(t)]:
            if kind_of(text.rstrip("% "), value) == "small":
                continue
            known = {value, -value, value / 100 if "%" in text else value}
            if text in printed and not known & there:
                yield cell.line, f"{text} is typed in a string, not computed"


def compares(node: ast.AST) -> bool:
    """Does an expression compare numbers that it could print?"""
    for part in ast.walk(node):
        if isinstance(part, ast.Compare) and any(
            isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
            for op in part.ops
        ):
            return True
        if isinstance(part, ast.Attribute) and part.attr in CLOSE:
            return True
    return False


def hidden(page: Page) -> Iterator[tuple[int, str]]:
    """A print of True where a number was compared hides the number."""
    for cell in page.cells:
        if TRUTH.search(cell.output):
            yield from _hiding(cell)


def _hiding(cell: Cell) -> Iterator[tuple[int, str]]:
    for call in ast.walk(parse(cell.source)):
        if not isinstance(call, ast.Call):
            continue
        if not (isinstance(call.func, ast.Name) and call.func.id == "print"):
            continue
        values = [a for a in call.args if not isinstance(a, ast.Constant)]
        if values and all(compares(v) for v in values):
            line = cell.line + call.lineno - 1
            yield line, "prints True or False: print the number"
