"""Sphinx builder: the book as one Typst file, and the PDF made of it.

Typst (a wheel on PyPI) sets it: it needs no other program, and takes seconds.
Formulas are turned into its language by tex2typst, in Node.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
from onpaper import picture  # noqa: E402

from contents import listed, parts  # noqa: E402
from website import fetch  # noqa: E402

SPECIAL = re.compile(r"([\\#$*_`<>@~\[\]=\-+/'\"])")
TEX2TYPST = fetch.Package(
    "tex2typst",
    "0.6.2",
    "db37413fc27a0d2ecafd13f11800a6230f90800aad4bc6ecc198e23b735937e1",
    "package/",
    ("dist/index.js", "package.json"),
    "tex2typst",
)
SCRIPT = """
import { readFileSync } from "node:fs";
import { tex2typst } from "./dist/index.js";
const said = (tex) => {
  try { return [tex2typst(tex), ""]; } catch (e) { return ["", e.message]; }
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(said)));
"""


def escaped(text: str) -> str:
    """Text as Typst's markup shows it."""
    return SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def quoted(text: str) -> str:
    """A string of Typst."""
    return json.dumps(text, ensure_ascii=False)


def anchor(docname: str, identifier: str = "") -> str:
    """The label of a page, or of a place on it."""
    name = Path(docname).name
    return re.sub(r"[^\w.-]", "-", f"{name}.{identifier}".strip("."))


