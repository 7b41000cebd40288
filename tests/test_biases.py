"""Guard 4: the gradient of the biases (eq-bp3, eq-bp3-batch)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import Network, bias_gradient, forward, quadratic_cost, random_network
from bp.experiments.biases import all_errors

pytestmark = pytest.mark.guard("4 functions")
widths = st.lists(st.integers(1, 6), min_size=2, max_size=5)


@given(widths, st.integers(1, 6), st.integers(0, 99))
def test_against_complex_step(sizes: list[int], m: int, seed: int) -> None:
    """Every bias of a whole network moves; the mean cost is looked at."""
    rng = np.random.default_rng(seed)
    network, L = random_network(sizes, rng), len(sizes) - 1
    x, y = rng.normal(size=(sizes[0], m)), rng.uniform(size=(sizes[L], m))
    delta = all_errors(network, x, y)
    for l in range(1, L + 1):
        gradient = bias_gradient(delta[l])
        assert gradient.shape == network.b[l].shape
        for j in range(sizes[l]):
            b = network.b[l].astype(complex)
            b[j] += 1e-30j
            moved = Network(network.w, {**network.b, l: b})
            cost = quadratic_cost(forward(moved, x).a[L], y)
            assert abs(gradient[j, 0] - cost.imag / 1e-30) < 1e-14


def test_by_hand() -> None:
    """A mean over the samples: not a sum, and not over the neurons."""
    delta = np.array([[1.0, 2.0, 6.0], [-4.0, 4.0, 0.0]])
    assert bias_gradient(delta).tolist() == [[3.0], [0.0]]


def test_one_neuron_by_hand() -> None:
    """w = 0, b = 0: z = 0, a = 1/2, σ′ = 1/4, and wanted is 0."""
    network = Network({1: np.zeros((1, 2))}, {1: np.zeros((1, 1))})
    x, y = np.array([[3.0], [5.0]]), np.zeros((1, 1))
    assert bias_gradient(all_errors(network, x, y)[1]).item() == 0.125


def test_one_sample_is_its_own_mean() -> None:
    delta = np.random.default_rng(0).normal(size=(4, 1))
    assert np.array_equal(bias_gradient(delta), delta)


def test_the_argument_is_left_alone() -> None:
    delta = np.ones((3, 1))
    bias_gradient(delta)[0] = 7
    assert delta.tolist() == [[1.0], [1.0], [1.0]]


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_types_are_kept(dtype: str) -> None:
    assert bias_gradient(np.ones((3, 2), dtype)).dtype == np.dtype(dtype)


def test_whole_numbers_become_floats() -> None:
    assert bias_gradient([[1, 2]]).tolist() == [[1.5]]


@pytest.mark.parametrize(
    ("delta", "message"),
    [
        (np.ones(3), r"delta has shape \(3,\).*delta.reshape\(-1, 1\)"),
        (np.ones((2, 3, 1)), r"delta has shape \(2, 3, 1\)"),
        (np.ones((3, 0)), "nothing in it"),
        (np.array([[1.0, np.nan]]), r"delta\[0, 1\] is nan"),
    ],
)
def test_refusals(delta: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bias_gradient(delta)
