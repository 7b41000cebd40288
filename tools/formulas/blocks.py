"""Sums over an index, cases and matrices."""

from abc import abstractmethod
from typing import NamedTuple

from . import tree
from .grammar import RELATIONS
from .scripts import Scripts
from .tree import Node, NotUnderstood

ONE = tree.Number("1")


class Over(NamedTuple):
    """What stands below a sum."""

    names: list[str]
    low: Node | None = None
    high: Node | None = None
    condition: Node | None = None


class Blocks(Scripts):
    def fold(self, kind: str) -> Node:
        self.want("_")
        over = self.over(self.argument())
        if self.next == "^":
            self.take()
            over = over._replace(high=self.whole(self.argument()))
        names = [token for token in over.names if token != ","]
        letters = names and all(map(self.is_letter, names))
        if not letters or (over.low is None) != (over.high is None):
            raise NotUnderstood(self.around(), "a sum over which index?")
        body = self.summand(kind)
        condition = over.condition
        for name in reversed(names):
            body = tree.Fold(kind, name, over.low, over.high, body, condition)
            condition = None  # it stands innermost, where all is known
        return body

    def over(self, below: list[str]) -> Over:
        """Over k; i, j; k = 1, …, n; k ≠ j; j : i → j; 0 ≤ u, v < k."""
        places = [n for n, t in enumerate(below) if t in RELATIONS | {":"}]
        if not places:
            return Over(below)
        signs = [below[n] for n in places]
        names, rest = below[: places[0]], below[places[0] + 1 :]
        if signs == ["="]:
            return Over(names, low=self.whole(rest))
        if signs[0] == ":":
            return Over(names, condition=self.inner(rest).chain())
        if len(signs) == 1:
            return Over(names, condition=self.inner(below).chain())
        if len(signs) == 2 and {*signs} <= {r"\le", "<"}:
            low, high = self.whole(names), self.whole(below[places[1] + 1 :])
            if signs[0] == "<":
                low = tree.Sum((low, ONE))
            if signs[1] == "<":
                high = tree.Sum((high, tree.Negative(ONE)))
            return Over(below[places[0] + 1 : places[1]], low, high)
        raise NotUnderstood(" ".join(below), "a sum over which index?")

    @abstractmethod
    def summand(self, kind: str) -> Node:
        """As far as a sum reaches."""

    def cases(self) -> Node:
        values: list[Node] = []
        conditions: list[Node | None] = []
        end = "\\row"
        while end == "\\row":
            values.append(self.expression())
            self.skip(",", ".")
            self.skip("&")
            conditions.append(self.condition())
            self.skip(",", ".")
            end = self.take()
        if end != "\\end:cases":
            raise NotUnderstood(self.around(), "a new case, or the end")
        return tree.Cases(tuple(values), tuple(conditions))

    def condition(self) -> Node | None:
        """Of one case; None is otherwise."""
        word = self.take()
        if word.rstrip(".,") == "text otherwise":
            return None
        if word in {"text if", "text for"}:
            return self.chain()
        raise NotUnderstood(word, r"say \text{if} or \text{otherwise}")

    def matrix(self, kind: str) -> Node:
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(self.expression())
            token = self.take()
            if token == "\\row":
                rows.append([])
            elif token == f"\\end:{kind}":
                return tree.Matrix(tuple(map(tuple, rows)))
            elif token != "&":
                raise NotUnderstood(self.around(), "& or a new row")
