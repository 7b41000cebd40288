"""Functions by their names: those of everybody, of a chapter, of the text."""

from collections.abc import Callable
from functools import lru_cache
from inspect import Parameter, signature

import numpy as np

from . import tree
from .chance import expected, spread
from .functions import FUNCTIONS, Forms
from .notation import Array, Key, joined
from .setting import Setting
from .slopes import rate
from .tree import Node, NotUnderstood, OutOfRange, Wrong


def call(on: Setting, node: tree.Call) -> Array:
    name, arguments = node.function, node.arguments
    if name == "O":
        raise NotUnderstood("O", "a remainder is a term of its own")
    if name in OPERATORS:
        if len(arguments) != 1 or node.marks or node.primes:
            raise NotUnderstood(name, "of one expression")
        return OPERATORS[name](on, arguments[0])
    forms = function(on, joined(name, tuple(map(on.integer, node.marks))))
    if node.primes >= len(forms):
        raise NotUnderstood(f"{name} with {node.primes} primes")
    if not takes(forms[node.primes], len(arguments)):
        raise Wrong(f"{name} of {len(arguments)}")
    return forms[node.primes](*map(on.value, arguments))


def function(on: Setting, key: Key) -> Forms:
    """A function and its derivatives."""
    for known in (on.functions, on.run().functions, FUNCTIONS):
        if key in known:
            return known[key]
    if any(other[0] == key[0] for other in on.run().functions):
        raise OutOfRange  # there are some, but not for this layer
    raise NotUnderstood(str(key[0]), "a function without such marks")


@lru_cache(256)
def takes(form: Callable[..., Array], count: int) -> bool:
    """Can a function have so many arguments?"""
    if isinstance(form, np.ufunc):
        return form.nin == count
    kinds = [p.kind for p in signature(form).parameters.values()]
    return Parameter.VAR_POSITIONAL in kinds or len(kinds) == count


def diagonal(on: Setting, node: Node) -> Array:
    value = on.value(node)
    if np.shape(value)[1:] != (1,):
        raise Wrong(f"diag of shape {np.shape(value)}, not of a column")
    return np.diag(value[:, 0])


OPERATORS: dict[str, Callable[[Setting, Node], Array]] = {
    "diag": diagonal,
    "op E": expected,
    "Var": spread,
    "op R": rate,
}
