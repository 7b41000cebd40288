"""What an experiment needs before its cell can run: its imports alone.

The cell's own names that it does not define are those of the module that the
chapter's experiments have grown, or of the book's helpers.
"""

import ast
import builtins
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HELPERS = "kit"
CALL = re.compile(r"^explore\(", re.M)


def calls(source: str) -> bool:
    """Does a cell show an experiment?"""
    return bool(CALL.search(source))


def defined(tree: ast.AST) -> set[str]:
    """Names that code defines or imports, on any level."""
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                names.add(name)
            case ast.alias(name=name, asname=asname):
                names.add(asname or name)
    return names


def free(source: str) -> set[str]:
    """Names that code uses and does not define."""
    tree = ast.parse(source)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return used - defined(tree) - set(dir(builtins))


def grown(path: Path) -> set[str]:
    """What can be imported from a module."""
    tree = ast.parse(path.read_text("utf-8"))
    top = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    names = {n.name for n in top}
    others = [n for n in tree.body if not isinstance(n, ast.FunctionDef)]
    return names.union(*map(defined, others))


def start_of(stem: str, source: str, root: Path = ROOT) -> str:
    """Imports after which the cell of an experiment can run by itself.

    `stem` is the chapter's, as in 07_delta.  Raises ValueError for a cell
    that leans on another cell of its page.
    """
    lines, missing = [], free(source)
    for module in dict.fromkeys([HELPERS, stem[3:]]):
        path = root / "bp" / "experiments" / f"{module}.py"
        if here := sorted(missing & grown(path) if path.exists() else ()):
            lines.append(
                f"from bp.experiments.{module} import {', '.join(here)}"
            )
            missing -= set(here)
    if missing:
        raise ValueError(
            f"the experiment needs {', '.join(sorted(missing))} of the page "
            f"above: let bp/experiments/{stem[3:]}.py have it"
        )
    return "; ".join(lines)  # on one line, as an attribute has it
