"""Tokens, read from the left to the right."""

from abc import ABC, abstractmethod
from typing import Self

from . import tree
from .grammar import LETTERS, Grammar
from .tree import Node, NotUnderstood

END = "the end"


class Cursor(ABC):
    def __init__(self, found: list[str], grammar: Grammar) -> None:
        self.found, self.grammar, self.place = found, grammar, 0

    @abstractmethod
    def expression(self) -> Node:
        """A sum, as far as it goes."""

    @abstractmethod
    def chain(self) -> tree.Chain:
        """Expressions with relations between them."""

    @property
    def next(self) -> str:
        if self.place < len(self.found):
            return self.found[self.place]
        return END

    def take(self) -> str:
        token = self.next
        self.place += 1
        return token

    def skip(self, *tokens: str) -> None:
        while self.next in tokens:
            self.place += 1

    def want(self, token: str) -> None:
        if self.next != token:
            raise NotUnderstood(self.around(), f"expected {token} here")
        self.place += 1

    def around(self) -> str:
        near = self.found[max(0, self.place - 3) : self.place + 4]
        return " ".join(near) or "nothing"

    @staticmethod
    def is_letter(token: str) -> bool:
        single = len(token) == 1 and token.isalpha()
        accented = token.startswith("\\") and " " in token
        return single or token in LETTERS or accented

    # --- pieces

    def inner(self, found: list[str]) -> Self:
        return type(self)(found, self.grammar)

    def whole(self, found: list[str]) -> Node:
        """An expression that fills these tokens."""
        reader = self.inner(found)
        node = reader.expression()
        if reader.next != END:
            raise NotUnderstood(reader.around(), "what comes next here?")
        return node

    def argument(self) -> list[str]:
        """What stands in braces, or the one token that does."""
        if self.next != "{":
            token = self.take()
            if token.isdecimal() and len(token) > 1:  # \frac12
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

    @staticmethod
    def split(found: list[str]) -> list[list[str]]:
        """At the commas."""
        parts: list[list[str]] = [[]]
        for token in found:
            if token == ",":
                parts.append([])
            else:
                parts[-1].append(token)
        return parts

    def several(self, found: list[str]) -> tuple[Node, ...]:
        return tuple(map(self.whole, self.split(found)))
