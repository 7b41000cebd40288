"""What numpy is told

Written by the chapter chapters/93_operations.md: edit it there, not here.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bp.reading import as_numbers, check_callable

__all__ = [
    "Args",
    "Elementwise",
    "PLAIN",
    "RULES",
    "MADE_OF",
    "Traced",
    "Linear",
    "operation",
]


Args = Sequence[Any]


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


PLAIN = {  # functions whose results are numbers, and bring no slope
    getattr(np, name)
    for name in """argmax argmin argsort array_equal equal greater
    greater_equal isfinite isnan less less_equal ndim not_equal ones_like
    shape sign size zeros_like""".split()
}
RULES: dict[Any, Any] = {}  # functions that are a step
MADE_OF: dict[Any, Callable[..., Any]] = {}  # functions made of others
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
    within = [*args]
    for i, a in ours.items():
        within[i] = a.value
    value = _apply(f, *within, **settings)
    return a._next(f, value, within, ours, settings)


class Traced(NDArrayOperatorsMixin):
    """A value that numpy calculates with by RULES, as with an array.

    `value` holds the numbers, or a value of another run; what is compared,
    rounded or sorted gives plain arrays.  It stands still: changing it in
    place raises ValueError, what no rule knows TypeError.
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

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.mean(self, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.max(self, axis=axis, keepdims=keepdims)


def _picked(a: Any, index: Any) -> Any:
    return a[index]


class Linear:
    """A step that is linear in each of its arrays.

    way_back(i, bar, *args, **settings) is its part of the slope by argument
    i; `takes` are the names of its settings.
    """

    def __init__(
        self, f: Any, way_back: Callable[..., Any], takes: str = ""
    ) -> None:
        self.f, self.way_back = f, way_back
        self.takes = frozenset(takes.split())

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


class _Kept:
    """Arrays that must stand still while a tape is open."""

    def __init__(self) -> None:
        self.open, self.locked = True, list[NDArray[Any]]()

    def keep(self, values: Iterable[Any]) -> None:
        """Lock each array, and what it is a view of."""
        if not self.open:
            raise ValueError(
                "a value of a run that is over is used, expected those of "
                "this run: let f return what is needed"
            )
        for array in values:
            while isinstance(array, np.ndarray):
                if array.flags.writeable:
                    array.flags.writeable = False
                    self.locked.append(array)
                array = array.base

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


def _power_slope(v: Any, a: Any, b: Any) -> Any:
    """b a^(b − 1), and 0 where b is 0."""
    return b * np.power(a, np.where(_plain(b) == 0, 1, b - 1))


def _exponent_slope(v: Any, a: Any, b: Any) -> Any:
    """a^b ln a, and 0 where a is 0."""
    return v * np.log(np.where(_plain(a) == 0, 1, a))


RULES |= {
    np.positive: Elementwise(1),
    np.power: Elementwise(_power_slope, _exponent_slope),
    np.reciprocal: Elementwise(lambda v, a: -v * v),
    np.sqrt: Elementwise(lambda v, a: 0.5 / v),
    np.log: Elementwise(lambda v, a: 1 / a),
    np.log1p: Elementwise(lambda v, a: 1 / (1 + a)),
    np.expm1: Elementwise(lambda v, a: v + 1),
    np.sin: Elementwise(lambda v, a: np.cos(a)),
    np.cos: Elementwise(lambda v, a: -np.sin(a)),
    np.tan: Elementwise(lambda v, a: 1 + v * v),
    np.arctan: Elementwise(lambda v, a: 1 / (1 + a * a)),
    np.sinh: Elementwise(lambda v, a: np.cosh(a)),
    np.cosh: Elementwise(lambda v, a: np.sinh(a)),
    np.tanh: Elementwise(lambda v, a: 1 - v * v),
    np.logaddexp: Elementwise(
        lambda v, a, b: np.exp(a - v), lambda v, a, b: np.exp(b - v)
    ),
}


def _share(a: Any, b: Any) -> Any:
    """1 where a is larger, ½ where both are equal, else 0."""
    a, b = _plain(a), _plain(b)
    return np.where(a == b, 0.5, a > b)


RULES |= {
    np.maximum: Elementwise(
        lambda v, a, b: _share(a, b), lambda v, a, b: _share(b, a)
    ),
    np.minimum: Elementwise(
        lambda v, a, b: _share(b, a), lambda v, a, b: _share(a, b)
    ),
    np.absolute: Elementwise(lambda v, a: np.sign(a)),
    np.where: Elementwise(
        0, lambda v, c, a, b: _plain(c) != 0, lambda v, c, a, b: _plain(c) == 0
    ),
}


def _placed(f: Any, a: Any, *args: Any, **settings: Any) -> Any:
    """Where each entry of f(a) comes from: 1, 2, ... in a, or 0, nowhere."""
    places = np.arange(1, np.size(a) + 1).reshape(np.shape(a))
    return f(places, *args, **settings)


def _gathered(a: Any, places: Any) -> Any:
    """The entries of a at these places, and 0 for nowhere."""
    return np.append(np.zeros(1, a.dtype), a)[places]


def _scattered(bar: Any, places: Any, shape: tuple[int, ...]) -> Any:
    """bar, added up at the places where its entries came from."""
    found = np.zeros(1 + int(np.prod(shape)), bar.dtype)
    np.add.at(found, places, bar)
    return found[1:].reshape(shape)


def _move(f: Any, takes: str = "") -> Linear:
    """The rule of a function that puts entries elsewhere, or repeats them."""

    def back(i: int, bar: Any, a: Any, *args: Any, **settings: Any) -> Any:
        places = _placed(f, a, *args, **settings)
        return _apply(_scattered, bar, places=places, shape=np.shape(a))

    return Linear(f, back, takes)


RULES[_gathered] = Linear(
    _gathered,
    lambda i, bar, a, places: _apply(
        _scattered, bar, places=places, shape=np.shape(a)
    ),
    "places",
)
RULES[_scattered] = Linear(
    _scattered,
    lambda i, bar, a, places, shape: _apply(_gathered, bar, places=places),
    "places shape",
)


def _joined(*arrays: Any, axis: int = 0) -> Any:
    return np.concatenate(arrays, axis)


def _cut(i: int, bar: Any, *arrays: Any, axis: int = 0) -> Any:
    """The part of bar that belongs to array i."""
    ends = np.cumsum([np.shape(a)[axis] for a in arrays])
    index = [slice(None)] * np.ndim(bar)
    index[axis] = slice(ends[i] - np.shape(arrays[i])[axis], ends[i])
    return bar[tuple(index)]


class _Together(Linear):
    """Linear in all arrays together: what does not move counts as 0."""

    def push(
        self, i: int, dot: Any, value: Any, args: Args, **settings: Any
    ) -> Any:
        still = [np.zeros(np.shape(a)) for a in args]
        return super().push(i, dot, value, still, **settings)


def _running_back(i: int, bar: Any, a: Any, axis: int | None = None) -> Any:
    """The running sum from the other end."""
    if axis is None:
        back = np.flip(np.cumsum(np.flip(np.reshape(bar, -1))))
        return np.reshape(back, np.shape(a))
    return np.flip(np.cumsum(np.flip(bar, axis), axis), axis)


def _einsum_back(i: int, bar: Any, spec: str, *arrays: Any) -> Any:
    """The same sum with bar in the place of array i (argument i, from 1)."""
    left, right = spec.replace(" ", "").split("->")
    names = left.split(",")
    own, others = names[i - 1], [*names]
    others[i - 1] = right
    there = set("".join(others))
    kept = "".join(n for n in own if n in there)
    given = [*arrays]
    given[i - 1] = bar
    part = np.einsum(f"{','.join(others)}->{kept}", *given)
    shape = np.shape(arrays[i - 1])
    short = [n if k in there else 1 for k, n in zip(own, shape, strict=True)]
    return np.broadcast_to(np.reshape(part, tuple(short)), shape)


def _einsum(spec: Any, *arrays: Any) -> Any:
    """np.einsum, of a spec that says its result and repeats no letter."""
    names = spec.replace(" ", "").split("->") if isinstance(spec, str) else ""
    twice = (
        [n for n in names[0].split(",") if len(set(n)) < len(n)]
        if names
        else []
    )
    if len(names) != 2 or "." in spec or twice:
        raise ValueError(
            f"np.einsum is given {spec!r}, expected letters with '->', no "
            "letter twice in one array: write 'ij,jk->ik'"
        )
    return _apply(np.einsum, spec, *arrays)


RULES |= {
    _joined: _Together(_joined, _cut, "axis"),
    np.cumsum: Linear(np.cumsum, _running_back, "axis"),
    np.einsum: Linear(np.einsum, _einsum_back),
}
RULES |= {
    f: _move(f, takes)
    for f, takes in [
        (_picked, "index"),
        (np.diagonal, "offset axis1 axis2"),
        (np.diag, "k"),
        (np.flip, "axis"),
        (np.pad, "mode"),
        (np.ravel, ""),
        (np.repeat, "repeats axis"),
        (np.roll, "shift axis"),
        (np.rot90, "k axes"),
        (np.squeeze, "axis"),
        (np.expand_dims, "axis"),
        (np.moveaxis, "source destination"),
        (np.take, "axis"),
        (np.take_along_axis, "axis"),
        (np.tile, "reps"),
        (np.tril, "k"),
        (np.triu, "k"),
        (sliding_window_view, "window_shape axis"),
    ]
}


def _largest(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The largest entries; where several are equal, each has its share."""
    numbers = _plain(a)
    top = numbers == np.max(numbers, axis=axis, keepdims=True)
    share = top / np.sum(top, axis=axis, keepdims=True)
    return np.sum(np.where(top, a, 0) * share, axis=axis, keepdims=keepdims)


def _mean(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    total = np.sum(a, axis=axis, keepdims=keepdims)
    return total / (np.size(a) / np.size(total))


def _var(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    off = a - _mean(a, axis, True)
    return _mean(off * off, axis, keepdims)


def _stack(arrays: Any, axis: int = 0) -> Any:
    return _concatenate([np.expand_dims(a, axis) for a in arrays], axis)


def _concatenate(arrays: Any, axis: int = 0) -> Any:
    return _apply(_joined, *arrays, axis=axis)


def _matmul(a: Any, b: Any) -> Any:
    """A product of matrices or stacks; a vector is a row, or a column."""
    if np.ndim(a) == 1:
        axis = -1 if np.ndim(b) == 1 else -2
        return np.squeeze(_matmul(np.expand_dims(a, 0), b), axis)
    if np.ndim(b) == 1:
        return np.squeeze(_matmul(a, np.expand_dims(b, 1)), -1)
    return _apply(np.matmul, a, b)


def _dot(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    if np.ndim(b) > 2:
        raise ValueError("np.dot of a stack is not known here: write a @ b")
    return _matmul(a, b)


MADE_OF |= {
    np.max: _largest,
    np.min: lambda a, axis=None, keepdims=False: -_largest(-a, axis, keepdims),
    np.mean: _mean,
    np.var: _var,
    np.std: lambda a, axis=None, keepdims=False: np.sqrt(
        _var(a, axis, keepdims)
    ),
    np.clip: lambda a, low, high: np.minimum(np.maximum(a, low), high),
    np.stack: _stack,
    np.concatenate: _concatenate,
    np.hstack: lambda arrays: _concatenate(
        arrays, 0 if np.ndim(arrays[0]) == 1 else 1
    ),
    np.vstack: lambda arrays: _concatenate(
        [a if np.ndim(a) > 1 else np.expand_dims(a, 0) for a in arrays]
    ),
    np.matmul: _matmul,
    np.dot: _dot,
    np.outer: lambda a, b: np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1)),
    np.trace: lambda a: np.sum(np.diagonal(a)),
    np.einsum: _einsum,
    np.linalg.norm: lambda a: np.sqrt(np.sum(a * a)),
}
