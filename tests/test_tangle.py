"""Guard 1: bp/ is what the chapters say, and the tangler says so truly."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import tangle
from conftest import ROOT

pytestmark = pytest.mark.guard("1 tangle")


def write_chapter(folder: Path, stem: str, *cells: tuple[str, str]) -> None:
    """A tiny notebook: (tag, source) for each code cell."""
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": ["# A title"], "metadata": {}},
            *(
                {
                    "cell_type": "code",
                    "source": source,
                    "metadata": {"tags": [tag] if tag else []},
                }
                for tag, source in cells
            ),
        ]
    }
    folder.mkdir(exist_ok=True)
    (folder / f"{stem}.ipynb").write_text(json.dumps(notebook))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "chapters"


@pytest.mark.any_chapter
def test_the_book_is_tangled() -> None:
    assert (
        tangle.differences(
            tangle.tangle(ROOT / "chapters"), tangle.stored(ROOT)
        )
        == []
    )


def test_a_module(folder: Path) -> None:
    write_chapter(
        folder,
        "01_one",
        ("bp", "import math\n\n\ndef f(x):\n    return math.cos(x)"),
        ("", "print(f(0))"),
        ("bp", "import math\nimport sys\n\n\ndef _g():\n    return sys, math"),
        ("bp", "LIMIT = 3"),
    )
    text = tangle.tangle(folder)["bp/one.py"]
    assert text == (
        '"""A title\n\nWritten by the chapter chapters/01_one.md: '
        'edit it there, not here.\n"""\n\n'
        "import math\nimport sys\n\n"
        '__all__ = ["f", "LIMIT"]\n\n\n'
        "def f(x):\n    return math.cos(x)\n\n\n"
        "def _g():\n    return sys, math\n\n\n"
        "LIMIT = 3\n"
    )


def test_the_package_hands_names_on(folder: Path) -> None:
    write_chapter(folder, "01_one", ("bp", "def f():\n    return 1"))
    write_chapter(folder, "02_two", ("bp", "def g():\n    return 2"))
    text = tangle.tangle(folder)["bp/__init__.py"]
    assert "from bp.one import f\nfrom bp.two import g\n" in text
    assert '__all__ = ["f", "g"]' in text


def test_an_experiment_imports_what_its_chapter_grows(folder: Path) -> None:
    write_chapter(
        folder,
        "01_one",
        ("bp", "def f():\n    return 1"),
        ("experiment", "def draw():\n    return f()"),
    )
    text = tangle.tangle(folder)["bp/experiments/one.py"]
    assert "from bp.one import f\n" in text


@pytest.mark.any_chapter
def test_the_cell_is_the_code(folder: Path) -> None:
    """A reader sees, letter for letter, what is imported."""
    files = tangle.tangle(ROOT / "chapters")
    for chapter in tangle.read_chapters(ROOT / "chapters"):
        for tag, pattern in tangle.TAGS.items():
            for cell in chapter.tagged(tag):
                _, body = tangle.split_imports(cell)
                assert body in files[pattern.format(chapter.name)], str(cell)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([("bp", "def f(:")], "01_one, cell 2: does not parse: line 1"),
        ([("bp", "x = undefined")], "Undefined name `undefined`"),
        ([("", "import bp.two")], "01_one, cell 2: imports bp.two, which is"),
        ([("", "from bp import g")], "by chapter 02, not by an earlier one"),
        (
            [("bp", "from bp.one import f")],
            "imports bp.one, which is grown by",
        ),
        ([("", "from bp.three import f")], "bp.three, which no chapter grows"),
        ([("bp", "def g():\n    return 1")], "defined twice in bp: g"),
    ],
)
def test_refusals(
    folder: Path, cells: list[tuple[str, str]], message: str
) -> None:
    write_chapter(folder, "01_one", *cells)
    write_chapter(folder, "02_two", ("bp", "def g():\n    return 2"))
    with pytest.raises(tangle.TangleError) as error:
        tangle.tangle(folder)
    assert message in str(error.value)


def test_two_chapters_claim_one_module(folder: Path) -> None:
    write_chapter(folder, "01_one", ("bp", "A = 1"))
    write_chapter(folder, "02_one", ("bp", "B = 1"))
    with pytest.raises(tangle.TangleError, match="both claim bp/one.py"):
        tangle.tangle(folder)


def check(copy: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, copy / "tools" / "tangle.py", "--check"],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_a_hand_edit_is_found(book_copy: Path) -> None:
    assert check(book_copy).returncode == 0
    module = book_copy / "bp" / "delta.py"
    text = module.read_text("utf-8")
    spoiled = text.replace("cost_gradient * sig", "-cost_gradient * sig")
    assert spoiled != text
    module.write_text(spoiled, "utf-8")
    result = check(book_copy)
    assert result.returncode == 1
    assert (
        "-    delta: Array = -cost_gradient * sigmoid_prime(z)"
        in result.stdout
    )
    assert (
        "+    delta: Array = cost_gradient * sigmoid_prime(z)" in result.stdout
    )


def test_a_module_that_no_chapter_writes_is_found(book_copy: Path) -> None:
    (book_copy / "bp" / "stray.py").write_text("A = 1\n")
    assert "-A = 1" in check(book_copy).stdout
    tangle.main([], root=book_copy)
    assert not (book_copy / "bp" / "stray.py").exists()
