"""Guard 4: the gradient of the weights (eq-bp4, eq-bp4-batch)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import (
    Network,
    bias_gradient,
    forward,
    quadratic_cost,
    random_network,
    weight_gradient,
)
from bp.experiments.biases import all_errors

pytestmark = pytest.mark.guard("4 functions")
widths = st.lists(st.integers(1, 5), min_size=2, max_size=4)


@given(widths, st.integers(1, 5), st.integers(0, 99))
def test_against_complex_step(sizes: list[int], m: int, seed: int) -> None:
    """Every weight of a whole network moves; the mean cost is looked at."""
    rng = np.random.default_rng(seed)
    network, L = random_network(sizes, rng), len(sizes) - 1
    x, y = rng.normal(size=(sizes[0], m)), rng.uniform(size=(sizes[L], m))
    a, delta = forward(network, x).a, all_errors(network, x, y)
    for l in range(1, L + 1):
        gradient = weight_gradient(delta[l], a[l - 1])
        assert gradient.shape == network.w[l].shape
        for j, k in np.ndindex(*gradient.shape):
            w = network.w[l].astype(complex)
            w[j, k] += 1e-30j
            moved = Network({**network.w, l: w}, network.b)
            cost = quadratic_cost(forward(moved, x).a[L], y)
            assert abs(gradient[j, k] - cost.imag / 1e-30) < 1e-14


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6))
def test_mean_of_the_samples_own(n: int, before: int, m: int) -> None:
    rng = np.random.default_rng(n + 10 * before + 100 * m)
    delta, a = rng.normal(size=(n, m)), rng.normal(size=(before, m))
    own = [weight_gradient(delta[:, [i]], a[:, [i]]) for i in range(m)]
    error = np.abs(weight_gradient(delta, a) - np.mean(own, axis=0)).max()
    assert error < 1e-14


def test_by_hand() -> None:
    """Two samples: half of (1, 2)ᵀ(3, 4, 0) and half of (−2, 6)ᵀ(1, 0, 5)."""
    delta = np.array([[1.0, -2.0], [2.0, 6.0]])
    a = np.array([[3.0, 1.0], [4.0, 0.0], [0.0, 5.0]])
    wanted = [[0.5, 2.0, -5.0], [6.0, 4.0, 15.0]]
    assert weight_gradient(delta, a).tolist() == wanted


def test_a_neuron_that_answers_1_is_a_bias() -> None:
    delta = np.random.default_rng(1).normal(size=(3, 4))
    gradient = weight_gradient(delta, np.ones((1, 4)))
    assert np.abs(gradient - bias_gradient(delta)).max() < 1e-15


def test_silence_and_contentment_give_exact_zeros() -> None:
    rng = np.random.default_rng(2)
    delta, a = rng.normal(size=(3, 5)), rng.normal(size=(4, 5))
    delta[1], a[2] = 0, 0
    zero = weight_gradient(delta, a) == 0
    assert zero[1].all() and zero[:, 2].all() and zero.sum() == 4 + 3 - 1


def test_complex_numbers_are_not_conjugated() -> None:
    assert weight_gradient([[1j]], [[1j]]).item() == -1


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_types_are_kept(dtype: str) -> None:
    delta, a = np.ones((3, 2), dtype), np.ones((4, 2), dtype)
    assert weight_gradient(delta, a).dtype == np.dtype(dtype)


@pytest.mark.parametrize(
    ("delta", "a", "message"),
    [
        ((3,), (4, 1), r"delta has shape \(3,\).*delta.reshape\(-1, 1\)"),
        ((3, 1), (4,), r"a_previous has shape \(4,\).*reshape\(-1, 1\)"),
        ((3, 2), (4, 1), "as many columns in both: give both for the same"),
        ((2, 3), (2, 4), r"delta has shape \(2, 3\) and a_previous has .*4\)"),
        ((3, 0), (4, 0), "nothing in it"),
    ],
)
def test_refusals(
    delta: tuple[int, ...], a: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        weight_gradient(np.ones(delta), np.ones(a))
