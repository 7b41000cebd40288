"""What a chapter says of its own letters: comments `% where: …`.

Such a comment stands above a display, unseen on the page, where the prose
says the same in words.  It holds to the end of the section.

    % where: z is a number
    % where: u, v are columns; h is a column like a^L
    % where: n = n_0; f is a function; i is the imaginary unit
    % where: w has variance s^2
    % where: \\Delta\\theta = -\\eta \\nabla C
"""

import re

import numpy as np

from . import tree
from .evaluate import Evaluator, Given
from .parse import Grammar, Reader
from .tokens import tokens
from .tree import Node, NotUnderstood

COLUMN = 5  # rows of a column whose size is not said
FORMS = re.compile(
    r"(?P<names>.+?)\s+(?:is|are)\s+(?:a\s+|the\s+)?"
    r"(?P<kind>numbers?|columns?|functions?|imaginary unit)"
    r"(?:\s+like\s+(?P<like>.+))?$"
    r"|(?P<random>.+?)\s+has\s+variance\s+(?P<variance>.+)$"
    r"|(?P<name>\S+)\s*=\s*(?P<alias>.+)$"
)


def clauses(where: tuple[str, ...]) -> list[re.Match]:
    found = []
    for text in ";".join(where).split(";"):
        if text.strip():
            clause = FORMS.match(text.strip())
            if not clause:
                raise NotUnderstood(
                    text.strip(), "say: h is a number, u is a column, n = n_0"
                )
            found.append(clause)
    return found


def names(text: str) -> list[str]:
    """`\\bar x, h` as the names that the parser gives them."""
    return [tokens(part)[0] for part in re.split(r",|\band\b", text)]


def functions(where: tuple[str, ...]) -> set[str]:
    """Names that are declared as functions."""
    return {
        name.lstrip("\\")
        for clause in clauses(where)
        if (clause["kind"] or "").startswith("function")
        for name in names(clause["names"])
    }


def expression(text: str, grammar: Grammar) -> Node:
    return Reader([], grammar).whole(tokens(text))


def has_numbers(where: tuple[str, ...]) -> bool:
    return any((c["kind"] or "").startswith("number") for c in clauses(where))


def declare(
    on: Evaluator, where: tuple[str, ...], grammar: Grammar, used: set[str]
) -> None:
    """Give the declared letters random values, or their meaning.

    Columns only if they are used, since their size may need a setting that
    another formula of the section does not have.
    """
    rng = on.world.rng
    for clause in clauses(where):
        if clause["name"] == r"\Delta\theta":
            on.step = expression(clause["alias"], grammar)
        elif clause["alias"]:
            (name,) = names(clause["name"])
            on.alias[name] = expression(clause["alias"], grammar)
        elif clause["variance"]:
            for name in names(clause["random"]):
                node = expression(clause["variance"], grammar)
                on.variance[name] = node
        elif clause["kind"] == "imaginary unit":
            (on.imaginary,) = names(clause["names"])
        elif clause["kind"].startswith("function"):
            for name in names(clause["names"]):
                on.functions[name.lstrip("\\")] = wave(rng)
        elif clause["kind"].startswith("number") or used & {
            *names(clause["names"])
        }:
            for name in names(clause["names"]):
                on.given[name] = Given(value(on, clause, grammar))


def value(on: Evaluator, clause: re.Match, grammar: Grammar) -> np.ndarray:
    rng = on.world.rng
    if clause["kind"].startswith("number"):
        return np.asarray(rng.uniform(0.3, 1.7) * rng.choice([-1, 1]))
    shape: tuple[int, ...] = (COLUMN, 1)
    if clause["like"]:
        shape = np.shape(on.value(expression(clause["like"], grammar)))
    return rng.normal(size=shape)


def wave(rng: np.random.Generator) -> list:
    """A smooth function with its derivatives, unlike any in the book."""
    a, b, c = rng.uniform(0.5, 1.5, size=3)
    return [
        lambda t: a * np.sin(b * t + c),
        lambda t: a * b * np.cos(b * t + c),
        lambda t: -a * b * b * np.sin(b * t + c),
        lambda t: -a * b * b * b * np.cos(b * t + c),
    ]


def is_free(node: Node) -> bool:
    """Does an expression hold numbers only, no symbol?"""
    return not any(isinstance(p, tree.Symbol | tree.Call) for p in node.walk())
