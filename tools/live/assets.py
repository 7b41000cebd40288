"""Put the live pages' parts into the built site."""

import gzip
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
from live import fetch, notebook, parts, repack  # noqa: E402
from website import fetch as website  # noqa: E402

CORE = (
    "pyodide.asm.wasm",
    "pyodide-lock.json",
    "python_stdlib.zip",
    "pyodide.asm.*js",  # .mjs in newer versions
)


def bp_wheel(folder: Path) -> Path:
    """A wheel of the book's own package."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    said = re.search(r'^version = "(.+)"$', project, re.M)
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
    repack.write(wheel, content)
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


def lock(pyodide: Path, wheels: dict[str, Path]) -> dict[str, Any]:
    """Write Pyodide's lock file: what is served, and nothing else.

    For notebooks, which have IPython whole, a second one beside it.
    """
    official = fetch.official_lock()
    own = {wheel.name: list(wheel.depends) for wheel in parts.WHEELS}
    own["bp"] = ["ipython", "ipywidgets", "matplotlib", "numpy"]
    packages = {}
    for name, path in wheels.items():
        found = entry(pyodide / path.name, name, own.get(name, []))
        if name not in own:
            theirs = official["packages"][name]
            depends = fetch.without(name, theirs["depends"])
            found = theirs | {"sha256": found["sha256"], "depends": depends}
        packages[name] = found
    locked = {"info": official["info"], "packages": packages}
    (pyodide / "pyodide-lock.json").write_text(json.dumps(locked), "utf-8")

    whole = official["packages"]["ipython"]["depends"]
    for_notebooks = packages | {
        "ipython": packages["ipython"] | {"depends": whole}
    }
    (pyodide / notebook.LOCK).write_text(
        json.dumps(locked | {"packages": for_notebooks}), "utf-8"
    )
    return packages


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
    website.gather(static, [parts.PYODIDE, parts.WIDGETS])
    shutil.copytree(HERE / "page", live, dirs_exist_ok=True)
    for path in wheels.values():
        shutil.copy(path, pyodide)
    with_bp = wheels | {"bp": bp_wheel(pyodide)}
    lock(pyodide, with_bp)
    made = repack.repack(pyodide, wheels.values())
    shutil.copytree(made, pyodide, dirs_exist_ok=True)
    packages = lock(pyodide, with_bp)

    needed = fetch.needed(packages, parts.AT_START)
    names = [*CORE, *(packages[name]["file_name"] for name in needed)]
    files = [next(pyodide.glob(name)) for name in names]
    return write_parts(static, files)


def write_parts(static: Path, files: list[Path]) -> int:
    """List for the page what Python starts with; bytes of all it fetches."""
    digests = [hashlib.sha256(path.read_bytes()).digest() for path in files]
    first = [*files, files[0].with_name("pyodide.mjs")]
    first.append(static / parts.WIDGETS.target / "libembed-amd.js")
    sizes = {f"pyodide/{path.name}": path.stat().st_size for path in files}
    about = {
        "version": hashlib.sha256(b"".join(digests)).hexdigest()[:16],
        "start": list(parts.AT_START),
        "files": sizes,
        "transfer": sum(map(transfer, first)),
    }
    text = json.dumps(about, indent=1) + "\n"
    (static / "live" / "parts.json").write_text(text, "utf-8")
    return about["transfer"]
