"""The words of the formula language: relations, functions, letters."""

from dataclasses import dataclass

RELATIONS = {"=", r"\equiv", ":=", r"\approx", r"\le", r"\ge", "<", ">"}
RELATIONS |= {r"\ne", r"\leftarrow", r"\to", r"\in"}
CLOSING = {"(": ")", "[": "]", "{": "}", r"\{": r"\}"}
CLOSING |= {r"\lVert": r"\rVert", r"\lvert": r"\rvert"}
FOLDS = {r"\sum": "sum", r"\prod": "prod", "argmax": "argmax"}
FOLDS |= {r"\max": "max", r"\min": "min"}
FUNCTIONS = frozenset(
    r"\sigma \tanh \exp \ln \max \min Im diag relu softmax Var".split()
)
OPERATORS = frozenset({"op E", "op R", "O"})
GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda "
    "mu nu xi pi rho tau phi varphi chi psi omega Gamma Delta Theta Lambda "
    "Xi Pi Phi Psi Omega ell"
)
LETTERS = {"\\" + name for name in GREEK.split()}


@dataclass(frozen=True)
class Grammar:
    """Which names are functions, and which letters carry a layer.

    A letter is a function only in front of a bracket or a prime.
    """

    functions: frozenset[str] = FUNCTIONS | OPERATORS
    layered: frozenset[str] = frozenset()
    transposes: frozenset[str] = frozenset({r"\top", "T"})
