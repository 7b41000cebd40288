"""Write the cover into a built site: one page and a folder of small files."""

import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bp.digits import Samples, load_digits
from bp.experiments.handwriting import INK
from bp.experiments.kit import COLOUR
from cover import book, network
from cover.digits import by_label, spelled
from cover.scene import Scene, scene
from cover.social import social
from cover.still import still
from cover.thumbnails import WASH, thumbnail

HERE = Path(__file__).resolve().parent / "page"
FOLDER = "_static/cover"
PROMISE = (
    "Four short equations tell a neural network how to learn. "
    "Derive them, run them, change them."
)
WHOM = (
    "A free book for whoever knows the slope of a curve and a little Python. "
    "It runs in your browser, with nothing to install."
)
DARK = (
    "--paper: #121212; --text: #dfe4ea; --soft: #9aa5b1; --line: #333a42; "
    f"--wash: {WASH[1]}; --ta: #71aef0; --td: #ff8278; --tw: #eda53a; "
    "--tc: #c79aea; color-scheme: dark;"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ONES = (
    "no one two three four five six seven eight nine ten eleven twelve "
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()


def in_words(number: int) -> str:
    if number < 20:
        return ONES[number]
    tens, ones = divmod(number, 10)
    return TENS[tens - 2] + (f"-{ONES[ones]}" if ones else "")


def an(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"


@cache
def carried() -> tuple[dict[str, Any], Samples]:
    """The rounded network, and the digits that it was not trained on."""
    return network.packed(network.trained()), load_digits()[1]


def data() -> dict[str, Any]:
    """What the script gets: numbers of `bp`, and the ways of the chapters."""
    packed, test = carried()
    first = network.opening(network.unpacked(packed), test)
    return {
        "net": packed,
        "digits": spelled(test),
        "first": by_label(test).tolist().index(first),
        "ink": INK,
        "eta": network.ETA,
        "sure": network.SURE,
        "most": network.MOST,
        "flat": f"chapters/{book.labelled('eq-bp1')}.html",
    }


def opening() -> Scene:
    packed, test = carried()
    net = network.unpacked(packed)
    i = network.opening(net, test)
    return scene(net, test.x[:, [i]], test.y[:, [i]])


def card(chapter: book.Chapter) -> str:
    number = f"<i>{chapter.number}</i>" if chapter.number else ""
    title, question = map(html.escape, (chapter.title, chapter.question))
    return (
        f'<li><a href="chapters/{chapter.stem}.html">'
        f'<img src="{FOLDER}/{chapter.stem}.svg" alt="" loading="lazy" '
        f'width="240" height="150"><span><b>{number}{title}</b>'
        f"<span>{question}</span></span></a></li>"
    )


def cards(part: book.Part) -> str:
    inside = "\n".join(map(card, part.chapters))
    return (
        f'<section class="part"><h2>{html.escape(part.title)}</h2>'
        f'<ul class="cards">\n{inside}\n</ul></section>'
    )


def equation(label: str) -> str:
    stem = book.labelled(label)
    return f'<a href="chapters/{stem}.html">chapter {int(stem[:2])}</a>'


def filled(text: str, values: dict[str, str]) -> str:
    return re.sub("@([A-Za-z0-9]+)@", lambda m: values[m[1]], text)


def bare(text: str) -> str:
    """Without indentation and comments, which no reader's line carries.

    A comment of a script stands alone or behind two blanks.
    """
    text = re.sub(r"^ *(?:/\*\*.*?\*/|// .*)$|  // .*$", "", text, flags=re.M)
    return re.sub(r"\n\s*", "\n", text).lstrip()


def page(parts: list[book.Part], seen: Scene, base: str) -> str:
    """The cover's HTML; `base` is the address of the site, where known."""
    config = yaml.safe_load((book.ROOT / "_config.yml").read_text("utf-8"))
    title = config["title"]
    toc = yaml.safe_load((book.ROOT / "_toc.yml").read_text("utf-8"))
    sizes = network.SIZES
    numbers = sum(n * (m + 1) for m, n in zip(sizes, sizes[1:], strict=False))
    chapters = sum(c.number is not None for p in parts for c in p.chapters)
    start, _, last = title.rpartition(" ")
    scripts = sorted(p.name for p in HERE.glob("*.js"))
    return filled(
        bare((HERE / "template.html").read_text("utf-8")),
        {
            "TITLE": title,
            "HEADING": f"{start}&nbsp;{last}",
            "PROMISE": PROMISE,
            "WHOM": WHOM,
            "BASE": base,
            "FOLDER": FOLDER,
            "ALT": f"A network reads a handwritten {seen.meant} as "
            f"{an(seen.read)}; the error goes back through its weights.",
            "PRELOAD": "\n".join(
                f'<link rel="modulepreload" href="{FOLDER}/{name}">'
                for name in [*scripts, "data.js"]
            ),
            "START": Path(toc["root"]).with_suffix(".html").as_posix(),
            "STILL": still(seen),
            "MEANT": str(seen.meant),
            "READ": an(seen.read),
            "COUNT": str(numbers),
            "PARTS": "\n".join(map(cards, parts)),
            "CHAPTERS": in_words(chapters).capitalize(),
            **{f"EQ{i}": equation(f"eq-bp{i}") for i in (1, 2, 3, 4)},
        },
    )


def write(site: Path, base: str = "") -> None:
    """All of the cover, into the folder of a built site."""
    parts, seen = book.parts(), opening()
    folder = site / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for path in HERE.glob("*.js"):
        script = bare(path.read_text("utf-8"))
        (folder / path.name).write_text(script, "utf-8")
    known = json.dumps(data(), separators=(",", ":"))
    files = {
        "data.js": f"export const DATA = {known};\n",
        "style.css": filled(
            bare((HERE / "style.css").read_text("utf-8")),
            COLOUR | {"WASH": WASH[0], "DARK": DARK},
        ),
    }
    for part in parts:
        for chapter in part.chapters:
            files[f"{chapter.stem}.svg"] = thumbnail(chapter)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    title = page(parts, seen, base)
    (site / "index.html").write_text(title, "utf-8")
    heading = re.search("<title>(.*?)</title>", title)
    assert heading
    png = social(seen, heading[1], PROMISE)
    (folder / "social.png").write_bytes(png)
