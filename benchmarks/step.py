"""How far is one step of descent from the floor, its matrix products?

The floor is the products that backpropagation cannot do without, of the
same matrices in the same memory: forward, back, and the slopes by weights.
Where the time above it goes: *gather* fetches the rows of the mini-batch,
*neurons* is what is done for each neuron (bias, σ and its slope), *update*
subtracts the slopes, and *rest* is what remains: looking at arguments, and
caches that the parts alone do not share.  In large layers with small batches
the step subtracts slopes while they are in the cache and never writes them
out, as the floor does: there the rest is negative.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from statistics import median

import numpy as np

from bp import Workspace, random_network
from timing import Row, digits_like, ratio, take_turns, written

NETS = [(784, 30, 10), (784, 100, 10), (784, 512, 512, 10)]
BATCHES = [1, 10, 32, 128, 1024]
GOALS = dict(
    zip(
        NETS,
        [
            [2.7, 2.4, 1.9, 1.45, 1.3],
            [2.0, 1.8, 1.3, 1.2, 1.15],
            [1.6, 1.2, 1.15, 1.1, 1.05],
        ],
        strict=True,
    )
)


def products(space: Workspace, m: int) -> None:
    """Only the products, in the workspace's own memory."""
    (_, _, _), a, delta = space._cut(m)
    w, slope = space.network.w, space.gradient.w
    for l in w:
        np.dot(w[l], a[l - 1], out=a[l])
    for l in reversed(w):
        np.dot(delta[l], a[l - 1].T, out=slope[l])
        if l > 1:
            np.dot(w[l].T, delta[l], out=delta[l - 1])


def per_neuron(space: Workspace, m: int) -> None:
    """What the step does besides the products, whatever the numbers are."""
    (_, _, ones), a, delta = space._cut(m)
    b, slope, one = space.network.b, space.gradient.b, space._number(1)
    for l in b:
        z = a[l]
        np.copyto(delta[l], np.negative(b[l], out=slope[l]))
        np.subtract(delta[l], z, out=z)
        np.exp(z, out=z)
        z += one
        np.reciprocal(z, out=z)
    for l in reversed(b):
        d = delta[l]
        d *= a[l]
        d *= np.subtract(one, a[l], out=a[l])
        np.dot(d, ones, out=slope[l])


def works(
    sizes: Sequence[int], m: int, x: np.ndarray, y: np.ndarray
) -> dict[str, Callable[[], object]]:
    """The floor, the step, and the parts of the step that are no product."""
    rng = np.random.default_rng(1)
    network = random_network(sizes, rng, x.dtype)
    space = Workspace(network, m)
    batches = cycle([rng.permutation(len(x))[:m] for _ in range(100)])

    def update() -> None:
        """As much memory as it takes, but the network stays as it is."""
        np.subtract(space.parameters, space.slopes, out=space.slopes)

    return {
        "floor": partial(products, space, m),
        "gather": lambda: space._gather(x, y, next(batches)),
        "step": lambda: space.step(x, y, next(batches), 1e-3),
        "neurons": partial(per_neuron, space, m),
        "update": update,
    }


def measure(
    nets: Sequence[tuple[int, ...]] = NETS,
    batches: Sequence[int] = BATCHES,
    n: int = 60_000,
    seconds: float = 4,
) -> list[Row]:
    rows: list[Row] = []
    for dtype in ("float64", "float32"):
        for sizes in nets:
            x, y = digits_like(sizes, n, dtype)
            for place, m in enumerate(batches):
                work = works(sizes, m, x, y)
                work["step"]()  # so that the floor has numbers to multiply
                times = take_turns(work, seconds)
                row: Row = {
                    "what": f"{written(sizes)}, m = {m}, {dtype}",
                    "net": written(sizes),
                    "m": m,
                    "dtype": dtype,
                    **ratio(times["step"], times["floor"]),
                    "floor_us": 1e6 * median(times["floor"]),
                }
                if dtype == "float64" and sizes in GOALS:
                    row["at_most"] = GOALS[sizes][place]
                parts = {
                    part: median(times[part]) / median(times["floor"])
                    for part in ("gather", "neurons", "update")
                }
                row |= parts
                row["rest"] = row["median"] - 1 - sum(parts.values())  # type: ignore[operator]
                rows.append(row)
    return rows
