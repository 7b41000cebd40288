"""Guard 3: what is printed holds, as the formula tool reads it."""

import re
from pathlib import Path

import nbformat
import pytest

from conftest import ROOT
from formulas import measure
from formulas.__main__ import verdicts
from formulas.check import check, states_nothing
from formulas.extract import Display, displays

pytestmark = pytest.mark.guard("3 book rules")
TEXTS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.md"))
ids = [path.stem for path in TEXTS]


def found(path: Path) -> list[Display]:
    return displays(path.read_text("utf-8"))


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_every_labelled_formula_holds_as_printed(path: Path) -> None:
    said = verdicts(path)
    assert [v.label for v in said] == [d.label for d in found(path) if d.label]
    assert not [str(v) for v in said if v.state in {"false", "not understood"}]
    excused = [v for v in said if v.state == "not checked"]
    assert len(excused) <= 1
    assert all(len(v.why.split()) >= 5 for v in excused), "give a reason"


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_unlabelled_displays_state_nothing(path: Path) -> None:
    """An example in numbers may go without a label; its sums are right."""
    for display in found(path):
        if display.label is None:
            assert states_nothing(display, path.stem), display.latex
            if not re.search(r"pmatrix|bmatrix", display.latex):
                assert check(display, path.stem).state == "holds"


def test_what_a_check_cell_has_seen_is_noted(tmp_path: Path) -> None:
    """Of numbers, arrays with one entry, and decimals; `==` is exact."""
    source = (
        "import numpy as np\nfrom decimal import Decimal\n"
        "assert 3e-16 < 1e-15 and np.array([4e-16]) < 1e-14\n"
        'assert Decimal("2e-16") < Decimal("1e-12")\n'
        "assert 1 == 1 and all(2 < n for n in [3])"
    )
    cell = nbformat.v4.new_code_cell(source, id="one")
    cell.metadata["tags"] = ["check:eq-one", "check:eq-two"]
    exact = nbformat.v4.new_code_cell("assert 1 == 1", id="two")
    exact.metadata["tags"] = ["check:eq-three"]
    notebook = nbformat.v4.new_notebook(cells=[cell, exact])
    nbformat.write(notebook, tmp_path / "01_test.ipynb")
    seen = measure.in_cells(tmp_path / "01_test.ipynb")
    assert seen == {"eq-one": 4e-16, "eq-two": 4e-16, "eq-three": 0.0}
    assert measure.bound(measure.asserted(source)) == "below 1e-12"
    assert measure.bound(measure.asserted("assert 1 == 1")) == "exact"
