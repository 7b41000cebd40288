"""A number as it is written, and what rounds to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .slips import MANTISSA, slips_of

SPACES = " \u00a0\u202f"  # that part the thousands: 26 000


@dataclass(frozen=True)
class Numeral:
    """A number of the prose; `kind` decides whether it must be bound.

    "digits": two significant digits or more; "digit": one, with a point, a
    power or a percent sign; "small": 0 to 9; "ratio": a comparison in words;
    "large": a number word above twelve; "word": another number word.
    """

    text: str
    value: float
    unit: float  # half of it either way is what rounding allows
    kind: str
    start: int
    end: int
    percent: bool = False
    step: float = 0.0  # of the last digit, whatever a hedge makes of unit

    def fits(self, x: float, unit: float = 0.0) -> bool:
        """Does x, itself known to `unit`, round to what is written?"""
        return any(
            abs(x - v) <= u / 2 * (1 + 1e-9) + 1e-12 * abs(v)
            and unit <= u * (1 + 1e-9)
            for v, u in self.readings()
        )

    def equals(self, x: float) -> bool:
        return any(abs(x - v) <= 1e-12 * abs(v) for v, _ in self.readings())

    def readings(self) -> list[tuple[float, float]]:
        """59 % is 59, and 0.59."""
        both = [(self.value, self.unit)]
        return both + [(self.value / 100, self.unit / 100)] * self.percent

    def same(self, other: "Numeral") -> bool:
        """The same number, written to the same digits, or both in words."""
        close = abs(self.value - other.value) <= 1e-12 * abs(other.value)
        return close and self.form == other.form

    @property
    def form(self) -> int:
        """Decimals of the numeral; -1 for one in words."""
        if not re.search(r"[\d½¼¾⅓⅔⅛]", self.text) or self.kind == "ratio":
            return -1
        decimals = re.search(r"\.(\d+)", self.text)
        return len(decimals[1]) if decimals else 0

    def slips(self) -> Iterator["Numeral"]:
        """What a slip of the pen makes of it: a digit, a factor, a swap."""
        digits = MANTISSA.search(self.text)
        power = re.search(r"10\^|\b1e|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]", self.text)
        if not digits or (power and self.step == abs(self.value)):
            for factor in (0.1, 0.5, 2, 10) if power else (0.5, 2):
                yield replace(self, value=self.value * factor)
            return
        scale = self.value / float(plain(digits[0])) if self.value else 1.0
        before, after = self.text[: digits.start()], self.text[digits.end() :]
        for slip in slips_of(digits[0]).values():
            value, unit = measure(slip)
            text = before + slip + after
            if self.step:
                unit = unit * self.step / measure(digits[0])[1]
            yield replace(self, value=scale * value, unit=unit, text=text)


def plain(text: str) -> str:
    return re.sub(rf"[{SPACES}_]|\\[, ]|~", "", text).replace("−", "-")


def measure(text: str) -> tuple[float, float]:
    """Value and unit of a numeral: `26 000`, `−0.05`, `1e-12`."""
    bare = plain(text).lstrip("±")
    mantissa, _, power = bare.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(bare), 10.0 ** (int(power or 0) - decimals)


def kind_of(text: str, value: float) -> str:
    """Two significant digits or more; one; or a small whole number."""
    digits = re.sub(r"\D", "", text.lower().partition("e")[0]).lstrip("0")
    if len(digits) > 1:
        return "digits"
    whole = float(value).is_integer() and abs(value) < 10
    return "small" if whole else "digit"
