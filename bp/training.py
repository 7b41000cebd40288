"""How a run is made safe

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
from bp.reading import as_numbers, as_real, as_whole, check_callable, check_rng
from bp.workspace import Workspace, flattened, of_sigmoids

__all__ = [
    "History",
    "accuracy",
    "Diverged",
    "Interrupted",
    "Callback",
    "GradientRule",
    "sgd",
    "as_path",
    "write_whole",
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
            f"{y.shape[1]}, expected as many: give a y for each x"
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
    """A parameter grew too large; holds the last epoch that was finished."""

    def __init__(self, why: str, network: Network, history: History) -> None:
        super().__init__(why)
        self.network, self.history = network, history


class Interrupted(KeyboardInterrupt):
    """A run was stopped by hand; holds the last epoch that was finished.

    The random generator is back where it was then.
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


def _lost(network: Network, flat: Array) -> str | None:
    """The first parameter, of all in `flat`, whose square is not finite.

    Below that no product in the network can overflow.
    """
    if np.isfinite(np.vdot(flat, flat)):
        return None
    for l in network.w:
        for name, array in [("w", network.w[l]), ("b", network.b[l])]:
            dtype: Any = array.dtype
            worst = np.abs(array).max()  # nan, if there is one
            if not worst < np.sqrt(np.finfo(dtype).max):
                return f"{name}[{l}] has an entry of size {worst:.0e}"
    return None


def _watched() -> bool:
    """Is there a terminal, or a notebook that may ask for input?"""
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
GradientRule = Callable[[Network, Array, Array], Gradient]
_Samples = dict[str, tuple[Array, Array]]


def _step_by(
    gradient: GradientRule, moving: Network, x: Array, y: Array, rate: float
) -> Callable[[NDArray[np.intp]], None]:
    """The step that moves a network by a rule, given a batch."""

    def step(index: NDArray[np.intp]) -> None:
        found = gradient(moving, x[:, index], y[:, index])
        for kind, arrays in [("w", moving.w), ("b", moving.b)]:
            for l, array in arrays.items():
                slope = as_slope(found, kind, l, array, "gradient returned")
                array -= (rate * slope).astype(array.dtype)

    return step


def _record(
    history: History, network: Network, samples: _Samples, end: End | None
) -> History:
    """The history with one more entry."""
    lists = {name: [*values] for name, values in vars(history).items()}
    for kind, (x, y) in samples.items():
        cost, share = _measure(network, x, y, end)
        lists[f"{kind}cost"].append(cost)
        lists[f"{kind}accuracy"].append(share)
    return History(**lists)


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
    called with the network, x and y of a mini-batch, in place of `backprop`.
    With the `history` of an earlier run it goes on from there.  After each
    epoch `callback` is called with its number, the network and the history
    so far; when it returns True, the run ends.  `progress` shows a bar, or
    not; when it is None, on long runs that somebody watches.  Raises
    TypeError and ValueError for arguments that cannot be meant, Diverged
    when a parameter grows beyond all bounds, and Interrupted when the run is
    stopped by hand; warns of pixels that are not scaled.
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
    if gradient is None and (end or not of_sigmoids(network)):
        gradient = partial(backprop, end=end)
    history = History() if history is None else history
    _check_history(history)
    samples: _Samples = {"": (x, y)}
    if test is not None:
        if not isinstance(test, tuple | list) or len(test) != 2:
            raise TypeError("test is no pair: write test=(x, y)")
        samples["test_"] = _samples(network, *test, "test[0]", "test[1]")
        if len(history.test_cost) != len(history.cost):
            raise ValueError(
                "history has no test cost for each epoch: give the test "
                "samples from the start, or leave test out"
            )
    if gradient is not None:
        flat, moving = flattened(network)
        step = _step_by(gradient, moving, x, y, learning_rate)
    else:
        space = Workspace(network, batch_size)
        flat, moving = space.parameters, space.network
        X, Y = (np.ascontiguousarray(v.T, flat.dtype) for v in (x, y))
        step = partial(space.step, X, Y, learning_rate=learning_rate)
    if not history.cost:
        history = _record(history, moving, samples, end)
    done = flattened(moving)[1], history, rng.bit_generator.state
    try:
        for _ in _counted(epochs, progress):
            epoch = len(done[1].cost)
            batches = minibatches(x.shape[1], batch_size, rng)
            with np.errstate(over="ignore", invalid="ignore"):
                for number, index in enumerate(batches, start=1):
                    step(index)
                    if lost := _lost(moving, flat):
                        raise Diverged(
                            f"epoch {epoch}, step {number}: {lost}: make "
                            f"learning_rate smaller than {learning_rate}",
                            *done[:2],
                        )
            history = _record(done[1], moving, samples, end)
            done = flattened(moving)[1], history, rng.bit_generator.state
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

    path = as_path(path, "path")
    check_network(network)  # made anew, which finds what has become of it
    network = Network(network.w, network.b, network.f)
    if not of_sigmoids(network):
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
        why = getattr(error, "strerror", None) or error
        raise OSError(
            f"{path} cannot be written ({why}), and is as it was: save the "
            "run somewhere else"
        ) from error


def load_run(
    path: str | Path,
) -> tuple[Network, History, "np.random.Generator"]:
    """The network, the history and the random generator of a saved run.

    Raises FileNotFoundError when there is none, OSError when it cannot be
    read, ValueError when it is damaged or not of `save_run`.
    """
    path = as_path(path, "path")
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(
            f"{path} does not exist: write it with save_run"
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise OSError(
            f"{path} cannot be read ({why}): give the file that save_run has "
            "written"
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
