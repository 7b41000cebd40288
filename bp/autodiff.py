"""Is δ a special case

Written by the chapter chapters/26_autodiff.md: edit it there, not here.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from bp.neuron import sigmoid
from bp.traced import (
    RULES,
    Args,
    Elementwise,
    Linear,
    Node,
    Step,
    Traced,
    _alike,
    _leaf,
    _mapped,
    _pair,
    _plain,
    _rule,
    _Run,
    _summed_to,
    _turned,
    operation,
)

__all__ = ["sigma", "Dual", "Tape", "record", "value_and_grad", "grad", "jvp"]


_LEVELS = count(1)  # one for each run; 0 is that of duals made by hand
RULES |= {
    np.add: Elementwise(1, 1),
    np.subtract: Elementwise(1, -1),
    np.negative: Elementwise(-1),
    np.multiply: Elementwise(lambda v, a, b: b, lambda v, a, b: a),
    np.divide: Elementwise(lambda v, a, b: 1 / b, lambda v, a, b: -v / b),
    np.square: Elementwise(lambda v, a: 2 * a),
    np.exp: Elementwise(lambda v, a: v),
}
sigma = operation(sigmoid, lambda v, a: v * (1 - v))


class Dual(Traced):
    """A value, and its tangent: the rate at which it changes, of its shape.

    Both are real or complex numbers; raises TypeError for what is none, and
    ValueError for a tangent of another shape.
    """

    def __init__(self, value: Any, tangent: Any, level: int = 0) -> None:
        if level == 0:
            value, tangent = _pair(value, tangent)
        self.value, self.tangent, self.level = value, tangent, level

    def __repr__(self) -> str:
        return f"Dual({self.value}, {self.tangent})"

    def _next(
        self, f: Any, value: Any, args: Args, ours: Any, settings: Any
    ) -> Traced:
        """The result, and its rate (eq-autodiff-forward)."""
        push = _rule(f).push
        dots = [
            push(i, dual.tangent, value, args, **settings)
            for i, dual in ours.items()
        ]
        dot = sum(dots[1:], dots[0])
        if np.shape(dot) != np.shape(value):
            dot = np.broadcast_to(dot, np.shape(value))
        return Dual(value, dot, self.level)


class Tape(_Run):
    """The steps of a run, in their order, and their adjoints, the bars."""

    def __init__(self) -> None:
        super().__init__(next(_LEVELS))

    def put(self, step: Step) -> Node:
        """Write down a step."""
        self.keep([step.value, *step.args, *step.settings.values()])
        self.steps.append(step)
        return Node(self, step.value)

    def back(self, last: int) -> None:
        """The slope of step `last` by every step (eq-autodiff-reverse)."""
        bar, value = self.bars, _plain(self.steps[last].value)
        bar[last] = np.ones(np.shape(value), np.asarray(value).dtype)
        for j in range(last, -1, -1):
            value, f, args, reads, settings = self.steps[j]
            for i, k in reads if bar[j] is not None else ():
                part = _rule(f).back(i, bar[j], value, args, **settings)
                bar[k] = part if bar[k] is None else bar[k] + part


def record(f: Callable[..., Any], *arrays: Any) -> Tape:
    """The tape of f(*arrays): its `steps`, inputs first, and `bars`."""
    tape = Tape()
    tape.run(f, arrays)
    return tape


def value_and_grad(f: Callable[..., Any], x: Any, *more: Any) -> Any:
    """A pair: f(x, *more), one number, and what `grad` gives."""
    tape = record(f, x, *more)
    found = tuple(map(tape.slopes, tape.given))
    return tape.result, found if more else found[0]


def grad(f: Callable[..., Any], x: Any, *more: Any) -> Any:
    """The slopes of f(x, *more) by every entry (eq-autodiff-reverse).

    f calculates with numpy and returns one number; x is an array of any
    shape, real or complex, a tuple or dictionary of such, or a `Dual`.  The
    result has the form of x, with more arguments it is a tuple of such:
    zeros where f does not depend on an array.  float32 is kept.  Raises
    ValueError when f returns not one finite number, or changes an array that
    went in (not watched are views made before, memory that is not numpy's, and
    what is read through strides); TypeError without a rule (a method:
    AttributeError), or for what cannot be a number, such as text.
    """
    return value_and_grad(f, x, *more)[1]


def jvp(f: Callable[[Any], Any], x: Any, direction: Any) -> tuple[Any, Any]:
    """f(x) and its rate in a direction (eq-autodiff-forward); one run.

    x is an array, or arrays in tuples and dictionaries, and `direction` has
    its form; f calculates with numpy and may return such things, too.  Of
    `lambda x: grad(f, x)` it is the gradient, and the Hessian times the
    direction.  Raises ValueError when the forms differ, TypeError for what
    is no number, and where there is no rule (a method: AttributeError).
    """
    x, direction = _alike(f, x, direction)
    level = next(_LEVELS)
    result = f(_mapped(lambda _, a, d: Dual(a, d, level), "x", x, direction))

    def both(name: str, r: Any) -> tuple[Any, Any]:
        if isinstance(r, Dual) and r.level == level:
            return r.value, r.tangent
        return r, np.zeros_like(_plain(_leaf(name, r)))

    values = _mapped(lambda *r: both(*r)[0], "f(x)", result)
    return values, _mapped(lambda *r: both(*r)[1], "f(x)", result)


def _product_back(i: int, bar: Any, a: Any, b: Any) -> Any:
    """Ā = P̄ Bᵀ and B̄ = Aᵀ P̄ (eq-autodiff-matrix)."""
    part = bar @ _turned(b) if i == 0 else _turned(a) @ bar
    return _summed_to(part, np.shape((a, b)[i]))


def _sum_back(i: int, bar: Any, a: Any, axis: Any = None, **_: Any) -> Any:
    """Every entry that was added up gets the slope by the sum."""
    kept = np.sum(np.zeros(np.shape(a)), axis=axis, keepdims=True).shape
    return np.broadcast_to(np.reshape(bar, kept), np.shape(a))


RULES |= {
    np.matmul: Linear(np.matmul, _product_back),
    np.sum: Linear(np.sum, _sum_back, "axis keepdims", 2),
    np.broadcast_to: Linear(
        np.broadcast_to, lambda i, bar, a, shape: _summed_to(bar, np.shape(a))
    ),
}
