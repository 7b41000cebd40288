"""How long do others take for the same steps?

The same data, weights, mini-batches and rate; first every gradient is held
against the book's.  Every peer is given its data in the form it likes best,
before the clock runs.  scikit-learn has no quadratic cost behind a sigmoid:
it runs its own, δ = a - y at the output, which is a little less work, and is
held against that.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from bp import (
    Network,
    Workspace,
    backprop,
    bias_gradient,
    forward,
    propagate_error,
    random_network,
    weight_gradient,
)
from timing import Row, digits_like, ratio, take_turns, written

NETS = [(784, 30, 10), (784, 100, 10), (784, 512, 512, 10)]
RATE = 1e-3
GOALS = {
    "per-sample loop": 9.0,
    "torch eager": 5.0,
    "scikit-learn": 4.0,
    "autograd": 10.0,
    "jax jit": 1.8,
}
Slopes = list[np.ndarray]  # by w[1], b[1], w[2], b[2], …, in their shapes
Index = np.ndarray


@dataclass
class Peer:
    """What a peer can do with some samples, given by their numbers."""

    slopes: Callable[[Index], Slopes]
    steps: Callable[[Any], object]  # one for each of what `batches` gives
    batches: Callable[[list[Index]], Any] = list
    cost: str = "quadratic"  # whose slopes it should give


def flat(network: Any) -> Slopes:
    return [v for l in network.w for v in (network.w[l], network.b[l])]


def descend(
    parameters: Slopes, slopes: Callable[[Index], Slopes], batches: list[Index]
) -> None:
    """A step for each batch, in plain numpy."""
    for index in batches:
        for v, slope in zip(parameters, slopes(index), strict=True):
            v -= RATE * slope


def cross_entropy_slopes(
    network: Network, x: np.ndarray, y: np.ndarray
) -> Slopes:
    """By the book's functions, with δ = a - y at the output."""
    run, L = forward(network, x), network.depth
    delta, slopes = run.a[L] - y, []
    for l in range(L, 0, -1):
        slopes[:0] = [
            weight_gradient(delta, run.a[l - 1]),
            bias_gradient(delta),
        ]
        if l > 1:
            delta = propagate_error(network.w[l], delta, run.z[l - 1])
    return slopes


def book(network: Network, x: np.ndarray, y: np.ndarray, m: int) -> Peer:
    space = Workspace(network, m)

    def steps(batches: list[Index]) -> None:
        for index in batches:
            space.step(x, y, index, RATE)

    return Peer(lambda index: flat(space.backprop(x, y, index)), steps)


def readable(network: Network, x: np.ndarray, y: np.ndarray, m: int) -> Peer:
    parameters = [v.copy() for v in flat(network)]
    own = Network(
        dict(enumerate(parameters[::2], 1)),
        dict(enumerate(parameters[1::2], 1)),
    )

    def slopes(index: Index) -> Slopes:
        return flat(backprop(own, x[index].T, y[index].T))

    return Peer(slopes, partial(descend, parameters, slopes))


def loop(network: Network, x: np.ndarray, y: np.ndarray, m: int) -> Peer:
    """One sample after the other, as the equations stand; no checks."""
    parameters = [v.copy() for v in flat(network)]

    def slopes(index: Index) -> Slopes:
        total = [np.zeros_like(v) for v in parameters]
        for i in index:
            a, z = [x[i].reshape(-1, 1)], []
            for w, b in zip(parameters[::2], parameters[1::2], strict=True):
                z.append(w @ a[-1] + b)
                a.append(1 / (1 + np.exp(-z[-1])))
            delta = a[-1] - y[i].reshape(-1, 1)
            for l in range(len(z) - 1, -1, -1):
                delta = delta * (a[l + 1] * (1 - a[l + 1]))
                total[2 * l] += delta @ a[l].T
                total[2 * l + 1] += delta
                delta = parameters[2 * l].T @ delta if l else delta
        return [v / len(index) for v in total]

    return Peer(slopes, partial(descend, parameters, slopes))


