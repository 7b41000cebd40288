"""What the two checks of a labelled formula find, in numbers.

One evaluates the formula as it is printed.  The other is the code cell with
the tag `check:label`; it asserts that differences are below some bound, and
here those differences are noted while the chapter runs.
"""

import ast
import contextlib
import io
from pathlib import Path

import nbformat
import numpy as np

from .__main__ import verdicts
from .check import Verdict

NOTE = "note_difference"


def comparisons(source: str) -> list[ast.Compare]:
    """The comparisons `… < number` that the assertions of a cell make."""
    return [
        part
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assert)
        for part in ast.walk(node.test)
        if isinstance(part, ast.Compare)
        and len(part.ops) == 1
        and isinstance(part.ops[0], ast.Lt)
        and limit(part.comparators[0]) is not None
    ]


def limit(node: ast.expr) -> float | None:
    """The number that a comparison is made with, if it is written there."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        node = node.args[0]  # Decimal("1e-15")
    if isinstance(node, ast.Constant):
        with contextlib.suppress(ValueError, TypeError):
            return float(node.value)
    return None


def asserted(source: str) -> float:
    """The largest difference that a check cell allows; 0 for exactly."""
    found = [limit(part.comparators[0]) for part in comparisons(source)]
    return max((f for f in found if f is not None), default=0.0)


def bound(value: float) -> str:
    return f"below {value:.0e}" if value else "exact"


class Noting(ast.NodeTransformer):
    """`assert d < 1e-15` notes d as well."""

    def __init__(self, source: str) -> None:
        self.places = {
            (part.lineno, part.col_offset) for part in comparisons(source)
        }

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        if (node.lineno, node.col_offset) in self.places:
            name = ast.Name(NOTE, ast.Load())
            node.left = ast.Call(name, [node.left], [])
        return node


def in_cells(path: Path) -> dict[str, float]:
    """The largest difference that each label's check cell has seen."""
    found: dict[str, float] = {}
    notebook = nbformat.read(path, 4)
    differences: list[float] = []

    def note(value: object) -> object:
        differences.append(float(np.asarray(value, float).max()))
        return value

    names: dict[str, object] = {"__name__": "__main__", NOTE: note}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        tree = Noting(cell.source).visit(ast.parse(cell.source))
        differences.clear()
        with contextlib.redirect_stdout(io.StringIO()):
            code = ast.fix_missing_locations(tree)
            exec(compile(code, path.stem, "exec"), names)
        for tag in cell.metadata.get("tags", []):
            if tag.startswith("check:"):
                label = tag.removeprefix("check:")
                found[label] = max(differences, default=0.0)
    return found


def as_printed(path: Path) -> dict[str, Verdict]:
    return {v.label: v for v in verdicts(path.with_suffix(".md"))}
