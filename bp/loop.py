"""One loop for everything

Written by the chapter chapters/92_loop.md: edit it there, not here.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from bp.algorithm import End, Gradient, backprop
from bp.digits import Array
from bp.minibatch import minibatches
from bp.network import Network, check_network
from bp.reading import (
    as_numbers,
    as_real,
    as_whole,
    check_callable,
    check_rng,
    in_words,
)
from bp.training import Diverged, History, Interrupted, _counted, _samples

__all__ = [
    "Parameters",
    "Index",
    "SlopeRule",
    "Memory",
    "as_parameters",
    "Run",
    "minimise",
    "by_name",
    "with_parameters",
    "network_slopes",
]


Parameters = dict[str, NDArray[Any]]
Index = NDArray[np.intp]  # which samples
SlopeRule = Callable[[Parameters, Index], tuple[float, Parameters]]


class Memory(NamedTuple):
    """What an optimiser remembers: steps made, and m and v by name."""

    t: int = 0
    m: Parameters = {}
    v: Parameters = {}


def as_parameters(
    values: Any, name: str, like: Parameters | None = None
) -> Parameters:
    """Arrays of real numbers by name, with the names and shapes of `like`.

    Raises TypeError for what is none, ValueError for what does not fit.
    """
    if not isinstance(values, Mapping) or not values:
        raise TypeError(
            f"{name} is {in_words(values)}, expected arrays by name: write "
            f'{name}={{"w1": w, "b1": b}}'
        )
    found = {n: as_numbers(v, f"{name}[{n!r}]") for n, v in values.items()}
    for n, array in found.items():
        if not isinstance(n, str) or array.dtype.kind == "c":
            raise TypeError(
                f"{name}[{n!r}] holds {array.dtype}, expected real numbers "
                'under a name: write "w1"'
            )
    if like is not None:
        shapes = {n: array.shape for n, array in found.items()}
        wanted = {n: array.shape for n, array in like.items()}
        if shapes != wanted:
            raise ValueError(f"{name} has {shapes}, expected {wanted}")
    return found


def _check_kind(given: Any, name: str, kind: str) -> None:
    """Raise TypeError unless `given` is of a class of that name."""
    if type(given).__name__ != kind:
        raise TypeError(
            f"{name} is {in_words(given)}, expected what {kind}(...) makes"
        )


class Run(NamedTuple):
    """What a run has come to."""

    parameters: Parameters
    memory: Memory
    history: History


def _large(arrays: Parameters) -> str:
    """The first array with an entry whose square is not finite, in words."""
    for name, array in arrays.items():
        worst = np.abs(array).max(initial=0)
        if not worst < np.sqrt(np.finfo(cast(Any, array.dtype)).max):
            return f"{name} has an entry of size {worst:.0e}"
    return ""


def _still(parameters: Parameters) -> Parameters:
    """Views of the parameters through which nobody writes."""
    views = {name: array.view() for name, array in parameters.items()}
    for view in views.values():
        view.flags.writeable = False
    return views


def _one(value: Any, name: str) -> float:
    """`value` as a float, or an error for what is no single number."""
    found = as_numbers(value, name)
    if found.size != 1 or found.dtype.kind == "c":
        said = f"{name} is {in_words(value)}, expected one real number"
        raise TypeError(f"{said}: take its sum or its mean")
    return float(found.real.item())


def _pair(name: str, pair: str, f: Any, given: Parameters, *more: Any) -> Any:
    """The pair that f returned for parameters that it may not change."""
    said = f(_still(given), *more)
    if not isinstance(said, tuple) or len(said) != 2:
        told = f"{name} returned {in_words(said)}, expected a pair"
        raise TypeError(f"{told}: write return {pair}")
    return said


def _asked(
    slopes: SlopeRule, parameters: Parameters, index: Index
) -> tuple[float, Parameters]:
    """What the rule returned, if that is a cost and slopes that fit."""
    cost, g = _pair("slopes", "cost, slopes", slopes, parameters, index)
    return _one(cost, "the cost"), as_parameters(g, "slopes", parameters)


def minimise(
    parameters: Parameters,
    slopes: SlopeRule,
    n: int,
    *,
    optimiser: Any,
    batch_size: int,
    epochs: int,
    rng: "np.random.Generator",
    memory: Memory | None = None,
    history: History | None = None,
    measure: Callable[[Parameters], float] | None = None,
    callback: Callable[[int, Run, History], object] | None = None,
    progress: bool | None = None,
) -> Run:
    """Epochs of steps of an optimiser: parameters, memory and history.

    `slopes` gets the parameters, read-only, and the indices of a batch out
    of n samples; it returns the mean cost and its slopes by name.  The
    history has the cost by `measure`, or by `slopes` on all samples, at most
    500 at a time.  An optimiser of your own has a learning_rate, and a step
    as in `Optimiser`.  With memory and history of a run it goes on from
    there.  All else is as in `sgd`, but that Diverged comes for slopes too,
    and that the optimiser's arithmetic decides the type; Diverged and
    Interrupted hold the last Run as their `network`.
    """
    parameters = as_parameters(parameters, "parameters")
    n, epochs = as_whole(n, "n", 1), as_whole(epochs, "epochs", 0)
    batch_size = as_whole(batch_size, "batch_size", 1, n)
    memory = Memory() if memory is None else memory
    history = History() if history is None else history
    check_rng(rng)
    if isinstance(optimiser, type) or not hasattr(optimiser, "step"):
        raise TypeError(
            f"optimiser is {in_words(optimiser)}, expected what has a "
            'learning_rate and a step: write optimiser("Adam", 0.01)'
        )
    rate = getattr(optimiser, "learning_rate", None)
    rate = as_real(rate, "learning_rate", 0.01, above=True)
    _check_kind(memory, "memory", "Memory")
    _check_kind(history, "history", "History")
    hooks = {"slopes": slopes, "measure": measure, "callback": callback}
    for name, hook in hooks.items():
        if hook is not None or name == "slopes":
            check_callable(hook, name)

    def cost(parameters: Parameters) -> float:
        if measure is not None:
            return _one(measure(_still(parameters)), "what measure returned")
        parts = np.array_split(np.arange(n), -(-n // 500))
        with np.errstate(over="ignore", invalid="ignore"):
            costs = [_asked(slopes, parameters, part)[0] for part in parts]
        return float(np.average(costs, weights=[p.size for p in parts]))

    if not history.cost:
        history = History([cost(parameters)])
    done = Run(parameters, memory, history)
    step = partial(_pair, "step", "parameters, memory", optimiser.step)
    state = rng.bit_generator.state
    try:
        for _ in _counted(epochs, progress):
            epoch = len(done.history.cost)
            theta, memory = done.parameters, done.memory
            batches = minibatches(n, batch_size, rng)
            for number, index in enumerate(batches, start=1):
                with np.errstate(over="ignore", invalid="ignore"):
                    _, g = _asked(slopes, theta, index)
                    new, memory = step(theta, g, memory)
                    theta = as_parameters(new, "parameters", theta)
                slope = {f"the slope by {name}": g[name] for name in g}
                if lost := _large(slope | theta):
                    raise Diverged(
                        f"epoch {epoch}, step {number}: {lost}: make "
                        f"learning_rate smaller than {rate}",
                        cast(Any, done),
                        done.history,
                    )
            history = History([*done.history.cost, cost(theta)])
            done = Run(theta, memory, history)
            state = rng.bit_generator.state
            seen = Run(_still(theta), memory, History([*history.cost]))
            said = callback(epoch, seen, seen.history) if callback else None
            if isinstance(said, bool | np.bool_) and said:
                break
    except KeyboardInterrupt:
        rng.bit_generator.state = state
        raise Interrupted(cast(Any, done), done.history) from None
    return done


def by_name(parts: Network | Gradient) -> Parameters:
    """The arrays of a network or of its slopes, as w1, b1, w2, ..."""
    try:
        return {f"{k}{l}": getattr(parts, k)[l] for l in parts.w for k in "wb"}
    except (AttributeError, LookupError, TypeError):
        raise TypeError(
            f"parts is {in_words(parts)}, expected a Network or a Gradient"
        ) from None


def with_parameters(network: Network, parameters: Parameters) -> Network:
    """The network with parameters by name in place of its own."""
    check_network(network)
    found = as_parameters(parameters, "parameters", by_name(network))
    w, b = ({l: found[f"{k}{l}"] for l in network.w} for k in "wb")
    return Network(w, b, network.f)


def network_slopes(
    network: Network, x: Array, y: Array, end: End | None = None
) -> SlopeRule:
    """The rule that asks `backprop` about columns of x and y."""
    x, y = _samples(network, x, y, "x", "y")
    if end is not None:
        check_callable(end, "end")

    def slopes(parameters: Parameters, i: Index) -> tuple[float, Parameters]:
        moved, i = with_parameters(network, parameters), np.array(i, ndmin=1)
        if i.max(initial=0) >= (m := x.shape[1]):
            raise IndexError(f"index {i.max()} is no sample: write n={m}")
        found = backprop(moved, x[:, i], y[:, i], end=end)
        return float(found.cost), by_name(found)

    return slopes