class Formulas:
    """All formulas of the book in Typst's language, asked for at once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def place(self, tex: str) -> str:
        """A mark in the text, for the formula that will stand there."""
        return f"\0{self.numbers.setdefault(tex, len(self.numbers))}\0"

    def put(self, text: str) -> str:
        """The text with the formulas in place of their marks."""
        folder = fetch.cache_folder() / f"tex2typst-{TEX2TYPST.version}"
        if not folder.exists():
            fetch.gather(folder, [TEX2TYPST])
        asked = [plain(tex) for tex in self.numbers]
        result = subprocess.run(
            [Path(fetch.npm()).with_name("node"), "--input-type=module"]
            + ["--eval", SCRIPT],
            cwd=folder / TEX2TYPST.target,
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        made = []
        for tex, (typst, error) in zip(
            asked, json.loads(result.stdout), strict=True
        ):
            if error:
                raise ValueError(f"{error}: {tex}")
            made.append(typst.replace("dot.circle", "dot.o"))  # its new name
        return re.sub("\0(\\d+)\0", lambda m: made[int(m[1])], text)


def plain(tex: str) -> str:
    r"""Without what only says how far apart the lines are."""
    tex = re.sub(r"\\(begin|end)\{gathered\}", "", tex)
    tex = re.sub(r"\\[lr]Vert\b ?", r"\\| ", tex)
    tex = re.sub(r"\\[lr]vert\b ?", "|", tex)
    return re.sub(r"\\\\\[\w.]+\]", r"\\\\", tex).strip()


class Writer(nodes.NodeVisitor):
    """One chapter in Typst's language; a node of unknown kind fails."""

    def __init__(self, document: nodes.document, builder: "Paper") -> None:
        super().__init__(document)
        self.builder, self.docname = builder, builder.at
        self.out: list[str] = []
        self.depth = 0
        self.exercise = 0

    def dispatch_visit(self, node: nodes.Node) -> None:
        name = type(node).__name__
        wanted = getattr(self, f"visit_{name}", None)
        if wanted is None:
            raise NotImplementedError(f"{name} on paper: {node.source}")
        wanted(node)

    def dispatch_departure(self, node: nodes.Node) -> None:
        getattr(self, f"depart_{type(node).__name__}", lambda _: None)(node)

    def inner(self, node: nodes.Element) -> str:
        """What the children of a node make."""
        kept, self.out = self.out, []
        for child in node.children:
            child.walkabout(self)
        made, self.out = "".join(self.out), kept
        return made

    def marks(self, node: nodes.Element) -> str:
        """The labels of a node; of two of one name the first."""
        found = ""
        for identifier in node.get("ids", []):
            name = anchor(self.docname, identifier)
            if name not in self.builder.labels:
                self.builder.labels.add(name)
                found += f"#mark({quoted(name)})"
        return found

    def block(self, call: str, node: nodes.Element) -> None:
        self.out.append(f"\n#{call}[{self.marks(node)}{self.inner(node)}]\n")
        raise nodes.SkipNode

    def visit_document(self, node: nodes.document) -> None:
        pass

    # Text

    def visit_Text(self, node: nodes.Text) -> None:
        self.out.append(escaped(node.astext()))

    def visit_paragraph(self, node: nodes.paragraph) -> None:
        self.out.append(f"\n{self.inner(node).strip()}\n")
        raise nodes.SkipNode

    def visit_emphasis(self, node: nodes.emphasis) -> None:
        self.out.append(f"#emph[{self.inner(node)}]")
        raise nodes.SkipNode

    def visit_strong(self, node: nodes.strong) -> None:
        self.out.append(f"#strong[{self.inner(node)}]")
        raise nodes.SkipNode

    def visit_literal(self, node: nodes.literal) -> None:
        self.out.append(f"#raw({quoted(node.astext())})")
        raise nodes.SkipNode

    def visit_inline(self, node: nodes.inline) -> None:
        pass

    def visit_math(self, node: nodes.math) -> None:
        self.out.append(f"${self.builder.formulas.place(node.astext())}$")
        raise nodes.SkipNode

    def visit_math_block(self, node: nodes.math_block) -> None:
        number = ""
        if node.get("number"):
            where = self.builder.numbers_of(self.docname, "displaymath")
            found = where.get(node["ids"][0]) if node["ids"] else None
            number = f"({'.'.join(map(str, found))})" if found else ""
        formula = self.builder.formulas.place(node.astext())
        self.out.append(
            f"\n#display({quoted(number)})[{self.marks(node)}$ {formula} $]\n"
        )
        raise nodes.SkipNode

    def visit_reference(self, node: nodes.reference) -> None:
        said, to = self.inner(node), node.get("refuri", "")
        if node.get("refid"):
            name, far = anchor(self.docname, node["refid"]), False
        elif to.startswith("page:"):
            docname, _, identifier = to.removeprefix("page:").partition("#")
            name, far = anchor(docname, identifier), docname != self.docname
        elif to.startswith("#"):
            name, far = anchor(self.docname, to[1:]), False
        else:
            self.out.append(f"#link({quoted(to)})[{said}]")
            raise nodes.SkipNode
        self.builder.wanted.add(name)
        call = "far" if far else "near"
        self.out.append(f"#{call}({quoted(name)})[{said}]")
        raise nodes.SkipNode

    def visit_target(self, node: nodes.target) -> None:
        raise nodes.SkipNode

    def visit_comment(self, node: nodes.comment) -> None:
        """The terms that a paragraph teaches go into the index."""
        for forms in re.findall(r"^term: (.+)$", node.astext(), re.M):
            self.out.append(f"#term({quoted(forms.split(' | ')[0])})")
        raise nodes.SkipNode

    # Sections and lists

    def visit_section(self, node: nodes.section) -> None:
        self.depth += 1

    def depart_section(self, node: nodes.section) -> None:
        self.depth -= 1

    def visit_title(self, node: nodes.title) -> None:
        section = node.parent
        where = "" if self.depth == 1 else f"#{section['ids'][0]}"
        number = self.builder.env.toc_secnumbers.get(self.docname, {})
        shown = ".".join(map(str, number.get(where, ())))
        marks = self.marks(section)
        if self.depth == 1:
            marks += f"#mark({quoted(anchor(self.docname))})"
            self.builder.labels.add(anchor(self.docname))
        self.out.append(
            f"\n#head({self.depth}, {quoted(shown)})[{self.inner(node)}]"
            f"{marks}\n"
        )
        raise nodes.SkipNode

    def visit_bullet_list(self, node: nodes.bullet_list) -> None:
        items = "".join(f"[{self.inner(item)}], " for item in node.children)
        self.out.append(f"\n#list({items})\n")
        raise nodes.SkipNode

    def visit_enumerated_list(self, node: nodes.enumerated_list) -> None:
        items = "".join(f"[{self.inner(item)}], " for item in node.children)
        self.out.append(f"\n#enum({items})\n")
        raise nodes.SkipNode

    def visit_block_quote(self, node: nodes.block_quote) -> None:
        self.block("quote(block: true)", node)

    def visit_compound(self, node: nodes.Element) -> None:
        raise nodes.SkipNode  # the list of pages

    def visit_table(self, node: nodes.table) -> None:
        group = next(node.findall(nodes.tgroup))
        rows = list(group.findall(nodes.row))
        head = {id(r) for h in group.findall(nodes.thead) for r in h.children}
        cells = []
        for row in rows:
            made = [f"[{self.inner(entry)}]" for entry in row.children]
            if id(row) in head:
                cells.append(f"table.header({', '.join(made)})")
            else:
                cells += made
        sides = [
            next(
                (s for s in ("center", "right") if f"text-{s}" in classes),
                "left",
            )
            for classes in (" ".join(e["classes"]) for e in rows[-1].children)
        ]
        self.out.append(
            f"\n#rows(({', '.join(sides)},), {', '.join(cells)})\n"
        )
        raise nodes.SkipNode

    # Boxes

    def visit_admonition(self, node: nodes.admonition) -> None:
        title, *rest = node.children
        said = self.inner(title) if isinstance(title, nodes.title) else ""
        inside = nodes.container("", *rest)
        self.out.append(f"\n#box-of[{said}][{self.inner(inside)}]\n")
        raise nodes.SkipNode

    def visit_container(self, node: nodes.container) -> None:
        pass

    def visit_literal_block(self, node: nodes.literal_block) -> None:
        call = "printed" if "output" in node["classes"] else "code"
        self.out.append(f"\n#{call}({quoted(node.astext().rstrip())})\n")
        raise nodes.SkipNode

    def visit_picture(self, node: picture) -> None:
        files = "".join(f"{quoted(f)}, " for f in self.builder.files(node))
        caption = escaped(node["caption"])
        self.out.append(f"\n#picture(({files}))[{caption}]\n")
        raise nodes.SkipNode

    def visit_raw(self, node: nodes.raw) -> None:
        raise nodes.SkipNode  # for the page

    # Exercises

    def visit_exercise_enumerable_node(self, node: nodes.Element) -> None:
        self.exercise += 1
        chapter = self.builder.env.toc_secnumbers.get(self.docname, {}).get(
            "", ()
        )
        number = ".".join(map(str, (*chapter, self.exercise)))
        title, *rest = node.children
        said = self.inner(title).strip().removeprefix("(").removesuffix(")")
        inside = self.inner(nodes.container("", *rest))
        self.out.append(
            f"\n#exercise({quoted(number)})[{said}]"
            f"[{self.marks(node)}{inside}]\n"
        )
        raise nodes.SkipNode

    def visit_solution_node(self, node: nodes.Element) -> None:
        title, *rest = node.children
        inside = self.inner(nodes.container("", *rest))
        self.out.append(
            f"\n#solution[{self.inner(title)}][{self.marks(node)}{inside}]\n"
        )
        raise nodes.SkipNode


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

    def chapter(self, stem: str) -> str:
        self.at = f"chapters/{stem}"
        doctree = self.env.get_and_resolve_doctree(self.at, self)
        writer = Writer(doctree, self)
        doctree.walkabout(writer)
        return "".join(writer.out)

    def write(self, *ignored: object) -> None:
        import typst

        first, *_ = listed()
        body = [self.chapter(first)]
        for number, part in enumerate(parts()):
            body.append(f"\n#part({number})\n")
            body += [self.chapter(stem) for stem in part if stem != "access"]
        missing = self.wanted - self.labels
        assert not missing, f"nothing to link to: {sorted(missing)}"
        book = (HERE / "book.typ").read_text("utf-8")
        text = book + self.formulas.put("".join(body)) + "\n#index-of-terms\n"
        source = Path(self.outdir) / "book.typ"
        source.write_text(text, "utf-8")
        import matplotlib

        fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        typst.compile(
            source,
            output=source.with_suffix(".pdf"),
            root=self.outdir,
            font_paths=[str(fonts)],
        )


def setup(app: Sphinx) -> None:
    app.add_builder(Paper)
