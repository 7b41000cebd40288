"""The slope of every operation

Written by the chapter chapters/95_operations.md: edit it there, not here.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bp.traced import (
    _INSTEAD,
    MADE_OF,
    RULES,
    Args,
    Elementwise,
    Linear,
    _apply,
    _picked,
    _plain,
)

__all__ = ["Together"]


def _real(name: str, a: Any) -> Any:
    """a, or an error: of complex numbers this has no slope."""
    if np.iscomplexobj(_plain(a)):
        raise TypeError(
            f"np.{name} is given complex numbers, expected real ones: it has "
            "no slope there"
        )
    return a


def _power_slope(v: Any, a: Any, b: Any) -> Any:
    """b a^(b − 1), and 0 where both are 0."""
    if np.any(both := (_plain(a) == 0) & (_plain(b) == 0)):
        a = np.where(both, 1, a)
    return b * np.power(a, b - 1)


def _exponent_slope(v: Any, a: Any, b: Any) -> Any:
    """a^b ln a, and 0 where a is 0."""
    return v * np.log(np.where(_plain(a) == 0, np.ones_like(v), a))


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
        lambda v, a, b: np.exp(-np.logaddexp(0, b - a)),
        lambda v, a, b: np.exp(-np.logaddexp(0, a - b)),
    ),
}


def _share(a: Any, b: Any) -> Any:
    """1 where a is larger, ½ where both are equal, else 0."""
    a, b = _plain(a), _plain(b)
    return np.where(a == b, 0.5, a > b).astype(np.result_type(a, b))


RULES |= {
    np.maximum: Elementwise(
        lambda v, a, b: _share(a, b), lambda v, a, b: _share(b, a)
    ),
    np.minimum: Elementwise(
        lambda v, a, b: _share(b, a), lambda v, a, b: _share(a, b)
    ),
    np.absolute: Elementwise(lambda v, a: np.sign(_real("absolute", a))),
    np.where: Elementwise(
        0, lambda v, c, a, b: _plain(c) != 0, lambda v, c, a, b: _plain(c) == 0
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
    np.reshape: Linear(np.reshape, _reshape_back, "shape", 2),
    np.transpose: Linear(np.transpose, _transpose_back, "axes", 2),
    np.swapaxes: Linear(
        np.swapaxes, lambda i, bar, a, j, k: np.swapaxes(bar, j, k)
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


def _joined(*arrays: Any, axis: int) -> Any:
    return np.concatenate(arrays, axis)


def _cut(i: int, bar: Any, *arrays: Any, axis: int) -> Any:
    """The part of bar that belongs to array i."""
    ends = np.cumsum([np.shape(a)[axis] for a in arrays])
    index = [slice(None)] * np.ndim(bar)
    index[axis] = slice(ends[i] - np.shape(arrays[i])[axis], ends[i])
    return bar[tuple(index)]


class Together(Linear):
    """Linear in all arrays together: what does not move counts as 0."""

    def push(
        self, i: int, dot: Any, value: Any, args: Args, **settings: Any
    ) -> Any:
        still = [np.zeros(np.shape(a), dot.dtype) for a in args]
        return super().push(i, dot, value, still, **settings)


def _running_back(i: int, bar: Any, a: Any, axis: Any = None) -> Any:
    """The running sum from the other end."""
    sums = np.flip(np.cumsum(np.flip(bar, axis), axis), axis)
    return np.reshape(sums, np.shape(a))


RULES |= {
    _joined: Together(_joined, _cut, "axis"),
    np.cumsum: Linear(np.cumsum, _running_back, "axis", 2),
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


def _largest(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The largest entries; where several are equal, each has its share."""
    numbers = _plain(a)
    top = numbers == np.max(numbers, axis=axis, keepdims=True)
    many = np.sum(top, axis=axis, keepdims=True, dtype=numbers.dtype)
    share = top / many
    return np.sum(np.where(top, a, 0) * share, axis=axis, keepdims=keepdims)


