"""Sphinx extension: each experiment in a frame of its own.

On the page's source an experiment is a run of plain parts, which JupyterLab
shows as they come; here they are gathered.  In this order: the question, the
start, the controls with the picture and its sentence, *What there was to
see*, and behind one fold all code.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from website import starts  # noqa: E402

SEEN = "What there was to see"


class Tag(nodes.General, nodes.Element):
    """An element of HTML around what it holds."""


def open_tag(self: HTML5Translator, node: Tag) -> None:
    name, attributes = node["tag"], node["with"]
    self.body.append(self.starttag(node, name, **attributes))


def close_tag(self: HTML5Translator, node: Tag) -> None:
    self.body.append(f"</{node['tag']}>\n")


def tag(name: str, *inside: nodes.Node, **attributes: str) -> Tag:
    return Tag("", *inside, tag=name, **{"with": attributes})


def is_cell(node: nodes.Node, kind: str = "cell") -> bool:
    return isinstance(node, nodes.container) and kind in node["classes"]


def is_experiment(node: nodes.Node) -> bool:
    """Does this cell show one?"""
    code = node.children[0].astext() if is_cell(node) else ""
    return starts.calls(code) and "tag_experiment" not in node["classes"]


def is_question(node: nodes.Node) -> bool:
    kinds = [type(child) for child in node.children if child.astext()]
    return isinstance(node, nodes.paragraph) and kinds == [nodes.strong]


def is_answer(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Admonition) and (
        node.children[0].astext() == SEEN
    )


def is_caption(node: nodes.Node) -> bool:
    text = node.astext()
    return isinstance(node, nodes.paragraph) and text.startswith(
        ("This cell grows", "These cells grow")
    )


def code_before(cell: nodes.Element) -> list[nodes.Node]:
    """The cells that an experiment has grown in, each with its caption.

    Up to the first above that is of another kind, or shows something: the
    cells of a page keep their order, and what they show stays in sight.
    """
    section, found = cell.parent, []
    for node in reversed(section.children[: section.index(cell)]):
        if is_caption(node) and found and is_cell(found[-1]):
            found.append(node)
        elif is_cell(node, "tag_experiment") and len(node.children) == 1:
            found.append(node)
        elif is_cell(node):
            break
    return found[::-1]


def unfolded(cell: nodes.Element) -> nodes.Element:
    """A cell that shows its code, since all of it stands behind a fold."""
    cell.attributes.pop("hide_mode", None)
    return cell


def next_part(node: nodes.Node, step: int) -> nodes.Node | None:
    """The neighbour of a node, past the author's comments."""
    siblings = node.parent.children
    at = siblings.index(node) + step
    while 0 <= at < len(siblings) and isinstance(siblings[at], nodes.comment):
        at += step
    return siblings[at] if 0 <= at < len(siblings) else None


def gather(cell: nodes.Element, name: str, stem: str) -> None:
    """Put the parts around a cell into a frame, which takes its place."""
    section = cell.parent
    question, answer = next_part(cell, -1), next_part(cell, 1)
    if not (question and is_question(question)):
        raise ValueError(f"{stem}: no question right above an experiment")
    if not (answer and is_answer(answer)):
        raise ValueError(f"{stem}: no *{SEEN}* right below an experiment")
    code = code_before(cell)
    shown = cell.children[1]
    source = cell.children[0].astext()
    place = tag("div")
    section.replace(cell, place)
    for part in [question, answer, *code]:
        part.parent.remove(part)
    cell.remove(shown)

    cell["ids"].append(name)
    shown["ids"].append(f"{name}-output")
    question["ids"].append(f"{name}-question")
    question["classes"].append("experiment-question")
    summary = nodes.raw(
        "", "<summary>Code of this experiment</summary>", format="html"
    )
    parts = [unfolded(c) if is_cell(c) else c for c in [*code, cell]]
    fold = tag("details", summary, *parts, CLASS="experiment-code")
    attributes = {"role": "group", "aria-labelledby": f"{name}-question"}
    if not shown.next_node(is_still):
        attributes["data-start"] = starts.start_of(stem, source)
    place["with"] = attributes
    place["classes"] += ["experiment", "full-width"]
    place.extend([question, shown, answer, fold])


def is_still(node: nodes.Node) -> bool:
    """A widget that moves without Python."""
    kind = node.get("mime_type", "") if isinstance(node, nodes.Element) else ""
    return "widget-view" in kind


def experiments(tree: nodes.document) -> Iterator[nodes.Element]:
    for cell in list(tree.findall(nodes.container)):
        if is_cell(cell) and is_experiment(cell):
            yield cell


def frame_all(app: Sphinx, tree: nodes.document) -> None:
    stem = Path(app.env.docname).name
    for number, cell in enumerate(experiments(tree), start=1):
        gather(cell, f"experiment-{number}", stem)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_node(Tag, html=(open_tag, close_tag))
    app.connect("doctree-read", frame_all)
    app.add_css_file("frames.css")
    app.add_js_file("frames.js", type="module")
    return {"parallel_read_safe": True}
