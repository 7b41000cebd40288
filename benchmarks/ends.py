"""Where the digit networks end: slope, eigenvalues, and whether they move.

Slow (some minutes on one processor): python benchmarks/run.py ends.
The chapter on where descent stops shows bp/data/ends.json.
"""

from typing import Any

import numpy as np

from bp.algorithm import backprop
from bp.digits import load_digits
from bp.minima import as_network, as_vector, hessian_along
from bp.network import Network, forward, random_network
from bp.training import sgd

BOUNDS = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12]


def whole_hessian(network: Network, x: Any, y: Any) -> Any:
    """The Hessian of a network with one hidden layer, block by block.

    As `hessian`, in matrix products: with r = a - y, z the weighted input of
    answer k and u a column of parameters, the second derivative of half r²
    is (σ′² + r σ″) ∇z ∇zᵀ + r σ′ ∇²z, and a neuron j of the hidden layer
    enters z as w_kj σ(z_j).
    """
    run, m = forward(network, x), x.shape[1]
    a1, a2, w2 = run.a[1], run.a[2], network.w[2]
    n, inputs, last = *network.w[1].shape, len(w2)
    slope1, slope2 = a1 * (1 - a1), a2 * (1 - a2)
    bend1, bend2 = slope1 * (1 - 2 * a1), slope2 * (1 - 2 * a2)
    c, d = slope2**2 + (a2 - y) * bend2, (a2 - y) * slope2
    x1, a1 = np.vstack([x, np.ones(m)]), np.vstack([a1, np.ones(m)])
    # first by neuron: its weights, then its bias
    first = np.empty((n, inputs + 1, n, inputs + 1))
    for i in range(n):
        for j in range(n):
            weight = slope1[i] * slope1[j] * ((w2[:, i] * w2[:, j]) @ c)
            if i == j:
                weight = weight + bend1[i] * (w2[:, i] @ d)
            first[i, :, j] = (x1 * weight) @ x1.T
    cross = np.empty((n, inputs + 1, last, n + 1))
    for j in range(n):
        for k in range(last):
            cross[j, :, k] = (x1 * (c[k] * w2[k, j] * slope1[j])) @ a1.T
            cross[j, :, k, j] += x1 @ (d[k] * slope1[j])
    second = np.zeros((last, n + 1, last, n + 1))
    for k in range(last):
        second[k, :, k] = (a1 * c[k]) @ a1.T
    P1, P2 = n * (inputs + 1), last * (n + 1)
    corner = cross.reshape(P1, P2)
    H = np.block(
        [[first.reshape(P1, P1), corner], [corner.T, second.reshape(P2, P2)]]
    )
    # then in the order of `as_vector`: w[1], b[1], w[2], b[2]
    one = np.arange(P1).reshape(n, inputs + 1)
    two = P1 + np.arange(P2).reshape(last, n + 1)
    order = [one[:, :-1], one[:, -1:], two[:, :-1], two[:, -1:]]
    order = np.concatenate([part.ravel() for part in order])
    return H[np.ix_(order, order)] / m


def examined(network: Network, x: Any, y: Any) -> dict[str, Any]:
    """Cost, slope, eigenvalues counted, and the bend's own way down."""
    gradient = backprop(network, x, y)
    H = whole_hessian(network, x, y)
    v = np.random.default_rng(0).normal(size=(len(H), 1))
    apart = np.abs(H @ v - hessian_along(network, x, y, v)).max()
    assert apart < 1e-12, apart
    values, vectors = np.linalg.eigh(H)
    theta, q = as_vector(network), vectors[:, [0]]
    if (as_vector(gradient).T @ q).item() > 0:
        q = -q
    along = [
        float(backprop(as_network(theta + t * q, network.sizes), x, y).cost)
        for t in np.linspace(0, 4, 41)
    ]
    return {
        "cost": float(gradient.cost),
        "slope": float(np.linalg.norm(as_vector(gradient))),
        "below": {f"{t:.0e}": int((values < -t).sum()) for t in BOUNDS},
        "above": {f"{t:.0e}": int((values > t).sum()) for t in BOUNDS},
        "eigenvalues": values.tolist(),
        "along the lowest": along,
    }


def descended(network: Network, x: Any, y: Any, rate: float, steps: list[int]):
    """Descent with all samples: cost, slope, way gone, after these steps."""
    start = theta = as_vector(network)
    rows = []
    for step in range(max(steps) + 1):
        gradient = backprop(as_network(theta, network.sizes), x, y)
        slope = as_vector(gradient)
        if step in steps:
            rows.append(
                {
                    "step": step,
                    "cost": float(gradient.cost),
                    "slope": float(np.linalg.norm(slope)),
                    "way": float(np.linalg.norm(theta - start)),
                }
            )
        if step < max(steps):
            theta = theta - rate * slope
    return as_network(theta, network.sizes), rows


def row(seed: int, epochs: int, n: int, sizes: Any, steps: list[int]) -> dict:
    """One end, examined, taken on with all samples, examined again."""
    train, _ = load_digits()
    x, y = train.x[:, :n], train.y[:, :n]
    rng = np.random.default_rng(seed)
    network, _ = sgd(
        random_network(sizes, rng),
        x,
        y,
        learning_rate=3.0,
        batch_size=10,
        epochs=epochs,
        rng=rng,
    )
    first = examined(network, x, y)
    print(f"  seed {seed}: slope {first['slope']:.1e}", flush=True)
    later, rows = descended(network, x, y, 3.0, steps)
    second = examined(later, x, y)
    if seed:  # one whole list is enough to draw
        for one in (first, second):
            del one["eigenvalues"]
    return {
        "what": f"digits {'-'.join(map(str, sizes))}, seed {seed}: cost",
        "median": first["cost"],
        "quartiles": [first["cost"], first["cost"]],
        "end": {"seed": seed, "first": first, "way": rows, "later": second},
    }


def rounded(value: object) -> object:
    """Numbers to four digits, so that the file stays small."""
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def measure(
    seeds: int = 3,
    epochs: int = 30,
    n: int = 1437,
    sizes: tuple[int, ...] = (64, 30, 10),
    steps: tuple[int, ...] = (0, 100, 1000, 10_000),
) -> list[dict]:
    """The ends of the first seeds."""
    found = [row(s, epochs, n, sizes, [*steps]) for s in range(seeds)]
    return [rounded(one) for one in found]  # type: ignore[misc]