def _mean(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    total = np.sum(a, axis=axis, keepdims=keepdims)
    return total / (np.size(a) / np.size(total))


def _var(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    off = _real("var", a) - _mean(a, axis, keepdims=True)
    return _mean(off * off, axis, keepdims=keepdims)


def _norm(a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    squares = _real("linalg.norm", a) * a
    return np.sqrt(np.sum(squares, axis, keepdims=keepdims))


def _clip(a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    a = +a if a_min is None else np.maximum(a, a_min)
    return a if a_max is None else np.minimum(a, a_max)


_MODES = "constant edge reflect symmetric wrap".split()  # those that move


def _pad(a: Any, width: Any, mode: Any = "constant") -> Any:
    if mode not in _MODES:
        raise TypeError(
            f"np.pad is given mode {mode!r}, expected one of {_MODES}"
        )
    return _apply(np.pad, a, width, mode=mode)


def _stack(arrays: Any, axis: int = 0) -> Any:
    return _concatenate([np.expand_dims(a, axis) for a in arrays], axis)


def _concatenate(arrays: Any, axis: Any = 0) -> Any:
    if axis is None:
        arrays, axis = [np.reshape(a, -1) for a in arrays], 0
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
        raise TypeError("np.dot of a stack is not known here: write a @ b")
    return _matmul(a, b)


def _einsum(spec: str, *arrays: Any) -> Any:
    """np.einsum with '->', by products of all and a sum: right, not fast."""
    left, arrow, right = str(spec).replace(" ", "").partition("->")
    each = left.split(",")
    known = [np.ndim(a) for a in arrays] == [len({*n}) for n in each]
    if not arrow or "." in left or not known:
        said = f"np.einsum is given {spec!r}, expected '->', and a letter for"
        raise TypeError(f'{said} each axis of an array: write "ij,jk->ik"')
    letters = sorted(set(left) - {","})
    whole: Any = 1.0
    for names, a in zip(each, arrays, strict=True):
        size = dict(zip(names, np.shape(a), strict=True))
        a = np.transpose(a, [names.index(n) for n in sorted(names)])
        whole = whole * np.reshape(a, tuple(size.get(n, 1) for n in letters))
    gone = tuple(k for k, n in enumerate(letters) if n not in right)
    rest = [n for n in letters if n in right]
    return np.transpose(np.sum(whole, gone), [rest.index(n) for n in right])


MADE_OF |= {
    np.max: _largest,
    np.min: lambda a, axis=None, *, keepdims=False: (
        -_largest(-a, axis, keepdims=keepdims)
    ),
    np.mean: _mean,
    np.var: _var,
    np.std: lambda a, axis=None, *, keepdims=False: np.sqrt(
        _var(a, axis, keepdims=keepdims)
    ),
    np.clip: _clip,
    np.copy: np.positive,
    np.sign: lambda a: np.sign(_plain(_real("sign", a))),
    np.stack: _stack,
    np.concatenate: _concatenate,
    np.hstack: lambda a: _concatenate(a, 0 if np.ndim(a[0]) == 1 else 1),
    np.vstack: lambda arrays: _concatenate(
        [a if np.ndim(a) > 1 else np.expand_dims(a, 0) for a in arrays]
    ),
    np.matmul: _matmul,
    np.dot: _dot,
    np.outer: lambda a, b: np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1)),
    np.sort: lambda a, axis=-1: np.take_along_axis(
        a, np.argsort(a, axis), axis=axis
    ),
    np.einsum: _einsum,
    np.linalg.norm: _norm,
    np.pad: _pad,
}
_WRITE = """add.reduce: np.sum(v, 0); amax: np.max(v); amin: np.min(v);
average: np.mean(w * v) / np.mean(w); diff: v[..., 1:] - v[..., :-1];
fabs: np.abs(v); hypot: np.sqrt(a * a + b * b); inner: a @ b.T of matrices;
log10: np.log(v) / np.log(10); log2: np.log(v) / np.log(2);
maximum.reduce: np.max(v, 0); multiply.outer: np.outer; prod:
np.exp(np.sum(np.log(v))) if all are above 0; split: v[:2]; tensordot:
np.einsum; trace: np.sum(np.diagonal(v)); vdot: np.sum(a * b)"""
for row in _WRITE.replace("\n", " ").split("; "):
    _INSTEAD["np." + row.partition(": ")[0]] = row.partition(": ")[2]
