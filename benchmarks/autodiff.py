"""What does a tape cost, over `backprop`, and what do other tapes?

The same network, cost and batch: `grad` of bp, `grad` of HIPS autograd, and
JAX's, compiled, each over `backprop` of bp, turn by turn in one process.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bp import backprop, by_name, grad, random_network, sigma
from timing import Row, digits_like, ratio, take_turns, written

Arrays = dict[str, Any]


def network_cost(p: Arrays, x: Any, y: Any, squashed: Any, sum_: Any) -> Any:
    """The mean cost, in any library that calculates as numpy does."""
    a = x
    for l in range(1, len(p) // 2 + 1):
        a = squashed(p[f"w{l}"] @ a + p[f"b{l}"])
    return sum_((a - y) ** 2) / (2 * x.shape[1])


def of_bp(p: Arrays, x: Any, y: Any) -> Callable[[], Arrays]:
    return lambda: grad(lambda p: network_cost(p, x, y, sigma, np.sum), p)


def of_autograd(p: Arrays, x: Any, y: Any) -> Callable[[], Arrays]:
    import autograd
    import autograd.numpy as anp

    def squashed(z: Any) -> Any:
        return 0.5 * (anp.tanh(0.5 * z) + 1)

    slopes = autograd.grad(lambda p: network_cost(p, x, y, squashed, anp.sum))
    return lambda: slopes(p)


def of_jax(p: Arrays, x: Any, y: Any) -> Callable[[], Arrays]:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    squashed = jax.nn.sigmoid
    slopes = jax.jit(
        jax.grad(lambda p, x, y: network_cost(p, x, y, squashed, jnp.sum))
    )
    given = jax.device_put((p, x, y))
    return lambda: jax.block_until_ready(slopes(*given))


TAPES = {"bp": of_bp, "autograd": of_autograd, "jax": of_jax}


def measure(
    sizes: tuple[int, ...] = (784, 30, 10),
    batches: Sequence[int] = (10, 128),
    seconds: float = 4,
) -> list[Row]:
    rows: list[Row] = []
    network = random_network(sizes, np.random.default_rng(0))
    p = by_name(network)
    for m in batches:
        x, y = (v.T for v in digits_like(sizes, m))
        works: dict[str, Callable[[], object]] = {
            "backprop": lambda x=x, y=y: backprop(network, x, y)
        }
        wanted = by_name(backprop(network, x, y))
        for name, make in TAPES.items():
            try:
                work = make(p, x, y)
            except ImportError as error:
                print(f"  skipped: {name}: {error}")
                continue
            for n, slope in work().items():
                worst = np.abs(np.asarray(slope) - wanted[n]).max()
                assert worst < 1e-12, (name, n, worst)
            works[name] = work
        times = take_turns(works, seconds)
        for name in list(works)[1:]:
            row: Row = {
                "what": f"{name} over backprop, {written(sizes)}, m = {m}",
                "peer": name,
                "net": written(sizes),
                "m": m,
                **ratio(times[name], times["backprop"]),
            }
            if name == "bp" and m == 128:
                row["at_most"] = 2.0
            rows.append(row)
    return rows
