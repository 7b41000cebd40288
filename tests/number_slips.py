"""Slips planted in the numbers of the prose, one at a time, in memory."""

import re
from collections.abc import Iterator
from dataclasses import replace

from claims.judge import BAD, DEMANDED, Account, Judge
from claims.slips import MANTISSA, slips_of
from claims.words import SMALL

WORDS = {value: word for word, value in SMALL.items() if word != "dozen"}
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
KNOWN = {"check", "printed", "typed", "input", "sum", "book"}


def asked(text: str) -> Iterator[tuple[str, str]]:
    """The slips that the rules are made for, by kind."""
    if other := power(text):
        yield "last digit", other
        return
    if not (m := MANTISSA.search(text)):
        return
    for name, new in slips_of(m[0]).items():
        kind = "last digit" if name.startswith("last") else name
        kind = "two swapped" if "swapped" in name else kind
        kind = "ten times" if name == "a tenth" else kind
        yield kind.removesuffix(", shorter"), put(text, m, new)


def others(text: str) -> Iterator[tuple[str, str]]:
    """Slips that no rule knows of: another digit, in every other place."""
    if power(text) or not (m := MANTISSA.search(text)):
        return
    for d in re.finditer(r"\d", m[0]):
        digit = str((int(d[0]) + 5) % 10)
        new = m[0][: d.start()] + digit + m[0][d.end() :]
        if not re.match(r"0\d", new):
            yield "any digit by five", put(text, m, new)


def worded(text: str, value: float) -> Iterator[tuple[str, str]]:
    """Another word for the number, or for the last of a comparison."""
    for m in reversed(list(re.finditer(r"[a-z]+", text.lower()))):
        near = [SMALL.get(m[0], 0) + d for d in (1, -1, 10, -10)]
        other = next((WORDS[n] for n in near if n in WORDS), None)
        if other and m[0] in SMALL:
            yield "another word", text[: m.start()] + other + text[m.end() :]
            return
    for word, other in (("third", "quarter"), ("twice", "three times")):
        if word in text:
            yield "another word", text.replace(word, other)


def power(text: str) -> str | None:
    """A power of ten, its exponent off by one."""
    if m := re.search(r"(10\^\{?-?\d*|\b1e[-−]?\d*)(\d)(?=\}?$)", text):
        d = int(m[2])
        digit = str(d - 1 if d > 1 else d + 1)
        return text[: m.start(2)] + digit + text[m.end(2) :]
    if text[-1] in RAISED:
        d = RAISED.index(text[-1])
        return text[:-1] + RAISED[d - 1 if d > 1 else d + 1]
    return None


def put(text: str, m: re.Match[str], new: str) -> str:
    return text[: m.start()] + new + text[m.end() :]


def caught(judge: Judge, account: Account, text: str) -> bool:
    """Does the tool complain when this number is changed?

    Either the line has more problems than before, or the check that was
    given for the number finds it no longer.
    """
    n, line, block = account.numeral, account.line, account.block
    changed = replace(line, raw=line.raw[: n.start] + text + line.raw[n.end :])

    def bad(line: object) -> int:
        return sum(a.rule in BAD for a in judge.line(block, line))

    if bad(changed) > bad(line):
        return True
    return account.rule == "check" and not any(
        n.same(other)
        for b, other_line in judge.page.prose()
        if b.at.stretch == block.at.stretch
        for other in judge.found_in(
            changed if other_line is line else other_line
        )
    )


def planted(judge: Judge) -> Iterator[tuple[str, bool, Account, str]]:
    """Kind, caught?, and which, of each slip in a number that is known."""
    for a in list(judge.all()):
        if a.rule not in KNOWN or a.numeral.kind not in DEMANDED:
            continue
        if a.block.at.inside.startswith("exercise"):
            continue  # what a question assumes
        text = a.numeral.text
        if re.search(r"\d", text):
            ways = [*asked(text), *others(text)]
        else:
            ways = [*worded(text, a.numeral.value)]
        for kind, new in ways:
            if new != text:
                yield kind, caught(judge, a, new), a, new
