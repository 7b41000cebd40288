"""What a chapter says of its own letters: comments `% where: …`.

Such a comment stands above a display, unseen on the page, where the prose
says the same in words.  It holds to the end of the section.

    % where: z is a number; t is a whole number
    % where: u, v are columns; h is a column like a^L
    % where: n = n_0; f is a function; i is the imaginary unit
    % where: \\varepsilon is the dual unit
    % where: w has variance s^2
    % where: \\Delta\\theta = -\\eta \\nabla C
"""

import re
from functools import lru_cache

import numpy as np

from . import tree
from .functions import Forms
from .grammar import Grammar
from .notation import Array
from .parse import Reader
from .setting import Setting
from .tokens import tokens
from .tree import Node, NotUnderstood

COLUMN = 5  # rows of a column whose size is not said
FORMS = re.compile(
    r"(?P<names>.+?)\s+(?:is|are)\s+(?:an?\s+|the\s+)?"
    r"(?P<kind>(?:whole |positive )?number|column|function"
    r"|imaginary unit|dual unit)s?"
    r"(?:\s+like\s+(?P<like>.+))?$"
    r"|(?P<random>.+?)\s+has\s+variance\s+(?P<variance>.+)$"
    r"|(?P<name>\S+)\s*=\s*(?P<alias>.+)$"
)
Clause = re.Match[str]


@lru_cache(400)
def clauses(where: tuple[str, ...]) -> list[Clause]:
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
        name
        for clause in clauses(where)
        if clause["kind"] == "function"
        for name in names(clause["names"])
    }


def has_numbers(where: tuple[str, ...]) -> bool:
    return any("number" in (c["kind"] or "") for c in clauses(where))


@lru_cache(400)
def expression(text: str, grammar: Grammar) -> Node:
    return Reader([], grammar).whole(tokens(text))


def declare(
    on: Setting,
    where: tuple[str, ...],
    grammar: Grammar,
    used: frozenset[str],
    rng: np.random.Generator,
) -> None:
    """Give the declared letters random values, or their meaning."""
    for clause in clauses(where):
        if clause["kind"]:
            for name in names(clause["names"]):
                declare_one(on, name, clause, grammar, used, rng)
        elif clause["variance"]:
            for name in names(clause["random"]):
                on.variance[name] = expression(clause["variance"], grammar)
        elif clause["name"] == r"\Delta\theta":
            on.step = expression(clause["alias"], grammar)
        else:
            (name,) = names(clause["name"])
            on.alias[name] = expression(clause["alias"], grammar)


def declare_one(
    on: Setting,
    name: str,
    clause: Clause,
    grammar: Grammar,
    used: frozenset[str],
    rng: np.random.Generator,
) -> None:
    """A column only if it is used, since its size may need a setting that
    another formula of the section does not have.  A number that the chapter's
    world gives already keeps its value."""
    kind = clause["kind"]
    if kind == "imaginary unit":
        on.imaginary = name
    elif kind == "dual unit":
        on.dual = name
    elif kind == "function":
        on.functions[name] = wave(rng)
    elif kind == "column":
        if name in used:
            on.given[name] = column(on, clause["like"], grammar, rng)
    elif name not in on.world.given or np.ndim(on.world.given[name]):
        on.given[name] = number(kind, rng)


def column(
    on: Setting, like: str | None, grammar: Grammar, rng: np.random.Generator
) -> Array:
    shape: tuple[int, ...] = (COLUMN, 1)
    if like:
        shape = np.shape(on.value(expression(like, grammar)))
    return rng.normal(size=shape)


def number(kind: str, rng: np.random.Generator) -> Array:
    if kind.startswith("whole"):
        return np.asarray(int(rng.integers(2, 8)))
    size = rng.uniform(0.3, 1.7)
    if kind.startswith("positive"):
        return np.asarray(size)
    return np.asarray(size * rng.choice([-1, 1]))


def wave(rng: np.random.Generator) -> Forms:
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
    return not any(isinstance(p, tree.Symbol | tree.Call) for p in node.parts)
