"""Put the live pages' parts into the built site."""

import gzip
import hashlib
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
from live import fetch, parts  # noqa: E402
from website import fetch as website  # noqa: E402

CORE = ("pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same wheel from the same files


def bp_wheel(folder: Path) -> Path:
    """A wheel of the book's own package."""
    said = re.search(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.M
    )
    assert said is not None
    info = f"bp-{said[1]}.dist-info"
    about = f"Metadata-Version: 2.1\nName: bp\nVersion: {said[1]}\n"
    tag = "Wheel-Version: 1.0\nGenerator: bp\nRoot-Is-Purelib: true\n"
    content = {
        str(path.relative_to(ROOT).as_posix()): path.read_bytes()
        for path in sorted((ROOT / "bp").rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    content[f"{info}/METADATA"] = about.encode()
    content[f"{info}/WHEEL"] = f"{tag}Tag: py3-none-any\n".encode()
    record = "".join(f"{name},,\n" for name in [*content, f"{info}/RECORD"])
    content[f"{info}/RECORD"] = record.encode()
    wheel = folder / f"bp-{said[1]}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), data)
    return wheel


def entry(path: Path, name: str, depends: list[str]) -> dict[str, Any]:
    """A pure wheel as Pyodide's lock file describes its packages."""
    return {
        "name": name,
        "version": path.name.split("-")[1],
        "file_name": path.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": [name],
        "depends": depends,
        "unvendored_tests": False,
    }


def lock(wheels: dict[str, Path]) -> dict[str, Any]:
    """Pyodide's lock file: what is served, and nothing else."""
    official = fetch.official_lock()
    own = {wheel.name: list(wheel.depends) for wheel in parts.WHEELS}
    own["bp"] = ["ipython", "ipywidgets", "matplotlib", "numpy"]
    packages = {}
    for name, path in wheels.items():
        if name in own:
            packages[name] = entry(path, name, own[name])
            continue
        theirs = official["packages"][name]
        depends = fetch.without(name, theirs["depends"])
        packages[name] = {**theirs, "depends": depends}
    return {"info": official["info"], "packages": packages}


def transfer(path: Path) -> int:
    """Bytes on the wire, when the host compresses as most do."""
    if path.suffix in {".whl", ".zip"}:
        return path.stat().st_size
    return len(gzip.compress(path.read_bytes(), 6, mtime=0))


def build(static: Path) -> int:
    """Fill `_static`; returns the bytes of a first live page."""
    live = static / "live"
    pyodide = live / "pyodide"
    wheels = fetch.wheels()
    shutil.rmtree(pyodide, ignore_errors=True)
    pyodide.mkdir(parents=True)
    website.gather(static, [parts.PYODIDE, parts.WIDGETS])
    shutil.copytree(HERE / "page", live, dirs_exist_ok=True)
    for path in wheels.values():
        shutil.copy(path, pyodide)
    wheels["bp"] = bp_wheel(pyodide)

    locked = lock(wheels)
    listed = pyodide / "pyodide-lock.json"
    listed.write_text(json.dumps(locked))
    needed = fetch.needed(locked["packages"], parts.AT_START)
    names = [locked["packages"][name]["file_name"] for name in needed]
    files = [pyodide / name for name in (*CORE, listed.name, *names)]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    first = [*files, pyodide / "pyodide.js"]
    first += [static / parts.WIDGETS.target / "libembed-amd.js"]
    bytes_in_all = sum(map(transfer, first))
    about = {
        "version": hashlib.sha256("".join(digests).encode()).hexdigest()[:16],
        "start": list(parts.AT_START),
        "files": {f"pyodide/{path.name}": path.stat().st_size for path in files},
        "transfer": bytes_in_all,
    }
    (live / "parts.json").write_text(json.dumps(about, indent=1))
    return bytes_in_all
