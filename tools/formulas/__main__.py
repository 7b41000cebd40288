"""Evaluate the displayed formulas of MyST files, as they are printed.

    python -m tools.formulas chapters/05_delta.md …

One line for each label; exits with 1 if any is false or not understood.
"""

import sys
import time
from collections import Counter
from pathlib import Path

import yaml

from .check import Verdict, check
from .extract import displays

ROOT = Path(__file__).resolve().parents[2]


def site_macros() -> dict:
    """The macros that the site gives to MathJax, if it has any."""
    book = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    mathjax = book["sphinx"]["config"].get("mathjax3_config", {})
    return mathjax.get("tex", {}).get("macros", {})


def verdicts(path: Path) -> list[Verdict]:
    """On every labelled display of a file."""
    found, macros = displays(path.read_text("utf-8")), site_macros()
    return [check(d, path.stem, macros) for d in found if d.label]


def main(paths: list[str]) -> int:
    bad = 0
    for path in map(Path, paths or sorted(Path("chapters").glob("*.md"))):
        start = time.perf_counter()
        found = verdicts(path)
        for verdict in found:
            print(f"{path}:{verdict.line}: {verdict}")
        states = Counter(verdict.state for verdict in found)
        bad += states["false"] + states["not understood"]
        if found:
            counts = ", ".join(f"{n} {state}" for state, n in states.items())
            print(f"{path.stem}: {counts}", end="; ")
            print(f"{time.perf_counter() - start:.1f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
