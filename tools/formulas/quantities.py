"""What chapters mean by letters of their own, had without their formulas.

Each function gives, for one random world, the quantities of a chapter that
no comment `% where: …` can say: data, counts, and what code has computed.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from itertools import combinations, product

import numpy as np

from .evaluate import Evaluator, Given, Outcome, Wrong
from .world import SAMPLES


def counts(on: Evaluator) -> None:
    """P, the number of entries of all weights and biases."""
    arrays = [a for (kind, _), a in on.world.fixed.items() if kind in "wb"]
    on.given["P"] = Given(np.asarray(sum(a.size for a in arrays)))


@cache
def data() -> tuple:
    """Training samples as `bp` gives them, and the ink in the file."""
    from bp.digits import load_digits

    train, _ = load_digits()
    with np.load(files("bp.data").joinpath("digits.npz")) as file:
        return train, file["pixels"][file["order"]]


def digits(on: Evaluator) -> None:
    """Real digits: a sample x, y of class c, its ink p; v of another class;
    a batch X, Y with 1, 2, … of each class, and the average images."""
    (train, ink), rng = data(), on.world.rng
    i = int(rng.integers(train.label.size))
    other = int(rng.choice(np.flatnonzero(train.label != train.label[i])))
    some = [
        rng.choice(np.flatnonzero(train.label == c), c + 1) for c in range(10)
    ]
    batch = rng.permutation(np.concatenate(some))
    x, label = train.x[:, batch], train.label[batch]
    means = [np.mean([*x.T[label == c]], axis=0) for c in range(10)]
    on.given |= {
        "p": Given(ink[i].astype(float).reshape(-1, 1)),
        "c": Given(np.asarray(train.label[i])),
        "x": Given(train.x[:, [i]], x),
        "y": Given(train.y[:, [i]], train.y[:, batch]),
        "v": Given(train.y[:, [other]]),
        "X": Given(x),
        "Y": Given(train.y[:, batch]),
        "m": Given(np.asarray(batch.size)),
        r"\bar x": Given(np.array(means).T),
    }


def bump(on: Evaluator) -> None:
    """g, made of two neurons and run as the network that it is."""
    from bp.network import Network, forward

    def two_neurons(x: np.ndarray) -> np.ndarray:
        if np.ndim(x):
            raise Wrong(f"g of shape {x.shape}, not of a number")
        h, s, p, q = (on.given[name].value for name in "hspq")
        steps = Network(
            w={1: np.array([[s], [s]])},
            b={1: np.array([[-s * p], [-s * q]])},
        )
        a = forward(steps, np.reshape(x, (1, 1))).a[1]
        return (h * (a[0] - a[1]))[0]

    on.functions["g"] = [two_neurons]


def products(on: Evaluator) -> None:
    """F and B: multiplications of a run forward and back, counted."""
    forward = back = 0
    for (kind, l), array in on.world.fixed.items():
        if kind == "w":
            for _ in np.nditer(array):
                forward += 1  # w a
                back += 1 + (l > 1)  # δ aᵀ, and wᵀ δ
    on.given["F"] = Given(np.asarray(forward))
    on.given["B"] = Given(np.asarray(back))


@cache
def put_back(N: int, m: int) -> list[tuple[tuple[int, ...], int]]:
    """What m draws from N can be, and in how many orders."""
    draws = Counter(tuple(sorted(d)) for d in product(range(N), repeat=m))
    return list(draws.items())


def minibatch(on: Evaluator) -> None:
    """N samples with slopes g of their own, and batches of m of them.

    s marks the samples of a batch, and ĝ is the mean of their slopes; c
    counts them, and g̃ is their mean, where samples are put back.  An epoch
    has K batches, q samples in each, r in the last, with the mean slopes h.
    """
    rng, N = on.world.rng, SAMPLES
    m = int(rng.integers(2, 5))
    g, G = rng.normal(size=(N, 1)) + 0.5, rng.normal(size=(4, N))
    d = g - g.sum() / N
    order = rng.permutation(N)
    batches = [order[i : i + m] for i in range(0, N, m)]

    def outcome(
        chance: float, counts: np.ndarray, marks: str, mean: str
    ) -> Outcome:
        estimate = (counts * g).sum() / m
        marked = {marks: Given(counts), mean: Given(np.asarray(estimate))}
        return Outcome(chance, marked)

    def column(chosen: tuple[int, ...]) -> np.ndarray:
        return np.bincount(chosen, minlength=N).reshape(N, 1).astype(float)

    subsets = list(combinations(range(N), m))
    on.draws = [
        [
            outcome(1 / len(subsets), column(chosen), "s", r"\hat g")
            for chosen in subsets
        ],
        [
            outcome(times / N**m, column(chosen), "c", r"\tilde g")
            for chosen, times in put_back(N, m)
        ],
    ]
    for draw in on.draws:  # one outcome, for what is said of a single batch
        on.given |= draw[int(rng.integers(len(draw)))].given
    on.given |= {
        "N": Given(np.asarray(N)),
        "m": Given(np.asarray(m)),
        "g": Given(g),
        "d": Given(d),
        "G": Given(G),
        "S": Given(np.asarray(np.std(g, ddof=1))),
        r"\bar g": Given(np.asarray(g.sum() / N)),
        r"\mathbf 1": Given(np.ones((N, 1))),
        "I": Given(np.eye(N)),
        "K": Given(np.asarray(len(batches))),
        "r": Given(np.asarray(len(batches[-1]))),
        "q": Given(np.array([[len(batch)] for batch in batches])),
        "h": Given(np.array([[g[batch].mean()] for batch in batches])),
    }


OWN: dict[str, Callable[[Evaluator], None]] = {
    "00_reading": counts,
    "01_digits": digits,
    "03_network": bump,
    "09_algorithm": products,
    "11_minibatch": minibatch,
}
OWN_FUNCTIONS = {"03_network": {"g"}}
