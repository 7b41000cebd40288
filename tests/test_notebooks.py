"""Guard 5: the strict comparison of outputs is strict; proofs."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import processors

pytestmark = pytest.mark.guard("5 notebooks")


def nbval(copy: Path, stem: str) -> subprocess.CompletedProcess[str]:
    """Run nbval on one chapter of a copy of the book."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-q", "--color=no"]
        + ["-p", "no:cacheprovider", f"chapters/{stem}.ipynb"],
        cwd=copy,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def edit(copy: Path, stem: str, tag: str, old: str, new: str) -> None:
    """Replace a piece in the source of the cells with a tag."""
    path = copy / "chapters" / f"{stem}.ipynb"
    notebook = nbformat.read(path, 4)
    found = 0
    for cell in notebook.cells:
        if tag in cell.metadata.get("tags", []):
            found += cell.source.count(old)
            cell.source = cell.source.replace(old, new)
    assert found == 1
    nbformat.write(notebook, path)


def test_one_changed_digit_fails(book_copy: Path) -> None:
    path = book_copy / "chapters" / "02_neuron.ipynb"
    text = path.read_text("utf-8")
    spoiled = text.replace("answer 0.690", "answer 0.691")
    assert spoiled != text
    assert nbval(book_copy, "02_neuron").returncode == 0
    path.write_text(spoiled, "utf-8")
    result = nbval(book_copy, "02_neuron")
    assert result.returncode == 1
    assert "1 failed" in result.stdout and "answer 0.691" in result.stdout


def test_a_wrong_sign_in_the_chapter_fails_its_check(book_copy: Path) -> None:
    edit(
        book_copy,
        "07_delta",
        "bp",
        "= cost_gradient * f.prime(z)",
        "= -cost_gradient * f.prime(z)",
    )
    result = nbval(book_copy, "07_delta")
    assert result.returncode == 1
    assert "assert largest < 1e-15" in result.stdout
    assert "AssertionError" in result.stdout


def test_a_warning_in_a_chapter_fails(book_copy: Path) -> None:
    edit(
        book_copy,
        "07_delta",
        "check:eq-bp1-batch",
        "rng = np.random.default_rng(8)",
        "rng = np.random.default_rng(8)\nnp.exp(np.array(1e4))",
    )
    result = nbval(book_copy, "07_delta")
    assert result.returncode == 1
    assert "overflow encountered in exp" in result.stdout


@pytest.mark.parametrize("stem", ["02_neuron"])
def test_experiments_are_compared_too(book_copy: Path, stem: str) -> None:
    """The sentence below a picture holds the numbers behind it."""
    path = book_copy / "chapters" / f"{stem}.ipynb"
    text = path.read_text("utf-8")
    spoiled = text.replace("slope da/dx = w σ′(z) = 0.197", "slope 0.198")
    assert spoiled != text
    path.write_text(spoiled, "utf-8")
    result = nbval(book_copy, stem)
    assert "1 failed" in result.stdout


def test_a_notebook_s_kernel_has_the_machine_s_own_numpy(
    book_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the tests around it have an older one."""
    for name in processors.given:
        assert name in os.environ
        monkeypatch.delenv(name)
    cell = nbformat.v4.new_code_cell(
        "import os\nprint(os.environ.get('OPENBLAS_CORETYPE'))",
        execution_count=1,
        outputs=[nbformat.v4.new_output("stream", text="None\n")],
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, book_copy / "chapters" / "99_kernel.ipynb")
    result = nbval(book_copy, "99_kernel")
    assert "1 passed" in result.stdout, result.stdout
