"""Guard 8: `.venv` is noticed to be unsound, and mended or made anew."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import install

pytestmark = [pytest.mark.guard("8 JupyterLab"), pytest.mark.posix]
REAL_PIP = install.pip


class Clone:
    """A folder with the book in it, and the commands that were given."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.patch = root, monkeypatch
        (root / "bp").mkdir(parents=True)
        (root / "bp" / "__init__.py").write_text("", "utf-8")
        (root / "pyproject.toml").write_text("[project]\n", "utf-8")
        self.enter(root)

    def enter(self, root: Path) -> None:
        self.root, self.venv = root, root / ".venv"
        names = {"ROOT": root, "VENV": root / ".venv"}
        names |= {"PYTHON": root / ".venv" / "bin" / "python"}
        for name, path in names.items():
            self.patch.setattr(install, name, str(path))
        self.patch.setattr(install, "NEEDED", {"book": "needed"})
        self.patch.setattr(install, "pip", self.pip)

    def pip(self) -> list[str]:
        """In place of pip: a path file, and a module of the right name."""
        (lib,) = self.venv.glob("lib/*/site-packages")
        do = f"import pathlib; lib = pathlib.Path({str(lib)!r})\n"
        do += f"(lib / 'book.pth').write_text({str(self.root)!r})\n"
        do += "(lib / 'needed.py').write_text('')"
        return [sys.executable, "-c", do]

    def make(self) -> str:
        install.main("book")
        return install.state("book")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    return Clone(tmp_path / "Bücher & mehr" / "book", monkeypatch)


def test_a_sound_environment_is_left_alone(
    clone: Clone, capsys: pytest.CaptureFixture
) -> None:
    assert clone.make() == "sound"
    before = (clone.venv / "book").stat().st_mtime_ns
    capsys.readouterr()
    assert clone.make() == "sound"
    assert capsys.readouterr().out == ""
    assert (clone.venv / "book").stat().st_mtime_ns == before
    (clone.root / "pyproject.toml").write_text(
        "[project]\nmore = 1\n", "utf-8"
    )
    install.main("book")
    assert "Installing the book" in capsys.readouterr().out


@pytest.mark.parametrize("how", ["renamed", "copied", "copied, first gone"])
def test_a_folder_that_moved_is_noticed(
    clone: Clone, capsys: pytest.CaptureFixture, how: str
) -> None:
    clone.make()
    (clone.venv / "of-old").touch()
    old, new = clone.root, clone.root.with_name("elsewhere")
    if how == "renamed":
        old.rename(new)
    else:
        shutil.copytree(old, new, symlinks=True)
    if "gone" in how:
        shutil.rmtree(old)
    clone.enter(new)
    assert install.state("book") == "moved"
    assert clone.make() == "sound"
    assert "moved or copied" in capsys.readouterr().out
    assert not (clone.venv / "of-old").exists(), "it was made anew"


def test_one_of_before_that_moved_is_noticed(clone: Clone) -> None:
    """Its marks are empty, as make wrote them; it has another folder's bp."""
    clone.make()
    for name in install.MARKS:
        (clone.venv / name).write_text("", "utf-8")
    old, new = clone.root, clone.root.with_name("elsewhere")
    shutil.copytree(old, new, symlinks=True)
    clone.enter(new)
    assert install.state("book") == "moved"
    shutil.rmtree(old)
    assert install.state("book") == "moved"
    assert clone.make() == "sound"


def ruin(venv: Path, how: str) -> None:
    (lib,) = venv.glob("lib/*/site-packages")
    python = venv / "bin" / "python"
    match how:
        case "python gone":
            python.unlink()
        case "python's target gone":
            python.unlink()
            python.symlink_to("/nowhere/python3")
        case "another python":
            python.unlink()
            python.symlink_to(sys.executable)
            (venv / "pyvenv.cfg").unlink()
        case "python does not run":
            python.unlink()
            python.write_text("not a program", "utf-8")
            python.chmod(0o755)
        case "half made":
            shutil.rmtree(lib)
            (venv / "pyvenv.cfg").unlink()
        case "emptied":
            shutil.rmtree(venv)
            venv.mkdir()
        case "a package gone":
            (lib / "needed.py").unlink()
        case "bp gone":
            (lib / "book.pth").unlink()
        case "a file":
            shutil.rmtree(venv)
            venv.write_text("mine", "utf-8")
        case "a dead link":
            shutil.rmtree(venv)
            venv.symlink_to("nowhere")


RUINS = """python gone, python's target gone, another python,
python does not run, half made, emptied, a package gone, bp gone, a file,
a dead link"""


@pytest.mark.parametrize(
    "how", [" ".join(ruin.split()) for ruin in RUINS.split(",")]
)
def test_an_unsound_environment_is_mended(clone: Clone, how: str) -> None:
    clone.make()
    ruin(clone.venv, how)
    assert install.state("book") != "sound"
    assert clone.make() == "sound"


def test_an_environment_of_somebody_else_is_kept(
    clone: Clone, capsys: pytest.CaptureFixture
) -> None:
    clone.venv.mkdir()
    (clone.venv / "notes").write_text("mine", "utf-8")
    assert clone.make() == "sound"
    assert (clone.root / ".venv.old-1" / "notes").read_text("utf-8") == "mine"
    assert "is now .venv.old-1" in capsys.readouterr().out


def test_pip_is_had_from_where_it_is(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own, else one made by Python, else the one outside; or it says."""
    pip = REAL_PIP
    asked: list[tuple] = []
    works: set[str] = set()

    def quiet(*command: str) -> bytes | None:
        asked.append(command)
        if "ensurepip" in command and "ensurepip" in works:
            works.add("own")
        kind = "other" if "--python" in command else "own"
        return b"" if "pip" in command and kind in works else None

    monkeypatch.setattr(install, "quiet", quiet)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        pip()
    works.add("other")
    assert pip()[-2:] == ["--python", install.PYTHON]
    works.add("ensurepip")
    assert pip() == [install.PYTHON, "-m", "pip"]
    asked.clear()
    assert pip() == [install.PYTHON, "-m", "pip"]
    assert not [c for c in asked if "ensurepip" in c]


def test_what_pip_cannot_do_is_said_and_tried_again(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = [sys.executable, "-c", "raise SystemExit(1)"]
    monkeypatch.setattr(install, "pip", lambda: list(fails))
    with pytest.raises(SystemExit, match="goes on where this one stopped"):
        install.main("book")
    monkeypatch.setattr(install, "pip", clone.pip)
    assert clone.make() == "sound"


def test_an_environment_that_may_not_be_changed_is_left_whole(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It works for its owner, in a shared folder, and not for this user."""
    clone.make()
    ruin(clone.venv, "python's target gone")
    before = sorted(clone.venv.rglob("*"))
    monkeypatch.setattr(install.os, "access", lambda *_: False)
    with pytest.raises(PermissionError):
        install.main("book")
    assert sorted(clone.venv.rglob("*")) == before
    assert "a folder of your own" in install.NOT_HERE


def test_an_old_python_is_told_so(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install.sys, "version_info", (3, 10, 1))
    with pytest.raises(SystemExit, match="make PYTHON=python3.12 lab"):
        install.main("book")
    assert not clone.venv.exists()
    monkeypatch.undo()


def test_make_says_that_there_is_no_python() -> None:
    made = subprocess.run(
        ["make", ".venv/book", "PYTHON=python-of-no-machine"],
        cwd=Path(install.__file__).parents[1],
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if "MAKE" not in k},
        encoding="utf-8",
    )
    assert made.returncode != 0
    assert "python-of-no-machine is not there" in made.stdout
