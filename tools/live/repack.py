"""Wheels for pages: compiled beforehand, without what no page uses.

The parts are the official ones, checked; what is made of them here is kept in
the cache as long as they, and the kernel that says what is imported at the
start, stay the same.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from live import parts  # noqa: E402
from website import fetch as website  # noqa: E402

KERNEL = HERE / "page" / "kernel.py"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same archive from the same files
Files = dict[str, bytes]


def contents(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        names = [i.filename for i in archive.infolist() if not i.is_dir()]
        return {name: archive.read(name) for name in names}


def write(path: Path, files: Files) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, LONG_AGO)
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 9)


def mark(inputs: Iterable[Path]) -> str:
    """One short name for what all these files hold."""
    whole = hashlib.sha256(parts.PYODIDE.sha256.encode())
    for path in sorted(inputs):
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:16]


def compiled(pyodide: Path) -> Files:
    """Bytecode of all that a page imports at its start; the fonts it has."""
    node = Path(website.npm()).with_name("node")
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.zip"
        command = [node, HERE / "bytecode.mjs", pyodide.resolve(), KERNEL]
        result = subprocess.run(
            [*map(str, command), str(archive), *parts.AT_START],
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        if result.returncode:
            raise website.FetchError(
                f"Pyodide does not run as it is here:\n{result.stderr}"
            )
        return contents(archive)


def wheel(files: Files, made_here: Files) -> Files:
    """With what was made for it; without what only others would use."""
    folders = {name.partition("/")[0] for name in files if "/" in name}
    ours = {
        name.removeprefix("site/"): data
        for name, data in made_here.items()
        if name.startswith("site/") and name.split("/")[1] in folders
    }
    imported = {
        f"{name.replace('__pycache__/', '').partition('.cpython')[0]}.py"
        for name in ours
    }
    kept = {
        name: data
        for name, data in files.items()
        if not name.startswith(parts.UNUSED)
        and (name in imported or not name.startswith(parts.UNLESS_IMPORTED))
    }
    return kept | ours


def stdlib(files: Files, made_here: Files) -> Files:
    """With bytecode in place of the sources that have it."""
    made: Files = {}
    for name, data in files.items():
        instead = made_here.get(f"stdlib/{name}c")
        made[name if instead is None else f"{name}c"] = instead or data
    return made


def repack(pyodide: Path, wheels: Iterable[Path]) -> Path:
    """A folder of the wheels and the standard library, made for pages.

    `pyodide` is a folder from which Pyodide runs.
    """
    made = [pyodide / path.name for path in wheels]
    rules = [KERNEL, *map(KERNEL.with_name, ["limits.py", "errors.py"])]
    rules += [HERE / "bytecode.mjs", HERE / "parts.py", Path(__file__)]
    home = website.cache_folder() / parts.FOLDER
    folder = home / f"made-{mark([*made, *rules])}"
    if folder.exists():
        return folder
    for old in home.glob("made-*"):
        shutil.rmtree(old)
    print("Compiling what live pages import (half a minute, once)", flush=True)
    made_here = compiled(pyodide)
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for path in made:
        if path.suffix != ".whl":  # a shared library of Pyodide
            continue
        write(part / path.name, wheel(contents(path), made_here))
    name = "python_stdlib.zip"
    write(part / name, stdlib(contents(pyodide / name), made_here))
    part.rename(folder)
    return folder
