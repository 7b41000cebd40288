"""Are two values the same?  What was found, and where we are."""

from dataclasses import dataclass, field

import numpy as np

from . import tree
from .evaluate import TESTS, Evaluator

EXACT, NESTED = 1e-9, 1e-7  # relative; derivatives of derivatives
FLOOR = 1e-13  # rounding of numbers of the size of 1


@dataclass
class Verdict:
    label: str
    line: int
    state: str  # "holds", "false", "not understood", "not checked"
    why: str = ""
    largest: float = 0.0  # difference, relative
    where: str = ""  # it was largest
    first_order: bool = False  # a statement with ≈, checked as a limit
    remainder: bool = False  # one with O(…), whose order is measured
    places: int = 0  # that were compared
    layers: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        if self.state == "holds":
            head = f"{self.label}: holds at {self.places} places"
            if self.first_order:
                return f"{head}, to first order"
            if self.remainder:
                return f"{head}, with a remainder of that order"
            return f"{head}; largest difference {self.measured}{self.where}"
        return f"{self.label}: {self.state}: {self.why}"

    @property
    def measured(self) -> str:
        return f"{self.largest:.0e}" if self.largest else "0"


class Failed(Exception):
    """A statement that is false, and where."""


def compare(
    left: np.ndarray,
    right: np.ndarray,
    relation: str,
    on: Evaluator,
    chain: tree.Chain,
    step: int,
    verdict: Verdict,
) -> None:
    """Neighbours in a chain; raises Failed, or notes the difference."""
    said = f"step {step + 1}: " if len(chain.relations) > 1 else ""
    if np.shape(left) != np.shape(right):
        shapes = f"{np.shape(left)} and {np.shape(right)}"
        raise Failed(f"{said}shapes {shapes}")
    verdict.places += 1
    if relation in {r"\le", r"\ge", "<", ">", r"\ne"}:
        if not np.all(TESTS[relation](np.real(left), np.real(right))):
            raise Failed(f"{said}{shown(left)} {relation} {shown(right)}")
        return
    nested = any(
        isinstance(part, tree.Derivative)
        and any(p is not part and is_slope(p) for p in part.walk())
        for part in chain.walk()
    )
    scale = max(np.max(np.abs(left)), np.max(np.abs(right)))
    difference = np.max(np.abs(np.asarray(left) - np.asarray(right)))
    tolerance = NESTED if nested else EXACT
    close = difference <= tolerance * scale + FLOOR
    if not (np.isfinite(scale) and close):
        raise Failed(f"{said}{shown(left)} is not {shown(right)}")
    relative = float(difference / scale) if scale else 0.0
    if relative >= verdict.largest:
        verdict.largest, verdict.where = relative, at(on)


def is_slope(node: tree.Node) -> bool:
    if isinstance(node, tree.Symbol):
        return node.name in {r"\delta", r"\Delta"}
    return isinstance(node, tree.Derivative | tree.Nabla)


def at(on: Evaluator) -> str:
    """Where we are, in words."""
    sizes = "-".join(map(str, on.world.sizes))
    places = [f"{name} = {value}" for name, value in on.at.items()]
    return f" (network {', '.join([sizes, *places])})"


def shown(value: np.ndarray) -> str:
    flat = np.real(np.asarray(value)).ravel()
    text = ", ".join(f"{float(v):.6g}" for v in flat[:4])
    return text if flat.size <= 4 else f"{text}, …"
