"""Tokens to expressions: a small recursive descent.

Side by side means a product, which binds tighter than ⊙, which binds
tighter than + and −; a sum reaches to the next + or − at its own level.
"""

from collections.abc import Callable

from . import tree
from .blocks import Blocks
from .cursor import END
from .grammar import CLOSING, FOLDS
from .tree import Node, NotUnderstood


class Expressions(Blocks):
    def expression(self) -> Node:
        terms = [self.signed()]
        while self.next in {"+", "-"}:
            terms.append(self.signed())
        return terms[0] if len(terms) == 1 else tree.Sum(tuple(terms))

    def signed(self) -> Node:
        sign = self.take() if self.next in {"+", "-"} else "+"
        node = self.hadamard()
        return tree.Negative(node) if sign == "-" else node

    def hadamard(self) -> Node:
        node = self.product()
        while self.next == r"\odot":
            self.take()
            node = tree.Hadamard(node, self.product())
        return node

    def product(self) -> Node:
        factors = [self.factor()]
        while self.starts_factor() or self.next in {r"\cdot", r"\times", "/"}:
            joint = self.take() if not self.starts_factor() else ""
            factor = self.factor()
            if joint == "/":
                above = tree.Product(tuple(factors))
                factors = [tree.Quotient(above, factor)]
            else:
                factors.append(factor)
        if len(factors) == 1:
            return factors[0]
        return tree.Product(tuple(factors))

    def starts_factor(self) -> bool:
        token = self.next
        if token == END:
            return False
        return (
            token in CLOSING
            or token in FOLDS
            or token in COMMANDS
            or self.is_function(token)
            or is_number(token)
            or self.is_letter(token)
        )

    def factor(self) -> Node:
        bare = self.is_letter(self.next)
        return self.scripts(self.base(), bare)

    def base(self) -> Node:
        token = self.take()
        if token in CLOSING:
            return self.bracket(token)
        if is_number(token):
            return tree.Number(token)
        if token in FOLDS and self.next == "_":
            return self.fold(FOLDS[token])
        if token in COMMANDS:
            return COMMANDS[token](self)
        if token == r"\Delta" and self.next not in {"^", "_"}:
            return tree.Change(self.factor())
        if token == "e" and self.next == "^":
            self.take()
            return tree.Call(r"\exp", 0, (self.whole(self.argument()),))
        if self.is_function(token, self.place):
            return self.call(token)
        if self.is_letter(token):
            return tree.Symbol(token)
        self.place -= 1
        raise NotUnderstood(self.around(), f"{token} has no meaning here")

    def bracket(self, token: str) -> Node:
        node = self.expression()
        self.want(CLOSING[token])
        if token == r"\lvert":
            return tree.Call("abs", 0, (node,))
        return tree.Norm(node) if token == r"\lVert" else node

    def summand(self, kind: str) -> Node:
        return self.factor() if kind == "argmax" else self.hadamard()

    def nabla(self) -> Node:
        by: Node = tree.Symbol(r"\theta")
        if self.next == "_":
            self.take()
            by = self.whole(self.argument())
        return tree.Nabla(self.factor(), by)

    def root(self) -> Node:
        return tree.Power(self.whole(self.argument()), tree.Number("0.5"))

    def binomial(self) -> Node:
        pair = self.whole(self.argument()), self.whole(self.argument())
        return tree.Call(r"\binom", 0, pair)

    def fraction(self) -> Node:
        above, below = self.argument(), self.argument()
        d = above[:1]
        if d in (["d"], [r"\partial"]) and below[:1] == d:
            return self.derivative(above[1:], below)
        return tree.Quotient(self.whole(above), self.whole(below))

    def derivative(self, above: list[str], below: list[str]) -> Node:
        order = 1
        if above[:1] == ["^"] and above[1:2] and above[1].isdecimal():
            order, above = int(above[1]), above[2:]
        node = self.whole(above) if above else self.factor()
        reader, d = self.inner(below), below[0]
        by: list[Node] = []
        while reader.next == d:
            reader.take()
            by.append(reader.factor())
        if reader.next != END or len(by) != order:
            raise NotUnderstood(" ".join(below), "derive by what?")
        for variable in reversed(by):
            node = tree.Derivative(node, variable)
        return node

    def is_function(self, token: str, after: int | None = None) -> bool:
        """Is this token one, in front of what comes after it?"""
        if token not in self.grammar.functions:
            return False
        after = self.place + 1 if after is None else after
        follows = self.found[after] if after < len(self.found) else END
        return len(token) > 1 or follows in {"(", "'"}

    def call(self, name: str) -> Node:
        primes = 0
        marks: tuple[Node, ...] = ()
        while self.next == "'" or self.primed() or self.next == "_":
            if self.next == "_":
                self.take()
                marks = self.several(self.argument())
            else:
                primes += len(self.argument()) if self.take() == "^" else 1
        if self.next == "^":
            bare = name.lstrip("\\")
            raise NotUnderstood(self.around(), f"write ({bare}(…))^2")
        if self.next == "(":
            return tree.Call(name, primes, self.arguments(), marks)
        if name in {r"\ln", r"\exp", "diag", "Im"} and self.starts_factor():
            return tree.Call(name, primes, (self.factor(),), marks)
        raise NotUnderstood(self.around(), f"{name} of what?")

    def arguments(self) -> tuple[Node, ...]:
        """(x), or (s, r)."""
        self.want("(")
        found = [self.expression()]
        while self.next == ",":
            self.take()
            found.append(self.expression())
        self.want(")")
        return tuple(found)

    def primed(self) -> bool:
        """σ^{\\prime} is σ′ too."""
        after = [
            t for t in self.found[self.place : self.place + 3] if t != "{"
        ]
        return after[:2] == ["^", "'"]


def is_number(token: str) -> bool:
    return token.replace(".", "", 1).isdecimal()


COMMANDS: dict[str, Callable[[Expressions], Node]] = {
    r"\frac": Expressions.fraction,
    r"\nabla": Expressions.nabla,
    r"\sqrt": Expressions.root,
    r"\binom": Expressions.binomial,
    r"\begin:cases": Expressions.cases,
    r"\begin:pmatrix": lambda reader: reader.matrix("pmatrix"),
    r"\begin:bmatrix": lambda reader: reader.matrix("bmatrix"),
}
