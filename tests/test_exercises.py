"""Guard 3: stubs, solutions and slips of the exercises in code."""

import re
from unittest.mock import patch

import nbformat
import pytest

from bp import reading
from conftest import ROOT, run_chapter

pytestmark = pytest.mark.guard("3 book rules")
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


def label(cell: nbformat.NotebookNode, kind: str) -> str | None:
    found = [t for t in cell.metadata.get("tags", []) if t.startswith(kind)]
    return found[0].removeprefix(kind) if found else None


@pytest.mark.parametrize("stem", STEMS)
def test_exercises(stem: str, capsys: pytest.CaptureFixture[str]) -> None:
    solved, asked = solutions(stem), []
    for cell, names in run_chapter(stem):
        if not (exercise := label(cell, "verdict:")):
            capsys.readouterr()
            continue
        asked.append(exercise)
        assert capsys.readouterr().out.startswith("not yet"), exercise

        exec(solved[exercise], names)
        exec(cell.source, names)
        assert capsys.readouterr().out.startswith("right"), exercise

        with patch.object(reading, "verdict") as asked_for:
            exec(cell.source, names | {"verdict": asked_for})
        given = asked_for.call_args.kwargs
        assert asked_for.call_count == 1 and given["slips"], exercise
        for slip, wrong in given["slips"].items():
            reading.verdict(wrong, **given)
            said = capsys.readouterr().out
            assert said == f"not right: that is what comes of {slip}\n"
    assert asked == list(solved), "an exercise in code, or its solution, lacks"
    assert asked
