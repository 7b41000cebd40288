"""Sums, products and maxima over an index; cases; and their conditions."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import parameters, tree
from .arithmetic import times
from .functions import largest, smallest
from .indices import steps
from .notation import Array
from .setting import Setting
from .tree import Node, NotUnderstood, OutOfRange, Wrong

TESTS: dict[str, Callable[..., Any]] = {
    "=": lambda a, b: abs(a - b) < 1e-12,
    r"\ne": lambda a, b: abs(a - b) >= 1e-12,
    r"\le": lambda a, b: a <= b + 1e-12,
    r"\ge": lambda a, b: a >= b - 1e-12,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}


def fold(on: Setting, node: tree.Fold) -> Array:
    values = [*terms(on, node)]
    if node.kind == "sum":
        return added(values) if values else on.real(0)
    if node.kind == "prod":
        return multiplied(values) if values else on.real(1)
    if not values:
        raise Wrong(f"the {node.kind} of nothing")
    if node.kind == "argmax":
        return on.real(int(np.argmax(np.real(values))) + 1)
    return (largest if node.kind == "max" else smallest)(*values)


def terms(on: Setting, node: tree.Fold) -> Iterator[Array]:
    if node.index == parameters.THETA:
        yield from parameters.over_all(on, node.body)
        return
    before = on.at
    try:
        for i in steps(on, node):
            on.at = before | {node.index: i}
            if node.condition is None or true(on, node.condition):
                yield term(on, node)
    finally:
        on.at = before


def term(on: Setting, node: tree.Fold) -> Array:
    """One of a sum; a layer that does not exist is no place to stop at."""
    try:
        return on.value(node.body)
    except OutOfRange:
        i = on.at[node.index]
        raise Wrong(f"nothing is there for {node.index} = {i}") from None


def added(values: list[Array]) -> Array:
    result = values[0]
    for value in values[1:]:
        if np.shape(result) != np.shape(value):
            raise Wrong("a sum over terms of different shapes")
        result = result + value
    return result


def multiplied(values: list[Array]) -> Array:
    result = values[0]
    for value in values[1:]:
        result = times(result, value)
    return result


def cases(on: Setting, node: tree.Cases) -> Array:
    apply = [c is not None and true(on, c) for c in node.conditions]
    if None in node.conditions and not any(apply):
        apply[node.conditions.index(None)] = True
    if sum(apply) != 1:
        raise Wrong(f"{sum(apply)} of the cases apply at once")
    place = apply.index(True)
    on.visited.add((id(node), place))
    return on.value(node.values[place])


def true(on: Setting, condition: Node) -> bool:
    assert isinstance(condition, tree.Chain)
    links = zip(condition.sides, condition.sides[1:], strict=False)
    return all(
        holds(on, left, relation, right)
        for relation, (left, right) in zip(
            condition.relations, links, strict=True
        )
    )


def holds(on: Setting, left: Node, relation: str, right: Node) -> bool:
    first = np.real(on.number(left))
    if relation == r"\in":  # a set is a column of its members
        return bool(np.any(np.abs(on.value(right) - first) < 1e-12))
    test = on.world.relations.get(relation) or TESTS.get(relation)
    if test is None:
        raise NotUnderstood(relation, "no condition in this chapter")
    return bool(test(first, np.real(on.number(right))))