def torch_peer(
    compiled: bool, network: Network, x: np.ndarray, y: np.ndarray, m: int
) -> Peer:
    import torch

    torch.set_num_threads(1)
    torch.compiler.reset()  # it compiles one function for few shapes only
    xs, ys = torch.from_numpy(x), torch.from_numpy(y)
    parameters = [
        torch.tensor(v if i % 2 == 0 else v[:, 0], requires_grad=True)
        for i, v in enumerate(flat(network))
    ]

    def cost(a: Any, wanted: Any) -> Any:
        for w, b in zip(parameters[::2], parameters[1::2], strict=True):
            a = torch.sigmoid(torch.nn.functional.linear(a, w, b))
        return ((a - wanted) ** 2).sum() / (2 * len(a))

    run = torch.compile(cost, dynamic=False) if compiled else cost

    def slopes(index: Any) -> Slopes:
        index = torch.as_tensor(index)
        found = torch.autograd.grad(run(xs[index], ys[index]), parameters)
        return [
            g.numpy() if g.ndim == 2 else g.numpy()[:, None] for g in found
        ]

    def steps(batches: Any) -> None:
        for index in batches:
            found = torch.autograd.grad(run(xs[index], ys[index]), parameters)
            with torch.no_grad():
                torch._foreach_sub_(parameters, found, alpha=RATE)

    return Peer(slopes, steps, lambda b: [torch.as_tensor(i) for i in b])


def scikit_learn(
    network: Network, x: np.ndarray, y: np.ndarray, m: int
) -> Peer:
    from sklearn.neural_network import MLPClassifier

    def start(size: int, rate: float) -> Any:
        model = MLPClassifier(
            network.sizes[1:-1],
            activation="logistic",
            solver="sgd",
            alpha=0,
            batch_size=size,
            learning_rate_init=rate,
            momentum=0,
            nesterovs_momentum=False,
            shuffle=False,
        )
        classes = np.arange(network.sizes[-1])
        model.partial_fit(x[:size], y[:size], classes=classes)
        for l in network.w:
            model.coefs_[l - 1][:] = network.w[l].T
            model.intercepts_[l - 1][:] = network.b[l][:, 0]
        return model

    def slopes(index: Index) -> Slopes:
        """From where one step of rate 1 leads: it shows no gradient."""
        model = start(len(index), 1.0)
        model.partial_fit(x[index], y[index])
        after = zip(model.coefs_, model.intercepts_, strict=True)
        ends = [v for w, b in after for v in (w.T, b[:, None])]
        return [a - b for a, b in zip(flat(network), ends, strict=True)]

    model = start(m, RATE)

    def steps(index: Index) -> None:
        model.partial_fit(x[index], y[index])

    return Peer(slopes, steps, np.concatenate, "cross-entropy")


def autograd_peer(
    network: Network, x: np.ndarray, y: np.ndarray, m: int
) -> Peer:
    import autograd
    import autograd.numpy as anp

    parameters = [v.copy() for v in flat(network)]

    def cost(values: list[Any], a: Any, wanted: Any) -> Any:
        for w, b in zip(values[::2], values[1::2], strict=True):
            a = 1 / (1 + anp.exp(-(anp.dot(w, a) + b)))
        return anp.sum((a - wanted) ** 2) / (2 * wanted.shape[1])

    slope = autograd.grad(cost)

    def slopes(index: Index) -> Slopes:
        found: Slopes = slope(parameters, x[index].T, y[index].T)
        return found

    return Peer(slopes, partial(descend, parameters, slopes))


