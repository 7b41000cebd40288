"""What noise does to networks that are held: a ball, two hills, XOR.

Runs with large steps are chaotic, so that another processor rounds its way to
slightly other counts: python benchmarks/run.py noise stores them.  The
chapter on what holds descent up shows bp/data/noise.json.
"""

import numpy as np

from bp.experiments.minima import BALL_X, BALL_Y
from bp.experiments.traps import (
    HILLS_X,
    HILLS_Y,
    XOR_X,
    XOR_Y,
    explained,
    hill_ends,
    hill_shares,
    many_descents,
    many_slopes,
    many_starts,
)
from bp.neuron import sigmoid


def shaken(w: float, rate: float, epochs: int, balls: int) -> np.ndarray:
    """Which balls end on the right of the saddle, from weight w, b = 0."""
    rng, at = np.random.default_rng(3), np.tile([w, 0.0], (balls, 1))
    for _ in range(epochs):
        for i in rng.permuted(np.tile(range(4), (balls, 1)), axis=1).T:
            a = sigmoid(at[:, 0] * BALL_X[0, i] + at[:, 1])
            delta = (a - BALL_Y[0, i]) * a * (1 - a)
            at -= rate * np.stack([delta * BALL_X[0, i], delta], axis=1)
    return at[:, 0] > 0.966


def online(
    theta: np.ndarray,
    sizes: tuple[int, int, int],
    x: np.ndarray,
    y: np.ndarray,
    rate: float,
    epochs: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Descent with one sample a step, for each row its own order."""
    theta, m = theta.copy(), x.shape[1]
    for _ in range(epochs):
        for i in rng.permuted(np.tile(range(m), (len(theta), 1)), axis=1).T:
            u, v = x.T[i][:, :, np.newaxis], y.T[i][:, :, np.newaxis]
            theta = theta - rate * many_slopes(theta, sizes, u, v)[0]
    return theta


def ball(rates: tuple[int, ...], epochs: int, balls: int) -> list[dict]:
    """How many balls change sides, from either minimum, with noise."""
    return [
        {
            "rate": rate,
            "up": int(shaken(-0.243, rate, epochs, balls).sum()),
            "down": int((~shaken(2.187, rate, epochs, balls)).sum()),
        }
        for rate in rates
    ]


def hills(rates: tuple[int, ...], copies: int, epochs: int) -> list[dict]:
    """Where copies of each minimum end, in shares that are explained."""
    sizes, rng = (1, 2, 1), np.random.default_rng(4)
    shares, found = np.array(hill_shares(2)), []
    for rate in rates:
        for level in (0.60, 0.49, 0.40):
            row = hill_ends(2)[[np.abs(shares - level).argmin()]]
            ends = []
            for kind in ("noise", "calm"):
                theta = np.repeat(row, copies if kind == "noise" else 1, 0)
                if kind == "noise":
                    theta = online(
                        theta, sizes, HILLS_X, HILLS_Y, rate, epochs, rng
                    )
                else:
                    theta = many_descents(
                        *(theta, sizes, HILLS_X, HILLS_Y, rate),
                        epochs * HILLS_X.size,
                    )
                theta = many_descents(
                    theta, sizes, HILLS_X, HILLS_Y, 1.0, 2000
                )
                costs = many_slopes(theta, sizes, HILLS_X, HILLS_Y)[1]
                ends.append([round(explained(c, HILLS_Y), 3) for c in costs])
            found.append(
                {"rate": rate, "from": level}
                | {"noise": ends[0], "calm": ends[1][0]}
            )
    return found


def xor(runs: int, epochs: int) -> dict:
    """Runs of XOR that fail, all samples at once and one by one; and which
    of the first get out later, one by one and still at once."""
    sizes = (2, 2, 1)
    starts = many_starts(sizes, runs)
    full = many_descents(starts, sizes, XOR_X, XOR_Y, 5.0, 4 * epochs)
    noisy = online(
        *(starts, sizes, XOR_X, XOR_Y, 5.0, epochs),
        np.random.default_rng(1),
    )
    fails = [
        many_slopes(rows, sizes, XOR_X, XOR_Y)[1] > 0.02
        for rows in (full, noisy)
    ]
    freed = online(
        *(full[fails[0]], sizes, XOR_X, XOR_Y, 5.0, epochs),
        np.random.default_rng(2),
    )
    calm = many_descents(full[fails[0]], sizes, XOR_X, XOR_Y, 5.0, 4 * epochs)
    out = [
        np.flatnonzero(fails[0])[
            many_slopes(rows, sizes, XOR_X, XOR_Y)[1] < 0.02
        ].tolist()
        for rows in (freed, calm)
    ]
    return {
        "runs": runs,
        "at once": int(fails[0].sum()),
        "one by one": int(fails[1].sum()),
        "freed": out[0],
        "freed at once": out[1],
    }


def measure(
    rates: tuple[int, ...] = (1, 2, 3, 4, 5, 7, 10),
    steps: tuple[int, ...] = (1, 5, 20),
    balls: int = 200,
    copies: int = 20,
    epochs: int = 500,
    runs: int = 200,
) -> list[dict]:
    """Percent that fail one by one; `noise` has all the counts."""
    found = xor(runs, epochs)
    share = 100 * found["one by one"] / runs
    return [
        {
            "what": "XOR 2-2-1, one sample a step: fail",
            "median": share,
            "quartiles": [share, share],
            "noise": {
                "balls": balls,
                "ball": ball(rates, epochs, balls),
                "hills": hills(steps, copies, epochs // 5),
                "xor": found,
            },
        }
    ]
