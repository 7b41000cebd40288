"""The page *Errata*: what was wrong, and what guards it; of `errata.yml`."""

import re
import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402
from contents import listed  # noqa: E402

HEAD = """# Errata

What readers found wrong in an edition, what is right, and what would notice
now.
Whoever finds an error that no test finds has found two: please open an issue
in the repository."""


def entries(root: Path = tangle.ROOT) -> list[dict[str, str]]:
    found: list[dict[str, str]] = yaml.safe_load(
        (root / "errata.yml").read_text("utf-8")
    )
    return found


def guarded(guard: str, root: Path = tangle.ROOT) -> bool:
    """Is the guard there: a test of that name, or a line that binds?"""
    file, _, name = guard.partition("::")
    if not name or not (root / file).is_file():
        return False
    start = rf"def {name}\(" if file.startswith("tests/") else "% .*"
    words = "" if file.startswith("tests/") else re.escape(name)
    text = (root / file).read_text("utf-8")
    return re.search(f"^{start}{words}", text, re.M) is not None


def errata() -> str:
    parts, there = [HEAD], listed()
    for entry in entries():
        file, _, name = entry["guard"].partition("::")
        where = entry["where"]
        if where in there:
            where = tangle.link(where)
        parts.append(
            f"**{where}**, {entry['edition']}.\n"
            f"It said: *{entry['said']}*\n"
            f"Right is: {entry['right']}\n"
            f"Guarded by `{file}`: `{name}`."
        )
    return "\n\n".join(parts) + "\n"
