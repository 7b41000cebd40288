"""Tokens to statements: a small recursive descent.

Side by side means a product, which binds tighter than ⊙, which binds
tighter than + and −; a sum reaches to the next + or − at its own level.
"""

from dataclasses import dataclass

from . import tree
from .tokens import tokens
from .tree import Node, NotUnderstood

RELATIONS = {"=", r"\equiv", ":=", r"\approx", r"\le", r"\ge", "<", ">"}
RELATIONS |= {r"\ne", r"\leftarrow"}
CLOSING = {"(": ")", "[": "]", "{": "}", r"\{": r"\}"}
CLOSING |= {r"\lVert": r"\rVert", r"\lvert": r"\rvert"}
FOLDS = {r"\sum": "sum", r"\prod": "prod", "argmax": "argmax"}
WORDS = {"text for", "text for all", "text and", "text where", "text with"}
WORDS |= {r"\quad", ",", ";", "."}
GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda "
    "mu nu xi pi rho tau phi varphi chi psi omega Gamma Delta Theta Lambda "
    "Xi Pi Phi Psi Omega ell"
)
LETTERS = {"\\" + name for name in GREEK.split()}
END = "the end"


@dataclass(frozen=True)
class Grammar:
    """Which names are functions, and which letters carry a layer."""

    functions: frozenset[str]
    layered: frozenset[str]


def read(
    latex: str, grammar: Grammar, macros: dict | None = None
) -> list[tree.Statement]:
    """The statements of a display."""
    return Reader(_joined(tokens(latex, macros)), grammar).statements()


def _joined(found: list[str]) -> list[str]:
    """Without alignment; a row that goes on is joined to the one before."""
    kept: list[str] = []
    depth = 0
    for place, token in enumerate(found):
        depth += token.startswith("\\begin:") - token.startswith("\\end:")
        if depth or token not in {"&", "\\row"}:
            kept.append(token)
        elif token == "\\row":
            rest = (t for t in found[place + 1 :] if t not in {"&", r"\quad"})
            follows = next(rest, END)
            goes_on = {"+", "-", r"\odot", r"\cdot"}
            if follows not in RELATIONS | goes_on:
                kept.append(";")
    return kept


