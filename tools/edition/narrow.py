"""Formulas where nothing breaks them: on paper, a slide, an e-reader."""

import re
from xml.etree import ElementTree

MATHML = "http://www.w3.org/1998/Math/MathML"
RELATIONS = {*"=≈≡≠<>≤≥∼∝∈→↦≪≫"}
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


def parted(formula: str, wide: int = 12) -> str:
    """MathML for a line of text: several, if it is long, between which the
    line may end; before a relation, or behind a comma."""
    parts: list[list[ElementTree.Element]] = [[]]
    for sign in ElementTree.fromstring(formula):
        behind = parts[-1] and parts[-1][-1].text == ","
        if behind or (sign.text in RELATIONS and parts[-1]):
            parts.append([])
        parts[-1].append(sign)
    if sum(map(letters, sum(parts, []))) <= wide or len(parts) == 1:
        return formula
    ElementTree.register_namespace("", MATHML)
    return "<wbr/>".join(map(whole, parts))


def letters(sign: ElementTree.Element) -> int:
    return len("".join(sign.itertext()))


def whole(part: list[ElementTree.Element]) -> str:
    root = ElementTree.Element(f"{{{MATHML}}}math")
    root.extend(part)
    return ElementTree.tostring(root, "unicode")
