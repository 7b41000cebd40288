"""Formulas where nothing breaks them: on paper, a slide, an e-reader."""

import re
from xml.etree import ElementTree

MATHML = "http://www.w3.org/1998/Math/MathML"
MO = f"{{{MATHML}}}mo"
SUMS = {*"+−"}
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
    line may end: before a relation, behind a comma, in a very long one
    before what is added."""
    parts: list[list[ElementTree.Element]] = [[]]
    tree = ElementTree.fromstring(formula)
    ends = RELATIONS | SUMS if letters(tree) > 3 * wide else RELATIONS
    for sign in tree:
        last = parts[-1][-1] if parts[-1] else None
        if last is not None and last.text == ",":
            parts.append([])
        elif last is not None and sign.text in ends:
            adds = last.tag != MO or last.text in {")", "]"}
            if sign.text in SUMS and adds:
                sign.set("form", "infix")  # with its space in a new line
            if sign.text in RELATIONS or adds:
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
