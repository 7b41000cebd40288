"""The page *Errata*, made of `errata.yml`: what was wrong, and what guards it."""

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402

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


def errata() -> str:
    parts = [HEAD]
    for entry in entries():
        guard = entry["guard"].replace("::", ", ")
        parts.append(
            f"**{tangle.link(entry['where'])}**, {entry['edition']}.\n"
            f"It said: *{entry['said']}*\n"
            f"Right is: {entry['right']}\n"
            f"Guarded by `{guard}`."
        )
    return "\n\n".join(parts) + "\n"
