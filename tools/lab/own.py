"""The reader's own configuration of Jupyter, which must not stop the book."""

import os
from pathlib import Path

from jupyter_core import paths
from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

LOADERS = {".py": PyFileConfigLoader, ".json": JSONFileConfigLoader}


def configurations() -> list[Path]:
    """The files that the reader has written for JupyterLab."""
    folder = Path(paths.jupyter_config_dir())
    names = ("jupyter_config", "jupyter_server_config", "jupyter_lab_config")
    wanted = [folder / f"{name}{end}" for name in names for end in LOADERS]
    return [path for path in wanted if path.exists()]


def first_broken() -> str | None:
    """Which of them cannot be loaded, and why."""
    for path in configurations():
        loader = LOADERS[path.suffix](path.name, str(path.parent))
        try:
            loader.load_config()
        except (Exception, SystemExit) as error:  # it may be any program
            return f"{path} ({type(error).__name__}: {error})"
    return None


def leave_out(spare: Path) -> None:
    """From here on Jupyter reads an empty folder in its place."""
    folder = spare / "no-config"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["JUPYTER_CONFIG_DIR"] = str(folder)
