"""What does the gradient of all 60 000 samples take, in time and memory?

Against the floor, the same products in blocks of 500; and the readable form,
which keeps everything of all samples at once.
"""

import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from bp import Workspace, backprop, batch_gradient, random_network
from step import products
from timing import Row, digits_like, ratio, take_turns, written


def peak_megabytes(work: Callable[[], object]) -> float:
    """The most that was taken at once, the data not counted."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def measure(
    nets: Sequence[tuple[int, ...]] = ((784, 30, 10), (784, 100, 10)),
    blocks: Sequence[int] = (250, 500, 1000),
    n: int = 60_000,
    seconds: float = 20,
) -> list[Row]:
    rows: list[Row] = []
    for sizes in nets:
        x, y = (v.T for v in digits_like(sizes, n))
        network = random_network(sizes, np.random.default_rng(1))
        space = Workspace(network, min(500, n))
        space.backprop(x.T, y.T, np.arange(space.batch_size))

        def floor(space: Workspace = space, x: np.ndarray = x) -> None:
            _, a, _ = space._cut(space.batch_size)
            for i in range(0, n, space.batch_size):
                a[0] = x[:, i : i + space.batch_size]
                products(space, space.batch_size)

        works: dict[str, Callable[[], object]] = {"floor": floor}
        for block in blocks:
            works[f"blocks of {block}"] = partial(
                batch_gradient, network, x, y, block
            )
        works["readable"] = partial(backprop, network, x, y)
        times = take_turns(works, seconds)
        for name in list(works)[1:]:
            row = {
                "what": f"{written(sizes)}, {name}",
                **ratio(times[name], times["floor"]),
                "megabytes": peak_megabytes(works[name]),
            }
            if name == "blocks of 500":
                row["at_most"] = 1.3
            rows.append(row)
    return rows
