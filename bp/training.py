"""How it is done fast, and safely

Written by the chapter chapters/15_training.md: edit it there, not here.
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.algorithm import End, Gradient, backprop
from bp.cost import quadratic_cost
from bp.descent import as_slope
from bp.digits import Array, as_columns, as_targets
from bp.minibatch import minibatches
from bp.network import Network, check_network, forward
from bp.neuron import SIGMOID
from bp.reading import (
    as_array,
    as_numbers,
    as_real,
    as_whole,
    check_callable,
    check_rng,
)

__all__ = [
    "History",
    "accuracy",
    "Diverged",
    "Interrupted",
    "Workspace",
    "GradientRule",
    "Callback",
    "sgd",
    "as_path",
    "write_whole",
    "save_run",
    "load_run",
    "batch_gradient",
]


@dataclass(eq=False)
class History:
    """What was measured before the first epoch and after each."""

    cost: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    test_cost: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)


def _samples(
    network: Network, x: ArrayLike, y: ArrayLike, x_name: str, y_name: str
) -> tuple[Array, Array]:
    """Columns that fit the network and each other, or an error."""
    check_network(network)
    x = as_columns(x, x_name, network.sizes[0])
    y = as_targets(y, y_name, network.sizes[-1])
    part = x[:, :1000].real
    if part.min() >= 0 and 100 < part.max() <= 255 and not (part % 1).any():
        warnings.warn(
            f"{x_name} holds whole numbers up to {part.max():.0f}, as pixels "
            f"do that are not scaled; neurons are deaf to them: write "
            f"{x_name} / 255",
            stacklevel=3,
        )
    if x.shape[1] != y.shape[1]:
        raise ValueError(
            f"{x_name} has {x.shape[1]} columns and {y_name} has "
            f"{y.shape[1]}, expected as many: give a wanted output for each "
            "sample"
        )
    return x, y


def _measure(
    network: Network, x: Array, y: Array, end: End | None = None
) -> tuple[float, float]:
    """Mean cost, and share of right answers, on all samples."""
    n, cost, right = x.shape[1], 0.0, 0
    for i in range(0, n, 1000):  # in blocks, which spares memory
        wanted = y[:, i : i + 1000]
        run, L = forward(network, x[:, i : i + 1000]), network.depth
        a = run.a[L]
        mean = end(run.z[L], wanted)[0] if end else quadratic_cost(a, wanted)
        cost += float(mean) * wanted.shape[1] / n
        if len(a) == 1:
            right += int(((a > 0.5) == (wanted > 0.5)).sum())
        else:
            right += int((a.argmax(axis=0) == wanted.argmax(axis=0)).sum())
    return cost, right / n


def accuracy(network: Network, x: ArrayLike, y: ArrayLike) -> float:
    """Share of the samples whose largest answer is where y is largest.

    x has shape (n_0, N), y (n_L, N).  With a single output neuron: on the
    right side of one half.  Raises ValueError when shapes do not fit; warns
    of pixels from 0 to 255, which are to be scaled.
    """
    x, y = _samples(network, x, y, "x", "y")
    return _measure(network, x, y)[1]


class Diverged(FloatingPointError):
    """A parameter grew beyond all bounds.

    `network` and `history` are those of the last epoch that was finished.
    """

    def __init__(self, why: str, network: Network, history: History) -> None:
        super().__init__(why)
        self.network, self.history = network, history


class Interrupted(KeyboardInterrupt):
    """A run was stopped by hand in the middle of an epoch.

    `network` and `history` are those of the last epoch that was finished,
    and the random generator is back where it was then.
    """

    def __init__(self, network: Network, history: History) -> None:
        super().__init__(f"after epoch {len(history.cost) - 1}")
        self.network, self.history = network, history


def _check_history(history: Any) -> None:
    """Raise TypeError for what is no history; of any load of this module."""
    lists = [getattr(history, name, None) for name in vars(History())]
    if not all(isinstance(values, list) for values in lists):
        raise TypeError(
            f"history is a {type(history).__name__}, expected a History: "
            "write History()"
        )


def _lost(network: Network) -> str | None:
    """The first parameter so large that its square is not finite.

    Below that no product in the network can overflow.
    """
    for l in network.w:
        for name, array in [("w", network.w[l]), ("b", network.b[l])]:
            dtype: Any = array.dtype
            worst = np.abs(array).max()  # nan, if there is one
            if not worst < np.sqrt(np.finfo(dtype).max):
                return f"{name}[{l}] has an entry of size {worst:.0e}"
    return None


def _watched() -> bool:
    """Is somebody there to watch: a terminal, or a notebook in use?

    A kernel that runs a notebook unattended may not ask for input.
    """
    if sys.stderr is not None and sys.stderr.isatty():
        return True
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    asked: Any = getattr(getattr(shell, "kernel", None), "get_parent", dict)()
    return bool(asked.get("content", {}).get("allow_stdin", False))


def _counted(epochs: int, progress: bool | None) -> Iterable[int]:
    """The epochs, with a bar when somebody is there to watch."""
    if not (_watched() if progress is None else progress):
        return range(epochs)
    try:
        from tqdm import tqdm  # here, since it is optional
    except ImportError:
        if progress is None:
            return range(epochs)
        raise ImportError(
            "progress=True needs tqdm: pip install tqdm, or leave it out"
        ) from None
    delay = 2 if progress is None else 0
    bar: Iterable[int] = tqdm(range(epochs), unit="epoch", delay=delay)
    return bar


_Floats = NDArray[Any]  # float32 or float64
_Layers = dict[int, _Floats]
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


def _flattened(network: Network) -> tuple[_Floats, Network]:
    """All parameters in one new vector, and the network of its views."""
    w, b = network.w, network.b
    flat: _Floats = np.concatenate(
        [v.ravel() for l in w for v in (w[l], b[l])]
    )
    if flat.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"the network holds {flat.dtype}, expected float32 or float64"
        )
    return flat, Network(*_views(flat, network.sizes), network.f)


def _of_sigmoids(network: Network) -> bool:
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
    of views of `slopes`; each call writes over them, and only those of
    `backprop` are worth reading.  One for each thread.
    Raises TypeError for numbers other than float32 and float64, ValueError
    for a batch_size below 1 and for neurons other than sigmoids.
    """

    def __init__(self, network: Network, batch_size: int) -> None:
        check_network(network)
        batch_size = as_whole(batch_size, "batch_size", 1)
        if not _of_sigmoids(network):
            raise ValueError(
                "the network has other functions than σ: leave it to "
                "`backprop`, or to `sgd`, which does so"
            )
        flat, self.network = _flattened(network)
        sizes = network.sizes
        self.parameters, self.slopes = flat, np.zeros_like(flat)
        self.gradient = Gradient(*_views(self.slopes, sizes), flat[0] * 0)
        self.batch_size, self._number = batch_size, flat.dtype.type
        heights = (sizes[0], sizes[-1], 1, *sizes[1:], *sizes[1:])
        self._room = [np.ones(n * batch_size, flat.dtype) for n in heights]
        self._cuts: dict[int, tuple[list[_Floats], _Layers, _Layers]] = {}

    def backprop(
        self, x_rows: Array, y_rows: Array, index: NDArray[np.intp]
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
        index: NDArray[np.intp],
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
            if not 1 <= m <= self.batch_size:
                raise ValueError(
                    f"{m} samples, expected 1 to {self.batch_size}"
                )
            L, size = self.network.depth, self.batch_size
            flat = [room[: room.size // size * m] for room in self._room]
            columns = [part.reshape(-1, m) for part in flat[3:]]
            a = dict(enumerate(columns[:L], start=1))
            delta = dict(enumerate(columns[L:], start=1))
            self._cuts[m] = [f.reshape(m, -1) for f in flat[:3]], a, delta
        return self._cuts[m]

    def _gather(
        self, x_rows: Array, y_rows: Array, index: NDArray[np.intp]
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
        delta[L] *= self._number(factor)  # the smallest; the rest inherit it
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


GradientRule = Callable[[Network, Array, Array], Gradient]
_Step = Callable[[NDArray[np.intp]], None]


def _copy(network: Network) -> Network:
    return Network(
        {l: w.copy() for l, w in network.w.items()},
        {l: b.copy() for l, b in network.b.items()},
        network.f,
    )


def _fast_step(space: Workspace, x: Array, y: Array, rate: float) -> _Step:
    """The step that moves the network of a workspace, given a batch."""
    dtype = space.parameters.dtype
    x_rows, y_rows = (np.ascontiguousarray(v.T, dtype) for v in (x, y))
    return lambda index: space.step(x_rows, y_rows, index, rate)


def _step_by(
    gradient: GradientRule, moving: Network, x: Array, y: Array, rate: float
) -> _Step:
    """The step that moves a network by a rule, given a batch."""
    said = "gradient returned"

    def step(index: NDArray[np.intp]) -> None:
        found = gradient(moving, x[:, index], y[:, index])
        for kind, arrays in [("w", moving.w), ("b", moving.b)]:
            for l, array in arrays.items():
                slope = as_slope(found, kind, l, array, said)
                array -= (rate * slope).astype(array.dtype)

    return step


def _run_epoch(
    flat: _Floats,
    moving: Network,
    step: _Step,
    batches: list[NDArray[np.intp]],
) -> str | None:
    """All steps of an epoch; where it diverged, if it did."""
    for number, index in enumerate(batches, start=1):
        step(index)
        squares = np.vdot(flat, flat)
        if not np.isfinite(squares) and (lost := _lost(moving)):
            return f"step {number}: {lost}"
    return None


Callback = Callable[[int, Network, History], object]


def _record(
    history: History,
    network: Network,
    x: Array,
    y: Array,
    test: tuple[Array, Array] | None,
    end: End | None,
) -> History:
    """The history with one more entry."""
    cost, share = _measure(network, x, y, end)
    test_cost, test_accuracy = [*history.test_cost], [*history.test_accuracy]
    if test is not None:
        measured = _measure(network, *test, end)
        test_cost.append(measured[0])
        test_accuracy.append(measured[1])
    return History(
        [*history.cost, cost],
        [*history.accuracy, share],
        test_cost,
        test_accuracy,
    )


def sgd(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    rng: "np.random.Generator",
    test: tuple[ArrayLike, ArrayLike] | None = None,
    end: End | None = None,
    gradient: GradientRule | None = None,
    history: History | None = None,
    callback: Callback | None = None,
    progress: bool | None = None,
) -> tuple[Network, History]:
    """Stochastic gradient descent (eq-descent-batch): network and history.

    x has shape (n_0, N), y (n_L, N); `network` stays as it is.  `end` is
    that of `backprop`, and of the history's costs.  `gradient` is a rule,
    called with the network, x and y of a mini-batch, that takes the place of
    `backprop`.  With the `history` of an earlier run it goes on
    from there.  After each epoch `callback` is called with its number, the
    network and the history so far; when it returns True, the run ends.
    `progress` shows a bar, or not; when it is None, on long runs that
    somebody watches.  Raises TypeError and ValueError for arguments that
    cannot be meant, Diverged when a parameter grows beyond all bounds, and
    Interrupted when the run is stopped by hand; warns of pixels that are
    not scaled.
    """
    x, y = _samples(network, x, y, "x", "y")
    learning_rate = as_real(learning_rate, "learning_rate", 3.0, above=True)
    batch_size = as_whole(batch_size, "batch_size", 1, x.shape[1])
    epochs = as_whole(epochs, "epochs", 0)
    check_rng(rng)
    rules = {"end": end, "gradient": gradient, "callback": callback}
    for name, given in rules.items():
        if given is not None:
            check_callable(given, name)
    if gradient is None and (end or not _of_sigmoids(network)):
        gradient = partial(backprop, end=end)
    if test is not None:
        if not isinstance(test, tuple | list) or len(test) != 2:
            raise TypeError("test is no pair: write test=(x, y)")
        test = _samples(network, *test, "test[0]", "test[1]")
    history = History() if history is None else history
    _check_history(history)
    if test is not None and len(history.test_cost) != len(history.cost):
        raise ValueError(
            "history has no test cost for each epoch: give the test samples "
            "from the start, or leave test out"
        )
    if gradient is None:
        space = Workspace(network, batch_size)
        flat, moving = space.parameters, space.network
        step = _fast_step(space, x, y, learning_rate)
    else:
        flat, moving = _flattened(network)
        step = _step_by(gradient, moving, x, y, learning_rate)
    if not history.cost:
        history = _record(history, moving, x, y, test, end)
    done = _copy(moving), history, rng.bit_generator.state
    try:
        for _ in _counted(epochs, progress):
            epoch = len(done[1].cost)
            batches = list(minibatches(x.shape[1], batch_size, rng))
            with np.errstate(over="ignore", invalid="ignore"):
                lost = _run_epoch(flat, moving, step, batches)
            if lost is not None:
                raise Diverged(
                    f"epoch {epoch}, {lost}: make learning_rate smaller "
                    f"than {learning_rate}",
                    *done[:2],
                )
            history = _record(done[1], moving, x, y, test, end)
            done = _copy(moving), history, rng.bit_generator.state
            said = callback(epoch, *done[:2]) if callback else None
            if isinstance(said, bool | np.bool_) and said:
                break
    except KeyboardInterrupt:
        rng.bit_generator.state = done[2]
        raise Interrupted(*done[:2]) from None
    return done[:2]


def as_path(path: Any, name: str) -> Path:
    """`path` as a Path; TypeError for what names no file."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"{name} is a {type(path).__name__}, expected the name of a "
            f'file: write {name}="run.npz"'
        )
    return Path(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at every moment it is whole, or as it was.

    It is written beside its place, under a name that nobody else uses, and
    then moved.  Raises OSError when that cannot be done.
    """
    path = Path(os.path.realpath(path))  # a link to a file stays a link
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is no file")
    part = path.parent / f".{os.urandom(8).hex()}.part"
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def save_run(
    path: str | Path,
    network: Network,
    history: History,
    rng: "np.random.Generator",
) -> None:
    """Write all that a run needs to go on into one npz file.

    The file is there whole, or as it was before, also when several write it
    at once.  The state of rng is kept as JSON, without pickle.  Raises
    TypeError and ValueError for what `load_run` could not give back,
    OSError when the file cannot be written.
    """
    import json  # here, since it is slow to import

    path, network = as_path(path, "path"), _checked(network)
    if not _of_sigmoids(network):
        raise ValueError(
            "the network has other functions than σ, which no file keeps: "
            "write save_run(path, Network(network.w, network.b), …)"
        )
    _check_history(history)
    check_rng(rng)
    state = rng.bit_generator.state
    if not hasattr(np.random, state["bit_generator"]):
        raise TypeError(
            f"rng runs on {state['bit_generator']}, expected a generator of "
            "numpy: write np.random.default_rng(0)"
        )
    stored = json.dumps(state, default=lambda array: array.tolist())
    arrays: dict[str, Any] = {f"w{l}": w for l, w in network.w.items()}
    arrays |= {f"b{l}": b for l, b in network.b.items()}
    for name in vars(History()):
        arrays[name] = as_numbers(getattr(history, name), f"history.{name}")
    content = BytesIO()
    np.savez(content, rng=np.array(stored), **arrays)
    try:
        write_whole(path, content.getvalue())
    except (OSError, ValueError) as error:
        raise OSError(
            f"{path} cannot be written ({_why(error)}), and is as it was: "
            "save the run somewhere else"
        ) from error


def _checked(network: Network) -> Network:
    """The network made anew, which finds what has become of its numbers."""
    check_network(network)
    return Network(network.w, network.b, network.f)


def _why(error: Exception) -> str:
    """What the system says, without the name of a file."""
    return getattr(error, "strerror", None) or str(error)


def load_run(
    path: str | Path,
) -> tuple[Network, History, "np.random.Generator"]:
    """The network, the history and the random generator of a saved run.

    Raises FileNotFoundError when there is no such file, OSError when it
    cannot be read, ValueError when it is damaged or was not written by
    `save_run`.
    """
    path = as_path(path, "path")
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(
            f"{path} does not exist: write it with save_run"
        ) from None
    except (OSError, ValueError) as error:
        raise OSError(
            f"{path} cannot be read ({_why(error)}): give the file that "
            "save_run has written"
        ) from error
    try:
        return _restored(content)
    except Exception as error:  # whatever damage makes of a file
        raise ValueError(
            f"{path} is damaged, or no saved run: write one with save_run"
        ) from error


def _restored(
    content: bytes,
) -> tuple[Network, History, "np.random.Generator"]:
    """What `save_run` has put into a file; any error if it is damaged."""
    import json

    with np.load(BytesIO(content), allow_pickle=False) as file:
        stored = {name: file[name] for name in file.files}
    state = json.loads(stored.pop("rng").item())
    history = History(*(stored.pop(n).tolist() for n in vars(History())))
    w, b = (
        {int(k[1:]): stored[k] for k in stored if k[0] == kind}
        for kind in "wb"
    )
    source = getattr(np.random, state["bit_generator"])
    if not issubclass(source, np.random.BitGenerator):
        raise TypeError(f"{source} makes no random numbers")
    rng = np.random.Generator(source())
    rng.bit_generator.state = state
    return Network(w, b), history, rng


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
    if not _of_sigmoids(network):
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
