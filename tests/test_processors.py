"""Guard 5b: the chapters print the same with an older processor's numpy."""

import os

import pytest
from threadpoolctl import threadpool_info

import processors
from conftest import ROOT
from processors import without_plots
from runs import Names, Step, Watcher, attends, watched

pytestmark = [
    pytest.mark.guard("5b processors"),
    pytest.mark.together("run of {chapter}"),
]
STEMS = sorted(p.stem for p in (ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))


@attends
class Prints(Watcher):
    """What each cell prints and shows, beside what is stored of it."""

    def before(self, names: Names) -> None:
        self.found: list[tuple[int, list[str]]] = []
        self.stored: list[tuple[int, list[str]]] = []

    def after(self, step: Step) -> None:
        found, stored = [step.printed], [""]
        for output in step.cell.outputs:
            if output.output_type == "stream":
                stored[0] += output.text
            elif output.output_type == "execute_result":
                stored += map(without_plots, output.data.values())
        if step.value is not None:
            plain = {"text/plain": repr(step.value)}
            bundle = getattr(step.value, "_repr_mimebundle_", lambda: plain)()
            found += map(without_plots, bundle.values())
        self.found.append((step.number, sorted(found)))
        self.stored.append((step.number, sorted(stored)))


@pytest.mark.parametrize("stem", STEMS)
def test_a_chapter_prints_the_same(stem: str) -> None:
    seen = watched(stem, Prints)
    assert seen.found == seen.stored


def test_this_process_has_the_older_kernels() -> None:
    kernels = {
        found["architecture"]
        for found in threadpool_info()
        if found["user_api"] == "blas" and "numpy" in found["filepath"]
    }
    if os.uname().machine not in {"x86_64", "AMD64"}:
        pytest.skip("the kernels can be chosen on x86 alone")
    assert kernels == {"Nehalem"}


def test_a_notebook_has_what_the_machine_has() -> None:
    pretended = dict(os.environ)
    with processors.itself():
        for name, value in processors.given.items():
            assert os.environ.get(name) == value
    assert dict(os.environ) == pretended
    assert processors.given[processors.DISABLED] != pretended.get(
        processors.DISABLED
    )
