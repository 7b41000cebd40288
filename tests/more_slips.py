"""More slips, of the kinds that the later chapters invite.

For those of `slips.py`, the letters are those of the network.
"""

import re
from collections.abc import Iterator

from slips import Rule, each, one_more

NAME = r"(\\(?:hat|bar|tilde|dot|mathbf)\s?\{?\w\}?|\\[a-zA-Z]+|[a-zA-Z])"
BOUND = r"(\\(?:sum|prod)_\{[^{}]*\})\^\{?([tTmKLnN])\}?"
FACTOR = (
    r"\\frac1m|\\frac\{1\}\{[^{}]*(?:\{[^{}]*\})?\}|\\frac\{m_k\}\{m\}|"
    r"\\eta|\\gamma_j|\(1 - \\beta_1\)"
)
CONDITION = r"_\{(\w) (?:\\ne|\\le|\\in|\\,:\\,)[^{}]*\}"


def other_letters(latex: str) -> Iterator[str]:
    """One letter for another of the display."""
    found = list(re.finditer(r"(?<![a-zA-Z\\])[a-zA-Z](?![a-zA-Z])", latex))
    letters = sorted({f[0] for f in found} - {"d", "e"})
    for f in found:
        if f[0] not in letters or latex[f.start() - 1] == "^":
            continue
        for case in (str.islower, str.isupper):
            some = [c for c in letters if case(c)]
            if f[0] in some and len(some) > 1:
                new = some[(some.index(f[0]) + 1) % len(some)]
                yield latex[: f.start()] + new + latex[f.end() :]


def other_indices(latex: str) -> Iterator[str]:
    """One index letter for another, in subscripts of any length."""
    every = sorted(set("".join(re.findall(r"_\{?([a-z]+)", latex))))
    for group in re.finditer(r"_\{([^{}]*)\}|_([a-z])(?![a-zA-Z])", latex):
        inner = group[1] or group[2]
        for n, c in enumerate(inner):
            if c in every and len(every) > 1:
                new = every[(every.index(c) + 1) % len(every)]
                text = inner[:n] + new + inner[n + 1 :]
                before, after = latex[: group.start()], latex[group.end() :]
                yield f"{before}_{{{text}}}{after}"


def neighbours(latex: str) -> Iterator[str]:
    """Two neighbours of a subscript change places."""
    for group in re.finditer(r"_\{([a-z]{3,4})\}", latex):
        for n in range(len(group[1]) - 1):
            c = [*group[1]]
            c[n], c[n + 1] = c[n + 1], c[n]
            before, after = latex[: group.start()], latex[group.end() :]
            yield f"{before}_{{{''.join(c)}}}{after}"
    pair = r"(?<!m)_\{([^{},=]+),([^{},=]+)\}"  # not those of a sum
    yield from each(pair, r"_{\2,\1}")(latex)


def following(letters: str) -> Rule:
    """Each of these letters for the next of them."""

    def next_one(found: re.Match[str]) -> str:
        place = letters.index(found[1])
        return found[0].replace(found[1], letters[(place + 1) % len(letters)])

    return each(rf"(?:w\^|(?<![a-zA-Z\\^{{]))([{letters}])(?![a-z])", next_one)


MORE: dict[str, Rule] = {
    "one step earlier": each(r"_([tsr])(?![a-zA-Z])", r"_{\1-1}"),
    "one step later": each(r"_([tsr])(?![a-zA-Z])", r"_{\1+1}"),
    "not the step before": each(r"_\{([a-z])[-+]1\}", r"_\1"),
    "a layer earlier": each(rf"{NAME}\^l(?![a-z])", r"\1^{l-1}"),
    "a layer later": each(rf"{NAME}\^l(?![a-z])", r"\1^{l+1}"),
    "not that layer": each(rf"{NAME}\^\{{l[-+]1\}}", r"\1^l"),
    "another layer's function": each(r"_(l)(?=[('])", r"_{l+1}"),
    "a power shifted": each(r"\^\{t-s\}", r"^{t-s+1}"),
    "neighbours swapped": neighbours,
    "another index": other_indices,
    "another letter": other_letters,
    "the head lost": each(r"\^h", ""),
    "the copy lost": each(r"\^\{\(t\)\}", ""),
    "the mark lost": each(r"_k(?= \\|\)|\s)", ""),
    "an offset lost": each(r"(?<=[a-z])[-+]1(?=[,}])", ""),
    "an offset off by one": each(r"(?<=[-+])\d(?=[,}])", one_more),
    "an offset the other way": each(
        r"([ijpqcuv])([-+])([uvij])",
        lambda m: m[1] + "+-"[m[2] == "+"] + m[3],
    ),
    "no offset": each(r"([ijpq])[-+][uvij]", r"\1"),
    "the turn lost": each(r"\\tilde w", "w"),
    "another transpose too many": each(
        r"(?<![a-zA-Z^{\\])([A-Z]|[wuv])(?=[ )}]|\s*$)(?!\^)",
        r"\1^\\top ",
    ),
    "a factor forgotten": each(FACTOR, ""),
    "a root lost": each(r"\\sqrt(?=[ {])", ""),
    "a square lost": each(r"\^2(?!\d)", ""),
    "a square too many": each(r"([gvs]_[tj])(?!\^)", r"(\1)^2"),
    "a power lost": each(r"\^(?:\{t-s\}|t)(?![a-z])", ""),
    "the other β": each(r"\\beta_([12])", lambda m: rf"\beta_{3 - int(m[1])}"),
    "a sum to the one before": each(BOUND, r"\1^{\2-1}"),
    "a sum from the next": each(r"_\{([a-z])=1\}", r"_{\1=2}"),
    "a sum from 0": each(r"_\{([a-z])=1\}", r"_{\1=0}"),
    "< for ≤": each(r"(?<=[ki]) \\le (?=[ij])", " < "),
    "≥ for ≤": each(r" \\le (?=i)", r" \\ge "),
    "an arrow back": each(r"i \\to j", r"j \\to i"),
    "a condition lost": each(CONDITION, r"_\1"),
    "an accent lost": each(r"\\(?:hat|bar|tilde|dot) ", " "),
    "an accent too many": each(
        r"(?<![a-z\\ ])(?<!\\hat |\\bar )([mv])_", r"\\hat \1_"
    ),
    "another matrix": following("QKVSPO"),
    "the whole cost": each(r"C_[ti]", "C"),
    "φ for v": each(r"\\varphi_j", "v_j"),
    "v for φ": each(r"(?<=\\partial )v_j", r"\\varphi_j"),
    "the smallest for the largest": each(r"\\max", r"\\min"),
    "a prime of another lost": each(
        r"\\tanh'|\\operatorname\{relu\}'|\\varphi_l'",
        lambda m: m[0][:-1],
    ),
    "σ″ for σ′": each(r"\\sigma'(?!')", r"\\sigma''"),
    "R lost": each(r"\\operatorname\{R\}", ""),
    "E for Var": each(r"\\operatorname\{Var\}", r"\\operatorname{E}"),
    "Var for E": each(r"\\operatorname\{E\}", r"\\operatorname{Var}"),
    "a one lost": each(r"\b1 - ", "- "),
}
