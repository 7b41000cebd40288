"""Is δ a special case

Written by the chapter chapters/26_autodiff.md: edit it there, not here.
"""

from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from bp.changes import one_number
from bp.neuron import sigmoid
from bp.operations import (
    RULES,
    Args,
    Elementwise,
    Linear,
    Traced,
    _form,
    _Kept,
    _leaf,
    _mapped,
    _pair,
    _plain,
    _rule,
    _summed_to,
    _turned,
    operation,
)
from bp.reading import check_callable

__all__ = [
    "sigma",
    "Dual",
    "jvp",
    "Step",
    "Node",
    "Tape",
    "record",
    "value_and_grad",
    "grad",
]


_LEVELS = count(2)  # a level for each run; 1 is that of duals made by hand


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
        self.value, self.tangent = value, tangent
        self.level = level or 1

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


def jvp(f: Callable[[Any], Any], x: Any, direction: Any) -> tuple[Any, Any]:
    """What f returns at x, and its rate in a direction; one run.

    x is an array, or arrays in tuples and dictionaries, and direction has
    its form; f calculates with numpy and returns such things, too.  Of a
    `grad` of f it is the gradient, and the Hessian times the direction.
    Raises TypeError or ValueError when the forms differ, or where numpy has
    no rule here.
    """
    check_callable(f, "f")
    x = _mapped(_leaf, "x", x)
    direction = _mapped(_leaf, "direction", direction)
    if _form(x) != _form(direction):
        raise ValueError(
            f"direction has the shapes {_form(direction)}, expected "
            f"{_form(x)}, those of x"
        )
    level = next(_LEVELS)
    result = f(_mapped(lambda _, a, d: Dual(a, d, level), "x", x, direction))

    def part(which: str) -> Any:
        def of(name: str, r: Any) -> Any:
            if isinstance(r, Traced) and r.level == level:
                return getattr(r, which)
            still = np.zeros(np.shape(_plain(_leaf(name, r))))
            return r if which == "value" else still

        return _mapped(of, "f(x)", result)

    return part("value"), part("tangent")


class Step(NamedTuple):
    """A step of a run: its result, and how it came about."""

    value: Any
    f: Any = None  # None for what the run was given
    args: Args = ()
    reads: tuple[tuple[int, int], ...] = ()  # argument, and step it came from
    settings: dict[str, Any] = {}


class Node(Traced):
    """The value of a step of a tape."""

    def __init__(self, tape: "Tape", value: Any) -> None:
        self.tape, self.value = tape, value
        self.level, self.place = tape.level, len(tape.steps) - 1

    def _next(
        self, f: Any, value: Any, args: Args, ours: Any, settings: Any
    ) -> Traced:
        reads = tuple((i, node.place) for i, node in ours.items())
        return self.tape.put(Step(value, f, args, reads, settings))


class Tape(_Kept):
    """The steps of a run, in their order, and what the way back needs."""

    def __init__(self) -> None:
        super().__init__()
        self.level = next(_LEVELS)
        self.steps: list[Step] = []
        self.bars: list[Any] = []  # v̄ of each step, None for none
        self.given: tuple[Any, ...] = ()
        self.result: Any = None

    def put(self, step: Step) -> Node:
        """Write down a step."""
        self.keep([step.value, *step.args])
        self.steps.append(step)
        return Node(self, step.value)

    def back(self, last: int) -> None:
        """The slope of step `last` by every step (eq-autodiff-reverse)."""
        bar: list[Any] = [None] * len(self.steps)
        value = self.steps[last].value
        bar[last] = np.ones(np.shape(value), np.asarray(_plain(value)).dtype)
        for j in range(last, -1, -1):
            value, f, args, reads, settings = self.steps[j]
            if bar[j] is None:
                continue
            for i, k in reads:
                part = _rule(f).back(i, bar[j], value, args, **settings)
                bar[k] = part if bar[k] is None else bar[k] + part
        self.bars = bar


