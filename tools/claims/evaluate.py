"""What the checks of a page say in the state of its cells."""

import contextlib
import io
import warnings
from collections.abc import Callable

import numpy as np

from runs import Names, Step, Watcher

from .checks import WORD_OF_AUTHOR, Check
from .evidence import shown
from .pages import Page


def numbers_of(picture: object) -> list[float]:
    """The numbers in the sentence of a picture, for the author's use."""
    found = shown(getattr(picture, "text", str(picture)))
    return [value for text, value, _ in found if value or "%" not in text]


def raises(action: Callable[..., object], *arguments: object) -> str:
    """The name of the error, or the warning, of a call; empty without one."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            action(*arguments)
        except Exception as error:  # whatever it is, its name is asked for
            return type(error).__name__
    return ""


HELPERS = {"np": np, "numbers_of": numbers_of, "raises": raises}


def decide(check: Check, names: dict[str, object]) -> str:
    """What is wrong with a check in this state; empty if nothing."""
    if check.problem or check.form in WORD_OF_AUTHOR:
        return check.problem
    try:
        many = check.form == "=" and len(check.said) > 1
        source = f"({check.expression},)" if many else check.expression
        with contextlib.redirect_stdout(io.StringIO()):
            value = eval(source, HELPERS | names)  # noqa: S307
        if check.form in {"so", ":"}:
            return "" if np.all(value) else "is not so"
        if check.form == "in":
            return _in_sentence(check, getattr(value, "text", str(value)))
        return _equal(check, value if many else [value])
    except Exception as error:  # whatever the author's expression raises
        return f"{type(error).__name__}: {error}"


def _in_sentence(check: Check, text: str) -> str:
    there = [(x, unit) for _, x, unit in shown(text)]
    for n in check.said:
        if not any(n.fits(*number) for number in there):
            return f"{n.text} is not in: {text}"
    return ""


def _equal(check: Check, parts: list[object]) -> str:
    values = np.concatenate([np.ravel(part) for part in parts])
    if len(values) != len(check.said):
        return f"{len(values)} values for {len(check.said)} numbers"
    for n, x in zip(check.said, values, strict=True):
        if not n.fits(x):
            return f"{n.text} is {x:.6g}"
    return ""


class Evaluator(Watcher):
    """Evaluates the checks of a page while somebody runs its cells."""

    def __init__(self, page: Page, checks: list[Check]) -> None:
        super().__init__(page.stem)
        self.page = page
        self.due: dict[int, list[Check]] = {}
        for check in checks:
            self.due.setdefault(check.at.after + check.below, []).append(check)

    def before(self, names: Names) -> None:
        self.decide(0, names)

    def after(self, step: Step) -> None:
        """A check that changes something is noticed by what follows.

        It may draw from a generator, or sort in place; then a cell below
        prints something else than is stored.
        """
        cell = self.page.cells[step.number - 1]
        if cell.streams and step.printed != "".join(cell.outputs):
            said = f"cell {step.number} printed something else than stored"
            self.page.problems.append((cell.line, said))
        self.decide(step.number, step.names)

    def decide(self, cell: int, names: Names) -> None:
        for check in self.due.get(cell, []):
            check.problem = decide(check, names)
