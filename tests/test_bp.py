"""Guard 4: what holds for the package as a whole."""

import ast
import importlib
import re
import subprocess
import sys

import pytest

import bp
import tangle
from conftest import ROOT

pytestmark = [pytest.mark.guard("4 functions"), pytest.mark.any_chapter]
CHAPTERS = tangle.read_chapters(ROOT / "chapters")


def test_no_name_is_two_things() -> None:
    modules = {chapter.name for chapter in CHAPTERS}
    assert not modules & set(bp.__all__)
    for name in bp.__all__:
        assert hasattr(bp, name)


def test_bp_needs_numpy_alone() -> None:
    # tqdm, a progress bar, is used where it is there and missed nowhere
    allowed = {"numpy", "bp", "tqdm", *sys.stdlib_module_names}
    for path, text in tangle.stored(ROOT).items():
        if path.startswith("bp/experiments"):
            continue
        for node in ast.walk(ast.parse(text)):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert {name.split(".")[0] for name in names} <= allowed, path


def test_every_public_name_is_documented() -> None:
    for chapter in CHAPTERS:
        if chapter.tagged("bp"):
            module = importlib.import_module(f"bp.{chapter.name}")
            assert re.match(r".+\n\nWritten by the chapter", module.__doc__)
            for name in module.__all__:
                thing = getattr(module, name)
                if callable(thing) and hasattr(thing, "__module__"):
                    if thing.__module__ == module.__name__:
                        assert thing.__doc__, name


def modules_loaded(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return set(run.stdout.split())


def test_importing_bp_loads_little_more_than_numpy() -> None:
    """Counted in modules, which unlike seconds are the same everywhere."""
    more = modules_loaded("import bp") - modules_loaded("import numpy")
    outside = {m for m in more if not m.startswith("bp")}
    assert not {m for m in outside if m.startswith(("matplotlib", "IPython"))}
    heavy = {"json", "zipfile", "shutil", "tempfile", "hashlib", "threading"}
    assert not outside & heavy and len(outside) < 12, sorted(outside)


def test_arguments_are_asked_in_one_place() -> None:
    """What a generator, a whole number or an array is, `reading` says."""
    words = ("random.Generator)", "Integral)", "is_masked", "__dlpack__")
    for path, text in tangle.stored(ROOT).items():
        found = [word for word in words if word in text]
        assert len(found) == (4 if path == "bp/reading.py" else 0), path
