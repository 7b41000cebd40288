"""Guard 3: one run of a chapter, and those who watch it."""

from pathlib import Path

import nbformat
import pytest

import runs

pytestmark = pytest.mark.guard("3 book rules")
CELLS = [
    "import numpy as np\nrng = np.random.default_rng(3)\nprint('one')",
    "from bp.experiments.kit import explore\nexplore(abs, x=3)",
    "print(rng.integers(100) == first)\n6 * 7",
]
FIRST = "import numpy as np; first = np.random.default_rng(3).integers(100)"


class Sees(runs.Watcher):
    def before(self, names: runs.Names) -> None:
        exec(FIRST, names)
        self.steps: list[tuple[int, str, object]] = []

    def after(self, step: runs.Step) -> None:
        self.steps.append((step.number, step.printed, step.value))


class Fails(Sees):
    def after(self, step: runs.Step) -> None:
        super().after(step)
        runs.apart(step.names)["rng"].integers(100)
        raise LookupError("once")


@pytest.fixture(autouse=True)
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(notebook, tmp_path / "01_tiny.ipynb")
    monkeypatch.setattr(runs, "CHAPTERS", tmp_path)
    return tmp_path / "01_tiny.ipynb"


def test_all_watch_one_run_and_one_that_fails_leaves_the_others(
    chapter: Path,
) -> None:
    run = runs.run(chapter, [Fails, Sees])
    (found,) = run.explored
    assert found.draw is abs and found.controls == {"x": 3}
    fails, sees = run.watchers.values()
    assert sees.steps == [
        (1, "one\n", None),
        (2, "", None),
        (3, "True\n", 42),
    ]
    assert sees.error is None
    assert fails.steps == [(1, "one\n", None)]
    assert isinstance(fails.error, LookupError)


def test_what_a_watcher_raised_is_raised_to_who_asks_for_it(
    chapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.run(chapter, [Fails, Sees])
    monkeypatch.setattr(runs, "run_of", {"01_tiny": run}.get)
    assert runs.watched("01_tiny", Sees) is run.watchers[Sees]
    with pytest.raises(LookupError, match="once"):
        runs.watched("01_tiny", Fails)
