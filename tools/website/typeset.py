"""Sphinx extension: formulas are set when the site is built.

MathJax runs here, in Node, and a page gets what it makes: letters in boxes
for the eye, MathML for a screen reader, nothing that a browser has to load or
run first.  A display comes broken into lines for each width of a column, and
the page's style shows the one that fits.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from website import fetch  # noqa: E402

GLYPH = re.compile(r"mjx-c\.(mjx-c[0-9A-F]+)\S* \{[^}]*\}\s*")
ENVIRONMENT = re.compile(
    r"\\begin\{(\w+)\}(?:(?!\\begin\{).)*?\\end\{\1\}", re.DOTALL
)
logger = logging.getLogger(__name__)


class Typesetter:
    """MathJax in a process of Node, started with the first formula."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.known: dict[tuple[str, bool], str] = {}

    def start(self) -> subprocess.Popen[str]:
        folder = fetch.cache_folder() / f"mathjax-{fetch.MATHJAX.version}"
        if not folder.exists():
            part = folder.with_suffix(".part")
            fetch.gather(part / "node_modules", fetch.FOR_NODE)
            part.rename(folder)
        script = (HERE / "typeset.mjs").read_text("utf-8")
        node = Path(fetch.npm()).with_name("node")
        return subprocess.Popen(
            [node, "--input-type=module", "--eval", script],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def ask(self, **question: object) -> str:
        self.process = self.process or self.start()
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer: dict[str, str] = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["html"]

    def formula(self, tex: str, block: bool) -> str:
        if (tex, block) not in self.known:
            self.known[tex, block] = self.ask(tex=tex, block=block)
        return self.known[tex, block]

    def mathml(self, tex: str, block: bool) -> str:
        return self.ask(tex=tex, block=block, spoken=True)

    def stop(self) -> None:
        if self.process:
            self.process.communicate()
            self.process = None


typesetter = Typesetter()


def formula(node: nodes.Element, tex: str, block: bool) -> str:
    try:
        return typesetter.formula(tex, block)
    except ValueError as error:
        logger.warning("%s: %s", error, tex, location=node)
        return ""


def in_lines(tex: str) -> str:
    """With the environment that line breaks of its own need."""
    outside, found = tex, 1
    while found:
        outside, found = ENVIRONMENT.subn("", outside)
    return rf"\begin{{split}}{tex}\end{{split}}" if r"\\" in outside else tex


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(self.starttag(node, "span", "", CLASS="math"))
    self.body.append(formula(node, node.astext(), False) + "</span>")
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """The formula, and beside it (below, on a phone) its number."""
    self.body.append(self.starttag(node, "div", CLASS="math display"))
    made = formula(node, in_lines(node.astext()), True)
    self.body.append(
        f'<div class="statement"><div class="formula">{made}</div>'
    )
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<div class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append(f"{node.get('checked', '')}</div>")
    self.body.append("</div></div>\n")
    raise nodes.SkipNode


def write_style(app: Sphinx, error: Exception | None) -> None:
    """MathJax's style, with those of its glyphs that a page shows."""
    if error is None and app.builder.format == "html":
        site = Path(app.outdir)
        shown: set[str] = set()
        for page in site.rglob("*.html"):
            shown |= set(
                re.findall(r"mjx-c[0-9A-F]+", page.read_text("utf-8"))
            )
        style = GLYPH.sub(
            lambda rule: rule[0] if rule[1] in shown else "", typesetter.ask()
        )
        folder = site / "_static" / "mathjax"
        (folder / "formulas.css").write_text(style, "utf-8")
        shutil.rmtree(folder / "fonts", ignore_errors=True)
        shutil.copytree(folder / "mathjax-tex/chtml/woff2", folder / "fonts")
    typesetter.stop()


def configure(app: Sphinx, config: object) -> None:
    app.config.html_math_renderer = "typeset"


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer(
        "typeset", (visit_math, None), (visit_display, None)
    )
    app.connect("config-inited", configure)
    app.add_css_file("mathjax/formulas.css")
    app.connect("build-finished", write_style, priority=800)
    return {"parallel_read_safe": True}
