"""The page *Often said*: the half-truths that the book tests, in its order.

A box of a chapter is one entry.  It begins `:::{admonition} Often said:` and
the claim in fair words; inside stand who says it, with a link to the
bibliography, and what was measured, bound to what computes it.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402
from contents import listed  # noqa: E402

BOX = re.compile(
    r"^(:{3,})\{admonition\} Often said(?:: (?P<claim>[^\n]+))?\n"
    r"(?:^:\w+:[^\n]*\n)*(?P<body>.*?)^\1$",
    re.M | re.S,
)
MEASURED = re.compile(
    r'^% (?:below: |so "|take )?[^\n]*\S = \S|^% .*so "', re.M
)
SOURCE = re.compile(r"\]\(bibliography\.ipynb#[\w-]+\)|[Uu]npublished text")
HEAD = """# Often said

What one reads again and again about backpropagation, or hears, and what
became of it when it was measured here: the claim, who makes it, the numbers,
and the chapter that has them.
Most of them are half true, and the other half is what this page is about.
Each entry is the box of its chapter, word for word: *above*, *here*, *these*
and *the table* are there, in the chapter that is linked below the entry."""


@dataclass(frozen=True)
class Box:
    """A half-truth, and the line of its chapter where the box begins."""

    claim: str
    body: str
    line: int

    def lacks(self) -> Iterator[str]:
        """What a reader would miss, in words."""
        if not self.claim:
            yield "a box *Often said* without its claim: Often said: …"
        if not SOURCE.search(self.body):
            yield "a box *Often said* without who says it: link a source"
        if not MEASURED.search(self.body):
            yield "a box *Often said* without a number that is bound"

    def told(self) -> str:
        """What the box says, for another page."""
        text = re.sub(r"^%[^\n]*\n?", "", self.body, flags=re.M)
        return re.sub(r"\{eq\}`[^`]+`", "the formula there", text).strip()


def boxes(text: str) -> list[Box]:
    return [
        Box(
            found["claim"] or "",
            found["body"],
            text.count("\n", 0, found.start()) + 1,
        )
        for found in BOX.finditer(text)
    ]


def often(root: Path = tangle.ROOT) -> str:
    parts = [HEAD]
    for stem in listed(root):
        path = root / "chapters" / f"{stem}.md"
        if not re.match(r"\d\d_", stem):
            continue
        for box in boxes(path.read_text("utf-8")):
            first = box.claim[:1]  # δ stays δ: Δ is another thing
            claim = (first.upper() if first < "α" else first) + box.claim[1:]
            where = f"Measured in {tangle.link(stem)}."
            parts.append(f"## {claim}\n\n{box.told()}\n\n{where}")
    return "\n\n".join(parts) + "\n"
