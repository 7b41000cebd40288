"""Whose matrix products are faster?

Every step of backpropagation is made of the same products, whoever makes it:
here they are alone, in numpy, torch and jax, for the same shapes.  Below 1 the
other is faster, and what else its step costs has to fit into the difference.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bp import random_network
from timing import Row, ratio, take_turns, written

NETS = [(784, 30, 10), (784, 100, 10), (784, 512, 512, 10)]
Layers = list[np.ndarray]


def matrices(sizes: Sequence[int], m: int) -> tuple[Layers, Layers, Layers]:
    """Weights of every layer; activations and errors, a row for a sample."""
    rng = np.random.default_rng(0)
    rows = [rng.random((m, n)) for n in sizes]
    errors = [rng.standard_normal((m, n)) for n in sizes[1:]]
    return list(random_network(sizes, rng).w.values()), rows, errors


def of_numpy(w: Layers, rows: Layers, errors: Layers) -> Callable[[], object]:
    """In columns, as the book has them: x as the transpose of its rows."""
    a = [rows[0].T, *[np.ascontiguousarray(v.T) for v in rows[1:]]]
    delta = [np.ascontiguousarray(v.T) for v in errors]
    slopes = [np.empty_like(v) for v in w]

    def products() -> None:
        for l, weights in enumerate(w):
            np.dot(weights, a[l], out=a[l + 1])
        for l in reversed(range(len(w))):
            np.dot(delta[l], a[l].T, out=slopes[l])
            if l:
                np.dot(w[l].T, delta[l], out=delta[l - 1])

    return products


def of_torch(w: Layers, rows: Layers, errors: Layers) -> Callable[[], object]:
    import torch

    torch.set_num_threads(1)
    ws, a, delta = [
        [torch.from_numpy(v) for v in g] for g in (w, rows, errors)
    ]
    slopes = [torch.empty_like(v) for v in ws]

    def products() -> None:
        for l, weights in enumerate(ws):
            torch.mm(a[l], weights.T, out=a[l + 1])
        for l in reversed(range(len(ws))):
            torch.mm(delta[l].T, a[l], out=slopes[l])
            if l:
                torch.mm(delta[l], ws[l], out=delta[l - 1])

    return products


def of_jax(w: Layers, rows: Layers, errors: Layers) -> Callable[[], object]:
    import jax

    jax.config.update("jax_enable_x64", True)

    @jax.jit
    def products(ws: Any, a: Any, delta: Any) -> Any:
        z = [v @ k.T for v, k in zip(ws, a[:-1], strict=True)]
        slopes = [d.T @ k for d, k in zip(delta, a[:-1], strict=True)]
        back = [d @ v for d, v in zip(delta[1:], ws[1:], strict=True)]
        return z, slopes, back

    given = jax.device_put((w, rows, errors))
    return lambda: jax.block_until_ready(products(*given))


OTHERS = {"torch": of_torch, "jax": of_jax}


def measure(
    nets: Sequence[tuple[int, ...]] = NETS,
    batches: Sequence[int] = (1, 10, 32, 128, 1024),
    seconds: float = 2,
) -> list[Row]:
    rows: list[Row] = []
    for sizes in nets:
        for m in batches:
            works = {"numpy": of_numpy(*matrices(sizes, m))}
            for name, make in OTHERS.items():
                try:
                    works[name] = make(*matrices(sizes, m))
                except ImportError as error:
                    print(f"  skipped: {name}: {error}")
            times = take_turns(works, seconds)
            rows += [
                {
                    "what": f"{name}, {written(sizes)}, m = {m}",
                    "peer": name,
                    "net": written(sizes),
                    "m": m,
                    **ratio(times[name], times["numpy"]),
                }
                for name in list(works)[1:]
            ]
    return rows
