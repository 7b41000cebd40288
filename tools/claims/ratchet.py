"""How much is open in each chapter: a count that may only fall."""

import json
from pathlib import Path

from .report import Report, report_of

STORE = Path(__file__).resolve().parents[2] / "tests" / "open.json"


def stored() -> dict[str, int]:
    """The open problems of each chapter, as they were last counted."""
    return json.loads(STORE.read_text("utf-8"))


def open_in(report: Report) -> list[str]:
    """What waits for its author, a line each."""
    return [f"{p.line}: {p.said}" for p in report.problems() if not p.false]


def lower(folder: Path) -> list[str]:
    """Store the counts that have fallen; which chapters these are.

    A chapter that is new begins at zero: it has to be bound from the start.
    """
    before = stored()
    after = {
        path.stem: min(len(open_in(report_of(path))), before[path.stem])
        for path in sorted(folder.glob("[0-9]*.md"))
        if path.stem in before
    }
    if after != before:
        STORE.write_text(json.dumps(after, indent=2) + "\n", "utf-8")
    return [stem for stem in after if after[stem] != before[stem]]
