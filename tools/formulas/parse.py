"""A display to its statements, and the ranges where they hold."""

from . import tree
from .cursor import END
from .expressions import Expressions
from .grammar import RELATIONS, Grammar
from .tokens import Macros, tokens
from .tree import NotUnderstood

WORDS = {"text for", "text for all", "text and", "text where", "text with"}
WORDS |= {r"\quad", ",", ";", "."}


def read(
    latex: str, grammar: Grammar, macros: Macros | None = None
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


class Reader(Expressions):
    def statements(self) -> list[tree.Statement]:
        done: list[tree.Statement] = []
        while True:
            self.skip(*WORDS)
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
            self.skip(r"\quad")
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
