"""Guard 4: δ one layer back (eq-bp2)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import forward, measured_delta, propagate_error, random_network

pytestmark = pytest.mark.guard("4 functions")
widths = st.lists(st.integers(1, 6), min_size=3, max_size=6)


@given(widths, st.integers(1, 5), st.integers(0, 99))
def test_against_the_measured_delta(
    sizes: list[int], m: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(sizes, rng)
    x, y = rng.normal(size=(sizes[0], m)), rng.uniform(size=(sizes[-1], m))
    run = forward(network, x)
    for l in range(1, network.depth):
        ahead = measured_delta(network, x, y, l + 1)
        delta = propagate_error(network.w[l + 1], ahead, run.z[l])
        measured = measured_delta(network, x, y, l)
        assert np.abs(delta - measured).max() < 1e-14


def test_by_hand() -> None:
    """z = 0, so the slope is 1/4; the first column of w gathers."""
    w, ahead = np.array([[1.5, 2.0], [-0.8, 4.0]]), np.array([[0.08], [0.05]])
    delta = propagate_error(w, ahead, np.zeros((2, 1)))
    assert np.allclose(delta, [[0.02], [0.09]], atol=1e-16)


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_types_are_kept(dtype: str) -> None:
    w, ahead, z = (np.ones(s, dtype) for s in [(2, 3), (2, 4), (3, 4)])
    assert propagate_error(w, ahead, z).dtype == np.dtype(dtype)


@pytest.mark.parametrize(
    ("w", "ahead", "z", "message"),
    [
        ((2, 3), (2,), (3, 1), r"delta_next has shape \(2,\)"),
        ((2, 3), (2, 1), (3,), r"z has shape \(3,\).*z.reshape\(-1, 1\)"),
        ((2, 3), (3, 1), (3, 1), "delta_next has shape .* expected 2 rows"),
        ((2, 3), (2, 1), (2, 1), "z has shape .* expected 3 rows"),
        ((3, 2), (2, 5), (2, 5), "delta_next has shape .* expected 3 rows"),
        ((2, 3), (2, 4), (3, 1), "4 columns and z has 1, expected the same"),
    ],
)
def test_refusals(
    w: tuple[int, ...],
    ahead: tuple[int, ...],
    z: tuple[int, ...],
    message: str,
) -> None:
    with pytest.raises(ValueError, match=message):
        propagate_error(np.ones(w), np.ones(ahead), np.ones(z))
