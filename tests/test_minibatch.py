"""Guard 4: mini-batches, and what their gradients are (eq-minibatch-…)."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import (
    backprop,
    load_digits,
    minibatches,
    random_network,
)
from bp.experiments.minibatch import (
    draw_cloud,
    sample_gradients,
    trained,
    two_directions,
)

pytestmark = pytest.mark.guard("4 functions")


@st.composite
def epochs(draw: st.DrawFn) -> tuple[int, int, int]:
    n = draw(st.integers(1, 60))
    return n, draw(st.integers(1, n)), draw(st.integers(0, 99))


@given(epochs())
def test_each_index_comes_once(epoch: tuple[int, int, int]) -> None:
    n, size, seed = epoch
    batches = list(minibatches(n, size, np.random.default_rng(seed)))
    assert sorted(i for batch in batches for i in batch) == list(range(n))
    assert [len(batch) for batch in batches[:-1]] == [size] * (
        n // size - 1
    ) + ([size] if n % size else [])
    assert len(batches[-1]) == (n % size or size)
    assert all(batch.dtype.kind == "i" for batch in batches)


def test_orders_differ_between_epochs_and_repeat_with_the_seed() -> None:
    rng = np.random.default_rng(1)
    first, second = (np.concatenate([*minibatches(50, 7, rng)]) for _ in "12")
    assert (first != second).any()
    again = minibatches(50, 7, np.random.default_rng(1))
    assert np.array_equal(first, np.concatenate([*again]))


def test_every_order_is_as_likely_as_every_other() -> None:
    """All 24 orders of four, within six standard errors of 1/24."""
    rng = np.random.default_rng(2)
    seen: dict[tuple[int, ...], int] = {}
    for _ in range(12_000):
        order = tuple(int(i) for b in minibatches(4, 3, rng) for i in b)
        seen[order] = seen.get(order, 0) + 1
    assert len(seen) == 24
    assert max(abs(count - 500) for count in seen.values()) < 6 * 22


def test_the_whole_as_one_batch_and_one_at_a_time() -> None:
    rng = np.random.default_rng(3)
    assert [len(b) for b in minibatches(5, 5, rng)] == [5]
    assert [len(b) for b in minibatches(5, 1, rng)] == [1] * 5
    assert [b.tolist() for b in minibatches(1, 1, rng)] == [[0]]


def test_numpy_whole_numbers_are_whole_numbers() -> None:
    batches = minibatches(np.int64(5), np.int32(2), np.random.default_rng(4))
    assert [len(b) for b in batches] == [2, 2, 1]


@pytest.mark.parametrize(
    ("n", "size", "message"),
    [
        (10, 0, "size is 0, expected 1 to 10"),
        (10, -1, "size is -1, expected 1 to 10"),
        (10, 11, "size is 11, expected 1 to 10"),
        (0, 1, "n is 0, expected 1 or more"),
        (-3, 1, "n is -3, expected 1 or more"),
    ],
)
def test_refused_numbers(n: int, size: int, message: str) -> None:
    """At the call, and not when the first batch is asked for."""
    with pytest.raises(ValueError, match=message):
        minibatches(n, size, np.random.default_rng(0))


@pytest.mark.parametrize(("n", "size"), [(10.0, 2), (10, 2.0), (10, "2")])
def test_refused_types(n: object, size: object) -> None:
    with pytest.raises(TypeError, match="expected a whole number: write "):
        minibatches(n, size, np.random.default_rng(0))  # type: ignore


@pytest.mark.parametrize("rng", [0, None, np.random, np.random.RandomState(0)])
def test_refused_generators(rng: object) -> None:
    message = r"rng is a \w+, .*: write np.random.default_rng\(0\)"
    with pytest.raises(TypeError, match=message):
        minibatches(10, 2, rng)  # type: ignore


@given(st.integers(2, 9), st.integers(0, 99))
def test_gradient_of_a_batch_is_a_mean(n: int, seed: int) -> None:
    """Of its samples' own; and over an epoch, weighted by size, of all."""
    rng = np.random.default_rng(seed)
    network = random_network((3, 4, 2), rng)
    x, y = rng.normal(size=(3, n)), rng.uniform(size=(2, n))
    G = sample_gradients(network, x, y)
    whole = np.zeros(len(G))
    for batch in minibatches(n, int(rng.integers(1, n + 1)), rng):
        slope = backprop(network, x[:, batch], y[:, batch])
        parts = [p for l in (1, 2) for p in (slope.w[l], slope.b[l])]
        found = np.concatenate([part.ravel() for part in parts])
        assert np.abs(found - G[:, batch].mean(axis=1)).max() < 1e-15
        whole += found * len(batch) / n
    assert np.abs(whole - G.mean(axis=1)).max() < 1e-15


@given(st.integers(2, 8), st.integers(0, 99))
def test_the_law_over_all_choices(n: int, seed: int) -> None:
    g = np.random.default_rng(seed).normal(size=n)
    for m in range(1, n + 1):
        means = [
            g[list(chosen)].mean() for chosen in combinations(range(n), m)
        ]
        law = g.var(ddof=1) / m * (1 - m / n)
        assert abs(np.mean(means) - g.mean()) < 1e-14
        assert abs(np.var(means) - law) < 1e-14


def test_an_epoch_of_the_whole_is_one_step() -> None:
    train, _ = load_digits()
    before = trained(1437, 2.0, 0)
    slope = backprop(before, train.x, train.y)
    after = trained(1437, 2.0, 1)
    for l in (1, 2):
        gap = after.w[l] - (before.w[l] - 2 * slope.w[l])
        assert np.abs(gap).max() < 1e-14


def test_cloud_is_scaled_to_the_full_gradient() -> None:
    G = two_directions(0)
    assert G.shape == (2, 1437)
    assert np.abs(G.mean(axis=1) - [1, 0]).max() < 1e-12
    assert "Spread 0.00 lengths of the gradient, the law says 0.00; 0 of" in (
        draw_cloud(1437, 0).text
    )