def record(f: Callable[..., Any], *arrays: Any) -> Tape:
    """The tape of f(*arrays), with the slopes of its result by every step.

    What f is given are its first steps; `result` is the value of the last.
    Raises as `grad` does.
    """
    check_callable(f, "f")
    tape = Tape()

    def given(name: str, x: Any) -> Node:
        return tape.put(Step(_leaf(name, x)))

    names = [f"x[{k}]" for k in range(len(arrays))]
    names = names if len(arrays) > 1 else ["x"]
    with tape:
        pairs = zip(names, arrays, strict=True)
        tape.given = tuple(_mapped(given, *pair) for pair in pairs)
        result = f(*tape.given)
        number = one_number(_plain(result))
        if isinstance(result, Node) and result.tape is tape:
            tape.back(result.place)
            result = result.value
        else:  # it has nothing to do with what f was given
            tape.bars = [None] * len(tape.steps)
    tape.result = result if isinstance(result, Traced) else number
    return tape


def value_and_grad(f: Callable[..., Any], *arrays: Any) -> tuple[Any, Any]:
    """f(*arrays), one number, and its gradient, as `grad` gives it."""
    tape = record(f, *arrays)

    def slope(_: str, node: Node) -> Any:
        bar = tape.bars[node.place]
        if isinstance(bar, Traced):
            return bar
        return np.zeros(node.shape) if bar is None else np.array(bar)

    found = [_mapped(slope, "x", nodes) for nodes in tape.given]
    return tape.result, found[0] if len(arrays) == 1 else tuple(found)


def grad(f: Callable[..., Any], *arrays: Any) -> Any:
    """The slopes of f(*arrays) by each entry (eq-autodiff-reverse).

    f calculates with numpy and returns one number, a float or an array of
    size 1; `arrays` are of any shape, real or complex, or tuples and
    dictionaries of such, to which f is linear, or not, by RULES.  The result
    has the form of the argument, of several a tuple: zeros where f does not
    depend on it.  float32 is kept.  A `Dual` may be handed in, and a value
    of an outer run.  Raises ValueError when f returns no finite number or
    changes an array in place, TypeError where numpy has no rule here.
    """
    return value_and_grad(f, *arrays)[1]


def _product_back(i: int, bar: Any, a: Any, b: Any) -> Any:
    """Ā = P̄ Bᵀ and B̄ = Aᵀ P̄ (eq-autodiff-matrix)."""
    part = bar @ _turned(b) if i == 0 else _turned(a) @ bar
    return _summed_to(part, np.shape((a, b)[i]))


def _sum_back(
    i: int, bar: Any, a: Any, axis: Any = None, keepdims: bool = False
) -> Any:
    """Every entry that was added up gets the slope by the sum."""
    kept = np.sum(np.zeros(np.shape(a)), axis=axis, keepdims=True).shape
    return np.broadcast_to(np.reshape(bar, kept), np.shape(a))


RULES |= {
    np.matmul: Linear(np.matmul, _product_back),
    np.sum: Linear(np.sum, _sum_back, "axis keepdims"),
    np.broadcast_to: Linear(
        np.broadcast_to, lambda i, bar, a, shape: _summed_to(bar, np.shape(a))
    ),
}


def _transpose_back(i: int, bar: Any, a: Any, axes: Any = None) -> Any:
    """The axes go back to where they were."""
    if axes is not None:
        axes = np.argsort([axis % np.ndim(a) for axis in axes])
    return np.transpose(bar, axes)


def _reshape_back(i: int, bar: Any, a: Any, shape: Any) -> Any:
    return np.reshape(bar, np.shape(a))


RULES |= {
    np.reshape: Linear(np.reshape, _reshape_back, "shape"),
    np.transpose: Linear(np.transpose, _transpose_back, "axes"),
    np.swapaxes: Linear(
        np.swapaxes, lambda i, bar, a, j, k: np.swapaxes(bar, j, k)
    ),
}
