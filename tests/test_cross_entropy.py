"""Guard 4: softmax, cross-entropies, and the ends of a network."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import (
    SOFTMAX,
    Network,
    accuracy,
    backprop,
    complex_step,
    cross_entropy_cost,
    forward,
    log_softmax,
    measured_jacobian,
    one_hot,
    random_network,
    sgd,
    sigmoid,
    sigmoid_cross_entropy,
    softmax,
    softmax_cross_entropy,
    softmax_error,
    values_of,
    with_values,
)

pytestmark = pytest.mark.guard("4 functions")
ENDS = [softmax_cross_entropy, sigmoid_cross_entropy]
End = Callable[[Any, Any], tuple[Any, Any]]


def random_case(end: End, seed: int) -> tuple[Network, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = tuple(rng.permutation([2, 3, 4, 5, 6])[: 2 + seed % 4])
    net = random_network(sizes, rng)
    last = {net.depth: SOFTMAX} if end is softmax_cross_entropy else {}
    m = int(rng.integers(1, 8))
    x, y = rng.normal(size=(sizes[0], m)), rng.uniform(size=(sizes[-1], m))
    return Network(net.w, net.b, last), x, y


@pytest.mark.parametrize("end", ENDS)
def test_gradients_of_random_networks(
    end: End, capsys: pytest.CaptureFixture[str]
) -> None:
    """Complex step through the cost alone, which knows nothing of δ."""
    largest = 0.0
    for seed in range(50):
        net, x, y = random_case(end, seed)
        found = backprop(net, x, y, end=end)
        for kind, slopes in (("w", found.w), ("b", found.b)):
            for l, slope in slopes.items():

                def cost(v: Any, kind: str = kind, l: int = l) -> Any:
                    run = forward(with_values(net, kind, l, v), x)  # noqa: B023
                    return end(run.z[net.depth], y)[0]  # noqa: B023

                measured = complex_step(cost, values_of(net, kind, l))
                largest = max(largest, np.abs(slope - measured).max())
        run = forward(net, x)
        assert found.cost == end(run.z[net.depth], y)[0]
    with capsys.disabled():
        print(f"\n50 random networks, {end.__name__}: at most {largest:.0e}")
    assert largest < 1e-12


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("seed", range(6))
def test_against_an_independent_autodiff_library(seed: int, end: End) -> None:
    autograd = pytest.importorskip(
        "autograd", reason="autograd, the oracle, is not installed"
    )
    anp = pytest.importorskip("autograd.numpy")
    net, x, y = random_case(end, seed)

    def cost(parts: dict) -> object:
        a = x
        for l in net.w:
            z = anp.dot(parts["w"][l], a) + parts["b"][l]
            a = 1 / (1 + anp.exp(-z))
        if end is softmax_cross_entropy:
            a = anp.exp(z) / anp.sum(anp.exp(z), axis=0)
            return -anp.sum(y * anp.log(a)) / x.shape[1]
        chosen = y * anp.log(a) + (1 - y) * anp.log(1 - a)
        return -anp.sum(chosen) / x.shape[1]

    wanted = autograd.grad(cost)({"w": dict(net.w), "b": dict(net.b)})
    found = backprop(net, x, y, end=end)
    for l in net.w:
        assert np.abs(found.w[l] - wanted["w"][l]).max() < 1e-12
        assert np.abs(found.b[l] - wanted["b"][l]).max() < 1e-12


def test_against_scipy() -> None:
    special = pytest.importorskip(
        "scipy.special", reason="scipy, the oracle, is not installed"
    )
    rng = np.random.default_rng(0)
    for size in (1, 30, 800, 1e5):
        z = size * rng.normal(size=(6, 50))
        a, log_a = special.softmax(z, axis=0), special.log_softmax(z, axis=0)
        assert np.abs(softmax(z) - a).max() < 1e-14
        assert (
            np.abs(log_softmax(z) / np.minimum(log_a, -1) - 1)[log_a < -1].max(
                initial=0
            )
            < 1e-14
        )
        assert np.abs(log_softmax(z) - log_a)[log_a >= -1].max() < 1e-14
        y = rng.uniform(size=z.shape)
        logs = y * special.log_expit(z) + (1 - y) * special.log_expit(-z)
        cost = -logs.sum(axis=0).mean()
        assert abs(sigmoid_cross_entropy(z, y)[0] / cost - 1) < 1e-14


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("gap", [0, 1, 90, 800, 1e5])
def test_any_gap_in_any_type_in_silence(dtype: str, gap: float) -> None:
    z = np.array([[0.0], [gap], [-gap]], dtype)
    y = np.array([[1.0], [0.0], [0.0]], dtype)
    near = 1e-6 if dtype in ("f4", "c8") else 1e-15
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = [softmax(z), log_softmax(z)]
        for end in ENDS:
            results += end(z, y)
        results += [cross_entropy_cost(z, y), softmax_error(z, y)]
    for result in results:
        assert result.dtype == np.dtype(dtype)
        assert np.isfinite(result).all()
    powers = np.exp(np.array([-gap, 0.0, -2 * gap]))
    log_a = -gap - np.log(powers.sum())
    assert abs(results[2] + log_a) <= near * max(1, gap)
    assert np.abs(results[0][:, 0] - powers / powers.sum()).max() < near
    assert abs(results[0].sum() - 1) < near
    one = np.log(2) + np.log1p(np.exp(-gap)) + np.log1p(np.exp(-gap)) + gap
    assert abs(results[4] - one) <= near * max(1, gap)


def test_what_is_sure_and_right_costs_little_but_something() -> None:
    for z, y in ((40.0, 1.0), (-40.0, 0.0)):
        cost, delta = sigmoid_cross_entropy([[z]], [[y]])
        assert abs(cost / np.exp(-40) - 1) < 1e-14
        assert abs(delta.item()) < 1e-15


@pytest.mark.parametrize("large", [1e8, 1e20])
def test_a_common_shift_changes_nothing(large: float) -> None:
    """A logarithm that is added to a large number first is lost there."""
    for dtype in (np.float32, np.float64):
        z = np.full((2, 1), large, dtype)
        assert np.abs(log_softmax(z) + np.log(2)).max() < 1e-7
        assert (softmax(z) == 0.5).all()


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_each_column_is_its_own(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    z, y = 3 * rng.normal(size=(n, m)), rng.uniform(size=(n, m))
    before = z.copy(), y.copy()
    for end in ENDS:
        cost, delta = end(z, y)
        own = [end(z[:, [i]], y[:, [i]]) for i in range(m)]
        assert abs(cost - np.mean([c for c, _ in own])) < 1e-13
        assert np.abs(delta - np.hstack([d for _, d in own])).max() < 1e-14
        slope = complex_step(lambda v, end=end: end(v, y)[0], z)
        assert np.abs(delta / m - slope).max() < 1e-13
    assert (z == before[0]).all() and (y == before[1]).all()


def test_complex_steps_go_through_softmax_and_its_logarithm() -> None:
    for size in (1, 30):
        z = size * np.random.default_rng(1).normal(size=(5, 1))
        a = softmax(z)
        jacobian = np.diag(a[:, 0]) - a @ a.T
        assert np.abs(measured_jacobian(softmax, z) - jacobian).max() < 1e-15
        by_log = measured_jacobian(log_softmax, z)
        assert np.abs(by_log - (np.eye(5) - a.T)).max() < 1e-15


def test_wanted_chances_need_not_add_up_to_one() -> None:
    z, y = np.array([[1.0], [2.0], [0.5]]), np.array([[0.0], [1.0], [1.0]])
    measured = complex_step(lambda v: cross_entropy_cost(v, y), z)
    assert np.abs(softmax_error(z, y) - measured).max() < 1e-15
    assert measured.ravel().round(2).tolist() == [0.46, 0.26, -0.72]
    wrong = softmax(z) - y
    assert wrong.ravel().round(2).tolist() == [0.23, -0.37, -0.86]


def test_by_hand() -> None:
    """Three equal z: a third each; and one neuron at 0: one half."""
    cost, delta = softmax_cross_entropy(np.zeros((3, 1)), one_hot(1, 3))
    assert abs(cost - np.log(3)) < 1e-15
    assert np.abs(3 * delta.ravel() - [1, -2, 1]).max() < 1e-15
    cost, delta = sigmoid_cross_entropy(np.zeros((2, 1)), [[0.0], [1.0]])
    assert abs(cost - 2 * np.log(2)) < 1e-15
    assert delta.ravel().tolist() == [0.5, -0.5]


def test_two_classes_are_one_yes_or_no() -> None:
    rng = np.random.default_rng(2)
    z, y = 5 * rng.normal(size=(1, 9)), rng.uniform(size=(1, 9))
    two = np.vstack([z, 0 * z]), np.vstack([y, 1 - y])
    one, both = sigmoid_cross_entropy(z, y), softmax_cross_entropy(*two)
    assert abs(one[0] - both[0]) < 1e-14
    assert np.abs(both[1] - np.vstack([one[1], -one[1]])).max() < 1e-14
    assert np.abs(softmax(two[0])[0] - sigmoid(z)).max() < 1e-15


@pytest.mark.parametrize(
    "function", [cross_entropy_cost, softmax_error, *ENDS]
)
def test_refusals(function: Callable[..., Any]) -> None:
    z = np.ones((3, 2))
    with pytest.raises(ValueError, match=r"z has shape .3,., expected"):
        function(np.ones(3), z)
    with pytest.raises(ValueError, match="expected 3 rows: write y.T"):
        function(z, z.T)
    said = r"z has shape \(3, 2\) and y \(3, 5\), expected the same: give"
    with pytest.raises(ValueError, match=said):
        function(z, np.ones((3, 5)))
    with pytest.raises(ValueError, match=r"write one_hot\(y, 3\)"):
        function(z, [2, 0])
    with pytest.raises(ValueError, match=r"z\[0, 0\] is nan"):
        function(z * np.nan, z)


def test_a_softmax_layer_answers_with_chances() -> None:
    rng = np.random.default_rng(3)
    net = random_network((4, 5, 3), rng)
    net = Network(net.w, net.b, {2: SOFTMAX})
    run = forward(net, rng.normal(size=(4, 7)))
    assert np.abs(run.a[2].sum(axis=0) - 1).max() < 1e-15
    assert (run.a[2] == softmax(run.z[2])).all()
    assert (run.a[1] == sigmoid(run.z[1])).all()


def test_a_softmax_has_no_slope_of_its_own() -> None:
    net = random_network((4, 5, 3), np.random.default_rng(4))
    net = Network(net.w, net.b, {2: SOFTMAX})
    said = "softmax has no slope: write end=softmax_cross_entropy"
    with pytest.raises(TypeError, match=said):
        backprop(net, np.ones((4, 1)), one_hot(1, 3))
    with pytest.raises(TypeError, match=said):
        SOFTMAX.prime(np.ones((3, 1)))


@pytest.mark.parametrize("end", ENDS)
def test_they_train(end: End) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(2, 90))
    label = (x[0] > 0).astype(int) + (x[1] > 0)
    y = one_hot(label, 3)
    net = random_network((2, 8, 3), rng)
    if end is softmax_cross_entropy:
        net = Network(net.w, net.b, {2: SOFTMAX})
    trained, history = sgd(
        net,
        x,
        y,
        learning_rate=1.0,
        batch_size=10,
        epochs=60,
        rng=rng,
        end=end,
    )
    z = forward(trained, x).z[2]
    assert abs(history.cost[-1] - end(z, y)[0]) < 1e-12
    assert history.cost[-1] < history.cost[0] / 5
    assert accuracy(trained, x, y) == history.accuracy[-1] > 0.93
    assert trained.f == net.f
