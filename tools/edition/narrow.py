"""Formulas where nothing breaks them: on paper, a slide, an e-reader."""

import re

APART = re.compile(r"\\q?quad\b ?")
WIDE, PAPER = 36, 60  # signs in a line: more are parted, at a gap


def signs(tex: str) -> int:
    """About how many are printed."""
    return len(re.sub(r"\\[A-Za-z]+|\\.", "x", re.sub(r"[{}_^\s]", "", tex)))


def narrow(tex: str, wide: int = WIDE) -> str:
    """What a wide space parts, below one another if it is long in a line."""
    parts = [part.strip() for part in APART.split(tex)]
    if r"\\" in tex or len(parts) == 1 or signs(tex) <= wide:
        return tex
    return r"\begin{gathered}" + r"\\[1ex]".join(parts) + r"\end{gathered}"
