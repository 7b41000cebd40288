"""What chapters mean by letters of their own, had without their formulas.

Each function gives, for one random world, the quantities of a chapter that
no comment `% where: …` can say: data, counts, and what code has computed.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from itertools import combinations, product
from math import comb

import numpy as np

from . import world
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


def bowl(on: Evaluator) -> None:
    """H, symmetric, with the eigenvalues λ, ascending; one of them is μ, its
    eigenvector v; after k steps of descent from u, c(k) is how far along v.
    """
    rng, n = on.world.rng, 5
    turned, _ = np.linalg.qr(rng.normal(size=(n, n)))
    values = np.sort(rng.uniform(0.2, 1.5, size=(n, 1)), axis=0)
    H, j = turned @ (values * turned.T), int(rng.integers(n))
    u, eta = rng.normal(size=(n, 1)), on.world.rate

    def along(k: np.ndarray) -> np.ndarray:
        here = u
        for _ in range(round(float(k))):
            here = here - eta * (H @ here)
        return (turned[:, [j]].T @ here)[0, 0]

    on.functions["c"] = [along]
    on.given |= {
        "H": Given(H),
        "I": Given(np.eye(n)),
        "P": Given(np.asarray(n)),
        "u": Given(u),
        "v": Given(turned[:, [j]]),
        r"\mu": Given(values[j, 0]),
        r"\lambda": Given(values),
        "k": Given(np.asarray(int(rng.integers(1, 9)))),
    }


def handwriting(on: Evaluator) -> None:
    """n test digits, each read (r) or not with the chance p, and the ends
    of Wilson's interval; the shares u, v of two equal machines, s the larger;
    labels Y and guesses G of n digits, counted in N; dots D, P in a block."""
    rng, n = on.world.rng, SAMPLES
    p, t = rng.uniform(0.1, 0.9), rng.uniform(0.5, 3)
    chance = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    read = [
        Outcome(
            p ** sum(ways) * (1 - p) ** (n - sum(ways)),
            {
                "r": Given(np.array(ways, float).reshape(-1, 1)),
                r"\hat p": Given(np.asarray(sum(ways) / n)),
            },
        )
        for ways in product([0, 1], repeat=n)
    ]
    pairs = [
        Outcome(
            chance[j] * chance[k],
            {
                "u": Given(np.asarray(j / n)),
                "v": Given(np.asarray(k / n)),
                "s": Given(np.asarray(max(j, k) / n)),
            },
        )
        for j, k in product(range(n + 1), repeat=2)
    ]
    on.draws = [read, pairs]
    for draw in on.draws:  # one outcome, for what is said of a single test
        on.given |= draw[int(rng.integers(len(draw)))].given
    q = float(on.given[r"\hat p"].value)
    # (q - x)^2 n = t^2 x (1 - x), as a polynomial in x
    low, high = sorted(np.roots([n + t * t, -2 * n * q - t * t, n * q * q]))
    label, guess = rng.integers(10, size=(2, n))
    guess[0] = label[0]
    N = np.zeros((10, 10))
    np.add.at(N, (label, guess), 1)
    D = rng.integers(2, size=(32, 32)).astype(float)
    P = D.reshape(8, 4, 8, 4).sum(axis=(1, 3))
    F = np.repeat(np.eye(8), 4, axis=1)
    Y, G = np.eye(10)[:, label], np.eye(10)[:, guess]
    on.given |= {
        "n": Given(np.asarray(n)),
        "p": Given(np.asarray(p)),
        "t": Given(np.asarray(t)),
        "c": Given(np.asarray((low + high) / 2)),
        "h": Given(np.asarray((high - low) / 2)),
        r"\mathbf 1": Given(np.ones((n, 1))),
        "I": Given(np.eye(n)),
        "y": Given(Y[:, [0]], Y),
        "g": Given(G[:, [0]], G),
        "Y": Given(Y),
        "G": Given(G),
        "N": Given(N),
        "D": Given(D),
        "F": Given(F),
        "P": Given(P),
    }


def landscape(on: Evaluator) -> None:
    """The cost of a network 2-2-1, from a point θ along a unit vector v.

    f is the cost on that line, G the gradient at any point, g and H
    gradient and Hessian at θ, all by differences of the cost; λ and q, with
    c, are eigenvalues and the lowest eigenvector of H, and the components
    of v; P permutes the entries of r, with signs, and s is 1 for each minus.
    """
    rng = on.world.rng
    x, y = rng.normal(size=(2, 3)), rng.uniform(size=3)
    theta, u = rng.normal(size=(2, 9, 1))

    def cost(t: np.ndarray) -> np.ndarray:
        t = t[:, 0]
        a = world.sigma(t[:4].reshape(2, 2) @ x + t[4:6, None])
        return ((world.sigma(t[6:8] @ a + t[8]) - y) ** 2).sum() / 6

    def slopes(f: Callable, t: np.ndarray) -> list:
        """A fourth-order difference of f in each entry of t."""
        h, found = np.longdouble("1e-4"), []
        for e in np.eye(9)[:, :, None]:
            far = f(t + 2 * h * e) - f(t - 2 * h * e)
            found.append((8 * (f(t + h * e) - f(t - h * e)) - far) / 12 / h)
        return found

    def gradient(t: np.ndarray) -> np.ndarray:
        return np.array(slopes(cost, t)).reshape(9, 1)

    def third(v: np.ndarray) -> float:
        """A difference of third order along v."""
        near, far = (cost(theta + t * v) - cost(theta - t * v) for t in (1, 2))
        return abs(far - 2 * near)

    directions = rng.normal(size=(9, 9, 1))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    v = max(directions / 4, key=third) * 4  # not one with a tiny remainder

    def line(t: np.ndarray) -> np.ndarray:
        return cost(theta + t * v)

    def exact(t: np.ndarray) -> np.ndarray:
        steps = [cost(t + 1e-30j * e) for e in np.eye(9)[:, :, None]]
        return np.imag(steps)[:, None] / np.longdouble("1e-30")

    hessian = np.hstack(slopes(exact, theta)).astype(float)
    values, vectors = np.linalg.eigh(hessian)
    signed = np.eye(4)[[2, 0, 3, 1]] * rng.permutation([1, -1, -1, 1])
    on.functions |= {"f": [line], "G": [gradient]}
    on.given |= {
        name: Given(np.asarray(value))
        for name, value in {
            "g": exact(theta).astype(float),
            "H": hessian,
            "v": v,
            "u": u,
            r"\theta": theta,
            r"\lambda": values.reshape(-1, 1),
            "q": vectors[:, [0]],
            "c": vectors.T @ v,
            "Q": signed,
            "s": (signed.min(axis=0) < 0).reshape(-1, 1).astype(float),
            "r": rng.normal(size=(4, 1)),
        }.items()
    }


def regularisation(on: Evaluator) -> None:
    """A network with dropout, and what is random in training it.

    Every sample has masks μ, 1/q or 0, on the hidden layers.  In E and Var
    a bare μ is one of layer 1, over all masks, and ε a column of signs like
    x, over all patterns; T(s) is the mean of the cost over them, with s ε on
    the input.  u is where t steps from 0 lead in a valley of curvature h > 0
    around c; λ > 0.
    """
    world, rng = on.world, on.world.rng
    q, h, c, penalty = rng.uniform(0.4, 0.9, size=4)
    for l in range(1, world.depth):
        kept = rng.random(world.fixed["mu", l].shape) < q
        kept[0] = True
        world.fixed["mu", l] = kept / q
    n_0, n_1 = world.sizes[:2]
    masks = [np.reshape(k, (-1, 1)) for k in product([0, 1], repeat=n_1)]
    signs = [np.reshape(e, (-1, 1)) for e in product([-1.0, 1], repeat=n_0)]
    on.draws = [
        [
            Outcome(
                float(q ** k.sum() * (1 - q) ** (n_1 - k.sum())),
                {r"\mu": Given(k / q)},
            )
            for k in masks
        ],
        [Outcome(1 / len(signs), {r"\varepsilon": Given(e)}) for e in signs],
    ]

    def expected_cost(s: np.ndarray) -> np.ndarray:
        runs = [world.run({("a", 0): s * e}) for e in signs]
        return sum(run.costs.sum() for run in runs) / len(runs)

    t, u = int(rng.integers(2, 6)), 0.0
    for _ in range(t):
        u -= world.rate * h * (u - c)
    on.functions["T"] = [expected_cost]
    numbers = {"q": q, "h": h, "c": c, r"\lambda": penalty, "t": t, "u": u}
    numbers["s"] = rng.uniform(0.3, 0.9)
    on.given |= {name: Given(np.asarray(v)) for name, v in numbers.items()}


OWN: dict[str, Callable[[Evaluator], None]] = {
    "00_reading": counts,
    "01_digits": digits,
    "03_network": bump,
    "09_algorithm": products,
    "11_minibatch": minibatch,
    "12_descent": bowl,
    "13_mnist": handwriting,
    "14_minima": landscape,
    "15_regularisation": regularisation,
}
OWN_FUNCTIONS = {
    "03_network": {"g"},
    "12_descent": {"c"},
    "14_minima": {"f", "G"},
    "15_regularisation": {"T"},
}
