"""Who is quoted has a source: a link to the bibliography, or a box."""

import re
from collections.abc import Iterator

from .judge import Judge
from .sentences import sentences

SAID = re.compile(
    r"\b(?:one (?:often )?(?:reads|hears)|it is (?:often |usually )?said"
    r"|(?:is|are) (?:often|usually|sometimes|commonly) "
    r"(?:called|said|explained|described|told|drawn|shown)"
    r"|(?:some|many|most|popular|other) (?:texts?|books?|authors?|people)"
    r" (?:say|write|call|show|take|define|state|claim|put|use)"
    r"|is (?:commonly|often|generally|widely) (?:believed|held|known)"
    r"|often said|textbooks?|tutorials?)\b",
    re.I,
)
SOURCE = re.compile(r"bibliography\.ipynb#|#often-|\{cite")


def unsourced(judge: Judge) -> Iterator[tuple[int, str]]:
    """Sentences that quote somebody, in paragraphs that don't say whom."""
    quoted = {c.at.stretch for c in judge.checks if c.form == "quoted"}
    for sentence in sentences(judge.page):
        m = SAID.search(sentence.bare)
        if not m or "Often said" in sentence.block.at.inside:
            continue
        if SOURCE.search(sentence.block.text):
            continue
        if sentence.block.at.stretch not in quoted:
            yield sentence.line.number, f'"{m[0]}": by whom?'
