"""What each chapter is the place for: the words that a reader looks up.

All of it stands in the chapters already: the name of the module, its public
functions, the letters that its formulas define, and the terms that it sets
in italics where it explains them.  The first chapter that has one keeps it.
"""

import ast
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
from contents import listed  # noqa: E402
from formulas.extract import displays  # noqa: E402

LETTERS = dict(
    sigma="σ", delta="δ", eta="η", nabla="∇", lambda_="λ", mu="μ", theta="θ",
    varphi="φ", phi="φ", rho="ρ", beta="β", alpha="α", gamma="γ", Delta="Δ",
)  # fmt: skip
DEFINED = re.compile(
    r"\b(?:calls?|called|name|named|say|the|an?|its|by|are|is)\s+"
    r"\*([a-z][a-z-]+(?: [a-z-]+){0,2})\*(?![*\w])"
)
LEFT = re.compile(  # a Δ that stands for a change is nobody's
    r"^\\(?!Delta (?!\^))(" + "|".join(LETTERS).replace("_", "") + r")\b('?)"
)
COMMON = set(
    "after all answer answers before better below above both computed cheap "
    "different down each every exactly error first how inside is largest "
    "learned less linear mean more much nearly next no not number numbers one "
    "only other products same second share sign slower something test there "
    "third training two whole".split()
)


def symbols(text: str) -> list[str]:
    """The Greek letters that displays of a chapter begin with."""
    found: list[str] = []
    for display in displays(text):
        if display.label and (match := LEFT.match(display.latex.strip())):
            letter, name = LETTERS[match[1]], match[1]
            prime = bool(match[2])
            found += [f"{letter}′", f"{letter}'"] if prime else [letter]
            found.append(f"{name} prime" if prime else name)
    return found


def terms(text: str) -> list[str]:
    """Terms in italics, where the chapter says what they are."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    found = (" ".join(term.split()) for term in DEFINED.findall(prose))
    return [term for term in found if not COMMON & set(term.split())]


def names(stem: str) -> list[str]:
    """The module and what can be imported of it, as one would say it too."""
    module = stem[3:]
    path = ROOT / "bp" / f"{module}.py"
    text = path.read_text("utf-8") if path.exists() else "__all__ = []"
    (public,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "__all__"
    )
    spoken = [name.replace("_", " ").lower() for name in public]
    return [module.replace("_", " "), *public, *spoken]


def defined(stem: str) -> list[str]:
    text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
    return [*symbols(text), *terms(text)]


def concepts() -> dict[str, list[str]]:
    """For each chapter of the book, what it is the place for."""
    stems = [stem for stem in listed(ROOT)[1:] if stem[:2].isdigit()]
    taken: dict[str, str] = {}  # the first page only previews
    for find in (names, defined):
        for stem in stems:
            for entry in find(stem):
                taken.setdefault(entry, stem)
    found: dict[str, list[str]] = {stem: [] for stem in stems}
    for entry, stem in taken.items():
        found[stem].append(entry)
    return found


if __name__ == "__main__":
    for stem, entries in concepts().items():
        print(stem, "; ".join(entries))
