"""The exercises of a chapter, and how each is marked in its own title.

    ```{exercise} Where the time goes · derivation · 15 min · hard

An exercise *Find the bug* says with its name what kind it is of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

BUG = "Find the bug"
KINDS = ("derivation", "derivation and code", "code", "experiment", "thought")
LEVELS = {
    "easy": "applies what the page says",
    "medium": "puts two ideas together",
    "hard": "needs one that is not on the page",
}
EXERCISE = re.compile(
    r"^(`{3,})\{exercise\} ([^\n]+)\n:label: (\S+)\n(.*?)^\1$", re.M | re.S
)
MARK = re.compile(
    rf"(?: · ({'|'.join(KINDS)}))? · (\d+) min · ({'|'.join(LEVELS)})$"
)


@dataclass(frozen=True)
class Exercise:
    """An exercise as a teacher, or a reader with little time, chooses it."""

    name: str
    label: str
    stem: str
    line: int
    kind: str = ""
    minutes: int = 0
    level: str = ""

    @property
    def asks_code(self) -> bool:
        return "code" in self.kind

    def lacks(self) -> Iterator[str]:
        """What is wrong with its mark, as far as the title tells."""
        if not self.level:
            yield f"*{self.name}* has no mark, as `· code · 15 min · easy`"
        elif self.kind not in {*KINDS, BUG.lower()}:
            yield f"*{self.name}* has no kind: {', '.join(KINDS)}"
        elif not (5 <= self.minutes <= 60 and self.minutes % 5 == 0):
            yield f"*{self.name}* takes {self.minutes} min: 5, 10, … 60"


def split(title: str) -> tuple[str, str]:
    """The name of an exercise, and its mark."""
    found = MARK.search(title)
    at = found.start() if found else len(title)
    return title[:at], title[at:].removeprefix(" · ")


def exercises(stem: str, text: str) -> Iterator[Exercise]:
    """The exercises of a chapter's text twin, in their order."""
    for found in EXERCISE.finditer(text):
        title, label = found[2].strip(), found[3]
        where = stem, text.count("\n", 0, found.start()) + 1
        name, _ = split(title)
        mark = MARK.search(title)
        if mark is None:
            yield Exercise(name, label, *where)
            continue
        kind, minutes, level = mark.groups()
        own = BUG.lower() if name == BUG and not kind else kind or ""
        yield Exercise(name, label, *where, own, int(minutes), level)