def jax_peer(
    scan: bool, network: Network, x: np.ndarray, y: np.ndarray, m: int
) -> Peer:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    xs, ys = jnp.asarray(x), jnp.asarray(y)
    parameters = [jnp.array(v) for v in flat(network)]

    def cost(values: list[Any], index: Any) -> Any:
        a = xs[index].T
        for w, b in zip(values[::2], values[1::2], strict=True):
            a = jax.nn.sigmoid(w @ a + b)
        return ((a - ys[index].T) ** 2).sum() / (2 * len(index))

    def step(values: list[Any], index: Any) -> tuple[list[Any], None]:
        found = jax.grad(cost)(values, index)
        pairs = zip(values, found, strict=True)
        return [v - RATE * g for v, g in pairs], None

    one = jax.jit(step, donate_argnums=0)
    several = jax.jit(partial(jax.lax.scan, step), donate_argnums=0)

    def steps(batches: Any) -> None:
        nonlocal parameters
        if scan:
            parameters, _ = several(parameters, batches)
        else:
            for index in batches:
                parameters, _ = one(parameters, index)
        jax.block_until_ready(parameters)

    def slopes(index: Index) -> Slopes:
        found = jax.jit(jax.grad(cost))(parameters, jnp.asarray(index))
        return [np.asarray(v) for v in found]

    def batches(given: list[Index]) -> Any:
        return jnp.asarray(given) if scan else [jnp.asarray(i) for i in given]

    return Peer(slopes, steps, batches)


PEERS: dict[str, Callable[[Network, np.ndarray, np.ndarray, int], Peer]] = {
    "Workspace": book,
    "backprop, readable": readable,
    "per-sample loop": loop,
    "torch eager": partial(torch_peer, False),
    "torch compiled": partial(torch_peer, True),
    "scikit-learn": scikit_learn,
    "autograd": autograd_peer,
    "jax jit": partial(jax_peer, False),
    "jax scan": partial(jax_peer, True),
}


def started(
    sizes: Sequence[int], m: int, n: int, names: Sequence[str]
) -> Iterator[tuple[str, Peer]]:
    """Every peer that is installed, its gradient found right."""
    x, y = digits_like(sizes, n)
    network = random_network(sizes, np.random.default_rng(1))
    index = np.random.default_rng(2).permutation(n)[:m]
    columns = x[index].T, y[index].T
    wanted = {
        "quadratic": flat(backprop(network, *columns)),
        "cross-entropy": cross_entropy_slopes(network, *columns),
    }
    for name in names:
        try:
            peer = PEERS[name](network, x, y, m)
            found = peer.slopes(index)
        except ImportError as error:
            print(f"  skipped: {name}: {error}")
            continue
        for got, right in zip(found, wanted[peer.cost], strict=True):
            limit = 1e-11 * np.abs(right).max()
            if got.shape != right.shape or np.abs(got - right).max() > limit:
                raise ValueError(f"{name} has another gradient")
        yield name, peer


def measure(
    nets: Sequence[tuple[int, ...]] = NETS,
    batches: Sequence[int] = (1, 10, 32, 128, 1024),
    n: int = 20_000,
    seconds: float = 8,
    names: Sequence[str] = tuple(PEERS),
) -> list[Row]:
    rows: list[Row] = []
    for sizes in nets:
        for m in batches:
            rng = np.random.default_rng(3)
            k = max(1, min(50, n // m, 2000 // m))
            chosen = [rng.permutation(n)[:m] for _ in range(k)]
            works = {
                name: partial(peer.steps, peer.batches(chosen))
                for name, peer in started(sizes, m, n, names)
            }
            times = take_turns(works, seconds)
            for name in list(works)[1:]:
                row: Row = {
                    "what": f"{name}, {written(sizes)}, m = {m}",
                    "peer": name,
                    "net": written(sizes),
                    "m": m,
                    **ratio(times[name], times["Workspace"]),
                    "us_per_step": 1e6 * median(times[name]) / k,
                }
                if name in GOALS and m >= 10:
                    here = sizes == NETS[0] and m == 10
                    row["at_least"] = GOALS[name] if here else 1.0
                rows.append(row)
    return rows
