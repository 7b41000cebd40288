"""Guard 4: δ of the last layer (eq-bp1)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import (
    cost_when_nudged,
    measured_delta,
    output_error,
    quadratic_cost,
    quadratic_cost_gradient,
    random_network,
    sigmoid,
)

pytestmark = pytest.mark.guard("4 functions")


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_against_complex_step(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    z, y = 3 * rng.normal(size=(n, m)), rng.uniform(size=(n, m))
    delta = output_error(quadratic_cost_gradient(sigmoid(z), y), z)
    for place in np.ndindex(n, m):
        moved = z.astype(complex)
        moved[place] += 1e-30j
        slope = quadratic_cost(sigmoid(moved), y).imag / 1e-30
        assert abs(delta[place] / m - slope) < 1e-15


@given(st.integers(1, 4), st.integers(0, 99))
def test_measured_delta_is_each_sample_s_own(m: int, seed: int) -> None:
    """By central differences of the cost of that sample alone."""
    rng = np.random.default_rng(seed)
    network = random_network((3, 4, 2), rng)
    x, y = rng.normal(size=(3, m)), rng.uniform(size=(2, m))
    for l in (1, 2):
        measured = measured_delta(network, x, y, l)
        assert measured.shape == (network.sizes[l], m)
        for j, i in np.ndindex(*measured.shape):
            nudge = np.zeros((network.sizes[l], 1))
            nudge[j] = 1e-5
            up, down = (
                cost_when_nudged(network, x[:, [i]], y[:, [i]], l, step)
                for step in (nudge, -nudge)
            )
            assert abs(measured[j, i] - (up - down) / 2e-5) < 1e-9


def test_by_hand() -> None:
    """z = 0: a = 1/2, σ′ = 1/4; wanted 0 and 1."""
    z, y = np.zeros((2, 1)), np.array([[0.0], [1.0]])
    delta = output_error(quadratic_cost_gradient(sigmoid(z), y), z)
    assert delta.ravel().tolist() == [0.125, -0.125]


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_types_are_kept(dtype: str) -> None:
    z = np.ones((3, 2), dtype)
    assert output_error(z, z).dtype == np.dtype(dtype)


@pytest.mark.parametrize(
    ("gradient", "z", "message"),
    [
        ((3,), (3, 1), r"cost_gradient has shape \(3,\)"),
        ((3, 1), (3,), r"z has shape \(3,\).*z.reshape\(-1, 1\)"),
        ((3, 2), (3, 1), "expected the same: give both for the same samples"),
        ((3, 2), (2, 3), "z has shape .* expected 3 rows: write z.T"),
    ],
)
def test_refusals(
    gradient: tuple[int, ...], z: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        output_error(np.ones(gradient), np.ones(z))


def test_the_nudge_goes_into_a_layer_that_is_there() -> None:
    rng = np.random.default_rng(0)
    network = random_network((2, 4, 3), rng)
    x, y = rng.normal(size=(2, 5)), rng.uniform(size=(3, 5))
    for l in (0, 3, -1, 1.0):
        with pytest.raises((TypeError, ValueError), match="l is"):
            measured_delta(network, x, y, l)
        with pytest.raises((TypeError, ValueError), match="l is"):
            cost_when_nudged(network, x, y, l, np.zeros((4, 5)))
    with pytest.raises(ValueError, match="nudge has shape .3, 5., expected 4"):
        cost_when_nudged(network, x, y, 1, np.zeros((3, 5)))
    for m in (1, 2, 6):  # one column would be added to every sample's
        said = rf"nudge has shape \(4, {m}\), expected 5 columns"
        with pytest.raises(ValueError, match=said):
            cost_when_nudged(network, x, y, 1, np.zeros((4, m)))
    assert np.array_equal(
        measured_delta(network, x.tolist(), y.tolist(), 2),
        measured_delta(network, x, y, 2),
    )
