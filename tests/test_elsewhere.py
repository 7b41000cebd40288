"""Guard 9: the book with the oldest numpy, and with other builders.

Each needs an environment of its own, made in `.cache/elsewhere`: minutes the
first time, so a reader's machine skips them unless BP_ELSEWHERE is set.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import processors
from conftest import ROOT
from website.fetch import cache_folder, npm

pytestmark = [
    pytest.mark.guard("9 elsewhere"),
    pytest.mark.skipif(
        not {"CI", "BP_ELSEWHERE"} & set(os.environ),
        reason="makes environments of its own: set BP_ELSEWHERE=1 to run it",
    ),
]
OLDEST = (
    "numpy==2.0.* matplotlib==3.8.4 pyparsing<3.3 ipywidgets==8.1.5 "
    "sympy==1.13.*"
)
WITH_IT = "ipykernel nbval pytest pytest-xdist"
CURRENT_SPHINX = (
    "sphinx>=8.2 sphinx-book-theme myst-nb sphinx-copybutton sphinx-design "
    "sphinx-exercise sphinx-external-toc sphinx-multitoc-numbering "
    "sphinx-proof sphinx-togglebutton matplotlib ipywidgets sympy brotli"
)
MYSTMD = "1.8.3"
CONSTRAINT = "PIP_CONSTRAINT"  # the exact versions are not for here


def environment(name: str, packages: str) -> Path:
    """The folder of commands of a virtual environment with these packages."""
    folder = cache_folder() / "elsewhere" / name
    commands = folder / "bin"
    mark = folder / "holds.txt"
    if not mark.exists() or mark.read_text("utf-8") != packages:
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", folder])
        pip = [commands / "python", "-m", "pip", "install", "--quiet"]
        without = {k: v for k, v in os.environ.items() if k != CONSTRAINT}
        run([*pip, *packages.split()], env=without)
        mark.write_text(packages, "utf-8")
    return commands


def run(command: list, **how: object) -> str:
    result = subprocess.run(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        **how,
    )
    assert result.returncode == 0, result.stdout[-4000:]
    return result.stdout


def test_chapters_print_the_same_with_the_oldest_versions(
    book_copy: Path,
) -> None:
    python = environment("oldest", f"{OLDEST} {WITH_IT}") / "python"
    command = [python, "-m", "pytest", "--nbval", "-p", "no:cacheprovider"]
    with processors.itself():  # another numpy gives its loops other names
        paths = {**os.environ, "PYTHONPATH": str(book_copy)}
        said = run([*command, "chapters"], cwd=book_copy, env=paths)
    assert " passed" in said and "failed" not in said
    version = [python, "-c", "import numpy; print(numpy.__version__)"]
    assert run(version).startswith("2.0.")


def test_current_sphinx_builds_the_site_clean(tmp_path: Path) -> None:
    sphinx = environment("sphinx", CURRENT_SPHINX) / "sphinx-build"
    command = [sphinx, "-c", ROOT / "tools" / "website", "-W", "-n", "-q"]
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    paths["BP_CACHE"] = str(tmp_path / "cache")  # nothing measured before
    shutil.copytree(
        cache_folder(),
        tmp_path / "cache",
        ignore=shutil.ignore_patterns("measured", "elsewhere"),
    )
    run([*command, "--keep-going", ROOT, tmp_path], env=paths)
    assert (tmp_path / "chapters" / "07_delta.html").exists()


def test_jupyter_book_2_reads_the_same_sources(book_copy: Path) -> None:
    folder = cache_folder() / "elsewhere" / f"mystmd-{MYSTMD}"
    myst = folder / "node_modules" / ".bin" / "myst"
    if not myst.exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = [npm(), "install", "--silent", "--prefix", folder]
        run([*install, f"mystmd@{MYSTMD}"])
    for name in ("_toc.yml", "myst.yml"):
        shutil.copy(ROOT / name, book_copy)
    said = run([myst, "build", "--site", "--strict", "--ci"], cwd=book_copy)
    assert f"Built {len(list((ROOT / 'chapters').glob('*.ipynb')))} pages" in (
        said
    )
