"""Sphinx extension: exercises that say their kind, and that are linked to.

The mark in an exercise's title stands beside it, and is left out where its
solution names it; a link to `chapter.ipynb#ex-label` finds its place.
"""

import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import marks  # noqa: E402


def without_mark(title: nodes.Element) -> str:
    """Take the mark out of a title, whose words end with a bracket."""
    words = title.children[-2]
    name, mark = marks.split(words.astext())
    title.replace(words, nodes.Text(name))
    return mark


class SetMarksApart(SphinxPostTransform):
    default_priority = 30  # sphinx-exercise has made the titles
    formats = ("html", "paper")

    def run(self) -> None:
        for exercise in self.document.findall(is_exercise_node):
            title = exercise.children[0]
            if mark := without_mark(title):
                title += nodes.Text(" ")
                title += nodes.inline(mark, mark, classes=["exercise-mark"])
        for solution in self.document.findall(is_solution_node):
            for link in solution.children[0].findall(nodes.reference):
                without_mark(link)


def add_places(app: Sphinx, tree: nodes.document) -> None:
    """Among the places of a page that a link may name, its exercises."""
    places = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for exercise in tree.findall(is_exercise_node):
        label = exercise["label"]
        places[label] = (exercise.line or 0, label, exercise.astext())


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(SetMarksApart)
    app.connect("doctree-read", add_places)
    return {"parallel_read_safe": True}
