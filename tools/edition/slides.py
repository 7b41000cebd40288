"""Slides of each chapter: its questions, formulas and pictures, as stored.

Teachers get the bones: what a chapter asks, each labelled formula with the
sentence that says it in words, each picture, what is often said, and the
exercises.  reveal.js shows them, from the folder itself; formulas are MathML.
"""

import html
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
from narrow import narrow  # noqa: E402
from pictures import drawings  # noqa: E402

import often  # noqa: E402
import tangle  # noqa: E402
from contents import listed  # noqa: E402
from cover import book  # noqa: E402
from marks import EXERCISE  # noqa: E402
from website import fetch  # noqa: E402
from website.typeset import typesetter  # noqa: E402

REVEAL = fetch.Package(
    "reveal.js",
    "6.0.2",
    "2f0c20bfb02447a198a1ebe8a8c097a5437d035caa38f2820bf4ba887a3eac91",
    "package/dist/",
    ("reveal.js", "reveal.css", "theme/white.css"),
    "reveal",
)
TOLD = replace(  # the licences of what it is made of
    REVEAL,
    source="package/",
    wanted=("LICENSE", "css/theme/fonts/source-sans-pro/LICENSE"),
)
DISPLAY = re.compile(r"^\$\$\n(.*?)^\$\$ \((eq-[\w-]+)\)", re.M | re.S)
IN_WORDS = re.compile(r"\n\n+(In words[^\n]*)")
HEADING = re.compile(r"^## (.+)$", re.M)
BOOK = "Backpropagation, derived and run"
LEFT_OUT = ("Exercises", "What we have now", "References")
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="stylesheet" href="reveal/reveal.css">
<link rel="stylesheet" href="reveal/theme/white.css">
<link rel="stylesheet" href="slides.css">
<div class="reveal"><div class="slides">
{slides}
</div></div>
<script src="reveal/reveal.js"></script>
<script>Reveal.initialize({{hash: true, slideNumber: "c/t"}});</script>
</html>
"""

INDEX = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Slides</title>
<link rel="stylesheet" href="slides.css">
<main>
<h1>{name}: slides</h1>
<p>Of each chapter its questions, formulas, pictures and exercises.
The arrow keys turn the slides; Esc shows all of them.
Licence: CC BY 4.0.</p>
<ul>
{entries}</ul>
</main>
</html>
"""


def render(text: str) -> str:
    """Markdown with formulas as HTML with MathML; links lead nowhere."""
    text = re.sub(r"^%[^\n]*\n?", "", text, flags=re.M)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\{eq\}`[^`]+`", "the formula above", text)
    mark = MarkdownIt().use(
        dollarmath_plugin,
        renderer=lambda tex, options: typesetter.mathml(
            tex, options["display_mode"]
        ),
    )
    return str(mark.enable("table").render(text))


def slide(inner: str) -> str:
    return f"<section>{inner}</section>"


def formulas(section: str) -> Iterator[str]:
    """Each labelled formula, with the words that follow it."""
    for found in DISPLAY.finditer(section):
        shown = typesetter.mathml(narrow(found[1].strip()), True)
        words = IN_WORDS.match(section, found.end())
        yield slide(shown + (render(words[1]) if words else ""))


def pictures(cells: list[nbformat.NotebookNode]) -> Iterator[str]:
    """Each picture that the cells have stored, and what is said below it."""
    for cell in cells:
        for output in cell.get("outputs", []):
            page = output.get("data", {}).get("text/html", "")
            for svgs, caption in drawings(page):
                said = f"<p class='caption'>{html.escape(caption)}</p>"
                yield slide("".join(svgs[:1]) + said)


def sections(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Each section's heading, its text, and its pictures."""
    heading, text, cells = "", "", []
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            cells.append(cell)
            continue
        parts = HEADING.split(cell.source)
        text += parts[0]
        for new, body in zip(parts[1::2], parts[2::2], strict=True):
            yield heading, text, list(pictures(cells))
            heading, text, cells = new, body, []
    yield heading, text, list(pictures(cells))


def slides(stem: str) -> str:
    """All slides of a chapter."""
    path = tangle.ROOT / "chapters" / f"{stem}.ipynb"
    page = book.read(f"chapters/{stem}.ipynb")
    title = f"<h1>{html.escape(page.title)}</h1>{render(page.question)}"
    stacks = [[slide(f"{title}<p class='caption'>{BOOK}, CC BY 4.0</p>")]]
    for heading, text, drawn in sections(path):
        if heading in LEFT_OUT:
            continue
        above = f"<h2>{render(heading)[3:-5]}</h2>" if heading else ""
        questions = re.findall(r"^\*\*(.+\?)\*\*$", text, re.M)
        stack = [slide(above)] if heading else []
        stack += formulas(text)
        stack += [slide(render(question)) for question in questions if heading]
        stack += drawn
        for box in often.boxes(text):
            claim = f"<h3>Often said: {html.escape(box.claim)}</h3>"
            stack.append(slide(claim + f"<small>{render(box.told())}</small>"))
        stacks.append(stack)
    text = path.with_suffix(".md").read_text("utf-8")
    asked = [
        slide(f"<h3>{html.escape(name)}</h3><small>{render(body)}</small>")
        for _, name, _, body in EXERCISE.findall(text)
    ]
    stacks.append([slide("<h2>Exercises</h2>"), *asked])
    shown = "\n".join(slide("".join(stack)) for stack in stacks if stack)
    return PAGE.format(title=html.escape(page.title), slides=shown)


def make(folder: Path) -> Path:
    """Slides of all chapters, and a page that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    fetch.gather(folder, [REVEAL, TOLD])
    (folder / "slides.css").write_bytes((HERE / "slides.css").read_bytes())
    entries = ""
    for stem in (s for s in listed() if re.match(r"\d\d_", s)):
        (folder / f"{stem}.html").write_text(slides(stem), "utf-8")
        title = html.escape(book.read(f"chapters/{stem}.ipynb").title)
        entries += f'<li>{stem[:2]} <a href="{stem}.html">{title}</a></li>\n'
    typesetter.stop()
    index = folder / "index.html"
    index.write_text(INDEX.format(name=BOOK, entries=entries), "utf-8")
    return index
