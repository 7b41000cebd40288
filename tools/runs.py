"""One run of a chapter in this process, shared by all that watch it.

A watcher is a class; it sees the state in which every cell leaves the
chapter, and the state before the first:

    @attends
    class Sums(Watcher):
        def before(self, names): ...
        def after(self, step): ...  # step.names, .printed, .cell, …

    watched("07_delta", Sums)       # the watcher, after the last cell

The first that asks for a chapter has it run, with a watcher of every class
that attends; who asks later is handed the same run.  What a watcher raises
is kept for whoever asks for that watcher, and the others go on.
"""

import ast
import contextlib
import copy
import functools
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import nbformat
import numpy as np
from nbformat import NotebookNode

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
Names = dict[str, Any]


@dataclass(frozen=True)
class Explored:
    """An experiment: how to draw it, and whether all is drawn beforehand."""

    draw: Callable[..., Any]
    still: bool
    play: int  # milliseconds between its steps, where it moves by itself
    controls: Names
    cell: NotebookNode

    def first(self) -> Any:
        """The picture with the controls as the page shows them first."""
        return self.draw(**{n: c.value for n, c in self.controls.items()})


@dataclass(frozen=True)
class Step:
    """A code cell that has just run."""

    number: int  # from 1, among the code cells
    cell: NotebookNode
    names: Names  # the chapter's own: to change them, take `apart(names)`
    printed: str
    value: object  # of the last expression, which a notebook shows


class Watcher:
    """Sees a chapter run."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.error: BaseException | None = None

    def before(self, names: Names) -> None:
        """Before the first cell."""

    def after(self, step: Step) -> None:
        """After each."""

    def see(self, look: Callable[..., None], *what: object) -> None:
        """Look, unless an earlier look has failed."""
        if self.error is None:
            try:
                look(*what)
            except Exception as error:
                self.error = error


@dataclass
class Run:
    """What is left of a chapter that has run."""

    explored: list[Explored] = field(default_factory=list)
    watchers: dict[type[Watcher], Watcher] = field(default_factory=dict)


def apart(names: Names) -> Names:
    """A copy in which code may define names and draw random numbers."""
    return {
        name: copy.deepcopy(value)
        if isinstance(value, np.random.Generator)
        else value
        for name, value in names.items()
    }


def execute(source: str, where: str, names: Names) -> object:
    """Run code; the value of a last expression, unless a ; hides it."""
    tree, last = ast.parse(source), None
    if tree.body and not source.rstrip().endswith(";"):
        if isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, where, "exec"), names)
    return eval(compile(last, where, "eval"), names) if last else None


def run(path: Path, kinds: Iterable[type[Watcher]] = ()) -> Run:
    """Run a notebook's code cells; its experiments are kept, not shown."""
    run = Run(watchers={kind: kind(path.stem) for kind in kinds})
    names: Names = {"__name__": "__main__"}
    cell = NotebookNode()

    def explore(
        draw: Callable[..., Any],
        still: bool = False,
        play: int = 0,
        **controls: Any,
    ) -> None:
        run.explored.append(Explored(draw, still, play, controls, cell))

    for watcher in run.watchers.values():
        watcher.see(watcher.before, names)
    notebook = nbformat.read(path, 4)
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    with patch("bp.experiments.kit.explore", explore):
        for number, cell in enumerate(code, start=1):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                value = execute(cell.source, path.stem, names)
            if "explore" in names:
                names["explore"] = explore  # also where a chapter defines it
            step = Step(number, cell, names, printed.getvalue(), value)
            for watcher in run.watchers.values():
                watcher.see(watcher.after, step)
    return run


W = TypeVar("W", bound=Watcher)
ATTENDING: list[type[Watcher]] = []


def attends(kind: type[W]) -> type[W]:
    """One of these is there whenever `run_of` runs a chapter."""
    ATTENDING.append(kind)
    return kind


@functools.cache
def run_of(stem: str) -> Run:
    """The chapter's only run in this process."""
    return run(CHAPTERS / f"{stem}.ipynb", ATTENDING)


def watched(stem: str, kind: type[W]) -> W:
    """The chapter's watcher of a kind, or what it has raised."""
    watcher = run_of(stem).watchers[kind]
    assert isinstance(watcher, kind)
    if watcher.error is not None:
        raise watcher.error
    return watcher
