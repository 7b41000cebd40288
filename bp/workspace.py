"""How the loop is made fast

Written by the chapter chapters/91_workspace.md: edit it there, not here.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.algorithm import Gradient, backprop
from bp.digits import Array
from bp.network import Network, check_network
from bp.neuron import SIGMOID
from bp.reading import as_array, as_numbers, as_whole

__all__ = ["flattened", "of_sigmoids", "Workspace", "batch_gradient"]


_Floats = NDArray[Any]  # float32 or float64
_Layers = dict[int, _Floats]
_Index = NDArray[np.intp]
_PIECE = 2**19  # bytes: some of these fit into a processor's own memory


def _views(flat: _Floats, sizes: tuple[int, ...]) -> tuple[_Layers, _Layers]:
    """All w[l] and all b[l] of a network, as views of one flat vector."""
    w, b, start = {}, {}, 0
    for l, (k, n) in enumerate(pairwise(sizes), start=1):
        middle, end = start + n * k, start + n * k + n
        w[l] = flat[start:middle].reshape(n, k)
        b[l] = flat[middle:end].reshape(n, 1)
        start = end
    return w, b


def flattened(network: Network) -> tuple[_Floats, Network]:
    """All parameters in one new vector, and the network of its views.

    The vector has shape (P,) and holds w[1], b[1], w[2], …, row by row.
    Raises TypeError for numbers other than float32 and float64.
    """
    check_network(network)
    w, b = network.w, network.b
    flat: _Floats = np.concatenate(
        [v.ravel() for l in w for v in (w[l], b[l])]
    )
    if flat.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"the network holds {flat.dtype}, expected float32 or float64"
        )
    return flat, Network(*_views(flat, network.sizes), network.f)


def of_sigmoids(network: Network) -> bool:
    """Is σ what all neurons compute, in every layer?"""
    check_network(network)
    return all(f == SIGMOID for f in network.f.values())


def _check_array(values: Any, name: str, dtype: str) -> None:
    """Raise an error for what is no array of numpy, or has a mask."""
    as_array(values, name)
    if not isinstance(values, np.ndarray):
        raise TypeError(
            f"{name} is a {type(values).__name__}, expected an array: write "
            f"np.ascontiguousarray({name}{dtype})"
        )


class Workspace:
    """A copy of a network, and all the memory that its steps need.

    `network` consists of views of the flat vector `parameters`, `gradient`
    of views of `slopes`; each call writes over the slopes, and only those
    of `backprop` are worth reading.  One for each thread.
    Raises TypeError for numbers other than float32 and float64, ValueError
    for a batch_size below 1 and for neurons other than sigmoids.
    """

    def __init__(self, network: Network, batch_size: int) -> None:
        check_network(network)
        batch_size = as_whole(batch_size, "batch_size", 1)
        if not of_sigmoids(network):
            raise ValueError(
                "the network has other functions than σ: leave it to "
                "`backprop`, or to `sgd`, which does so"
            )
        flat, self.network = flattened(network)
        sizes = network.sizes
        self.parameters, self.slopes = flat, np.zeros_like(flat)
        self.gradient = Gradient(*_views(self.slopes, sizes), flat[0] * 0)
        self.batch_size, self._number = batch_size, flat.dtype.type
        heights = (sizes[0], sizes[-1], 1, *sizes[1:], *sizes[1:])
        self._room = [np.ones(n * batch_size, flat.dtype) for n in heights]
        self._cuts: dict[int, tuple[list[_Floats], _Layers, _Layers]] = {}

    def __reduce__(self) -> Any:  # a copy has views of its own, too
        return Workspace, (self.network, self.batch_size)

    def backprop(
        self, x_rows: Array, y_rows: Array, index: _Index
    ) -> Gradient:
        """The gradient of the cost, the mean over the samples `index`.

        A row for each sample: x_rows has shape (N, n_0), y_rows (N, n_L),
        in C order and of the network's dtype; `index` names 1 to batch_size
        of them.  Raises TypeError, ValueError or IndexError otherwise.
        """
        x, y = self._gather(x_rows, y_rows, index)
        cost = self._forward(x.T, y.T) / self._number(2 * len(index))
        self._backward(len(index), 1 / len(index))
        return Gradient(self.gradient.w, self.gradient.b, cost)

    def step(
        self,
        x_rows: Array,
        y_rows: Array,
        index: _Index,
        learning_rate: float,
    ) -> None:
        """One step against the gradient; the arguments as in `backprop`."""
        x, y = self._gather(x_rows, y_rows, index)
        self._forward(x.T, y.T)
        m = len(index)
        piecewise = m <= 64 and self.parameters.nbytes > 2 * _PIECE
        self._backward(m, learning_rate / m, piecewise)
        if not piecewise:
            self.parameters -= self.slopes

    def _cut(self, m: int) -> tuple[list[_Floats], _Layers, _Layers]:
        """The room cut to m samples: rows of x, y and ones; all a; all δ."""
        if m not in self._cuts:
            L, size = self.network.depth, self.batch_size
            if not 1 <= m <= size:
                raise ValueError(f"{m} samples, expected 1 to {size}")
            flat = [room[: room.size // size * m] for room in self._room]
            columns = [part.reshape(-1, m) for part in flat[3:]]
            a = dict(enumerate(columns[:L], start=1))
            delta = dict(enumerate(columns[L:], start=1))
            self._cuts[m] = [f.reshape(m, -1) for f in flat[:3]], a, delta
        return self._cuts[m]

    def _gather(
        self, x_rows: Array, y_rows: Array, index: _Index
    ) -> tuple[Array, Array]:
        """The rows of the samples `index`, in the room kept for them."""
        if type(index) is not np.ndarray:
            _check_array(index, "index", "")
        if index.dtype != np.intp or index.ndim != 1:
            raise TypeError(
                f"index holds {index.dtype}, expected np.intp in one "
                "dimension: write np.ravel(index).astype(np.intp)"
            )
        (x, y, _), _, _ = self._cut(len(index))
        for name, rows, out in (("x_rows", x_rows, x), ("y_rows", y_rows, y)):
            if type(rows) is not np.ndarray:
                _check_array(rows, name, f", np.{out.dtype}")
            if rows.dtype != out.dtype or not rows.flags.c_contiguous:
                raise TypeError(
                    f"{name} holds {rows.dtype} or is not in C order: write "
                    f"np.ascontiguousarray({name}, np.{out.dtype})"
                )
            if rows.ndim != 2 or rows.shape != (len(x_rows), out.shape[1]):
                many = x_rows.shape[0] if x_rows.ndim else 1
                raise ValueError(
                    f"{name} has shape {rows.shape}, expected "
                    f"({many}, {out.shape[1]}), a row for each sample"
                )
        # As unsigned numbers the negative ones are huge: one look for both.
        if np.maximum.reduce(index.view(np.uintp)) >= len(x_rows):
            raise IndexError(f"index is not within 0 to {len(x_rows) - 1}")
        x_rows.take(index, axis=0, out=x, mode="clip")
        y_rows.take(index, axis=0, out=y, mode="clip")
        return x, y

    def _forward(self, x: _Floats, y: _Floats) -> Any:
        """a of every layer, a - y in δ[L], and the sum of its squares."""
        _, a, delta = self._cut(x.shape[1])
        w, b, L = self.network.w, self.network.b, self.network.depth
        one, a[0] = self._number(1), x  # an int would be converted each time
        with np.errstate(over="ignore"):  # σ is 0 where exp(-z) is inf
            for l in w:
                z = np.dot(w[l], a[l - 1], out=a[l])
                minus_b = np.negative(b[l], out=self.gradient.b[l])
                np.copyto(delta[l], minus_b)  # minus_b - z takes a buffer
                np.subtract(delta[l], z, out=z)
                np.exp(z, out=z)
                z += one
                np.reciprocal(z, out=z)  # a[l] now
        np.copyto(delta[L], y)
        d = np.subtract(a[L], delta[L], out=delta[L])
        return np.vdot(d, d)

    def _backward(self, m: int, factor: float, descend: bool = False) -> None:
        """Factor times the sum of the samples' slopes, after _forward.

        Or, to descend, subtract it from the parameters at once.
        """
        (_, _, ones), a, delta = self._cut(m)
        w, L, one = self.network.w, self.network.depth, self._number(1)
        delta[L] *= self._number(factor)  # the others inherit it
        for l in range(L, 0, -1):
            d = delta[l]
            d *= a[l]
            d *= np.subtract(one, a[l], out=a[l])  # with that, σ' = a (1 - a)
            np.dot(d, ones, out=self.gradient.b[l])
            if l > 1:
                np.dot(w[l].T, d, out=delta[l - 1])
            if descend:
                self._descend(l, d, a[l - 1].T)
            else:
                np.dot(d, a[l - 1].T, out=self.gradient.w[l])

    def _descend(self, l: int, d: _Floats, a: _Floats) -> None:
        """Subtract δ aᵀ from w[l] some rows at a time, which stay in cache."""
        w: _Floats = self.network.w[l]
        b: _Floats = self.network.b[l]
        slope = self.gradient.w[l]
        rows = max(1, _PIECE // w[0].nbytes)
        for i in range(0, len(w), rows):
            piece = w[i : i + rows]
            piece -= np.dot(d[i : i + rows], a, out=slope[: len(piece)])
        b -= self.gradient.b[l]


def _widened(network: Network, x: Array, y: Array) -> Network | None:
    """The network in the type that x and y make of it in `backprop`.

    None if that is not float32 or float64, if shapes do not fit, or if a
    number is so large that a product may overflow.
    """
    parts = [*network.w.values(), *network.b.values()]
    arrays = [x, y, *(as_numbers(part, "network") for part in parts)]
    dtype, widths, m = np.result_type(*arrays), network.sizes, x.shape[-1:]
    if dtype.char not in "fd" or m == (0,):
        return None
    if [x.shape, y.shape] != [(widths[0], *m), (widths[-1], *m)]:
        return None
    if not of_sigmoids(network):
        return None
    limit = np.sqrt(np.finfo(dtype).max) / max(widths)
    if not all(-limit < a.min() and a.max() < limit for a in arrays):
        return None
    return Network(
        {l: w.astype(dtype, copy=False) for l, w in network.w.items()},
        {l: b.astype(dtype, copy=False) for l, b in network.b.items()},
    )


def batch_gradient(
    network: Network, x: ArrayLike, y: ArrayLike, block: int = 500
) -> Gradient:
    """`backprop` of a large batch in little memory, `block` at a time.

    Arguments, result and errors as of `backprop`, to which everything is
    left that is not of float32 or float64, of sigmoids, or does not fit.
    """
    check_network(network)
    block = as_whole(block, "block", 1)
    x, y = as_numbers(x, "x"), as_numbers(y, "y")
    if (widened := _widened(network, x, y)) is None:
        return backprop(network, x, y)
    m = x.shape[1]
    space = Workspace(widened, min(block, m))
    total, squares = np.zeros_like(space.slopes), 0.0
    for i in range(0, m, block):
        part = slice(i, min(i + block, m))
        squares += space._forward(x[:, part], y[:, part])
        space._backward(part.stop - i, 1 / m)
        total += space.slopes
    space.slopes[:] = total
    w, b = space.gradient.w, space.gradient.b
    return Gradient(w, b, space._number(squares / (2 * m)))
