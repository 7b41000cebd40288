"""The value of a printed expression, by the kind of its outermost node."""

from collections.abc import Callable
from typing import Any

from . import arithmetic, calls, changes, folds, slopes, symbols, tree
from .notation import Array
from .setting import Setting
from .tree import Node

VALUES: dict[type[Node], Callable[[Setting, Any], Array]] = {
    tree.Number: arithmetic.number,
    tree.Negative: arithmetic.negative,
    tree.Sum: arithmetic.total,
    tree.Product: arithmetic.product,
    tree.Hadamard: arithmetic.hadamard,
    tree.Quotient: arithmetic.quotient,
    tree.Power: arithmetic.power,
    tree.Transpose: arithmetic.transpose,
    tree.Norm: arithmetic.norm,
    tree.Matrix: arithmetic.matrix,
    tree.Symbol: symbols.symbol,
    tree.Entry: symbols.entry,
    tree.Call: calls.call,
    tree.Fold: folds.fold,
    tree.Cases: folds.cases,
    tree.Derivative: slopes.derivative,
    tree.Nabla: slopes.nabla,
    tree.Change: changes.change,
}


class Evaluator(Setting):
    def raw(self, node: Node) -> Array:
        return VALUES[type(node)](self, node)
