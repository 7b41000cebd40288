"""How does a gradient's price grow?

With the batch, the width and the depth; against the cost alone; and against
finite differences, which need the cost once more for every parameter.
"""

from collections.abc import Callable, Sequence
from statistics import median

import numpy as np

from bp import Workspace, count_parameters, random_network
from timing import Row, digits_like, ratio, take_turns, written

TWO_LAYERS = [(784, 30, 10), (784, 100, 10), (784, 300, 10)]
DEEP = [(100,) * depth + (10,) for depth in (1, 2, 4, 8, 16)]


def works(sizes: Sequence[int], m: int) -> dict[str, Callable[[], object]]:
    """The cost of a batch, and its gradient, in the same memory."""
    x, y = digits_like(sizes, 10 * m)
    network = random_network(sizes, np.random.default_rng(1))
    space = Workspace(network, m)
    x_rows, y_rows = space._gather(x, y, np.arange(m))

    def cost() -> object:
        return space._forward(x_rows.T, y_rows.T) / (2 * m)

    def gradient() -> object:
        found = cost()
        space._backward(m, 1 / m)
        return found

    return {"cost": cost, "gradient": gradient}


def measure(
    two_layers: Sequence[tuple[int, ...]] = TWO_LAYERS,
    deep: Sequence[tuple[int, ...]] = DEEP,
    batches: Sequence[int] = (1, 10, 32, 128, 1024),
    seconds: float = 3,
) -> list[Row]:
    rows: list[Row] = []
    for sizes in [*two_layers, *deep]:
        for m in batches:
            times = take_turns(works(sizes, m), seconds)
            one = median(times["gradient"])
            differences = (1 + count_parameters(sizes)) * median(times["cost"])
            row: Row = {
                "what": f"gradient / cost, {written(sizes)}, m = {m}",
                "net": written(sizes),
                "m": m,
                "layers": len(sizes) - 1,
                "parameters": count_parameters(sizes),
                **ratio(times["gradient"], times["cost"]),
                "us_per_sample": 1e6 * one / m,
                "finite_differences": differences / one,
            }
            if m >= 10:
                row["at_most"] = 2.2 if sizes in two_layers else 3.0
            rows.append(row)
    return rows
