"""What a tired author makes of a number.

The rules of evidence use these: a number counts as shown only if none of
its slips would.  The tests plant them, and others, in the prose.
"""

import re

GAP = r"(?:[ \u00a0\u202f]|\\[, ]|~)"  # that parts the thousands
MANTISSA = re.compile(rf"\d+(?:{GAP}\d+)*(?:\.\d+)?")


def slips_of(text: str) -> dict[str, str]:
    """The slips of the digits of a number, `0.26` or `26 000`, by name."""
    bare = re.sub(r"\D", "", text)
    last = int(bare[-1])
    found = {
        "last digit up": write(text, bare[:-1] + str((last + 1) % 10)),
        "last digit down": write(text, bare[:-1] + str((last - 1) % 10)),
        "doubled": write(text, str(2 * int(bare))),
        "halved": halved(text, bare),
        "ten times": times(text, bare, 10),
        "a tenth": times(text, bare, 0.1),
    }
    for k, (a, b) in enumerate(zip(bare, bare[1:], strict=False)):
        if a != b and (k or b != "0" or "." in text):
            swapped = bare[:k] + b + a + bare[k + 2 :]
            found[f"digits {k + 1} and {k + 2} swapped"] = write(text, swapped)
    if found["doubled"].endswith("0") and "." in text:
        found["doubled, shorter"] = found["doubled"][:-1].rstrip(".")
    same = float(clean(text))
    return {k: v for k, v in found.items() if float(clean(v)) not in {same, 0}}


def clean(text: str) -> str:
    return re.sub(r"[^\d.]", "", text)


def decimals(text: str) -> int:
    return len(text.partition(".")[2])


def write(text: str, digits: str) -> str:
    """Digits with the point, and the gaps, of a number."""
    n = decimals(text)
    digits = digits.zfill(n + 1)
    whole, rest = digits[: len(digits) - n], digits[len(digits) - n :]
    gap = re.search(rf"(?<=\d){GAP}", text)
    if gap:
        whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", lambda _: gap[0], whole)
    return f"{whole}.{rest}" if n else whole


def halved(text: str, digits: str) -> str:
    if int(digits) % 2 == 0:
        return write(text, str(int(digits) // 2))
    return f"{int(digits) / 2 / 10 ** decimals(text):.{decimals(text) + 1}f}"


def times(text: str, digits: str, factor: float) -> str:
    value, n = int(digits) / 10 ** decimals(text) * factor, decimals(text)
    n = max(0, n - 1) if factor > 1 else n + 1
    moved = f"{value:.{n}f}"
    if factor < 1 and digits[-1] == "0" and "." not in text:
        moved = moved.partition(".")[0]  # a tenth of 60 is written 6
    return moved
