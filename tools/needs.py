"""What each chapter needs, and what comes of it, as its first box says."""

import re

BOX = re.compile(r"^:::\{admonition\} Before and after.*?^:::$", re.M | re.S)
LINK = re.compile(r"\]\((\d\d_\w+)\.ipynb\)")
RANGE = re.compile(rf"from \[[^]]+{LINK.pattern} to \[[^]]+{LINK.pattern}")
Needs = dict[str, list[str]]  # of each chapter, in the order of the book


def before_and_after(text: str) -> tuple[str, str]:
    """What a chapter needs, and what comes of it; as its box says."""
    box = BOX.search(text)
    lines = box[0].splitlines()[1:-1] if box else []
    said = [line for line in lines if line[:1] not in (":", "%")]
    after = [n for n, line in enumerate(said) if re.match("You (le|wi)", line)]
    at = after[0] if after else len(said)
    return " ".join(said[:at]), " ".join(said[at:])


def named(need: str, stems: list[str]) -> set[str]:
    """The chapters that the sentence *You need …* links to, or spans."""
    sentence = re.split(r"(?<=\.) (?=[A-Z])", need)[0]
    found = set(LINK.findall(sentence))
    for first, last in RANGE.findall(sentence):
        found |= {stem for stem in stems if first <= stem <= last}
    return found


def needs(texts: dict[str, str]) -> Needs:
    stems = list(texts)
    wanted = {s: before_and_after(text)[0] for s, text in texts.items()}
    found = {stem: named(need, stems) for stem, need in wanted.items()}
    return {s: [o for o in stems if o in found[s]] for s in stems}


def before(stem: str, found: Needs) -> set[str]:
    """All that has to be read before a chapter."""
    wanted = set(found[stem])
    return wanted.union(*(before(other, found) for other in wanted))


def direct(found: Needs) -> Needs:
    """The same without what a chapter needs by way of another one anyway."""
    far = {
        stem: set[str]().union(*(before(o, found) for o in wanted))
        for stem, wanted in found.items()
    }
    return {s: [o for o in found[s] if o not in far[s]] for s in found}
