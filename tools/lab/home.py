"""Places that Jupyter can write to, where the reader's home is none."""

import os
import tempfile
from pathlib import Path

from jupyter_core import paths


def usable(folder: str) -> bool:
    """Can files be made there?  Only trying tells."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def wanted() -> dict[str, str]:
    """The folders that Jupyter would write to, by the variables for them."""
    home = Path(os.path.expanduser("~"))
    own = os.environ.get
    return {
        "JUPYTER_CONFIG_DIR": paths.jupyter_config_dir(),
        "JUPYTER_DATA_DIR": paths.jupyter_data_dir(),
        "JUPYTER_RUNTIME_DIR": paths.jupyter_runtime_dir(),
        "IPYTHONDIR": own("IPYTHONDIR") or str(home / ".ipython"),
    }


def provide(spare: Path) -> list[str]:
    """Give Jupyter a folder in `spare` for each it cannot write to; these.

    What the reader has there is still read.
    """
    if os.path.expanduser("~").startswith("~"):  # a user without a home
        os.environ["HOME"] = str(spare)
    moved = {}
    for variable, folder in wanted().items():
        if not usable(folder):
            moved[variable] = folder
    for variable, folder in moved.items():
        os.environ[variable] = str(spare / variable.lower())
        Path(os.environ[variable]).mkdir(parents=True, exist_ok=True)
        also = {
            "JUPYTER_CONFIG_DIR": "JUPYTER_CONFIG_PATH",
            "JUPYTER_DATA_DIR": "JUPYTER_PATH",
        }
        if path := also.get(variable):
            add_to(path, folder)
    if moved:
        os.environ.setdefault("MPLCONFIGDIR", str(spare / "matplotlib"))
    return list(moved.values())


def add_to(variable: str, folder: str) -> None:
    """Put a folder at the end of a path of folders."""
    before = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join(filter(None, [before, folder]))
