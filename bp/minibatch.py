"""How many samples make a step

Written by the chapter chapters/11_minibatch.md: edit it there, not here.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.algorithm import Gradient
from bp.digits import Array, as_columns
from bp.network import Network

__all__ = ["minibatches", "Workspace", "batch_gradient"]


def minibatches(
    n: int, size: int, rng: "np.random.Generator"
) -> Iterator[NDArray[np.intp]]:
    """One epoch: the indices 0, ..., n - 1 in random order, size at a time.

    Each index comes exactly once; the last batch is shorter when size does
    not divide n (eq-minibatch-short).  Raises TypeError when n or size is no
    whole number or rng no Generator, ValueError unless 1 <= size <= n.
    """
    for name, value in [("n", n), ("size", size)]:
        if not isinstance(value, int | np.integer):
            raise TypeError(
                f"{name} is {value!r}, expected a whole number: "
                f"write int({name})"
            )
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng is a {type(rng).__name__}, expected a random generator: "
            "write np.random.default_rng(0)"
        )
    if n < 1:
        raise ValueError(f"n is {n}, expected at least one sample")
    if not 1 <= size <= n:
        raise ValueError(f"size is {size}, expected 1 to {n}")
    order = rng.permutation(n)
    return (order[i : i + size] for i in range(0, n, size))


_Floats = NDArray[Any]  # float32 or float64
_Layers = dict[int, _Floats]


def _views(flat: _Floats, sizes: tuple[int, ...]) -> tuple[_Layers, _Layers]:
    """All w[l] and all b[l] of a network, as views of one flat vector."""
    w, b, start = {}, {}, 0
    for l, (k, n) in enumerate(pairwise(sizes), start=1):
        middle, end = start + n * k, start + n * k + n
        w[l] = flat[start:middle].reshape(n, k)
        b[l] = flat[middle:end].reshape(n, 1)
        start = end
    return w, b


class Workspace:
    """A copy of a network, and all the memory that its steps need.

    `network` consists of views of the flat vector `parameters`, `gradient`
    of views of `slopes`; each call writes over them.  One for each thread.
    Raises TypeError for numbers other than float32 and float64, ValueError
    for a batch_size below 1.
    """

    def __init__(self, network: Network, batch_size: int) -> None:
        w, b, sizes = network.w, network.b, network.sizes
        flat: _Floats = np.concatenate(
            [v.ravel() for l in w for v in (w[l], b[l])]
        )
        if flat.dtype not in (np.float32, np.float64):
            raise TypeError(
                f"the network holds {flat.dtype}, expected float32 or float64"
            )
        if batch_size < 1 or batch_size != int(batch_size):
            raise ValueError(f"batch_size is {batch_size}, expected 1 or more")
        self.parameters, self.slopes = flat, np.zeros_like(flat)
        self.network = Network(*_views(flat, sizes))
        self.gradient = Gradient(*_views(self.slopes, sizes), flat[0] * 0)
        self.batch_size = int(batch_size)
        heights = (sizes[0], sizes[-1], 1, *sizes[1:], *sizes[1:])
        self._room = [
            np.ones(n * self.batch_size, flat.dtype) for n in heights
        ]
        self._views: dict[int, tuple[list[_Floats], _Layers, _Layers]] = {}

    def backprop(
        self, x_rows: Array, y_rows: Array, index: NDArray[np.intp]
    ) -> Gradient:
        """The gradient of the cost, the mean over the samples `index`.

        A row for each sample: x_rows has shape (N, n_0), y_rows (N, n_L),
        in C order and of the network's dtype; `index` names 1 to batch_size
        of them.  Raises TypeError, ValueError or IndexError otherwise.
        """
        x, y = self._gather(x_rows, y_rows, index)
        squares = self._pass(x.T, y.T, 1 / len(index))
        cost = squares / (2 * len(index))
        return Gradient(self.gradient.w, self.gradient.b, cost)

    def step(
        self,
        x_rows: Array,
        y_rows: Array,
        index: NDArray[np.intp],
        learning_rate: float,
    ) -> None:
        """One step against the gradient; the arguments as in `backprop`."""
        x, y = self._gather(x_rows, y_rows, index)
        self._pass(x.T, y.T, learning_rate / len(index))
        self.parameters -= self.slopes

    def _cut(self, m: int) -> tuple[list[_Floats], _Layers, _Layers]:
        """The room cut to m samples: rows of x, y and ones; all a; all δ."""
        if m not in self._views:
            if not 1 <= m <= self.batch_size:
                raise ValueError(
                    f"{m} samples, expected 1 to {self.batch_size}"
                )
            L, size = self.network.depth, self.batch_size
            flat = [room[: room.size // size * m] for room in self._room]
            columns = [part.reshape(-1, m) for part in flat[3:]]
            a = dict(enumerate(columns[:L], start=1))
            delta = dict(enumerate(columns[L:], start=1))
            self._views[m] = [f.reshape(m, -1) for f in flat[:3]], a, delta
        return self._views[m]

    def _gather(
        self, x_rows: Array, y_rows: Array, index: NDArray[np.intp]
    ) -> tuple[Array, Array]:
        """The rows of the samples `index`, in the room kept for them."""
        (x, y, _), _, _ = self._cut(len(index))
        for name, rows, out in (("x_rows", x_rows, x), ("y_rows", y_rows, y)):
            if rows.dtype != out.dtype or not rows.flags.c_contiguous:
                raise TypeError(
                    f"{name} holds {rows.dtype} or is not in C order: write "
                    f"np.ascontiguousarray({name}, np.{out.dtype})"
                )
            if rows.shape != (len(x_rows), out.shape[1]):
                raise ValueError(
                    f"{name} has shape {rows.shape}, expected "
                    f"({len(x_rows)}, {out.shape[1]}), a row for each sample"
                )
        # As unsigned numbers the negative ones are huge: one look for both.
        if np.maximum.reduce(index.view(np.uintp)) >= len(x_rows):
            raise IndexError(f"index is not within 0 to {len(x_rows) - 1}")
        x_rows.take(index, axis=0, out=x, mode="clip")
        y_rows.take(index, axis=0, out=y, mode="clip")
        return x, y

    def _pass(self, x: Array, y: Array, factor: float) -> Any:
        """`slopes` = factor · sum of the samples' gradients, in place."""
        (_, _, ones), a, delta = self._cut(x.shape[1])
        w, b, L = self.network.w, self.network.b, self.network.depth
        number = self.slopes.dtype.type  # Python's own would be converted
        one, a[0] = number(1), x
        with np.errstate(over="ignore"):  # σ is 0 where exp(-z) is inf
            for l in w:
                z = np.dot(w[l], a[l - 1], out=a[l])
                z += b[l]
                np.negative(z, out=z)
                np.exp(z, out=z)
                z += one
                np.reciprocal(z, out=z)  # a[l] now
        d = np.subtract(a[L], y, out=delta[L])
        squares = np.vdot(d, d)
        d *= number(factor)  # into the smallest matrix; all others inherit it
        for l in range(L, 0, -1):
            d = delta[l]
            d *= a[l]
            d *= np.subtract(one, a[l], out=a[l])  # together σ' = a (1 - a)
            np.dot(d, a[l - 1].T, out=self.gradient.w[l])
            np.dot(d, ones, out=self.gradient.b[l])
            if l > 1:
                np.dot(w[l].T, d, out=delta[l - 1])
        return squares


def batch_gradient(
    network: Network, x: ArrayLike, y: ArrayLike, block: int = 500
) -> Gradient:
    """`backprop` of a large batch in little memory, `block` at a time.

    Arguments, result and errors as of `backprop`.
    """
    x, y = as_columns(x, "x", network.sizes[0]), as_columns(y, "y")
    m = x.shape[1]
    space = Workspace(network, min(block, m))
    total, squares = np.zeros_like(space.slopes), 0.0
    for i in range(0, m, block):
        part = slice(i, i + block)
        squares += space._pass(x[:, part], y[:, part], 1 / m)
        total += space.slopes
    space.slopes[:] = total
    w, b = space.gradient.w, space.gradient.b
    return Gradient(w, b, space.slopes.dtype.type(squares / (2 * m)))
