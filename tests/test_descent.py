"""Guard 4: a step of descent, and the playground that takes many."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import (
    Network,
    as_slope,
    backprop,
    complex_step,
    forward,
    quadratic_cost,
    random_network,
    step_down,
    with_values,
)
from bp.experiments import descent as experiments
from conftest import no_gradients

pytestmark = pytest.mark.guard("4 functions")


def case(sizes: tuple[int, ...], seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    network = random_network(sizes, rng)
    return (
        network,
        rng.normal(size=(sizes[0], 6)),
        rng.uniform(size=(sizes[-1], 6)),
    )


@given(st.integers(0, 99), st.floats(0.01, 10))
def test_a_step_is_against_the_measured_gradient(
    seed: int, rate: float
) -> None:
    network, x, y = case((3, 4, 2), seed)
    before = {l: w.copy() for l, w in network.w.items()}
    after = step_down(network, backprop(network, x, y), rate)
    for kind, own, moved in [
        ("w", network.w, after.w),
        ("b", network.b, after.b),
    ]:
        for l in (1, 2):

            def cost(
                values: np.ndarray, kind: str = kind, l: int = l
            ) -> object:
                net = with_values(network, kind, l, values)
                return quadratic_cost(forward(net, x).a[2], y)

            slope = complex_step(cost, own[l])
            assert np.abs(moved[l] - (own[l] - rate * slope)).max() < 1e-13
    assert all(np.array_equal(network.w[l], before[l]) for l in before)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_types_stay(dtype: str) -> None:
    rng = np.random.default_rng(0)
    network = random_network((3, 2), rng, dtype)
    x, y = rng.random((3, 5)).astype(dtype), rng.random((2, 5)).astype(dtype)
    after = step_down(network, backprop(network, x, y), 0.5)
    assert after.w[1].dtype == after.b[1].dtype == np.dtype(dtype)


def test_what_is_no_gradient_is_told() -> None:
    network, x, y = case((3, 4, 2), 1)
    g = backprop(network, x, y)
    for handed, message in no_gradients(g):
        message = "^slope.*" + message
        with pytest.raises((TypeError, ValueError), match=message):
            step_down(network, handed, 0.5)
    for rate in (0, -1, float("nan"), "a", None):
        with pytest.raises((TypeError, ValueError), match="learning_rate"):
            step_down(network, g, rate)
    with pytest.raises(TypeError, match="write learning_rate=3.0"):
        step_down(network, g, "a")
    with pytest.raises(TypeError, match="expected a Network"):
        step_down("net", g, 0.5)
    assert as_slope(g, "b", 2, network.b[2]) is not None


@pytest.mark.parametrize("make", [experiments.two_moons, experiments.spiral])
def test_points(make: Callable) -> None:
    x, y = make(2000, 0.0, np.random.default_rng(0))
    assert x.shape == (2, 2000) and y.shape == (1, 2000)
    assert set(y[0]) == {0.0, 1.0} and y.mean() == 0.5
    assert np.abs(x).max() < 2, "on the map"
    one, two = x[:, y[0] == 0], x[:, y[0] == 1]
    gap = np.linalg.norm(one[:, :, np.newaxis] - two[:, np.newaxis], axis=0)
    assert gap.min() > 0.2, "the two kinds do not touch"
    noisy, _ = make(2000, 0.1, np.random.default_rng(0))
    assert abs((noisy - x).std() - 0.1) < 0.005


def test_the_picture_says_what_the_run_did() -> None:
    """And the run is what `step_down` and `backprop` make of it."""
    picture = experiments.draw_training(20, "two moons", 10, 3, 1)
    (x, y), networks, costs = experiments.trial("two moons", 10, 3, 1)
    assert len(costs) == experiments.STEPS + 1
    for k in range(20):
        slope = backprop(networks[k], x, y)
        after = step_down(networks[k], slope, 10)
        assert costs[k] == slope.cost
        assert np.array_equal(after.w[1], networks[k + 1].w[1])
    right = (forward(networks[20], x).a[2] > 0.5) == (y > 0.5)
    assert f"cost {costs[20]:.3f}, {right.mean():.0%} of" in picture.text
    rises = int((np.diff(costs[:21]) > 0).sum())
    assert f"{rises} of the steps went up" in picture.text


def test_boundary_is_where_the_answer_is_half() -> None:
    """A network that answers ½ on the line x₁ = 1 draws a line there."""
    network = Network({1: np.array([[5.0, 0.0]])}, {1: np.array([[-5.0]])})
    x, y = np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[0.0, 1.0]])
    svg = experiments.draw_boundary(network, x, y)
    line = svg.split('fill="none" stroke="currentColor" stroke-width="3.0"')[0]
    points = line.rsplit('d="M', 1)[1].split('"')[0].split("L")
    across = [float(p.split()[0]) for p in points]
    at = float(svg.split('<circle cx="')[1].split('"')[0])
    assert np.abs(np.array(across) - at).max() < 0.11
    assert svg.count('fill-opacity="0.96"') == 1, "one disc, one ring"
