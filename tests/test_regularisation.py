"""Guard 4: penalties, early stopping, dropout, noise and shifts."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp.algorithm import Gradient, backprop
from bp.cost import quadratic_cost
from bp.digits import load_digits
from bp.experiments.regularisation import (
    few_digits,
    long_run,
    stopped_at,
)
from bp.gradient_check import complex_step, relative_error
from bp.network import Network, forward, random_network
from bp.neuron import sigmoid
from bp.regularisation import (
    EarlyStopping,
    dropout_masks,
    masked_backprop,
    shifted,
    with_dropout,
    with_l1,
    with_l2,
    with_noise,
    with_shifts,
)
from bp.training import History, accuracy, sgd

pytestmark = pytest.mark.guard("4 functions")
SIZES = st.lists(st.integers(1, 5), min_size=2, max_size=4)


def example(
    sizes: Any, seed: int, m: int = 3
) -> tuple[Network, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(sizes[0], m)), rng.uniform(size=(sizes[-1], m))
    return random_network(sizes, rng), x, y


def entries(network: Network) -> list[np.ndarray]:
    return [*network.w.values(), *network.b.values()]


def slopes(cost: Any, network: Network) -> list[np.ndarray]:
    """By every weight and bias, measured with a complex step."""
    found = []
    for kind in ("w", "b"):
        for l in network.w:

            def of(value: Any, kind: str = kind, l: int = l) -> Any:
                parts = {"w": dict(network.w), "b": dict(network.b)}
                parts[kind][l] = value
                return cost(Network(**parts))

            found.append(complex_step(of, getattr(network, kind)[l]))
    return found


def same(found: Gradient, wanted: list[np.ndarray]) -> None:
    """As a whole: one part may nearly vanish, as a sum of larger terms."""
    parts = [*found.w.values(), *found.b.values()]
    assert [p.shape for p in parts] == [w.shape for w in wanted]
    got, right = (np.concatenate([*map(np.ravel, v)]) for v in (parts, wanted))
    assert relative_error(got, right) < 1e-13


@given(SIZES, st.integers(0, 99), st.floats(0, 3))
def test_l2(sizes: list[int], seed: int, lam: float) -> None:
    network, x, y = example(sizes, seed)

    def cost(net: Network) -> Any:
        squares = sum((w * w).sum() for w in net.w.values())
        a = forward(net, x).a[net.depth]
        return quadratic_cost(a, y) + lam * squares / 2

    found = with_l2(lam)(network, x, y)
    same(found, slopes(cost, network))
    assert np.isclose(found.cost, cost(network), rtol=1e-14)


@given(SIZES, st.integers(0, 99), st.floats(0, 3))
def test_l1(sizes: list[int], seed: int, lam: float) -> None:
    network, x, y = example(sizes, seed)

    def cost(net: Network) -> Any:
        sizes = sum(np.sqrt(w * w).sum() for w in net.w.values())
        a = forward(net, x).a[net.depth]
        return quadratic_cost(a, y) + lam * sizes

    found = with_l1(lam)(network, x, y)
    same(found, slopes(cost, network))
    assert np.isclose(found.cost, cost(network), rtol=1e-14)


def test_penalties_by_hand() -> None:
    network = Network(
        {1: np.array([[3.0, -4.0]]), 2: np.array([[0.0]])},
        {1: np.array([[7.0]]), 2: np.array([[-9.0]])},
    )
    sample = np.ones((2, 1)), np.ones((1, 1))
    plain = backprop(network, *sample)
    squares = with_l2(0.1)(network, *sample)
    assert squares.cost - plain.cost == pytest.approx(0.1 / 2 * 25)
    sizes = with_l1(0.5)(network, *sample)
    assert sizes.cost - plain.cost == pytest.approx(0.5 * 7)
    assert sizes.w[2] == plain.w[2]
    assert (sizes.w[1] - plain.w[1]).tolist() == [[0.5, -0.5]]


def test_penalties_add_up() -> None:
    """Rules compose, and each adds its own part once."""
    network, x, y = example((3, 4, 2), 0)
    both = with_l1(0.2, with_l2(0.3))(network, x, y)
    plain = backprop(network, x, y)
    for l, w in network.w.items():
        wanted = plain.w[l] + 0.3 * w + 0.2 * np.sign(w)
        assert np.abs(both.w[l] - wanted).max() < 1e-15
        assert (both.b[l] == plain.b[l]).all()
    each = [with_l1(0.2), with_l2(0.3)]
    paid = sum(rule(network, x, y).cost - plain.cost for rule in each)
    assert np.isclose(both.cost, plain.cost + paid, rtol=1e-14)


@pytest.mark.parametrize("way", [with_l2, with_l1])
@pytest.mark.parametrize("lam", [-0.1, np.nan, np.inf])
def test_no_negative_strength(way: Any, lam: float) -> None:
    with pytest.raises(ValueError, match=f"lam is {lam}, expected a number"):
        way(lam)


def test_weight_decay_of_what_nobody_needs() -> None:
    """Behind an input that is always 0, weights decay as (1 − ηλ)^t."""
    network, x, y = example((3, 4, 2), 1)
    x[0] = 0
    trained, _ = sgd(
        network,
        x,
        y,
        learning_rate=0.5,
        batch_size=3,
        epochs=10,
        rng=np.random.default_rng(0),
        gradient=with_l2(0.2),
    )
    wanted = (1 - 0.5 * 0.2) ** 10 * network.w[1][:, 0]
    assert np.abs(trained.w[1][:, 0] - wanted).max() < 1e-14


# --- early stopping


def test_early_stopping_takes_the_best() -> None:
    stop, history = EarlyStopping(3), History()
    assert (stop.epoch, stop.cost, stop.network) == (0, np.inf, None)
    costs = [9.0, 5.0, 4.0, 6.0, 4.0, 4.5, 1.0]  # a tie is no fall
    network = example((2, 3, 1), 0)[0]
    w = {l: a.copy() for l, a in network.w.items()}
    changing = Network(w, network.b)
    ends = []
    for epoch, cost in enumerate(costs, start=1):
        history.test_cost.append(cost)
        w[1][...] = epoch
        ends.append(stop(epoch, changing, history))
        if ends[-1]:
            break
    assert ends == [False] * 5 + [True]
    assert (stop.epoch, stop.cost) == (3, 4.0)
    assert stop.network is not None
    assert (stop.network.w[1] == 3).all()
    assert not np.shares_memory(stop.network.b[1], network.b[1])


def test_early_stopping_in_sgd() -> None:
    (x, y), others, start = few_digits(3, n=20)
    stop = EarlyStopping(2)
    _, history = sgd(
        start,
        x,
        y,
        learning_rate=5,
        batch_size=5,
        epochs=200,
        rng=np.random.default_rng(0),
        test=others,
        callback=stop,
    )
    assert len(history.test_cost) == stop.epoch + 2 + 1 < 201
    assert stop.network is not None
    a = forward(stop.network, others[0]).a[2]
    assert np.isclose(quadratic_cost(a, others[1]), stop.cost, rtol=1e-12)
    assert stop.cost == min(history.test_cost[1:])
    stop(1, start, History(test_cost=[0.1, 0.8]))
    assert (stop.epoch, stop.cost) == (1, 0.8), "the start is not counted"


def test_early_stopping_refuses() -> None:
    with pytest.raises(ValueError, match="patience is 0, expected 1"):
        EarlyStopping(0)
    with pytest.raises(ValueError, match="validation samples as test"):
        EarlyStopping(1)(1, example((2, 1), 0)[0], History())


def test_early_stopping_starts_anew_in_another_run() -> None:
    """And not in one that goes on from its history."""
    (x, y), others, start = few_digits(3, n=20)
    given: dict[str, Any] = {"learning_rate": 5, "batch_size": 5}

    def run(stop: EarlyStopping, seed: int, **more: Any) -> Any:
        rng = np.random.default_rng(seed)
        network = more.pop("network", start)
        return sgd(
            *(network, x, y),
            **(given | {"epochs": 6, "test": others} | more),
            rng=rng,
            callback=stop,
        )

    stop, alone = EarlyStopping(50), EarlyStopping(50)
    first, history = run(stop, 0)
    run(stop, 1, learning_rate=0.01)
    run(alone, 1, learning_rate=0.01)
    assert (stop.epoch, stop.cost) == (alone.epoch, alone.cost)
    assert stop.cost > min(history.test_cost)
    again = EarlyStopping(50)
    run(again, 0)
    best = again.epoch, again.cost
    run(again, 0)
    assert (again.epoch, again.cost) == best
    run(again, 1, network=first, history=history, learning_rate=1e-9)
    assert (again.epoch, again.cost) == best, "the same run, gone on"


def test_early_stopping_with_an_epoch_of_the_same_number() -> None:
    """Two short runs, the second one worse."""
    stop, network = EarlyStopping(3), example((2, 3, 1), 0)[0]
    assert not stop(1, network, History(test_cost=[9.0, 1.0]))
    other = example((2, 3, 1), 1)[0]
    assert not stop(1, other, History(test_cost=[9.0, 2.0]))
    assert (stop.epoch, stop.cost) == (1, 2.0)
    assert stop.network is not None
    assert np.array_equal(stop.network.w[1], other.w[1])
    assert not stop(2, network, History(test_cost=[9.0, 2.0, 3.0]))
    assert (stop.epoch, stop.cost) == (1, 2.0)


def test_early_stopping_where_the_first_epoch_is_the_best() -> None:
    stop, network = EarlyStopping(2), example((2, 3, 1), 0)[0]
    costs = [5.0, 6.0, 7.0]
    ends = [stop(k, network, History(test_cost=costs[:k])) for k in (1, 2, 3)]
    assert ends == [False, False, True] and stop.epoch == 1


# --- a wrong generator is told where it is handed in


@pytest.mark.parametrize("rng", [0, None, np.random, 1.5, "seed"])
@pytest.mark.parametrize(
    "call",
    [
        lambda rng: with_dropout(0.5, rng),
        lambda rng: with_noise(0.1, rng),
        lambda rng: with_shifts(rng),
        lambda rng: dropout_masks(example((2, 3, 1), 0)[0], 4, 0.5, rng),
    ],
)
def test_generators_are_asked_for_at_once(call: Any, rng: Any) -> None:
    with pytest.raises(TypeError, match=r"write np.random.default_rng\(0\)"):
        call(rng)


def test_masks_that_do_not_fit() -> None:
    network, x, y = example((3, 4, 2), 2)
    for masks, message in [
        ([np.ones((4, 3))], "masks is a list, expected a dictionary"),
        ({1: np.ones((4, 1))}, r"masks\[1\] has shape .4, 1., expected .4, 3"),
        ({1: np.ones((1, 3))}, r"masks\[1\] has shape .1, 3., expected 4"),
    ]:
        with pytest.raises((TypeError, ValueError), match=message):
            masked_backprop(network, x, y, masks)  # type: ignore[arg-type]
    for none in ({}, {0: "of no neuron"}):
        found = masked_backprop(network, x, y, none)  # type: ignore[arg-type]
        same(found, entries_of(network, x, y))


def entries_of(network: Network, x: Any, y: Any) -> list[np.ndarray]:
    g = backprop(network, x, y)
    return [*g.w.values(), *g.b.values()]


def test_examples_and_bounds_are_told() -> None:
    network, rng = example((2, 3, 1), 0)[0], np.random.default_rng(0)
    calls: list[tuple[Any, str]] = [
        (lambda: with_l1(-1), "lam is -1, .*write lam=0.01$"),
        (lambda: with_l2(-1), "lam is -1, .*write lam=0.01$"),
        (lambda: with_noise(-1, rng), "scale is -1, .*write scale=0.1$"),
        (lambda: with_dropout(2, rng), "up to 1: write keep=0.5$"),
        (lambda: dropout_masks(network, 1, 2, rng), "write keep=0.5$"),
        (lambda: dropout_masks(network, 0, 0.5, rng), "m is 0, expected 1"),
        (lambda: shifted(np.ones((4, 1)), 3, 0), "down is 3, expected"),
        (lambda: shifted(np.ones((4, 1)), 0, -3), "right is -3, expected"),
    ]
    for call, words in calls:
        with pytest.raises(ValueError, match=words):
            call()
    assert dropout_masks(network, 1, 0.5, rng)[1].shape == (3, 1)
    assert shifted(np.ones((1, 2)), 0, 0).tolist() == [[1, 1]]
    for way in [(2, 0), (-2, 0), (0, 2), (0, -2)]:
        assert not shifted(np.ones((4, 1)), *way).any()


def test_shifts_by_small_whole_numbers() -> None:
    images = np.random.default_rng(0).random((28 * 28, 2))
    found = shifted(images, np.uint8(1), np.uint8(2))
    assert np.array_equal(found, shifted(images, 1, 2))


# --- dropout


@given(SIZES, st.integers(0, 99), st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_gradient_through_masks(
    sizes: list[int], seed: int, keep: float
) -> None:
    network, x, y = example(sizes, seed, 4)
    masks = dropout_masks(network, 4, keep, np.random.default_rng(seed))
    assert list(masks) == list(range(1, len(sizes) - 1))

    def cost(net: Network) -> Any:
        a = x
        for l in net.w:
            a = sigmoid(net.w[l] @ a + net.b[l])
            a = a * masks[l] if l in masks else a
        return quadratic_cost(a, y)

    found = masked_backprop(network, x, y, masks)
    same(found, slopes(cost, network))
    assert np.isclose(found.cost, cost(network), rtol=1e-14)


def test_a_dropped_neuron_is_a_network_without_it() -> None:
    network, x, y = example((3, 4, 2), 2)
    mask = np.array([[1.0], [0.0], [1.0], [1.0]]) * np.ones((1, 3))
    rest = [0, 2, 3]
    smaller = Network(
        {1: network.w[1][rest], 2: network.w[2][:, rest]},
        {1: network.b[1][rest], 2: network.b[2]},
    )
    found = masked_backprop(network, x, y, {1: mask})
    wanted = backprop(smaller, x, y)
    assert np.allclose(found.w[1][rest], wanted.w[1], rtol=1e-13, atol=0)
    assert (found.w[1][1] == 0).all() and (found.b[1][1] == 0).all()
    assert (found.w[2][:, 1] == 0).all()


def test_keeping_all_is_backprop() -> None:
    network, x, y = example((3, 4, 5, 2), 3)
    found = with_dropout(1.0, np.random.default_rng(0))(network, x, y)
    wanted = backprop(network, x, y)
    same(found, [*wanted.w.values(), *wanted.b.values()])


def test_masks_have_mean_one_and_differ() -> None:
    network = example((3, 40, 30, 2), 4)[0]
    rng = np.random.default_rng(5)
    masks = dropout_masks(network, 1000, 0.8, rng)
    for l, n in [(1, 40), (2, 30)]:
        assert masks[l].shape == (n, 1000)
        assert set(np.unique(masks[l])) == {0, 1 / 0.8}
        # the mean of 30 000 entries of standard deviation ½
        assert abs(masks[l].mean() - 1) < 5 * 0.5 / np.sqrt(n * 1000)
        assert len(np.unique(masks[l], axis=1).T) > 900
    again = dropout_masks(network, 1000, 0.8, rng)
    assert (again[1] != masks[1]).any()


@pytest.mark.parametrize("keep", [0, -0.5, 1.1, np.nan])
def test_keep_is_a_probability(keep: float) -> None:
    rng = np.random.default_rng(0)
    words = f"keep is {keep}, expected a positive number, up to 1"
    with pytest.raises(ValueError, match=words):
        with_dropout(keep, rng)
    with pytest.raises(ValueError, match=words):
        dropout_masks(example((2, 3, 1), 0)[0], 4, keep, rng)


def test_float32_stays() -> None:
    network = random_network((4, 3, 2), np.random.default_rng(0), "f4")
    x, y = np.ones((4, 5), "f4"), np.zeros((2, 5), "f4")
    rng = np.random.default_rng(1)
    for rule in (
        with_l2(0.1),
        with_l1(0.1),
        with_dropout(0.5, rng),
        with_noise(0.1, rng),
        with_shifts(rng),
    ):
        found = rule(network, x, y)
        for l in (1, 2):
            assert found.w[l].dtype == found.b[l].dtype == np.float32


# --- noise and shifts


def test_noise() -> None:
    """The gradient at inputs with noise, drawn anew at each call."""
    network, x, y = example((3, 4, 2), 7)
    rule = with_noise(0.5, np.random.default_rng(8))
    rng = np.random.default_rng(8)
    for _ in range(2):
        moved = x + 0.5 * rng.standard_normal(x.shape)
        wanted = backprop(network, moved, y)
        same(rule(network, x, y), [*wanted.w.values(), *wanted.b.values()])
    calm = with_noise(0, rng, with_l2(0.1))(network, x, y)
    wanted = with_l2(0.1)(network, x, y)
    same(calm, [*wanted.w.values(), *wanted.b.values()])
    with pytest.raises(ValueError, match="scale is -1, expected a number"):
        with_noise(-1, rng)


def test_shifts_by_hand() -> None:
    x = np.arange(1.0, 10)[:, np.newaxis]  # 1 2 3 / 4 5 6 / 7 8 9
    for way, wanted in [
        ((0, 0), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ((1, 0), [0, 0, 0, 1, 2, 3, 4, 5, 6]),
        ((-1, 0), [4, 5, 6, 7, 8, 9, 0, 0, 0]),
        ((0, 1), [0, 1, 2, 0, 4, 5, 0, 7, 8]),
        ((0, -1), [2, 3, 0, 5, 6, 0, 8, 9, 0]),
        ((1, -1), [0, 0, 0, 2, 3, 0, 5, 6, 0]),
        ((2, -1), [0, 0, 0, 0, 0, 0, 2, 3, 0]),
    ]:
        assert shifted(x, *way).ravel().tolist() == wanted
    assert x.ravel().tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    for rows in (6, 8, 10):
        with pytest.raises(ValueError, match=f"x has {rows} rows, expected a"):
            shifted(np.ones((rows, 1)), 1, 0)


def test_every_shift_is_drawn() -> None:
    """Each image by itself, all nine ways, its own target kept."""
    train, _ = load_digits()
    x, y, seen = train.x[:, :400], train.y[:, :400], []

    def rule(network: Network, u: np.ndarray, v: np.ndarray) -> Gradient:
        seen.append((u.copy(), v.copy()))
        return backprop(network, u, v)

    network = random_network((64, 3, 10), np.random.default_rng(0))
    before = x.copy()
    with_shifts(np.random.default_rng(1), rule=rule)(network, x, y)
    ((u, v),) = seen
    assert (x == before).all() and (v == y).all()
    ways = list(product((-1, 0, 1), repeat=2))
    fits = np.array(
        [(shifted(x, *way) == u).all(axis=0) for way in ways]
    )  # (9, 400)
    assert fits.any(axis=0).all()
    counts = (fits & (fits.sum(axis=0) == 1)).sum(axis=1)
    assert counts.min() > 400 / 9 / 2


def test_few_digits() -> None:
    (x, y), (u, v), network = few_digits(1, wrong=0.2)
    train, _ = load_digits()
    assert x.shape == u.shape == (64, 100) and network.sizes == (64, 100, 10)
    rows = {
        tuple(a): tuple(b) for a, b in zip(train.x.T, train.y.T, strict=True)
    }
    right = [tuple(b) == rows[tuple(a)] for a, b in zip(x.T, y.T, strict=True)]
    assert sum(right) == 80
    assert all(
        rows[tuple(a)] == tuple(b) for a, b in zip(u.T, v.T, strict=True)
    )
    assert not {tuple(a) for a in x.T} & {tuple(a) for a in u.T}


def test_where_a_patience_stops() -> None:
    """As `EarlyStopping`, on any row of costs."""
    rng = np.random.default_rng(0)
    network = example((2, 3, 1), 0)[0]
    for patience in (1, 2, 5):
        costs = rng.uniform(size=30).tolist()
        stop = EarlyStopping(patience)
        for epoch in range(len(costs)):
            if stop(epoch, network, History(test_cost=costs[: epoch + 1])):
                break
        assert stopped_at(costs, patience) == (stop.epoch, epoch)


def test_the_long_run() -> None:
    """Judged by validation; what is read of the test digits, beside it."""
    history, read = long_run(0, 0.2)
    samples, others, start = few_digits(0)
    _, test = load_digits()
    assert len(history.test_cost) == len(read) == 201
    assert read[0] == accuracy(start, test.x, test.y)
    a = forward(start, others[0]).a[2]
    assert np.isclose(history.test_cost[0], quadratic_cost(a, others[1]))
    end = sgd(
        start,
        *samples,
        learning_rate=2,
        batch_size=10,
        epochs=2,
        rng=np.random.default_rng(1),
    )[0]
    assert read[2] == accuracy(end, test.x, test.y)
