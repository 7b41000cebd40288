"""Sums, products, powers and the like, of numbers and of matrices."""

import math

import numpy as np

from . import tree
from .notation import Array
from .setting import Setting, is_number
from .tree import Node, Wrong

ONE = {tree.Number("1"), tree.Negative(tree.Number("1"))}


def number(on: Setting, node: tree.Number) -> Array:
    return on.real(node.text)


def negative(on: Setting, node: tree.Negative) -> Array:
    return -on.value(node.of)


def total(on: Setting, node: tree.Sum) -> Array:
    result = on.value(node.terms[0])
    first: Node | None = node.terms[0]
    for term in node.terms[1:]:
        value = on.value(term)
        if np.shape(result) != np.shape(value):
            if not ONE & {first, term}:  # 1 − a means it of every entry
                shapes = f"{np.shape(result)} and {np.shape(value)}"
                raise Wrong(f"shapes {shapes} cannot be added")
        result, first = result + value, None
    return result


def product(on: Setting, node: tree.Product) -> Array:
    result = on.value(node.factors[0])
    for factor in node.factors[1:]:
        result = times(result, on.value(factor))
    return result


def times(left: Array, right: Array) -> Array:
    if is_number(left) or is_number(right):
        return left * right
    if left.ndim > 2 or right.ndim > 2 or left.shape[1] != right.shape[0]:
        shapes = f"{left.shape} and {right.shape}"
        raise Wrong(f"shapes {shapes} cannot be multiplied")
    result = left @ right
    return result[0, 0] if result.shape == (1, 1) else result


def hadamard(on: Setting, node: tree.Hadamard) -> Array:
    left, right = on.value(node.left), on.value(node.right)
    if np.shape(left) != np.shape(right) or is_number(left):
        shapes = f"{np.shape(left)} and {np.shape(right)}"
        raise Wrong(f"⊙ of shapes {shapes}")
    return left * right


def quotient(on: Setting, node: tree.Quotient) -> Array:
    above, below = on.value(node.above), on.number(node.below)
    if below == 0 or (on.dual and np.real(below) == 0):
        raise Wrong("not finite: a division by 0")
    return above / below


def power(on: Setting, node: tree.Power) -> Array:
    base, exponent = on.number(node.base), on.number(node.exponent)
    if not np.isreal(exponent) or exponent.real % 1 or abs(exponent) > 100:
        return base**exponent
    whole = round(float(exponent.real))
    if whole < 0 and base == 0:
        raise Wrong("not finite: a division by 0")
    result = math.prod([base] * abs(whole), start=on.real(1))
    return 1 / result if whole < 0 else result


def transpose(on: Setting, node: tree.Transpose) -> Array:
    value = on.value(node.of)
    if np.ndim(value) != 2:
        raise Wrong(f"the transpose of shape {np.shape(value)}")
    return value.T


def norm(on: Setting, node: tree.Norm) -> Array:
    value = on.value(node.of)
    return np.sqrt((value * value).sum())


def matrix(on: Setting, node: tree.Matrix) -> Array:
    lengths = {len(row) for row in node.rows}
    if len(lengths) > 1:
        raise Wrong(f"a matrix with rows of {sorted(lengths)} entries")
    return np.array([[on.number(e) for e in row] for row in node.rows])
