"""Guard 4: the weighted input, the sigmoid and its slope."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import sigmoid, sigmoid_prime, weighted_input

pytestmark = pytest.mark.guard("4 functions")
finite = st.floats(-1e308, 1e308)


@given(finite)
def test_symmetry_and_range(z: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        s, other = sigmoid(z), sigmoid(-z)
    assert 0 <= s <= 1
    assert abs(s + other - 1) < 1e-15
    assert sigmoid_prime(z) == sigmoid_prime(-z) <= 0.25


@given(st.floats(-300, 300))
def test_slope_against_complex_step(z: float) -> None:
    measured = sigmoid(z + 1e-30j).imag / 1e-30
    assert abs(sigmoid_prime(z) / measured - 1) < 1e-12


@pytest.mark.parametrize("z", [-1000, -710, -89, 0, 89, 710, 1000])
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_silent_and_of_the_same_type(z: float, dtype: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = sigmoid(np.array([[z]], dtype))
        slope = sigmoid_prime(np.array([[z]], dtype))
    assert value.dtype == slope.dtype == np.dtype(dtype)
    assert np.isfinite(value).all() and np.isfinite(slope).all()


def test_against_an_independent_implementation() -> None:
    special = pytest.importorskip(
        "scipy.special", reason="scipy, the oracle, is not installed"
    )
    z = np.linspace(-60, 60, 2001)
    assert np.abs(sigmoid(z) / special.expit(z) - 1).max() < 1e-14


def test_whole_numbers_become_floats() -> None:
    assert sigmoid(0) == 0.5
    assert sigmoid(np.array([0, 1])).dtype == np.float64


def test_not_numbers() -> None:
    with pytest.raises(TypeError, match="z holds <U1, expected numbers"):
        sigmoid(np.array(["a"]))


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6))
def test_weighted_input_is_the_sum(n: int, k: int, m: int) -> None:
    rng = np.random.default_rng(n + 7 * k + 49 * m)
    w, b = rng.normal(size=(n, k)), rng.normal(size=(n, 1))
    a = rng.normal(size=(k, m))
    expected = np.einsum("jk,ki->ji", w, a) + b
    assert np.allclose(weighted_input(w, b, a), expected, atol=1e-13)


@pytest.mark.parametrize(
    ("w", "b", "a", "message"),
    [
        ((3, 2), (3, 1), (2,), r"x has shape \(2,\).*x.reshape"),
        ((3, 2), (3, 1), (5, 2), "x has shape .* expected 2 rows: write x.T"),
        ((3, 2), (3,), (2, 1), r"b has shape \(3,\)"),
        ((3, 2), (2, 1), (2, 1), "b has shape .* expected 3 rows"),
        ((3, 2), (3, 4), (2, 4), r"b has shape \(3, 4\), expected \(3, 1\)"),
    ],
)
def test_weighted_input_refuses(
    w: tuple[int, ...],
    b: tuple[int, ...],
    a: tuple[int, ...],
    message: str,
) -> None:
    with pytest.raises(ValueError, match=message):
        weighted_input(np.ones(w), np.ones(b), np.ones(a))
