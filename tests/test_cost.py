"""Guard 4: the quadratic cost and its gradient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import quadratic_cost, quadratic_cost_gradient

pytestmark = pytest.mark.guard("4 functions")


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_gradient_against_complex_step(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, y = rng.normal(size=(n, m)), rng.normal(size=(n, m))
    gradient = quadratic_cost_gradient(a, y)
    for place in np.ndindex(n, m):
        moved = a.astype(complex)
        moved[place] += 1e-30j
        slope = quadratic_cost(moved, y).imag / 1e-30
        assert abs(gradient[place] / m - slope) < 1e-14


def test_by_hand() -> None:
    a, y = np.array([[0.3], [0.6]]), np.array([[0.0], [1.0]])
    assert abs(quadratic_cost(a, y) - 0.125) < 1e-16
    assert np.allclose(quadratic_cost_gradient(a, y), [[0.3], [-0.4]])
    twice = np.hstack([a, y]), np.hstack([y, y])
    assert abs(quadratic_cost(*twice) - 0.0625) < 1e-16


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_types_are_kept(dtype: str) -> None:
    a, y = np.ones((3, 2), dtype), np.zeros((3, 2), dtype)
    assert quadratic_cost(a, y).dtype == np.dtype(dtype)
    assert quadratic_cost_gradient(a, y).dtype == np.dtype(dtype)


@pytest.mark.parametrize("function", [quadratic_cost, quadratic_cost_gradient])
@pytest.mark.parametrize(
    ("a", "y", "message"),
    [
        ((3, 1), (3,), r"y has shape \(3,\).*y.reshape\(-1, 1\)"),
        ((10, 4), (9, 4), "y has shape .* expected 10 rows"),
        ((3, 4), (3, 1), "expected the same: give a wanted output"),
    ],
)
def test_refusals(
    function: object, a: tuple[int, ...], y: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        function(np.ones(a), np.ones(y))
