"""What numpy is told

Written by the chapter chapters/93_traced.md: edit it there, not here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from functools import partial
from inspect import signature
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from bp.changes import one_number
from bp.reading import as_array, as_numbers, check_callable, in_words

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
_INSTEAD: dict[str, str] = {}  # what to write for some that are neither


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

    def push(self, i: int, dot: Any, value: Any, args: Args) -> Any:
        """A term of the sum of eq-autodiff-forward."""
        slope = self.slopes[i]
        part = dot * (slope(value, *args) if callable(slope) else slope)
        has, most = np.shape(part), np.shape(value)
        if has != most and np.broadcast_shapes(has, most) != most:
            raise ValueError(f"a slope has shape {has}, expected {most}")
        return part

    def back(self, i: int, bar: Any, value: Any, args: Args) -> Any:
        """A term of the sum of eq-autodiff-reverse."""
        part = self.push(i, bar, value, args)
        return _summed_to(part, np.shape(args[i]))


class Linear:
    """A step that is linear in each of its arrays.

    way_back(i, bar, *args, **settings) is its part of the slope by argument
    i; `takes` are the names of its settings, `most` says how many arguments
    may come without a name.
    """

    def __init__(
        self, f: Any, way_back: Any, takes: str = "", most: int = 3
    ) -> None:
        self.f, self.way_back = f, way_back
        self.takes, self.least, self.most = frozenset(takes.split()), 1, most

    def push(self, i: int, dot: Any, value: Any, args: Args, **kw: Any) -> Any:
        """The same step, of a rate."""
        return _apply(self.f, *args[:i], dot, *args[i + 1 :], **kw)

    def back(self, i: int, bar: Any, value: Any, args: Args, **kw: Any) -> Any:
        """A term of the sum of eq-autodiff-reverse."""
        return self.way_back(i, bar, *args, **kw)


PLAIN = {  # functions whose results are numbers, and bring no slope
    getattr(np, name)
    for name in """all allclose any argmax argmin argsort array_equal equal
    greater greater_equal isclose isfinite isinf isnan less less_equal
    logical_and logical_not logical_or ndim nonzero not_equal ones_like shape
    size zeros_like""".split()
}
_IN_PLACE = (
    "{} is changed in place (by +=, out= or [...] =), expected a new one, "
    "since the tape needs the old: write v = v + 1 in place of v += 1"
)


def _rule(f: Any) -> Any:
    return RULES[f] if f in RULES else getattr(f, "rule", None)


def _name(f: Any) -> str:
    """A function as one writes it, such as np.linalg.inv."""
    home = getattr(f, "__module__", None) or "numpy"
    if isinstance(own := getattr(f, "__self__", None), np.ufunc):
        home = f"{home}.{own.__name__}"
    return f"{home}.{f.__name__}".replace("numpy.", "np.", 1)


def _known(f: Any, args: Args, settings: dict[str, Any]) -> Any:
    """What numpy was asked for, by the rules."""
    if settings.get("out") is not None:
        raise ValueError(_IN_PLACE.format("a value of a run"))
    if f in PLAIN:
        return f(*map(_plain, args), **settings)
    name, rule = _name(f), _rule(f)
    if f in MADE_OF:
        try:
            return MADE_OF[f](*args, **settings)
        except TypeError as error:
            if error.__traceback__ and error.__traceback__.tb_next:
                raise
            takes = ", ".join(signature(MADE_OF[f]).parameters)
            raise TypeError(f"{error}, expected {name}({takes})") from None
    if rule is None:
        write = _INSTEAD.get(name, "it with those that are there")
        raise TypeError(
            f"{name} has no rule here, expected one of RULES: write {write}, "
            "or give its slopes to operation(...)"
        )
    if odd := set(settings) - rule.takes:
        given = ", ".join(sorted(odd))
        takes = ", ".join(sorted(rule.takes)) or "nothing"
        raise TypeError(f"{name} is given {given}, expected {takes} by name")
    if not rule.least <= len(args) <= rule.most:
        raise TypeError(
            f"{name} is given {len(args)} arguments without a name, "
            f"expected {rule.least} to {rule.most}"
        )
    return _apply(f, *args, **settings)


def _still(a: Any) -> Any:
    """An argument that nobody changes later, or an error."""
    if type(a) in (list, tuple):
        return type(a)(map(_still, a))
    if isinstance(a, np.matrix):
        raise TypeError("f has an np.matrix, whose * is @: write np.asarray")
    other = isinstance(a, np.ndarray) and type(a) is not np.ndarray
    return as_array(a, "array") if other else a


def _apply(f: Any, *args: Any, **settings: Any) -> Any:
    """f of its arguments; those of the innermost run are one step of it."""
    level, ours = 0, dict[int, Traced]()
    for i, a in enumerate(args):
        if isinstance(a, Traced) and a.level >= level:
            ours = ours if a.level == level else {}
            level, ours[i] = a.level, a
    if not ours:
        return f(*args, **settings)
    within = [
        ours[i].value if i in ours else _still(a) for i, a in enumerate(args)
    ]
    settings = {name: _still(a) for name, a in settings.items()}
    value = _apply(f, *within, **settings)
    if np.asarray(_plain(value)).dtype.kind not in "biufc":
        raise TypeError(f"{_name(f)} gave {in_words(value)}, expected numbers")
    return next(iter(ours.values()))._next(f, value, within, ours, settings)


class Traced(NDArrayOperatorsMixin):
    """A value that numpy calculates with by RULES, as with an array.

    `value`: numbers, or a value of another run.  +=, out= and [...] = raise
    ValueError; what no rule knows TypeError, or, as a method, AttributeError.
    """

    value: Any
    level: int

    def _next(self, f: Any, v: Any, args: Args, ours: Any, kw: Any) -> Any:
        raise NotImplementedError

    def __array_ufunc__(self, f: Any, how: str, *args: Any, **kw: Any) -> Any:
        return _known(f if how == "__call__" else getattr(f, how), args, kw)

    def __array_function__(self, f: Any, _: Any, args: Any, kw: Any) -> Any:
        return _known(f, args, kw)

    def __array__(self, *_: Any, **__: Any) -> NDArray[Any]:
        raise TypeError(
            f"a {type(self).__name__} is put into a plain array, which would "
            "lose its slopes: write np.stack or np.concatenate"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value})"

    def __format__(self, spec: str) -> str:
        return format(_plain(self), spec)

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

    def __deepcopy__(self, _: Any) -> Any:
        return self  # it stands still, and a copy would lose its run

    def __getitem__(self, index: Any) -> Any:
        return _known(_picked, (self,), {"index": index})

    def __setitem__(self, index: Any, value: Any) -> None:
        raise ValueError(_IN_PLACE.format("a value of a run"))

    shape = property(lambda self: np.shape(_plain(self)))
    ndim = property(lambda self: np.ndim(_plain(self)))
    size = property(lambda self: int(np.size(_plain(self))))
    dtype = property(lambda self: np.asarray(_plain(self)).dtype)
    T = property(np.transpose)

    def __getattr__(self, name: str) -> Any:
        """A method of arrays, if np has a function of that name."""
        f: Any = getattr(np, {"flatten": "ravel"}.get(name, name), None)
        known = f in PLAIN or f in MADE_OF or f in RULES
        if not known or not hasattr(np.ndarray, name) or name == "sort":
            said = f"a {type(self).__name__} has no {name}: write it by"
            raise AttributeError(f"{said} functions of numpy, or take v.value")
        if name in ("reshape", "transpose"):
            return lambda *to: f(self, to[0] if len(to) == 1 else to or None)
        return partial(f, self)


def _picked(a: Any, index: Any) -> Any:
    return a[index]


def _pair(value: Any, tangent: Any) -> tuple[Any, Any]:
    """Two arrays of one shape, or an error."""
    v, t = as_numbers(value, "value"), as_numbers(tangent, "tangent")
    if v.shape != t.shape:
        said = f"tangent has shape {t.shape}, expected {v.shape}"
        raise ValueError(f"{said}, that of value")
    return v, t


def _mapped(f: Callable[..., Any], name: str, x: Any, *like: Any) -> Any:
    """f(name, leaf, ...) of each array in tuples and dictionaries."""
    if isinstance(x, Mapping):
        return {
            k: _mapped(f, f"{name}[{k!r}]", v, *(o[k] for o in like))
            for k, v in x.items()
        }
    if isinstance(x, tuple):
        return getattr(x, "_make", tuple)(  # one with names keeps them
            _mapped(f, f"{name}[{k}]", v, *(o[k] for o in like))
            for k, v in enumerate(x)
        )
    return f(name, x, *like)


def _leaf(name: str, x: Any) -> Any:
    """An array of numbers, or a value of an outer run."""
    return x if isinstance(x, Traced) else as_numbers(x, name)


def _alike(f: Any, x: Any, direction: Any) -> tuple[Any, Any]:
    """x and a direction of its form, or an error; f must be a function."""
    check_callable(f, "f")
    x = _mapped(_leaf, "x", x)
    direction = _mapped(_leaf, "direction", direction)
    form = partial(_mapped, lambda _, leaf: np.shape(_plain(leaf)), "x")
    if (given := form(direction)) != (wanted := form(x)):
        said = f"direction has the shapes {given}, expected {wanted}"
        raise ValueError(f"{said}, as x has")
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

    def _next(self, f: Any, v: Any, args: Args, ours: Any, kw: Any) -> Any:
        reads = tuple((i, node.place) for i, node in ours.items())
        return self.tape.put(Step(v, f, args, reads, kw))


_RUN = ContextVar[Any]("run", default=None)  # the innermost that is not over


class _Run:
    """What a tape does besides: it keeps arrays still, and asks f."""

    put: Callable[[Step], Node]
    back: Callable[[int], None]

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
            said = "a value of a run that is over is used, expected this run's"
            raise ValueError(f"{said}: let f return what is needed")
        for array in values:
            if isinstance(array, tuple | list):
                self.keep(array)
            elif isinstance(array, Traced) and not isinstance(array, Node):
                self.keep(vars(array).values())  # the arrays of a dual
            elif isinstance(array, np.ndarray):
                owner = array
                while isinstance(owner.base, np.ndarray):
                    owner = owner.base
                ours = owner.flags.owndata and owner.flags.writeable
                for a in (array, owner) if ours else ():
                    if a.flags.writeable:
                        a.flags.writeable = False
                        self.locked.append(a)

    def run(self, f: Callable[..., Any], arrays: Args) -> None:
        """Write f(*arrays) down, and go back from the number it returns."""
        check_callable(f, "f")

        def given(name: str, x: Any) -> Any:
            return self.put(Step(_leaf(name, x)))

        with self:
            self.given = tuple(
                _mapped(given, f"x[{k}]" if len(arrays) > 1 else "x", x)
                for k, x in enumerate(arrays)
            )
            result = f(*self.given)
            if isinstance(result, tuple | list | dict):
                said = f"f returned a {type(result).__name__}, expected one"
                raise ValueError(f"{said} number: let it return the cost")
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
            same = np.asarray(bar).dtype.kind == node.dtype.kind
            return np.array(bar, node.dtype if same else None)

        return _mapped(slope, "x", nodes)

    def __enter__(self) -> None:
        self.outer, self.token = _RUN.get(), _RUN.set(self)
        if self.outer:
            self.locked = self.outer.locked

    def __exit__(self, kind: Any, error: Any, place: Any) -> None:
        """Unlock all, first those that own their numbers, when all is over."""
        self.open = False
        _RUN.reset(self.token)
        if self.outer is None:
            for array in sorted(self.locked, key=lambda a: a.base is not None):
                array.flags.writeable = True
        said = str(error) if isinstance(error, ValueError) else ""
        if "read-only" in said:
            raise ValueError(_IN_PLACE.format("an array of f")) from error
        if "setting an array element" in said and error.__cause__:
            raise error.__cause__


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
