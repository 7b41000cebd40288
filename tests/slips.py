"""Slips that a tired author makes, planted in a formula by rule."""

import re
from collections.abc import Callable, Iterator

LETTER = r"(?:\\delta|\\Delta|[wbzaZA])"
Rule = Callable[[str], Iterator[str]]


def each(pattern: str, change: str | Callable[[re.Match], str]) -> Rule:
    """Change one occurrence of a pattern at a time."""

    def plant(latex: str) -> Iterator[str]:
        for found in re.finditer(pattern, latex):
            new = (
                found.expand(change)
                if isinstance(change, str)
                else (change(found))
            )
            yield latex[: found.start()] + new + latex[found.end() :]

    return plant


def swapped(found: re.Match) -> str:
    return f"_{{{found[1]}{found[3]}{found[2]}{found[4]}}}"


def one_more(found: re.Match) -> str:
    return str(int(found[0]) + 1)


def without_a_term(latex: str) -> Iterator[str]:
    """A summand is forgotten, from its sign to the next at its level."""
    for found in re.finditer(r"(?<=[\w})])\s+[+-]\s", latex):
        depth, place = 0, found.end()
        while place < len(latex):
            rest = latex[place:]
            opening = re.match(r"[({\[]|\\lVert", rest)
            closing = re.match(r"[)}\]]|\\rVert", rest)
            if opening:
                depth += 1
            elif closing:
                depth -= 1
            stop = re.match(r"[+=,&]|-(?!\d)|\\\\|\\equiv|\\approx|\s\.", rest)
            if depth < 0 or (depth == 0 and stop):
                break
            place += 1
        yield latex[: found.start()] + " " + latex[place:]


RULES: dict[str, Rule] = {
    "+ for −": each(r"(?<![\d\[])-(?![\d\]])", "+"),
    "− for +": each(r"\+", "-"),
    "a sign lost": each(r"\(-1\)", "1"),
    "indices swapped": each(r"_\{(\\?)([a-z])([a-z])()\}", swapped),
    "an index for another": each(
        r"_([jk])(?![a-z])", lambda m: "_k" if m[1] == "j" else "_j"
    ),
    "an index of a pair": each(
        r"_\{([a-z])([a-z])\}", lambda m: f"_{{{m[1]}{m[1]}}}"
    ),
    "an index shifted": each(r"_([jkr])(?![a-z])", r"_{\1+1}"),
    "the layer before": each(rf"({LETTER})\^([lL])", r"\1^{\2-1}"),
    "the layer after": each(rf"({LETTER})\^l", r"\1^{l+1}"),
    "not the layer before": each(rf"({LETTER})\^\{{l-1\}}", r"\1^l"),
    "another layer": each(
        rf"({LETTER})\^([12])", lambda m: f"{m[1]}^{3 - int(m[2])}"
    ),
    "a prime lost": each(r"\\sigma'", r"\\sigma"),
    "a prime too many": each(r"\\sigma(?!')", r"\\sigma'"),
    "a transpose lost": each(r"\^\\top", ""),
    "a transpose too many": each(r"(w\^l|w|\(A\^L - Y\)|Y)(?= )", r"\1^\\top"),
    "a factor lost": each(r"\\t?frac1[24m]", ""),
    "a factor doubled": each(r"\\t?frac1([24])", r"\\frac{2}{\1}"),
    "a number off by one": each(r"(?<![\w^{}\[])\d(?![\w.\]])", one_more),
    "a product for ⊙": each(r"\\odot", " "),
    "⊙ for a product": each(r"(w\^?l?) (A|a|\\,)", r"\1 \\odot \2"),
    "a sum begun late": each(r"_\{([a-z])=1\}", r"_{\1=2}"),
    "a sum ended early": each(r"\^\{(n|m|L|10)\}", r"^{\1-1}"),
    "a sum over another layer": each(r"\^\{n_\{l-1\}\}", r"^{n_l}"),
    "a sum lost": each(r"\\sum_(\{[^}]*\}|[a-z])(\^\{[^}]*\}\}?)?", ""),
    "a sum for a mean": each(r"\\frac1m", "1"),
    "a term lost": without_a_term,
    "a for z": each(r"(?<![a-zA-Z\\])z(?![a-z])", "a"),
    "z for a": each(r"(?<![a-zA-Z\\])a(?![a-z])", "z"),
    "A for Z": each(r"(?<![a-zA-Z\\])Z", "A"),
    "Z for A": each(r"(?<![a-zA-Z\\])A", "Z"),
    "x for y": each(r"(?<![a-zA-Z\\])y", "x"),
    "y for x": each(r"(?<![a-zA-Z\\{])x", "y"),
    "X for Y": each(r"(?<![a-zA-Z\\])Y", "X"),
    "b for w": each(r"(?<![a-zA-Z\\])w", "b"),
    "w for b": each(r"(?<![a-zA-Z\\])b(?![a-z])", "w"),
    "δ for a": each(r"(?<![a-zA-Z\\])a(?=\^)", r"\\delta"),
    "a for δ": each(r"\\delta", "a"),
    "C for another": each(r"(?<![a-zA-Z\\])C(?!_)", "L"),
    "a product the other way": each(
        r"(w\^?l?|X|Y)( \\, | | \\,)?((?:A|a|x|X|Y)(?:\^\{l-1\}|\^\\top)?)"
        r"(?![a-z_^])",
        r"\3 \1",
    ),
    "upside down": each(
        r"\\frac\{\\partial ([^{}]+)\}\{\\partial ([^{}]+)\}",
        r"\\frac{\\partial \2}{\\partial \1}",
    ),
    "≥ for <": each(
        r"(?<!\\l)<|\\ge", lambda m: r"\ge" if m[0] == "<" else "<"
    ),
}


def slips(latex: str) -> Iterator[tuple[str, str]]:
    """Every slip that the rules make of a formula, by its name."""
    seen = {re.sub(r"\s", "", latex)}
    for name, rule in RULES.items():
        for planted in rule(latex):
            bare = re.sub(r"\s", "", planted)
            if bare not in seen:
                seen.add(bare)
                yield name, planted
