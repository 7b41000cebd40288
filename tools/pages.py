"""The pages after the chapters, made from other files by `make chapters`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import files  # noqa: E402
import tangle  # noqa: E402
from accessibility import access  # noqa: E402
from bibliography import bibliography  # noqa: E402
from errata import errata  # noqa: E402
from licences import licences  # noqa: E402
from often import often  # noqa: E402
from results import results  # noqa: E402
from teachers import teachers  # noqa: E402
from terms import index  # noqa: E402

FOLDER = tangle.ROOT / "chapters"
HEAD = """---
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

"""
MADE = {
    "results": results,
    "often_said": often,
    "terms": index,
    "bibliography": bibliography,
    "teachers": teachers,
    "errata": errata,
    "licences": licences,
    "access": access,
}


def write() -> None:
    """Write the made pages where what they hold has changed."""
    for name, make in MADE.items():
        path, body = FOLDER / f"{name}.md", make().strip()
        old = path.read_bytes() if path.is_file() else b""
        if not old.strip().endswith(body.encode()):
            files.write(path, f"{HEAD}{body}\n")
