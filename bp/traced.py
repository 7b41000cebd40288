"""What numpy is told

Written by the chapter chapters/93_traced.md: edit it there, not here.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from bp.changes import one_number
from bp.reading import as_numbers, check_callable

__all__ = [
    "Args",
    "RULES",
    "MADE_OF",
    "Elementwise",
    "Linear",
    "PLAIN",
    "Traced",
    "Step",
    "Node",
    "operation",
]


Args = Sequence[Any]
RULES: dict[Any, Any] = {}  # functions that are a step
MADE_OF: dict[Any, Callable[..., Any]] = {}  # functions made of others


def _plain(value: Any) -> Any:
    """The numbers alone."""
    while isinstance(value, Traced):
        value = value.value
    return value


def _turned(a: Any) -> Any:
    """The transpose, of each matrix of a stack."""
    return np.swapaxes(a, -1, -2)


def _summed_to(bar: Any, shape: tuple[int, ...]) -> Any:
    """bar, added up over all that broadcasting has repeated."""
    if (now := np.shape(bar)) == shape:
        return bar
    ahead = len(now) - len(shape)
    axes = [k for k, n in enumerate(shape, ahead) if n != now[k]]
    return np.reshape(np.sum(bar, axis=(*range(ahead), *axes)), shape)


class Elementwise:
    """A step that works on entries: `slopes` has ∂φ/∂v for each argument.

    A slope is a number, or made of the step's result and its arguments.
    """

    def __init__(self, *slopes: Any) -> None:
        self.slopes, self.takes = slopes, frozenset[str]()
        self.least = self.most = len(slopes)

    def _times(self, rate: Any, i: int, value: Any, args: Args) -> Any:
        slope = self.slopes[i]
        return rate * (slope(value, *args) if callable(slope) else slope)

    def push(self, i: int, dot: Any, value: Any, args: Args) -> Any:
        """A term of the sum of eq-autodiff-forward."""
        return self._times(dot, i, value, args)

    def back(self, i: int, bar: Any, value: Any, args: Args) -> Any:
        """A term of the sum of eq-autodiff-reverse."""
        part = self._times(bar, i, value, args)
        return _summed_to(part, np.shape(args[i]))


class Linear:
    """A step that is linear in each of its arrays.

    way_back(i, bar, *args, **settings) is its part of the slope by argument
    i; `takes` are the names of its settings, which come third at most where
    they have no name.
    """

    def __init__(
        self, f: Any, way_back: Callable[..., Any], takes: str = ""
    ) -> None:
        self.f, self.way_back = f, way_back
        self.takes, self.least, self.most = frozenset(takes.split()), 1, 3

    def push(
        self, i: int, dot: Any, value: Any, args: Args, **settings: Any
    ) -> Any:
        """The same step, of a rate."""
        return _apply(self.f, *args[:i], dot, *args[i + 1 :], **settings)

    def back(
        self, i: int, bar: Any, value: Any, args: Args, **settings: Any
    ) -> Any:
        """A term of the sum of eq-autodiff-reverse."""
        return self.way_back(i, bar, *args, **settings)


PLAIN = {  # functions whose results are numbers, and bring no slope
    getattr(np, name)
    for name in """argmax argmin argsort array_equal equal greater
    greater_equal isfinite isnan less less_equal ndim not_equal ones_like
    shape sign size zeros_like""".split()
}
_IN_PLACE = (
    "{} is changed in place (by +=, out= or [...] =), expected a new one, "
    "since the tape needs the old: write v = v + 1 in place of v += 1"
)


def _rule(f: Any) -> Any:
    return RULES[f] if f in RULES else getattr(f, "rule", None)


def _known(f: Any, args: Args, settings: dict[str, Any]) -> Any:
    """What numpy was asked for, by the rules."""
    if f in PLAIN:
        return f(*map(_plain, args), **settings)
    if f in MADE_OF:
        return MADE_OF[f](*args, **settings)
    name, rule = getattr(f, "__name__", "f"), _rule(f)
    if rule is None:
        raise TypeError(
            f"np.{name} has no rule here, expected one of RULES: write it "
            "with those that are there, or give its slopes to operation(...)"
        )
    if odd := set(settings) - rule.takes:
        raise TypeError(
            f"np.{name} is given {', '.join(sorted(odd))}, expected "
            f"{', '.join(sorted(rule.takes)) or 'nothing'} by name"
        )
    if not rule.least <= len(args) <= rule.most:
        raise TypeError(
            f"np.{name} is given {len(args)} arguments without a name, "
            f"expected {rule.least} to {rule.most}"
        )
    return _apply(f, *args, **settings)


def _apply(f: Any, *args: Any, **settings: Any) -> Any:
    """f of its arguments; those of the innermost run are one step of it."""
    level, ours = 0, dict[int, Traced]()
    for i, a in enumerate(args):
        if isinstance(a, Traced) and a.level >= level:
            ours = ours if a.level == level else {}
            level, ours[i] = a.level, a
    if not ours:
        return f(*args, **settings)
    within = [ours[i].value if i in ours else a for i, a in enumerate(args)]
    value = _apply(f, *within, **settings)
    return next(iter(ours.values()))._next(f, value, within, ours, settings)


class Traced(NDArrayOperatorsMixin):
    """A value that numpy calculates with by RULES, as with an array.

    `value` holds the numbers, or a value of another run; what compares, or
    says where, gives plain arrays, if it is in `PLAIN`.  It stands still: +=,
    out= and [...] = raise ValueError, what no rule knows TypeError.
    """

    value: Any
    level: int

    def _next(
        self, f: Any, value: Any, args: Args, ours: Any, settings: Any
    ) -> "Traced":
        raise NotImplementedError

    def __array_ufunc__(
        self, f: Any, method: str, *args: Any, **settings: Any
    ) -> Any:
        if settings.get("out") is not None:
            raise ValueError(_IN_PLACE.format("a value of a run"))
        if method != "__call__":
            raise TypeError(f"np.{f.__name__}.{method} has no rule here")
        return _known(f, args, settings)

    def __array_function__(
        self, f: Any, types: Any, args: Any, settings: Any
    ) -> Any:
        return _known(f, args, settings)

    def __array__(self, *_: Any, **__: Any) -> NDArray[Any]:
        raise TypeError(
            f"a {type(self).__name__} is put into a plain array, which would "
            "lose its slopes: write np.stack or np.concatenate"
        )

    def __float__(self) -> float:
        raise TypeError(
            f"a {type(self).__name__} is made a float, which would lose its "
            "slopes: write np.exp(v), not math.exp(v), or take v.value"
        )

    __int__ = __index__ = __complex__ = __float__

    def __bool__(self) -> bool:
        return bool(_plain(self))

    def __len__(self) -> int:
        return len(_plain(self))

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        return _known(_picked, (self,), {"index": index})

    def __setitem__(self, index: Any, value: Any) -> None:
        raise ValueError(_IN_PLACE.format("a value of a run"))

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(_plain(self))

    @property
    def ndim(self) -> int:
        return np.ndim(_plain(self))

    @property
    def size(self) -> int:
        return int(np.size(_plain(self)))

    @property
    def dtype(self) -> Any:
        return np.asarray(_plain(self)).dtype

    @property
    def T(self) -> Any:
        return np.transpose(self)

    def reshape(self, *shape: Any) -> Any:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        given = axes[0] if len(axes) == 1 else axes or None
        return np.transpose(self, given)

    def sum(self, axis: Any = None, *, keepdims: bool = False) -> Any:
        return np.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, *, keepdims: bool = False) -> Any:
        return np.mean(self, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, *, keepdims: bool = False) -> Any:
        return np.max(self, axis=axis, keepdims=keepdims)


def _picked(a: Any, index: Any) -> Any:
    return a[index]


def _pair(value: Any, tangent: Any) -> tuple[Any, Any]:
    """Two arrays of one shape, or an error."""
    v, t = as_numbers(value, "value"), as_numbers(tangent, "tangent")
    if v.shape != t.shape:
        raise ValueError(
            f"tangent has shape {t.shape}, expected {v.shape}, that of value"
        )
    return v, t


def _mapped(f: Callable[..., Any], name: str, x: Any, *like: Any) -> Any:
    """f(name, leaf, ...) of each array in tuples and dictionaries."""
    if isinstance(x, dict):
        return {
            k: _mapped(f, f"{name}[{k!r}]", v, *(o[k] for o in like))
            for k, v in x.items()
        }
    if isinstance(x, tuple):
        return tuple(
            _mapped(f, f"{name}[{k}]", v, *(o[k] for o in like))
            for k, v in enumerate(x)
        )
    return f(name, x, *like)


def _leaf(name: str, x: Any) -> Any:
    """An array of numbers, or a value of an outer run."""
    return x if isinstance(x, Traced) else as_numbers(x, name)


def _form(x: Any) -> Any:
    """What has to agree between two things: names, places and shapes."""
    return _mapped(lambda name, leaf: np.shape(_plain(leaf)), "x", x)


def _alike(f: Any, x: Any, direction: Any) -> tuple[Any, Any]:
    """x and a direction of its form, or an error; f must be a function."""
    check_callable(f, "f")
    x = _mapped(_leaf, "x", x)
    direction = _mapped(_leaf, "direction", direction)
    if (given := _form(direction)) != (wanted := _form(x)):
        raise ValueError(
            f"direction has the shapes {given}, expected {wanted}, as x has"
        )
    return x, direction


class Step(NamedTuple):
    """A step of a run: its result, and how it came about."""

    value: Any
    f: Any = None  # None for what the run was given
    args: Args = ()
    reads: tuple[tuple[int, int], ...] = ()  # argument, and step it came from
    settings: dict[str, Any] = {}


class Node(Traced):
    """The value of a step of a tape."""

    def __init__(self, tape: Any, value: Any) -> None:
        self.tape, self.value = tape, value
        self.level, self.place = tape.level, len(tape.steps) - 1

    def _next(
        self, f: Any, value: Any, args: Args, ours: Any, settings: Any
    ) -> Traced:
        reads = tuple((i, node.place) for i, node in ours.items())
        node: Node = self.tape.put(Step(value, f, args, reads, settings))
        return node


class _Run:
    """What a tape does besides: it keeps arrays still, and asks f."""

    def __init__(self, level: int) -> None:
        self.level, self.open = level, True
        self.steps: list[Step] = []
        self.bars: list[Any] = []  # the adjoint of each step, or None
        self.locked: list[NDArray[Any]] = []
        self.given: tuple[Any, ...] = ()
        self.result: Any = None

    def keep(self, values: Iterable[Any]) -> None:
        """Lock each array, and what it is a view of."""
        if not self.open:
            raise ValueError(
                "a value of a run that is over is used, expected those of "
                "this run: let f return what is needed"
            )
        for array in values:
            if isinstance(array, tuple):
                self.keep(array)
            while isinstance(array, np.ndarray):
                if array.flags.writeable:
                    array.flags.writeable = False
                    self.locked.append(array)
                array = array.base

    def put(self, step: Step) -> Node:
        raise NotImplementedError

    def back(self, last: int) -> None:
        raise NotImplementedError

    def run(self, f: Callable[..., Any], arrays: Args) -> None:
        """Write f(*arrays) down, and go back from the number it returns."""
        check_callable(f, "f")
        many = len(arrays) > 1

        def given(name: str, x: Any) -> Any:
            return self.put(Step(_leaf(name, x)))

        with self:
            self.given = tuple(
                _mapped(given, f"x[{k}]" if many else "x", x)
                for k, x in enumerate(arrays)
            )
            result = f(*self.given)
            number = one_number(_plain(result))
            ours = isinstance(result, Node) and result.tape is self
            self.bars = [None] * len(self.steps)
            if ours:
                self.back(result.place)
        value = result.value if ours else result
        self.result = value if isinstance(value, Traced) else number

    def slopes(self, nodes: Any) -> Any:
        """The adjoints of what was given, 0 for what there is none of."""

        def slope(_: str, node: Node) -> Any:
            bar = self.bars[node.place]
            if isinstance(bar, Traced):
                return bar
            if bar is None:
                return np.zeros(node.shape, node.dtype)
            bar = np.array(bar)
            same = bar.dtype.kind == node.dtype.kind  # float32 is kept
            return bar.astype(node.dtype) if same else bar

        return _mapped(slope, "x", nodes)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, place: Any) -> None:
        """Unlock all, first those that own their numbers."""
        self.open = False
        for array in sorted(self.locked, key=lambda a: a.base is not None):
            array.flags.writeable = True
        self.locked = []
        if isinstance(error, ValueError) and "read-only" in str(error):
            raise ValueError(_IN_PLACE.format("an array of f")) from error


def operation(f: Callable[..., Any], *slopes: Any) -> Callable[..., Any]:
    """A function of entries as a step of its own, with its own slopes.

    f takes as many arrays as there are slopes; `slopes` are numbers, or
    functions of what f returned and of its arguments, in this order.  Raises
    TypeError when a slope is neither, or the number of arguments differs.
    """
    check_callable(f, "f")
    for slope in slopes:
        if not callable(slope):
            as_numbers(slope, "slopes")

    def own(*args: Any) -> Any:
        value, shapes = f(*args), map(np.shape, args)
        if np.shape(value) != (shape := np.broadcast_shapes(*shapes)):
            raise ValueError(
                f"f returned an array of shape {np.shape(value)}, expected "
                f"{shape}: an operation works on entries"
            )
        return value

    own.__name__ = getattr(f, "__name__", "f")
    own.__dict__["rule"] = Elementwise(*slopes)

    def step(*args: Any) -> Any:
        if len(args) != len(slopes):
            raise TypeError(
                f"{own.__name__} is given {len(args)} arguments, expected "
                f"{len(slopes)}, one for each of its slopes"
            )
        return _apply(own, *args)

    return step
