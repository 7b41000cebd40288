"""Guard 4: many networks at once, Newton's method, a neuron split."""

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bp import (
    Network,
    as_network,
    as_vector,
    backprop,
    classify,
    forward,
    hessian,
    random_network,
    split_neuron,
)
from bp.experiments import traps
from conftest import ROOT

pytestmark = pytest.mark.guard("4 functions")


@settings(deadline=None, max_examples=25)
@given(st.sampled_from([(2, 3, 1), (3, 2, 4, 2)]), st.integers(0, 99))
def test_a_neuron_split(sizes: tuple[int, ...], seed: int) -> None:
    """The same function; both copies alike, their weights out shared."""
    rng = np.random.default_rng(seed)
    network = random_network(sizes, rng)
    x = rng.normal(size=(sizes[0], 5))
    before = as_vector(network).copy()
    for l in range(1, network.depth):
        for j in range(sizes[l]):
            wider = split_neuron(network, l, j)
            assert wider.sizes[l] == sizes[l] + 1
            wanted = forward(network, x).a[network.depth]
            a = forward(wider, x)
            assert np.abs(a.a[network.depth] - wanted).max() < 1e-14
            assert np.array_equal(a.a[l][j], a.a[l][-1])
            out = wider.w[l + 1]
            assert np.array_equal(out[:, j], out[:, -1])
            assert np.allclose(2 * out[:, j], network.w[l + 1][:, j])
            rest = [k for k in range(sizes[l]) if k != j]
            assert np.array_equal(out[:, rest], network.w[l + 1][:, rest])
    assert np.array_equal(as_vector(network), before)


def test_what_cannot_be_split() -> None:
    rng = np.random.default_rng(0)
    network = random_network((2, 3, 1), rng)
    for l, j, words in [
        (2, 0, "l is 2, expected 1 to 1"),
        (0, 0, "l is 0, expected"),
        (1, 3, "j is 3, expected 0 to 2"),
        (1, -1, "j is -1, expected"),
    ]:
        with pytest.raises(ValueError, match=words):
            split_neuron(network, l, j)
    with pytest.raises(ValueError, match=r"2-3\) has no hidden neuron"):
        split_neuron(random_network((2, 3), rng), 1, 0)


def test_many_at_once_is_backprop() -> None:
    rng = np.random.default_rng(1)
    for sizes in [(2, 3, 1), (3, 2, 4)]:
        theta = traps.many_starts(sizes, 4)
        x = rng.normal(size=(4, sizes[0], 5))
        y = rng.uniform(size=(4, sizes[-1], 5))
        own, costs = traps.many_slopes(theta, sizes, x, y)
        shared, _ = traps.many_slopes(theta, sizes, x[0], y[0])
        for k, row in enumerate(theta):
            network = as_network(row[:, None], sizes)
            slope = backprop(network, x[k], y[k])
            assert np.abs(as_vector(slope)[:, 0] - own[k]).max() < 1e-15
            assert abs(slope.cost - costs[k]) < 1e-15
            slope = backprop(network, x[0], y[0])
            assert np.abs(as_vector(slope)[:, 0] - shared[k]).max() < 1e-15
        before = theta.copy()
        traps.many_descents(theta, sizes, x, y, 1.0, 3)
        assert np.array_equal(theta, before)


def test_hessians_of_many() -> None:
    theta = traps.many_starts((2, 2, 1), 3)
    found = traps.many_hessians(theta, (2, 2, 1), traps.XOR_X, traps.XOR_Y)
    for H, row in zip(found, theta, strict=True):
        network = as_network(row[:, None], (2, 2, 1))
        wanted = hessian(network, traps.XOR_X, traps.XOR_Y)
        assert np.abs(H - wanted).max() < 1e-15


def test_newton_goes_down_to_where_it_is_level() -> None:
    """Where 24 digits agree, a minimum is one for `classify`."""
    ends = traps.hill_ends(2)
    x, y = traps.HILLS_X, traps.HILLS_Y
    before = traps.many_descents(
        traps.many_starts((1, 2, 1), 40), (1, 2, 1), x, y, 5.0, 2000
    )
    costs = [
        traps.many_slopes(rows, (1, 2, 1), x, y)[1] for rows in (before, ends)
    ]
    assert (costs[1] <= costs[0]).all()
    kinds = [
        classify(as_network(row[:, None], (1, 2, 1)), x, y).kind
        for row in ends
    ]
    assert kinds.count("minimum") > 30


def test_the_hills_span_their_range() -> None:
    assert traps.HILLS_Y.min() < 0.11 and traps.HILLS_Y.max() > 0.79
    assert traps.explained(traps.HILLS_Y.var() / 2, traps.HILLS_Y) == 0
    assert traps.explained(0, traps.HILLS_Y) == 1


def test_the_runs_of_xor_are_descents() -> None:
    thetas, costs = traps.xor_runs()
    start = random_network((2, 2, 1), np.random.default_rng(traps.SEEDS[1]))
    assert np.array_equal(thetas[0, 1], as_vector(start)[:, 0])
    network: Network = start
    for _ in range(traps.EVERY):
        slope = backprop(network, traps.XOR_X, traps.XOR_Y)
        moved = as_vector(network) - 5.0 * as_vector(slope)
        network = as_network(moved, (2, 2, 1))
    assert np.abs(as_vector(network)[:, 0] - thetas[1, 1]).max() < 1e-12
    cost = backprop(network, traps.XOR_X, traps.XOR_Y).cost
    assert abs(cost - costs[1, 1]) < 1e-14


def test_noise_is_one_sample_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two epochs, each sample once in an order of the run's own."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    noise = importlib.import_module("noise")
    x, y, sizes = traps.XOR_X, traps.XOR_Y, (2, 2, 1)
    starts = traps.many_starts(sizes, 2)
    before = starts.copy()
    ends = noise.online(
        *(starts, sizes, x, y, 0.5, 2), np.random.default_rng(1)
    )
    assert np.array_equal(starts, before)
    rng = np.random.default_rng(1)
    orders = [rng.permuted(np.tile(range(4), (2, 1)), axis=1) for _ in "12"]
    for k, row in enumerate(starts):
        for i in np.concatenate([order[k] for order in orders]):
            network = as_network(row[:, None], sizes)
            slope = backprop(network, x[:, [i]], y[:, [i]])
            row = row - 0.5 * as_vector(slope)[:, 0]
        assert np.abs(row - ends[k]).max() < 1e-14
    ends = noise.hills((1,), copies=1, epochs=1)
    assert [row["calm"] for row in ends] == [0.597, 0.492, 0.402]
    # Either minimum of the ball holds it at a small step.
    assert noise.ball((1,), 3, 2) == [{"rate": 1, "up": 0, "down": 0}]
    # Of three starts, the last one is stuck after 500 epochs, and gets out.
    found = noise.xor(3, 500)
    assert found["at once"] == 1
    assert found["freed"] == found["freed at once"] == [2]
