"""A chapter in Typst's language, whose words are those of book.typ."""

import ast
import json
import re
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from narrow import PAPER, narrow  # noqa: E402
from onpaper import picture  # noqa: E402

if TYPE_CHECKING:
    from paper import Paper

UNSEEN = (nodes.comment, nodes.target)
SHOWN = (
    nodes.bullet_list,
    nodes.enumerated_list,
    nodes.math_block,
    nodes.table,
)
SPECIAL = re.compile(r"([\\#$*_`<>@~\[\]=\-+/])")


def escaped(text: str) -> str:
    """Text as Typst's markup shows it; straight quotes are set as curved."""
    return SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def quoted(text: str) -> str:
    """A string of Typst."""
    return json.dumps(text, ensure_ascii=False)


def several(items: Iterable[str]) -> str:
    """An array of Typst."""
    return f"({''.join(f'{item}, ' for item in items)})"


def anchor(docname: str, identifier: str = "") -> str:
    """The label of a page, or of a place on it."""
    name = Path(docname).name
    return re.sub(r"[^\w.-]", "-", f"{name}.{identifier}".strip("."))


def pieces(source: str) -> list[str]:
    """Code in its statements, between which a page may end."""
    lines = source.split("\n")
    try:
        ends = [node.end_lineno for node in ast.parse(source).body[:-1]]
    except SyntaxError:  # of a shell
        ends = []
    bounds = pairwise([0, *ends, len(lines)])
    return ["\n".join(lines[start:stop]) for start, stop in bounds]


def prints(code: nodes.literal_block) -> str:
    """Does the cell of this code print something?  As Typst says it."""
    cell = (
        code.parent.parent if "cell_input" in code.parent["classes"] else None
    )
    said = cell.findall(nodes.literal_block) if cell else ()
    return "true" if any("output" in s["classes"] for s in said) else "false"


def announces(paragraph: nodes.paragraph) -> bool:
    """Does its last sentence go on with what stands below it?"""
    after = paragraph.parent.children[paragraph.parent.index(paragraph) + 1 :]
    seen = (n for n in after if not isinstance(n, UNSEEN))
    goes_on = not paragraph.astext().rstrip().endswith((".", "?", "!", ")"))
    return goes_on and isinstance(next(seen, None), SHOWN)


class Writer(nodes.NodeVisitor):
    """One chapter in Typst's language; a node of unknown kind fails."""

    def __init__(self, document: nodes.document, builder: "Paper") -> None:
        super().__init__(document)
        self.builder, self.docname = builder, builder.at
        self.out: list[str] = []
        self.depth = 0
        self.edge = ""
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
                found += f"#mark({quoted(name)});"
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
        said = self.inner(node).strip()
        said = f"#announced[{said}]" if announces(node) else said
        self.out.append(f"\n{said}\n")
        raise nodes.SkipNode

    def visit_emphasis(self, node: nodes.emphasis) -> None:
        self.out.append(f"#emph[{self.inner(node)}];")
        raise nodes.SkipNode

    def visit_strong(self, node: nodes.strong) -> None:
        self.out.append(f"#strong[{self.inner(node)}];")
        raise nodes.SkipNode

    def visit_literal(self, node: nodes.literal) -> None:
        self.out.append(f"#raw({quoted(node.astext())});")
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
        tex = narrow(node.astext(), PAPER)
        formula = self.builder.formulas.place(tex)
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
            self.out.append(f"#link({quoted(to)})[{said}];")
            raise nodes.SkipNode
        self.builder.wanted.add(name)
        call = "far" if far else "near"
        self.out.append(f"#{call}({quoted(name)})[{said}];")
        raise nodes.SkipNode

    def visit_target(self, node: nodes.target) -> None:
        raise nodes.SkipNode

    def visit_comment(self, node: nodes.comment) -> None:
        """The terms that a paragraph teaches go into the index."""
        for forms in re.findall(r"^ ?term: (.+)$", node.astext(), re.M):
            self.out.append(f"#term({quoted(forms.split(' | ')[0])});")
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
            marks += f"#mark({quoted(anchor(self.docname))});"
            self.builder.labels.add(anchor(self.docname))
        self.out.append(
            f"\n#head({self.depth + 1}, {quoted(shown)})[{self.inner(node)}]"
            f"{marks}\n"
        )
        raise nodes.SkipNode

    def visit_bullet_list(self, node: nodes.bullet_list) -> None:
        items = "".join(f"[{self.inner(item)}], " for item in node.children)
        call = "line" if "design_component" in node.parent else "list"
        self.out.append(f"\n#{call}({items})\n")
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
        if "edge" in node["classes"]:  # what the next cell is for
            self.edge = node.astext()
            raise nodes.SkipNode
        if node.get("design_component") == "card":
            self.block("block(breakable: false)", node)

    def visit_literal_block(self, node: nodes.literal_block) -> None:
        source = node.astext().rstrip()
        if "output" in node["classes"]:
            self.out.append(f"\n#printed({quoted(source)})\n")
        else:
            parts = several(map(quoted, pieces(source)))
            self.out.append(
                f"\n#code({quoted(self.edge)}, {prints(node)}, {parts})\n"
            )
            self.edge = ""
        raise nodes.SkipNode

    def visit_picture(self, node: picture) -> None:
        files = several(map(quoted, self.builder.files(node)))
        said, shown = quoted(node["caption"]), escaped(node["caption"])
        self.out.append(f"\n#picture({files}, {said})[{shown}]\n")
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
        mark = title.children[-1].astext()
        title = nodes.container("", *title.children[:-1])
        said = self.inner(title).strip().removeprefix("(").removesuffix(")")
        inside = self.inner(nodes.container("", *rest))
        self.out.append(
            f"\n#exercise({quoted(number)}, {quoted(mark)})[{said}]"
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
