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
    (folder / f"{stem}.ipynb").write_text(json.dumps(notebook), "utf-8")


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


def test_what_a_cell_shows_is_no_part_of_its_module(folder: Path) -> None:
    """A cell may draw a function, and show the drawing below itself."""
    cell = "def draw():\n    return 1\n\n\ndraw()"
    write_chapter(folder, "01_one", ("experiment", cell), ("bp", "A = 1\nA"))
    made = tangle.tangle(folder)
    assert made["bp/experiments/one.py"].endswith("return 1\n")
    assert made["bp/one.py"].endswith("A = 1\n")


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
        (
            [("bp", "A = 1"), ("bp", "A += 1\n\n\ndef f():\n    return b")],
            "01_one, cell 3, line 5: F821 Undefined name `b`",
        ),
        (
            [("bp", "import os\nimport sys\n\nA = os"), ("bp", "B = 1")],
            "01_one, cell 2: F401",
        ),
        (
            [("experiment", "a=[1,\n2]\n@ property\ndef f():\n    b")],
            "01_one, cell 2, line 5: F821",
        ),
        ([("bp", "import os; A = os")], "cell 2, line 1: an import shares"),
        ([("bp", "A = 1; import os")], "cell 2, line 1: an import shares"),
        ([("", "import bp.two")], "01_one, cell 2: imports bp.two, which is"),
        ([("", "from bp import g")], "by chapter 02, not by an earlier one"),
        (
            [("bp", "from bp.one import f")],
            "imports bp.one, which is grown by",
        ),
        ([("", "from bp.three import f")], "bp.three, which no chapter grows"),
        (
            [("bp", "def g():\n    return 1")],
            "defined twice in bp: g, by 01_one and by",
        ),
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


def test_the_back_matter_serves_all_chapters(folder: Path) -> None:
    """And uses them; what it grows itself is shown on its own page."""
    use = ("", "from bp.kit import f")
    write_chapter(folder, "01_one", use, ("bp", "def g():\n    return 1"))
    grow = ("bp", "def f():\n    return 2")
    write_chapter(folder, "90_kit", grow, use, ("", "from bp import g"))
    assert "bp/kit.py" in tangle.tangle(folder)


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
    spoiled = text.replace("cost_gradient * f.p", "-cost_gradient * f.p")
    assert spoiled != text
    module.write_text(spoiled, "utf-8")
    result = check(book_copy)
    assert result.returncode == 1
    assert "-    delta: Array = -cost_gradient * f.prime(z)" in result.stdout
    assert "+    delta: Array = cost_gradient * f.prime(z)" in result.stdout


def test_a_module_that_no_chapter_writes_is_found(book_copy: Path) -> None:
    (book_copy / "bp" / "stray.py").write_text("A = 1\n", "utf-8")
    assert "-A = 1" in check(book_copy).stdout


def test_a_file_of_somebody_else_is_left(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """What the chapters have not written they neither remove nor change."""
    write_chapter(folder, "01_one", ("bp", "A = 1"))
    assert tangle.main([], root=tmp_path) == 0
    others = {
        "bp/mine.py": b"A = 1\n",
        "bp/experiments/mine.py": b'"""Mine: not Written by the chapter."""\n',
        "bp/latin.py": b"# \xe9\n",
    }
    for path, content in others.items():
        (tmp_path / path).write_bytes(content)
    write_chapter(folder, "02_two", ("bp", "B = 1"))
    assert tangle.main([], root=tmp_path) == 0
    (folder / "02_two.ipynb").unlink()
    capsys.readouterr()
    assert tangle.main([], root=tmp_path) == 0
    said = capsys.readouterr().out
    assert "removed bp/two.py" in said
    assert not (tmp_path / "bp/two.py").exists(), "the chapters wrote it"
    for path, content in others.items():
        assert f"left {path}" in said
        assert (tmp_path / path).read_bytes() == content
    write_chapter(folder, "03_mine", ("bp", "C = 1"))
    assert tangle.main([], root=tmp_path) == 1
    said = capsys.readouterr().err
    assert "tangle: bp/mine.py was not written by the chapters" in said
    assert (tmp_path / "bp/mine.py").read_bytes() == b"A = 1\n"


@pytest.mark.parametrize("found", [[], ["one.ipynb"], ["01_one.md"]])
def test_no_chapter_is_an_error(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
    found: list[str],
) -> None:
    (tmp_path / "bp").mkdir()
    (tmp_path / "bp" / "one.py").write_text(
        '"""Written by the chapters."""', "utf-8"
    )
    if found:
        folder.mkdir()
    for name in found:
        (folder / name).write_text("# One", "utf-8")
    for arguments in ([], ["--check"]):
        assert tangle.main(arguments, root=tmp_path) == 1
        assert "there is no chapter" in capsys.readouterr().err
    assert (tmp_path / "bp" / "one.py").exists()


SPOILED = {
    "empty": "",
    "conflict": "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> b\n",
    "conflict in a cell": '{"cells": [{"cell_type": "code", "metadata": {}, '
    '"source": ["<<<<<<< HEAD\\n"]}]}',
    "pointer": "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
    "old": '{"nbformat": 3, "worksheets": [{"cells": []}]}',
    "newer": '{"nbformat": 5, "cells": []}',
    "cut": '{"cells": [',
    "list": "[]",
    "no cells": "{}",
    "no title": '{"cells": []}',
    "cell": '{"cells": [3]}',
    "source": '{"cells": [{"cell_type": "code", "metadata": {}}]}',
    "tags": '{"cells": [{"cell_type": "code", "metadata": {"tags": 1}, '
    '"source": ""}]}',
}


@pytest.mark.parametrize("kind", SPOILED)
def test_a_spoiled_chapter_is_named(folder: Path, kind: str) -> None:
    folder.mkdir()
    (folder / "01_one.ipynb").write_text(SPOILED[kind], "utf-8")
    with pytest.raises(
        tangle.TangleError, match="^01_one(.ipynb)?: "
    ) as error:
        tangle.tangle(folder)
    assert len(str(error.value).splitlines()) == 1


def test_a_mark_of_the_byte_order_does_no_harm(folder: Path) -> None:
    write_chapter(folder, "01_one", ("bp", "A = 1"))
    path = folder / "01_one.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert tangle.read_chapters(folder)[0].title == "A title"
