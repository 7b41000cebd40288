"""Open as a notebook: a JupyterLite with every chapter, on the same Pyodide.

It is built in an environment of its own, kept in the cache, since JupyterLite
and JupyterLab want different versions of the same packages.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
from website.fetch import Missing, cache_folder  # noqa: E402

PACKAGES = (
    "jupyterlab-myst==2.7.0 jupyterlab-widgets==3.0.17 "
    "jupyterlite-core==0.6.4 jupyterlite-pyodide-kernel==0.6.1"
)
WIDGET = "application/vnd.jupyter.widget-view+json"
LOCK = "pyodide-lock-notebook.json"
SETTINGS = {  # addresses as seen from /notebooks/, and from above it
    "pyodideUrl": "../../live/pyodide/pyodide.js",
    "loadPyodideOptions": {"lockFileURL": f"../live/pyodide/{LOCK}"},
    "disablePyPIFallback": True,
}
CONFIG = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        # It would ask the host, above the site's folder; nothing needs it.
        "disabledExtensions": [
            "@jupyterlite/application-extension:service-worker-manager"
        ],
        "litePluginSettings": {
            "@jupyterlite/pyodide-kernel-extension:kernel": SETTINGS
        },
    },
}


def environment() -> Path:
    """The commands of an environment with JupyterLite."""
    folder = cache_folder() / "live" / "jupyterlite"
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    mark = folder / "holds.txt"
    if mark.exists() and mark.read_text("utf-8") == PACKAGES:
        return commands
    print("Installing JupyterLite (a minute, once)", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    free = {k: v for k, v in os.environ.items() if k != "PIP_CONSTRAINT"}
    pip = [commands / "python", "-m", "pip", "install", "--quiet"]
    command = [*map(str, pip), *PACKAGES.split()]
    result = subprocess.run(
        command, env=free, capture_output=True, text=True, encoding="utf-8"
    )
    if result.returncode:
        raise Missing(f"JupyterLite could not be had:\n{result.stderr}")
    mark.write_text(PACKAGES, "utf-8")
    return commands


def whole(lines: Any) -> Any:
    """A text that nbformat keeps as a list of its lines, as one string."""
    if isinstance(lines, list) and all(isinstance(x, str) for x in lines):
        return "".join(lines)
    return lines


def prepared(path: Path) -> str:
    """A chapter, as JupyterLite shows it as it is.

    It joins the lines of an output with commas, cleans the pictures out of
    what is not said to be trusted, and waits for its kernel, which does not
    answer, before it would show stored sliders: in their place stands their
    picture, until the cell has run.
    """
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = whole(cell["source"])
        if cell["cell_type"] != "code":
            continue
        cell["metadata"]["trusted"] = True
        for output in cell["outputs"]:
            if "text" in output:
                output["text"] = whole(output["text"])
            data = output.get("data", {})
            if "text/html" in data:
                data.pop(WIDGET, None)
            for kind, content in data.items():
                data[kind] = whole(content)
    return json.dumps(notebook, ensure_ascii=False)


def lite(chapters: list[Path]) -> Path:
    """A built JupyterLite with these notebooks, kept until they change."""
    mark = hashlib.sha256(Path(__file__).read_bytes())
    for path in chapters:
        mark.update(path.read_bytes())
    folder = cache_folder() / "live" / f"lite-{mark.hexdigest()[:16]}"
    if folder.exists():
        return folder
    jupyter = environment() / "jupyter-lite"
    for old in folder.parent.glob("lite-*"):
        shutil.rmtree(old)
    source = folder.with_suffix(".part")
    shutil.rmtree(source, ignore_errors=True)
    (source / "contents").mkdir(parents=True)
    for path in chapters:
        copy = source / "contents" / path.name
        copy.write_text(prepared(path), "utf-8")
    (source / "jupyter-lite.json").write_text(json.dumps(CONFIG), "utf-8")
    command = [str(jupyter), "build", "--lite-dir", ".", "--apps", "notebooks"]
    command += ["--contents", "contents", "--output-dir", "built"]
    command += ["--no-sourcemaps", "--no-unused-shared-packages"]
    result = subprocess.run(
        command, cwd=source, capture_output=True, text=True, encoding="utf-8"
    )
    if result.returncode:
        raise RuntimeError(f"JupyterLite:\n{result.stdout}\n{result.stderr}")
    (source / "built").rename(folder)
    shutil.rmtree(source)
    return folder


def build(static: Path) -> None:
    """Put the JupyterLite beside the live pages."""
    chapters = sorted((ROOT / "chapters").glob("*.ipynb"))
    target = static / "lite"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(lite(chapters), target)
