"""Sphinx builder: the book as one Typst file, and the PDF made of it.

Typst (a wheel on PyPI) sets it: it needs no other program, and takes seconds.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import typst
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import front  # noqa: E402
from onpaper import SITE, picture  # noqa: E402
from tex import Formulas  # noqa: E402
from writer import Writer, escaped  # noqa: E402

from contents import captions, listed, parts  # noqa: E402

ENTRIES = ("bibliography",)  # a page of many short entries
INDEX = "terms"  # the page in whose place stands an index, at the end


class Paper(Builder):
    """Writes book.typ and book.pdf."""

    name, format = "paper", "paper"
    epilog = "The PDF is in %(outdir)s."
    allow_parallel = False

    def init(self) -> None:
        self.formulas = Formulas()
        self.labels: set[str] = set()
        self.wanted: set[str] = set()
        self.images = 0

    def get_outdated_docs(self) -> str:
        return "all of the book"

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        return f"page:{docname}"

    def get_relative_uri(
        self, from_: str, to: str, typ: str | None = None
    ) -> str:
        return self.get_target_uri(to, typ)

    def prepare_writing(self, docnames: set[str]) -> None:
        pass

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        pass

    def numbers_of(
        self, docname: str, kind: str
    ) -> dict[str, tuple[int, ...]]:
        found = self.env.toc_fignumbers.get(docname, {})
        return found.get(kind, {})

    def files(self, node: picture) -> Iterator[str]:
        """The drawings of a picture, written where Typst finds them."""
        folder = Path(self.outdir) / "pictures"
        folder.mkdir(exist_ok=True)
        for svg in node["svgs"]:
            self.images += 1
            (folder / f"{self.images:03}.svg").write_text(svg, "utf-8")
            yield f"pictures/{self.images:03}.svg"

    def has(self, stem: str) -> bool:
        return stem != INDEX and f"chapters/{stem}" in self.env.found_docs

    def chapter(self, stem: str) -> str:
        self.at = f"chapters/{stem}"
        doctree = self.env.get_and_resolve_doctree(self.at, self)
        writer = Writer(doctree, self)
        doctree.walkabout(writer)
        made = "".join(writer.out)
        return f"\n#listed[{made}]\n" if stem in ENTRIES else made

    def text(self) -> str:
        """All of the book, in its order."""
        body = [self.chapter(listed()[0])]
        for caption, part in zip(captions(), parts(), strict=True):
            body.append(f"\n#part[{escaped(caption)}]\n")
            body += map(self.chapter, filter(self.has, part))
        self.labels.add(INDEX)
        missing = self.wanted - self.labels
        assert not missing, f"nothing to link to: {sorted(missing)}"
        return self.formulas.put("".join(body)) + f'\n#index-at("{INDEX}")\n'

    def write(self, *ignored: object) -> None:
        source = Path(self.outdir) / "book.typ"
        book = (HERE / "book.typ").read_text("utf-8")
        front.draw(Path(self.outdir))
        source.write_text(front.TYPST + book + self.text(), "utf-8")
        about = {
            "title": self.config.project,
            "author": self.config.author,
            "year": self.config.copyright,
            "edition": self.config.version,
            "promise": front.PROMISE,
            "told": front.told(),
            "site": SITE,
        }
        typst.compile(
            source,
            output=source.with_suffix(".pdf"),
            root=self.outdir,
            font_paths=[front.FONTS],
            sys_inputs=about,
        )


def setup(app: Sphinx) -> None:
    app.add_builder(Paper)
