"""How a network learns

Written by the chapter chapters/12_descent.md: edit it there, not here.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from numbers import Integral, Real
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.algorithm import Gradient
from bp.cost import quadratic_cost
from bp.digits import Array, as_columns
from bp.minibatch import Workspace, minibatches
from bp.network import Network, forward

__all__ = [
    "History",
    "accuracy",
    "GradientRule",
    "Diverged",
    "Interrupted",
    "Callback",
    "sgd",
    "save_run",
    "load_run",
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
    if not isinstance(network, Network):
        raise TypeError(
            f"network is a {type(network).__name__}, expected a Network: "
            "write random_network((64, 30, 10), rng)"
        )
    x = as_columns(x, x_name, network.sizes[0])
    y = as_columns(y, y_name, network.sizes[-1])
    if x.shape[1] != y.shape[1]:
        raise ValueError(
            f"{x_name} has {x.shape[1]} columns and {y_name} has "
            f"{y.shape[1]}, expected as many: give a wanted output for each "
            "sample"
        )
    return x, y


def _measure(network: Network, x: Array, y: Array) -> tuple[float, float]:
    """Mean cost, and share of right answers, on all samples."""
    n, cost, right = x.shape[1], 0.0, 0
    for i in range(0, n, 1000):  # in blocks, which spares memory
        wanted = y[:, i : i + 1000]
        a = forward(network, x[:, i : i + 1000]).a[network.depth]
        cost += float(quadratic_cost(a, wanted)) * wanted.shape[1] / n
        if len(a) == 1:
            right += int(((a > 0.5) == (wanted > 0.5)).sum())
        else:
            right += int((a.argmax(axis=0) == wanted.argmax(axis=0)).sum())
    return cost, right / n


def accuracy(network: Network, x: ArrayLike, y: ArrayLike) -> float:
    """Share of the samples whose largest answer is where y is largest.

    x has shape (n_0, N), y (n_L, N).  With a single output neuron: on the
    right side of one half.  Raises ValueError when shapes do not fit.
    """
    return _measure(network, *_samples(network, x, y, "x", "y"))[1]


GradientRule = Callable[[Network, Array, Array], Gradient]
_Step = Callable[[NDArray[np.intp]], None]


def _copy(network: Network) -> Network:
    return Network(
        {l: w.copy() for l, w in network.w.items()},
        {l: b.copy() for l, b in network.b.items()},
    )


def _stepper(
    space: Workspace,
    x: Array,
    y: Array,
    learning_rate: float,
    gradient: GradientRule | None,
) -> _Step:
    """The step that moves the network of a workspace, given a batch."""
    if gradient is None:
        dtype = space.parameters.dtype
        x_rows, y_rows = (np.ascontiguousarray(v.T, dtype) for v in (x, y))
        return lambda index: space.step(x_rows, y_rows, index, learning_rate)
    moving = space.network

    def step(index: NDArray[np.intp]) -> None:
        found = gradient(moving, x[:, index], y[:, index])
        for arrays, slopes in [(moving.w, found.w), (moving.b, found.b)]:
            for l, array in arrays.items():
                if slopes[l].shape != array.shape:
                    raise ValueError(
                        f"gradient gave shape {slopes[l].shape} in layer {l}, "
                        f"expected {array.shape}"
                    )
                array -= (learning_rate * slopes[l]).astype(array.dtype)

    return step


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


def _whole(value: Any, name: str, low: int, high: int | None) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(
            f"{name} is {value!r}, expected a whole number: write {name}=10"
        )
    number = int(value)
    if number < low or (high is not None and number > high):
        limit = "or more" if high is None else f"to {high}, of the samples"
        raise ValueError(f"{name} is {value}, expected {low} {limit}")


def _check_numbers(
    samples: int,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    rng: "np.random.Generator",
) -> None:
    """Refuse what cannot be meant, before anything is done."""
    if not isinstance(learning_rate, Real) or isinstance(learning_rate, bool):
        raise TypeError(
            f"learning_rate is {learning_rate!r}, expected a number: "
            "write learning_rate=3.0"
        )
    if not 0 < learning_rate < np.inf:
        raise ValueError(
            f"learning_rate is {learning_rate}, expected a positive number: "
            "write learning_rate=3.0"
        )
    _whole(batch_size, "batch_size", 1, samples)
    _whole(epochs, "epochs", 0, None)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng is a {type(rng).__name__}, expected a random generator: "
            "write np.random.default_rng(0)"
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


def _run_epoch(
    space: Workspace, step: _Step, batches: list[NDArray[np.intp]]
) -> str | None:
    """All steps of an epoch; where it diverged, if it did."""
    for number, index in enumerate(batches, start=1):
        step(index)
        squares = np.vdot(space.parameters, space.parameters)
        if not np.isfinite(squares) and (lost := _lost(space.network)):
            return f"step {number}: {lost}"
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


Callback = Callable[[int, Network, History], object]


def _record(
    history: History,
    network: Network,
    x: Array,
    y: Array,
    test: tuple[Array, Array] | None,
) -> History:
    """The history with one more entry."""
    cost, share = _measure(network, x, y)
    test_cost, test_accuracy = [*history.test_cost], [*history.test_accuracy]
    if test is not None:
        measured = _measure(network, *test)
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
    gradient: GradientRule | None = None,
    history: History | None = None,
    callback: Callback | None = None,
    progress: bool | None = None,
) -> tuple[Network, History]:
    """Stochastic gradient descent (eq-descent-batch): network and history.

    x has shape (n_0, N), y (n_L, N); `network` stays as it is.  `gradient`
    is a rule, called with the network, x and y of a mini-batch, that takes
    the place of `backprop`.  With the `history` of an earlier run it goes on
    from there.  After each epoch `callback` is called with its number, the
    network and the history so far; when it returns True, the run ends.
    `progress` shows a bar, or not; when it is None, on long runs that
    somebody watches.  Raises TypeError and ValueError for arguments that
    cannot be meant, Diverged when a parameter grows beyond all bounds, and
    Interrupted when the run is stopped by hand.
    """
    x, y = _samples(network, x, y, "x", "y")
    _check_numbers(x.shape[1], learning_rate, batch_size, epochs, rng)
    if test is not None:
        if not isinstance(test, tuple | list) or len(test) != 2:
            raise TypeError("test is no pair: write test=(x, y)")
        test = _samples(network, *test, "test[0]", "test[1]")
    history = history or History()
    if test is not None and len(history.test_cost) != len(history.cost):
        raise ValueError(
            "history has no test cost for each epoch: give the test samples "
            "from the start, or leave test out"
        )
    space = Workspace(network, batch_size if gradient is None else 1)
    step = _stepper(space, x, y, learning_rate, gradient)
    moving = space.network
    if not history.cost:
        history = _record(history, moving, x, y, test)
    done = _copy(moving), history, rng.bit_generator.state
    try:
        for _ in _counted(epochs, progress):
            epoch = len(done[1].cost)
            batches = list(minibatches(x.shape[1], batch_size, rng))
            with np.errstate(over="ignore", invalid="ignore"):
                lost = _run_epoch(space, step, batches)
            if lost is not None:
                raise Diverged(
                    f"epoch {epoch}, {lost}: make learning_rate smaller "
                    f"than {learning_rate}",
                    *done[:2],
                )
            history = _record(done[1], moving, x, y, test)
            done = _copy(moving), history, rng.bit_generator.state
            said = callback(epoch, *done[:2]) if callback else None
            if isinstance(said, bool | np.bool_) and said:
                break
    except KeyboardInterrupt:
        rng.bit_generator.state = done[2]
        raise Interrupted(*done[:2]) from None
    return done[:2]


def save_run(
    path: str | Path,
    network: Network,
    history: History,
    rng: "np.random.Generator",
) -> None:
    """Write all that a run needs to go on into one npz file.

    The file is there whole or not at all: it is written beside its place
    and then moved.  The state of rng is kept as JSON, without pickle.
    """
    state = json.dumps(rng.bit_generator.state, default=lambda a: a.tolist())
    arrays: dict[str, Any] = {f"w{l}": w for l, w in network.w.items()}
    arrays |= {f"b{l}": b for l, b in network.b.items()}
    arrays |= {name: np.array(v) for name, v in vars(history).items()}
    path = Path(path)
    beside = path.with_name(f"{path.name}.part")
    with beside.open("wb") as file:
        np.savez(file, rng=np.array(state), **arrays)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def load_run(
    path: str | Path,
) -> tuple[Network, History, "np.random.Generator"]:
    """The network, the history and the random generator of a saved run.

    Raises FileNotFoundError when there is no such file, ValueError when it
    is damaged or was not written by `save_run`.
    """
    try:
        with np.load(Path(path), allow_pickle=False) as file:
            stored = {name: file[name] for name in file.files}
        state = json.loads(stored.pop("rng").item())
        names = ("cost", "accuracy", "test_cost", "test_accuracy")
        history = History(*(stored.pop(name).tolist() for name in names))
        w, b = (
            {int(k[1:]): stored[k] for k in stored if k[0] == kind}
            for kind in "wb"
        )
        network = Network(w, b)
        source = getattr(np.random, state["bit_generator"])
        if not issubclass(source, np.random.BitGenerator):
            raise TypeError(f"{source} makes no random numbers")
        rng = np.random.Generator(source())
        rng.bit_generator.state = state
    except (
        AttributeError,
        BadZipFile,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise ValueError(
            f"{path} is damaged, or no saved run: write one with save_run"
        ) from error
    return network, history, rng