class Reader:
    def __init__(self, found: list[str], grammar: Grammar) -> None:
        self.found, self.grammar, self.place = found, grammar, 0

    # --- looking and taking

    @property
    def next(self) -> str:
        if self.place < len(self.found):
            return self.found[self.place]
        return END

    def take(self) -> str:
        token = self.next
        self.place += 1
        return token

    def want(self, token: str) -> None:
        if self.next != token:
            raise NotUnderstood(self.around(), f"expected {token} here")
        self.place += 1

    def around(self) -> str:
        near = self.found[max(0, self.place - 3) : self.place + 4]
        return " ".join(near) or "nothing"

    def inner(self, found: list[str]) -> "Reader":
        return Reader(found, self.grammar)

    def whole(self, found: list[str]) -> Node:
        """An expression that fills these tokens."""
        reader = self.inner(found)
        node = reader.expression()
        if reader.next != END:
            raise NotUnderstood(reader.around(), "what comes next here?")
        return node

    # --- statements

    def statements(self) -> list[tree.Statement]:
        done: list[tree.Statement] = []
        while True:
            while self.next in WORDS:
                self.take()
            if self.next == END:
                break
            start = self.place
            chain = self.chain()
            if (found := self.range_after(chain)) is not None:
                if not done:
                    raise NotUnderstood(self.around(), "a range of what?")
                last = done.pop()
                where = (*last.where, found)
                done.append(tree.Statement(last.chain, where))
            elif self.next in WORDS or self.next == END:
                done.append(tree.Statement(chain))
            else:
                raise NotUnderstood(self.around(), "what comes next here?")
            assert self.place > start
        if not done:
            raise NotUnderstood("nothing", "a display that states something")
        return done

    def chain(self) -> tree.Chain:
        sides, relations = [self.expression()], []
        while self.next in RELATIONS:
            relations.append(self.take())
            while self.next == r"\quad":
                self.take()
            sides.append(self.expression())
        if not relations:
            raise NotUnderstood(self.around(), "a statement needs an =")
        return tree.Chain(tuple(sides), tuple(relations))

    def range_after(self, chain: tree.Chain) -> tree.Range | None:
        """`l = 1 , … , L` is no statement but says where one holds."""
        rest = self.found[self.place :]
        if r"\dots" not in rest[:5] or chain.relations != ("=",):
            return None
        name, first = chain.sides
        if not isinstance(name, tree.Symbol) or name.above or name.below:
            return None
        while self.take() != r"\dots":
            pass
        self.want(",")
        return tree.Range(name.name, first, self.expression())

    # --- expressions

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
        return (
            factors[0] if len(factors) == 1 else tree.Product(tuple(factors))
        )

    def starts_factor(self) -> bool:
        token = self.next
        if token == END:
            return False
        return (
            token in CLOSING
            or token in FOLDS
            or token in {r"\frac", r"\nabla", r"\sqrt"}
            or token.lstrip("\\") in self.grammar.functions
            or token.startswith("\\begin:")
            or token[0].isdigit()
            or self.is_letter(token)
        )

    def factor(self) -> Node:
        bare = self.is_letter(self.next)
        return self.scripts(self.base(), bare)

    def base(self) -> Node:
        token = self.take()
        if token in CLOSING:
            node = self.expression()
            self.want(CLOSING[token])
            if token == r"\lvert":
                return tree.Call("abs", 0, node)
            return tree.Norm(node) if token == r"\lVert" else node
        if token[0].isdigit():
            return tree.Number(token)
        if token == r"\frac":
            return self.fraction(self.argument(), self.argument())
        if token in FOLDS:
            return self.fold(FOLDS[token])
        if token == r"\nabla":
            by: Node = tree.Symbol(r"\theta")
            if self.next == "_":
                self.take()
                by = self.whole(self.argument())
            return tree.Nabla(self.factor(), by)
        if token == r"\Delta" and self.next not in {"^", "_"}:
            return tree.Change(self.factor())
        if token == "e" and self.next == "^":
            self.take()
            return tree.Call("exp", 0, self.whole(self.argument()))
        if token == r"\sqrt":
            half = tree.Number("0.5")
            return tree.Power(self.whole(self.argument()), half)
        if token.lstrip("\\") in self.grammar.functions:
            return self.call(token.lstrip("\\"))
        if token == "\\begin:cases":
            return self.cases()
        if token in {"\\begin:pmatrix", "\\begin:bmatrix"}:
            return self.matrix(token.removeprefix("\\begin:"))
        if self.is_letter(token):
            return tree.Symbol(token)
        self.place -= 1
        raise NotUnderstood(self.around(), f"{token} has no meaning here")

    @staticmethod
    def is_letter(token: str) -> bool:
        fonts = ("\\bar ", "\\mathbf ", "\\hat ", "\\tilde ", "\\boldsymbol ")
        single = len(token) == 1 and token.isalpha()
        return single or token in LETTERS or token.startswith(fonts)

    def argument(self) -> list[str]:
        """What stands in braces, or the one token that does."""
        if self.next != "{":
            token = self.take()
            if token.isdigit() and len(token) > 1:  # \frac12
                self.place -= 1
                self.found = [*self.found]
                self.found[self.place] = token[1:]
                return [token[0]]
            return [token]
        self.take()
        depth, found = 1, []
        while depth:
            token = self.take()
            if token == END:
                raise NotUnderstood(self.around(), "a } is missing")
            depth += (token == "{") - (token == "}")
            found.append(token)
        return found[:-1]

    def fraction(self, above: list[str], below: list[str]) -> Node:
        d = above[:1]
        if d in (["d"], [r"\partial"]) and below[:1] == d:
            return self.derivative(above[1:], below)
        return tree.Quotient(self.whole(above), self.whole(below))

    def derivative(self, above: list[str], below: list[str]) -> Node:
        order = 1
        if above[:1] == ["^"]:
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

    def fold(self, kind: str) -> Node:
        self.want("_")
        low = self.argument()
        high = None
        if self.next == "^":
            self.take()
            high = self.whole(self.argument())
        start = None
        if "=" in low:
            cut = low.index("=")
            low, start = low[:cut], self.whole(low[cut + 1 :])
        names = [token for token in low if token != ","]
        if not all(map(self.is_letter, names)) or (start is None) != (
            high is None
        ):
            raise NotUnderstood(self.around(), "a sum over which index?")
        body = self.factor() if kind == "argmax" else self.hadamard()
        for name in reversed(names):
            body = tree.Fold(kind, name, start, high, body)
        return body

    def call(self, name: str) -> Node:
        primes = 0
        while self.next == "'" or self.primed():
            primes += len(self.argument()) if self.take() == "^" else 1
        if self.next in {"^", "_"}:
            raise NotUnderstood(self.around(), f"write ({name}(…))^2")
        if self.next == "(":
            return tree.Call(name, primes, self.base())
        if name in {"ln", "exp", "diag", "Im"} and self.starts_factor():
            return tree.Call(name, primes, self.factor())
        raise NotUnderstood(self.around(), f"{name} of what?")

    def primed(self) -> bool:
        """σ^{\\prime} is σ′ too."""
        after = [
            t for t in self.found[self.place : self.place + 3] if t != "{"
        ]
        return after[:2] == ["^", "'"]

    def cases(self) -> Node:
        values: list[Node] = []
        conditions: list[Node | None] = []
        while True:
            values.append(self.expression())
            while self.next in {",", "."}:
                self.take()
            if self.next == "&":
                self.take()
            word = self.take()
            if word in {"text otherwise.", "text otherwise"}:
                conditions.append(None)
            elif word in {"text if", "text for"}:
                conditions.append(self.chain())
            else:
                raise NotUnderstood(
                    word, "say \\text{if} or \\text{otherwise}"
                )
            while self.next in {",", "."}:
                self.take()
            end = self.take()
            if end == "\\end:cases":
                return tree.Cases(tuple(values), tuple(conditions))
            if end != "\\row":
                raise NotUnderstood(self.around(), "a new case, or the end")

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

    # --- what stands above and below

    def scripts(self, node: Node, bare: bool) -> Node:
        """A letter's layer and components; a power of anything else."""
        while self.next in {"^", "_", "'"}:
            mark = self.take()
            if mark == "'":
                raise NotUnderstood(self.around(), "a prime on no function")
            found = self.argument()
            bare = bare and isinstance(node, tree.Symbol)
            if mark == "_":
                node = self.below(node, found, bare)
            else:
                node = self.above(node, found, bare)
        return node

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
        return list(token) if token.isdigit() else [token]

    def split(self, found: list[str]) -> list[list[str]]:
        parts: list[list[str]] = [[]]
        for token in found:
            if token == ",":
                parts.append([])
            else:
                parts[-1].append(token)
        return parts

    def above(self, node: Node, found: list[str], bare: bool) -> Node:
        transposed = found[-1:] in (["T"], [r"\top"])
        if transposed:
            found = found[:-1]
        if found:
            assert not bare or isinstance(node, tree.Symbol)
            layered = bare and (
                node.name in self.grammar.layered or found[0] == "("
            )
            if layered and not node.above:
                marks = tuple(map(self.mark, self.split(found)))
                node = tree.Symbol(node.name, marks, node.below)
            elif layered:
                raise NotUnderstood(self.around(), "bracket a power: (…)^2")
            else:
                node = tree.Power(node, self.whole(found))
        return tree.Transpose(node) if transposed else node

    def mark(self, found: list[str]) -> Node:
        if found[:1] == ["("] and found[-1:] == [")"]:
            return tree.Sample(self.whole(found[1:-1]))
        return self.whole(found)
