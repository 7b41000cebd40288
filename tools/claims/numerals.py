"""The numbers in a line of prose."""

import functools
import re
from collections.abc import Iterator

from .numeral import Numeral, kind_of, measure
from .words import number_words, ratio, ratios

GLYPH = {
    "½": 1 / 2,
    "¼": 1 / 4,
    "¾": 3 / 4,
    "⅓": 1 / 3,
    "⅔": 2 / 3,
    "⅛": 1 / 8,
}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
UP = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
GROUPED = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d.]*\d)"
NUMBER = re.compile(
    rf"(?<![\w.,^_/])(?P<sign>(?<!\d)[-−±])?"
    rf"(?P<digits>{GROUPED}|\d+(?:\.\d+)?(?:e[-−+]?\d+)?)(?P<glyph>[½¼¾⅓⅔⅛])?"
    rf"(?:\s?·\s?10(?P<power>[{UP}]+)|(?<=10)(?P<only>[{UP}]+)|/(?P<by>\d+))?"
    rf"(?![\w{UP}₀-₉])(?P<percent>\s?(?:%|percent\b|per cent\b))?"
    r"|(?<!\w)(?P<alone>[½¼¾⅓⅔⅛])"
)
NAME = re.compile(  # of a network, a type, a rank, an ordinal: no quantity
    r"(?<![\w.])\d+(?:[-–](?:\d+|[a-zA-Z]\b))+|\b\d-D\b|\bSHA-\d+"
    r"|\b\d+(?:st|nd|rd|th|s)\b|\b(?:float|int|uint|complex)\d+\b"
)
LABEL = re.compile(  # "layer 2", "chapters 1 to 10": which one, not how many
    r"\b(?:layer|chapter|neuron|row|column|component|class|pixel|bug|item|line"
    r"|part|figure|section|no\.|version|Pyodide|numpy|Python)s?"
    r" (\d+(?:\.\d+)*)((?:,? (?:and|to|or|with) \d+|, \d+)*)",
    re.I,
)
ABOUT = (
    "about|some|roughly|nearly|almost|around|close to|hardly|approximately|"
    "up to|typically"
)
HEDGE = re.compile(  # "about 30", "about step 1000 to step 3000"
    rf"(?:\b(?:{ABOUT})(?: (?:a|an|the|step|epoch)\b)?"
    r"(?: [\d.,]+ (?:to|or|and)(?: step| epoch)?)?|≈|~)\s*\$?$",
    re.I,
)


def hedged(value: float, unit: float) -> float:
    """After "about", zeros at the end are no digits: 2750 is 2745 to 2755."""
    whole = str(int(abs(value)))
    if unit != 1 or not value:
        return unit
    return 10.0 ** (len(whole) - len(whole.rstrip("0")))


@functools.lru_cache(20_000)
def numerals(line: str) -> tuple[Numeral, ...]:
    """All numbers of a line whose code, links and formulas are blanked."""
    return tuple(sorted(_Reader(line).read(), key=lambda n: n.start))


class _Reader:
    """Takes one kind of number after the other, each piece only once."""

    def __init__(self, line: str) -> None:
        self.line = self.rest = line

    def read(self) -> Iterator[Numeral]:
        for m in NAME.finditer(self.rest):
            self.blank(*m.span())
        for m in LABEL.finditer(self.rest):
            self.blank(m.start(1), m.end())
        for m in ratios(self.rest):
            yield self.take(m, *ratio(m), "ratio")
        for m in NUMBER.finditer(self.rest):
            yield self.digits(m)
        for m, value, large in number_words(self.rest):
            kind = "large" if large else "word"
            if self.hedge(m) or m[0].lower().startswith("some"):
                kind = "ratio"
            yield self.take(m, value, 1.0, kind)

    def blank(self, start: int, end: int) -> None:
        self.rest = self.rest[:start] + "x" * (end - start) + self.rest[end:]

    def hedge(self, m: re.Match[str]) -> bool:
        return bool(HEDGE.search(self.line[: m.start()]))

    def take(
        self,
        m: re.Match[str],
        value: float,
        unit: float,
        kind: str,
        percent: bool = False,
    ) -> Numeral:
        wide = hedged(value, unit) if self.hedge(m) else unit
        self.blank(*m.span())
        return Numeral(m[0], value, wide, kind, *m.span(), percent, unit)

    def digits(self, m: re.Match[str]) -> Numeral:
        if m["alone"]:
            value = GLYPH[m["alone"]]
            return self.take(m, value, 0.1 * value, "small")
        value, unit = measure(m["digits"])
        value += GLYPH.get(m["glyph"], 0)
        kind = kind_of(m["digits"], value)
        power = m["power"] or m["only"]
        if power:
            scale = 10.0 ** int(power.translate(RAISED))
            value = value * scale if m["power"] else scale
            unit = unit * scale if m["power"] else scale
        elif m["by"] and float(m["by"]):
            value, unit = value / float(m["by"]), 0.0
        after = self.rest[m.end() :]
        points = re.match(r"\s(?:percentage )?points?\b|°", after)
        percent = bool(m["percent"] or points)
        if power or m["by"] or (percent and kind == "small"):
            kind = "digits" if kind == "digits" and m["power"] else "digit"
        sign = -1 if m["sign"] in {"-", "−"} else 1
        return self.take(m, sign * value, unit, kind, percent)
