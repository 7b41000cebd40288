"""What stands above and below: layers, components, powers, transposes."""

from . import tree
from .cursor import Cursor
from .tree import Node, NotUnderstood


class Scripts(Cursor):
    def scripts(self, node: Node, bare: bool) -> Node:
        """A letter's layer and components; a power of anything else."""
        while self.next in {"^", "_", "'", r"\held"}:
            mark = self.take()
            if mark == r"\held":
                node = self.held(node)
                continue
            if mark == "'":
                raise NotUnderstood(self.around(), "a prime on no function")
            found = self.argument()
            bare = bare and isinstance(node, tree.Symbol)
            if mark == "_":
                node = self.below(node, found, bare)
            else:
                node = self.above(node, found, bare)
        return node

    def held(self, node: Node) -> Node:
        """What is held, behind a bar."""
        self.want("_")
        if not isinstance(node, tree.Derivative):
            raise NotUnderstood(self.around(), "held in which derivative?")
        names = self.several(self.argument())
        return tree.Derivative(node.of, node.by, names)

    def below(self, node: Node, found: list[str], bare: bool) -> Node:
        if {",", "+", "-"} & set(found):
            parts = self.split(found)
        else:
            parts = [[t] for token in found for t in self.digits(token)]
        indices = tuple(map(self.whole, parts))
        if not bare:
            return tree.Entry(node, indices)
        assert isinstance(node, tree.Symbol)
        if node.below:
            raise NotUnderstood(self.around(), "two subscripts")
        return tree.Symbol(node.name, node.above, indices)

    @staticmethod
    def digits(token: str) -> list[str]:
        return list(token) if token.isdecimal() else [token]

    def above(self, node: Node, found: list[str], bare: bool) -> Node:
        transposed = found[-1:] != [] and found[-1] in self.grammar.transposes
        if transposed:
            found = found[:-1]
        if found:
            if bare and self.is_marked(node, found):
                node = self.marked(node, found)
            else:
                node = tree.Power(node, self.whole(found))
        return tree.Transpose(node) if transposed else node

    def is_marked(self, node: Node, found: list[str]) -> bool:
        """Is this superscript a layer, a copy or a sample, and no power?"""
        assert isinstance(node, tree.Symbol)
        return node.name in self.grammar.layered or found[0] == "("

    def marked(self, node: Node, found: list[str]) -> Node:
        assert isinstance(node, tree.Symbol)
        if node.above:
            raise NotUnderstood(self.around(), "bracket a power: (…)^2")
        marks = tuple(map(self.mark, self.split(found)))
        return tree.Symbol(node.name, marks, node.below)

    def mark(self, found: list[str]) -> Node:
        if found[:1] == ["("] and found[-1:] == [")"]:
            return tree.Sample(self.whole(found[1:-1]))
        return self.whole(found)
