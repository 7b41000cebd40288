"""Numbers in words: thirteen, two hundred; and comparisons: ten times as."""

import re
from collections.abc import Iterator

ONES = (
    "two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen twenty"
)
TENS = "thirty forty fifty sixty seventy eighty ninety"
SMALL = (
    {word: n for n, word in enumerate(ONES.split(), 2)}
    | {word: 10 * n for n, word in enumerate(TENS.split(), 3)}
    | {"dozen": 12}
)
LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6}
PART = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "tenth": 10,
    "hundredth": 100,
    "thousandth": 1000,
}

ONE, BIG = "|".join(SMALL), "|".join(LARGE)
WORD = (
    rf"(?:(?:{ONE}|a|one|some)[ -])?(?:(?:{BIG})\b|(?:{ONE})\b)"
    rf"(?:[ -](?:{BIG})\b)*"
)
MANY = rf"(?:\d[\d.]*|{WORD})"
THAN = (  # what makes a comparison of "twice", "ten times", "a third"
    r"(?= (?:as|the|that|of|what|more|less|fewer|further|its|his|ours|\w+er)\b"
    r"(?! (?:kind|time|line|sigmoid))| to (?:a|two|three)\b)"
)
RATIO = re.compile(
    rf"\b(?P<twice>twice|double){THAN}"
    rf"|\b(?P<many>{MANY}(?: (?:or|to) {MANY})?)(?P<half> and a half)?"
    rf" times{THAN}"
    rf"|\b(?P<fold>{ONE}|{BIG}|\d+)-?fold\b"
    rf"|\b(?P<top>a|{ONE}|\d)[ -](?P<part>{'|'.join(PART)})s?"
    rf"(?: (?=less|more|\w+er\b)|{THAN.replace('that|', '')}|(?=[.,;:)]))"
    r"|\b(?P<verb>halves|halved|doubles|doubled"
    r"|half(?= (?:of|the|as|that|their|its)\b))"
    rf"|\b(?P<few>one|{ONE}|\d+) (?:\w+ )?"
    rf"(?:in(?: an?)?|out of|of (?:a|every)) (?P<all>{ONE}|hundred|\d+)\b",
    re.I,
)


def word_value(text: str) -> float:
    """The number that words name: thirteen, two hundred."""
    if text[0].isdigit():
        return float(text)
    value = 1.0
    for part in re.split(r"[ -]", text.lower()):
        value *= SMALL.get(part, LARGE.get(part, 1))
    return value


def ratio(m: re.Match[str]) -> tuple[float, float]:
    """Value of a comparison, and the width of what it may mean.

    "Three times" is 2.5 to 3.5, "a hundred times" 95 to 105, "twice" 1.75 to
    2.25, "a third" 0.30 to 0.37, "nine in ten" 0.85 to 0.95.
    """
    if m["twice"] or (m["verb"] or "")[:1] in {"d", "D"}:
        return 2.0, 0.5
    if m["many"] or m["fold"]:
        first = re.split(r" (?:or|to) ", m["many"] or m["fold"])[0]
        value = word_value(first) + 0.5 * bool(m["half"])
        return value, max(1.0, value / 10)
    if m["few"]:
        top, whole = word_value(m["few"]), word_value(m["all"])
        return top / whole, min(0.2 * top, 1.0) / whole
    value = word_value(m["top"] or "one") / PART[(m["part"] or "half").lower()]
    return value, 0.2 * value


def ratios(text: str) -> Iterator[re.Match[str]]:
    """The comparisons of a text that are made in words."""
    for m in RATIO.finditer(text):
        digits = re.search(r"\d[\d.]*", m["many"] or "")
        if digits and len(digits[0].strip("0.")) > 1:
            continue  # "38 times": a numeral like any other
        if m["few"] and not 1 <= word_value(m["few"]) < word_value(m["all"]):
            continue  # "ten in two": no share
        yield m


def number_words(text: str) -> Iterator[tuple[re.Match[str], float, bool]]:
    """Number words above one: match, value, and whether it is a large one."""
    for m in re.finditer(rf"\b(?:{WORD})", text, re.I):
        if (value := word_value(m[0])) > 1:
            round_one = re.fullmatch(rf"(?:an? )?(?:{BIG})", m[0], re.I)
            yield m, value, value > 12 and not round_one
