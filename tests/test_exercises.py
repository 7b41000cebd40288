"""Guard 3b: stubs, solutions and slips of the exercises in code."""

import contextlib
import io
import re
from collections.abc import Callable
from unittest.mock import patch

import nbformat
import pytest

from bp import reading
from conftest import ROOT
from runs import Names, Step, Watcher, apart, attends, watched

pytestmark = [
    pytest.mark.guard("3b exercises"),
    pytest.mark.together("run of {chapter}"),
]
WRONG = ROOT / "tests" / "wrong"
STEMS = sorted(p.stem for p in (ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))


def solutions(stem: str) -> dict[str, str]:
    """The code in each folded solution that has some, by its label."""
    notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4)
    text = "\n".join(
        c.source for c in notebook.cells if c.cell_type == "markdown"
    )
    return dict(
        re.findall(
            r"`{4}\{solution\} (\S+)\n.*?```python\n(.*?)```\n`{4}", text, re.S
        )
    )


def wrong_answers(stem: str) -> dict[str, dict[str, str]]:
    """The code of each wrong answer, by the exercise and by what is wrong."""
    text = (WRONG / f"{stem[3:]}.md").read_text("utf-8")
    parts = re.split(r"^## (\S+)$", text, flags=re.M)[1:]
    answer = re.compile(r"^### ([^\n]+)\n+```python\n(.*?)^```$", re.M | re.S)
    return {
        exercise: dict(answer.findall(body))
        for exercise, body in zip(parts[::2], parts[1::2], strict=True)
    }


def label(cell: nbformat.NotebookNode, kind: str) -> str | None:
    found = [t for t in cell.metadata.get("tags", []) if t.startswith(kind)]
    return found[0].removeprefix(kind) if found else None


@attends
class Exercises(Watcher):
    """Tries the solution, and every slip, wherever a verdict is asked for."""

    def before(self, names: Names) -> None:
        self.solved = solutions(self.stem)
        self.asked: list[str] = []

    def after(self, step: Step) -> None:
        if not (exercise := label(step.cell, "verdict:")):
            return
        self.asked.append(exercise)
        assert step.printed.startswith("not yet"), exercise
        names = apart(step.names)
        exec(self.solved[exercise], names)
        words = said(exec, step.cell.source, names)
        assert words.startswith("right"), exercise

        with patch.object(reading, "verdict") as asked_for:
            exec(step.cell.source, names | {"verdict": asked_for})
        given = asked_for.call_args.kwargs
        assert asked_for.call_count == 1 and given["slips"], exercise
        for slip, wrong in given["slips"].items():
            words = said(reading.verdict, wrong, **given)
            assert words == f"not right: that is what comes of {slip}\n"
        self.refuses(exercise, step)

    def refuses(self, exercise: str, step: Step) -> None:
        """At least six wrong answers, two of them changing an argument."""
        wrong = wrong_answers(self.stem)[exercise]
        assert len(wrong) >= 6, f"{exercise} has {len(wrong)} wrong answers"
        assert sum("(in place)" in title for title in wrong) >= 2, exercise
        for title, answer in wrong.items():
            names = apart(step.names)
            exec(answer, names)
            words = said(exec, step.cell.source, names)
            refused = words.startswith("not right: ")
            if "(in place)" in title:
                refused |= "but it changes its argument in place" in words
            assert refused, f"{exercise}: {title}: {words}"


def said(action: Callable[..., object], *args: object, **how: object) -> str:
    """What something prints."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        action(*args, **how)
    return printed.getvalue()


@pytest.mark.parametrize("stem", STEMS)
def test_exercises(stem: str) -> None:
    seen = watched(stem, Exercises)
    lacks = "an exercise in code, or its solution, lacks"
    assert seen.asked == list(seen.solved), lacks
    assert seen.asked == list(wrong_answers(stem))
