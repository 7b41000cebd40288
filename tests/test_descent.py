"""Guard 4: a step of descent, and the playground that takes many."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import (
    Gradient,
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
    other = backprop(*case((3, 5, 2), 1))
    for handed, message in [
        (None, r"slope is a NoneType without w\[1\].*is a return missing"),
        (g.w, r"slope is a dict without w\[1\]"),
        (other, r"slope has shape .5, 3. in layer 1, of float64, expected .4"),
        (
            Gradient({l: w + 1j for l, w in g.w.items()}, g.b, g.cost),
            "complex128, expected .* real",
        ),
        (Gradient({1: "a"}, g.b, g.cost), r"slope.w\[1\] is 'a'"),
    ]:
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


DATA = experiments.DATA


@pytest.mark.parametrize("name", DATA)
def test_points(name: str) -> None:
    rng = np.random.default_rng(0)
    x, y = DATA[name](2000, 0.0, rng)
    assert x.shape == (2, 2000) and y.shape == (1, 2000)
    assert set(y[0]) == {0.0, 1.0} and y.mean() == 0.5
    assert np.abs(x).max() < experiments.REACH
    one, two = x[:, y[0] == 0], x[:, y[0] == 1]
    gap = np.linalg.norm(one[:, :, np.newaxis] - two[:, np.newaxis], axis=0)
    assert gap.min() > 0.2, "the two kinds do not touch"
    noisy, _ = DATA[name](2000, 0.1, np.random.default_rng(0))
    assert abs((noisy - x).std() - 0.1) < 0.005


@pytest.mark.parametrize("stride", [1, 4])
def test_a_run_goes_on_as_if_at_once(stride: int) -> None:
    """And is what `step_down` and `backprop` make of it."""
    experiments.trial.cache_clear()
    run = experiments.trial("circles", 3, 4, 0)
    for step in [*range(0, 9, stride), 3, 9]:
        run.until(step)
    assert len(run.costs) == 10 and len(run.networks) == 11
    network = run.networks[0]
    for k in range(10):
        slope = backprop(network, run.x, run.y)
        assert run.costs[k] == slope.cost
        network = step_down(network, slope, 3)
        assert np.array_equal(network.w[1], run.networks[k + 1].w[1])
    answers = forward(run.networks[4], run.x).a[2] > 0.5
    assert run.share(4) == (answers == (run.y > 0.5)).mean()


@pytest.mark.parametrize("call", [1, 2, 5])
@pytest.mark.parametrize("name", ["backprop", "step_down"])
def test_an_interrupted_run_stays_in_step(name: str, call: int) -> None:
    experiments.trial.cache_clear()
    run = experiments.trial("spiral", 3, 4, 0)
    whole = getattr(experiments, name)
    calls = 0

    def stop(*given: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            raise KeyboardInterrupt
        return whole(*given)

    with patch.object(experiments, name, stop):
        with pytest.raises(KeyboardInterrupt):
            run.until(9)
    run.until(9)
    for network, cost in zip(run.networks, run.costs, strict=False):
        assert backprop(network, run.x, run.y).cost == cost


def test_the_picture_says_what_the_run_did() -> None:
    picture = experiments.draw_training(20, "two moons", 10, 3, 1)
    run = experiments.trial("two moons", 10, 3, 1)
    assert f"cost {run.costs[20]:.3f}" in picture.text
    rises = int((np.diff(run.costs[:21]) > 0).sum())
    assert f"{rises} of the steps went up" in picture.text


def test_boundary_is_where_the_answer_is_half() -> None:
    """A network that answers ½ on the line x₁ = 1 draws a line there."""
    network = Network({1: np.array([[5.0, 0.0]])}, {1: np.array([[-5.0]])})
    svg = experiments.draw_boundary(network, np.zeros((2, 0)), np.ones((1, 0)))
    line = svg.split('fill="none" stroke="currentColor" stroke-width="2"')[0]
    points = line.rsplit('d="M', 1)[1].split('"')[0].split("L")
    across = [float(p.split()[0]) for p in points]
    assert np.abs(np.array(across) - 0.75 * experiments.SIDE).max() < 0.11
