"""Slips by rule, made in what has been read: every node changed in every way.

A term or a factor dropped, a sign turned, factors swapped, a product for ⊙, a
transpose more or less, a fraction upside down or without its denominator, an
index or a mark for another or one more or less, a letter for another, a sum
begun late or ended early or without its condition, a function without its
prime, a derivative the other way.
"""

from collections.abc import Iterator
from dataclasses import fields, replace

from formulas import tree
from formulas.tree import Node, Symbol

ONE = tree.Number("1")


def one(parts: tuple[Node, ...], kind: type) -> Node:
    return parts[0] if len(parts) == 1 else kind(parts)


def shifted(index: Node) -> Iterator[Node]:
    yield tree.Sum((index, ONE))
    yield tree.Sum((index, tree.Negative(ONE)))


def changed(
    node: Node, letters: list[str], names: list[Symbol]
) -> Iterator[tuple[str, Node]]:
    """Everything that one node could have been by a slip."""
    match node:
        case tree.Sum(terms):
            for n in range(len(terms)):
                yield "term lost", one(terms[:n] + terms[n + 1 :], tree.Sum)
                turned = tree.Negative(terms[n])
                yield "sign", tree.Sum((*terms[:n], turned, *terms[n + 1 :]))
        case tree.Product(factors):
            for n in range(len(factors)):
                yield (
                    "factor lost",
                    one(factors[:n] + factors[n + 1 :], tree.Product),
                )
            for n in range(len(factors) - 1):
                left, right = factors[n : n + 2]
                rest = factors[:n], factors[n + 2 :]
                yield (
                    "swapped",
                    tree.Product((*rest[0], right, left, *rest[1])),
                )
                both = tree.Hadamard(left, right)
                yield "⊙", one((*rest[0], both, *rest[1]), tree.Product)
        case tree.Negative(of):
            yield "sign lost", of
        case tree.Hadamard(left, right):
            yield "no ⊙", tree.Product((left, right))
            yield "factor lost", left
            yield "factor lost", right
        case tree.Quotient(above, below):
            yield "denominator lost", above
            yield "upside down", tree.Quotient(below, above)
        case tree.Power(base, _):
            yield "power lost", base
        case tree.Transpose(of):
            yield "transpose lost", of
        case tree.Number(text) if "." not in text:
            yield "number", tree.Number(str(int(text) + 1))
        case tree.Call(_, primes, arguments, marks):
            if node.function != r"\exp":
                yield "prime", replace(node, primes=primes + 1)
            if primes:
                yield "prime lost", replace(node, primes=primes - 1)
            elif len(arguments) == 1:
                yield "function lost", arguments[0]
            for n, mark in enumerate(marks):
                for new in shifted(mark):
                    after = (*marks[:n], new, *marks[n + 1 :])
                    yield "mark", replace(node, marks=after)
        case tree.Derivative(of, by):
            yield "derivative lost", of
            yield "derivative upside down", tree.Derivative(by, of)
        case tree.Nabla(of, _):
            yield "derivative lost", of
        case tree.Fold(_, index, low, high, body, condition):
            used = any(p == Symbol(index) for p in body.parts)
            yield "sum lost", body
            if low and high:
                yield "begun late", replace(node, low=tree.Sum((low, ONE)))
                ended = tree.Sum((high, tree.Negative(ONE)))
                yield "ended early", replace(node, high=ended)
            if condition and used:
                yield "condition lost", replace(node, condition=None)
        case Symbol(name, above, below):
            yield "transpose", tree.Transpose(node)
            for place, marks in ("above", above), ("below", below):
                for n, mark in enumerate(marks):
                    inner = (
                        mark.index if isinstance(mark, tree.Sample) else mark
                    )
                    some = [Symbol(c) for c in letters if Symbol(c) != inner]
                    for new in [*shifted(inner), *some]:
                        if isinstance(mark, tree.Sample):
                            new = tree.Sample(new)
                        after = (*marks[:n], new, *marks[n + 1 :])
                        yield f"index {place}", replace(node, **{place: after})
                for n in range(len(marks) - 1):
                    after = (
                        *marks[:n],
                        marks[n + 1],
                        marks[n],
                        *marks[n + 2 :],
                    )
                    yield "swapped indices", replace(node, **{place: after})
            for other in names:
                same = len(other.above), len(other.below)
                if other.name != name and same == (len(above), len(below)):
                    yield "letter", replace(node, name=other.name)


def slips(
    node: Node, letters: list[str], names: list[Symbol]
) -> Iterator[tuple[str, Node]]:
    yield from changed(node, letters, names)
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            for kind, new in slips(value, letters, names):
                yield kind, replace(node, **{field.name: new})
        elif isinstance(value, tuple):
            for n, part in enumerate(value):
                if isinstance(part, Node):
                    for kind, new in slips(part, letters, names):
                        after = (*value[:n], new, *value[n + 1 :])
                        yield kind, replace(node, **{field.name: after})


def of(statement: tree.Statement) -> Iterator[tuple[str, tree.Statement]]:
    """Every slip in a statement, by its name; numbers side by side commute."""
    nodes = statement.chain.parts
    symbols = [node for node in nodes if isinstance(node, Symbol)]
    marks = [mark for s in symbols for mark in (*s.above, *s.below)]
    indices = sorted(set().union(*(mark.letters for mark in marks)))
    names = list({s.name: s for s in symbols}.values())
    seen = {statement.chain}
    for what, chain in slips(statement.chain, indices, names):
        if chain not in seen:
            seen.add(chain)
            yield what, replace(statement, chain=chain)
