"""Guard 4: networks built by hand to follow a function."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import bump_network, forward

pytestmark = pytest.mark.guard("4 functions")


def z2(network: object, x: np.ndarray) -> np.ndarray:
    return forward(network, np.reshape(x, (1, -1))).z[2][0]


@given(st.integers(1, 30), st.floats(0.05, 5), st.floats(-0.3, 1.3))
def test_the_sum_of_bumps(n: int, sharpness: float, x: float) -> None:
    """Bump by bump, by tanh: σ(u) = (1 + tanh(u/2)) / 2."""
    s, total = 10 * n * sharpness, 0.0
    for i in range(-2, n + 2):
        up, down = (np.tanh(s * (x - e / n) / 2) / 2 for e in (i, i + 1))
        total += np.cos(3 * (i + 0.5) / n) * (up - down)
    network = bump_network(lambda t: np.cos(3 * t), n, sharpness)
    assert network.sizes == (1, 2 * (n + 4), 1)
    assert abs(z2(network, x)[0] - total) < 1e-11


@pytest.mark.parametrize("n", [1, 4, 25])
def test_sharp_bumps_make_a_staircase(n: int) -> None:
    middles = (np.arange(n) + 0.5) / n
    found = z2(bump_network(np.exp, n, 20), middles)
    assert np.allclose(found, np.exp(middles), atol=1e-9)


def test_a_constant_is_followed_up_to_the_ends() -> None:
    x = np.linspace(0, 1, 101)
    for n in (1, 2, 10):
        found = z2(bump_network(lambda t: 0 * t + 3, n), x)
        assert np.abs(found - 3).max() < 2e-4


def test_more_bumps_less_error() -> None:
    x = np.linspace(0, 1, 501)
    errors = [
        np.abs(z2(bump_network(np.sin, n), x) - np.sin(x)).max()
        for n in (5, 10, 20, 40)
    ]
    assert errors == sorted(errors, reverse=True) and errors[-1] < 2e-3


def test_sharpness_is_a_half_unless_it_is_given() -> None:
    plain, said = bump_network(np.sin, 7), bump_network(np.sin, 7, 0.5)
    assert np.array_equal(plain.w[1], said.w[1])
    assert plain.w[1][0, 0] == 10 * 7 * 0.5


@pytest.mark.parametrize(
    ("f", "n", "sharpness", "error", "message"),
    [
        (3.0, 5, 0.5, TypeError, "f is 3.0, expected a function"),
        (np.sin, 0, 0.5, ValueError, "n is 0, expected 1 or more"),
        (np.sin, 2.5, 0.5, TypeError, "n is 2.5, expected a whole number"),
        (np.sin, 5, 0, ValueError, "sharpness is 0, .*write sharpness=0.5"),
        (np.sum, 5, 0.5, ValueError, r"f\(x\) has shape \(\) for x of shape"),
        (lambda x: x * np.inf, 5, 0.5, ValueError, r"f\(-0.3\) is not finite"),
        (lambda x: None, 5, 0.5, TypeError, r"f\(x\) is None, expected num"),
    ],
)
def test_refusals(
    f: object, n: object, sharpness: object, error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        bump_network(f, n, sharpness)
