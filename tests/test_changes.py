"""Guard 4: slopes that are measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bp
from bp.changes import (
    as_place,
    complex_step,
    measured_jacobian,
    measured_slopes,
    one_number,
    values_of,
    with_values,
)
from bp.cost import quadratic_cost
from bp.network import forward, random_network

pytestmark = pytest.mark.guard("4 functions")


@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_jacobian_of_a_matrix_is_the_matrix(n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, x = rng.normal(size=(k, n)), rng.normal(size=(n, 1))
    found = measured_jacobian(lambda x: w @ x, x)
    assert found.shape == (k, n)
    assert np.abs(found - w).max() < 1e-15


def test_jacobian_of_bent_functions() -> None:
    x = np.array([[0.3], [-1.2]])
    found = measured_jacobian(
        lambda x: np.vstack([x[0] * x[1], np.exp(x[0]), x[1] ** 3]), x
    )
    wanted = [[-1.2, 0.3], [np.exp(0.3), 0], [0, 3 * 1.2**2]]
    assert np.abs(found - wanted).max() < 1e-14


def test_slopes_of_a_network_are_quotients() -> None:
    rng = np.random.default_rng(3)
    net = random_network((3, 4, 2), rng)
    x, y = rng.normal(size=(3, 5)), rng.uniform(size=(2, 5))
    for kind in ("w", "b"):
        for l in (1, 2):
            old = values_of(net, kind, l)
            found = measured_slopes(net, x, y, kind, l)
            assert found.shape == old.shape
            for place in np.ndindex(*old.shape):
                costs = []
                for h in (1e-5, -1e-5):
                    new = old.copy()
                    new[place] += h
                    moved = with_values(net, kind, l, new)
                    costs.append(quadratic_cost(forward(moved, x).a[2], y))
                quotient = (costs[0] - costs[1]) / 2e-5
                assert abs(found[place] - quotient) < 1e-9


def test_with_values_leaves_the_network_as_it_is() -> None:
    net = random_network((3, 4, 2), np.random.default_rng(0))
    before = net.w[1].copy()
    moved = with_values(net, "w", 1, net.w[1] + 1)
    assert np.array_equal(net.w[1], before)
    assert np.array_equal(moved.w[1], before + 1)
    assert moved.w[2] is net.w[2] or np.array_equal(moved.w[2], net.w[2])
    assert np.array_equal(moved.b[1], net.b[1])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: measured_jacobian(lambda x: x, np.ones((2, 2))),
            r"x has shape \(2, 2\), expected one column",
        ),
        (
            lambda: measured_jacobian(lambda x: x @ x.T, np.ones((2, 1))),
            r"f\(x\) has shape \(2, 2\), expected one column",
        ),
        (
            lambda: measured_jacobian(np.abs, np.ones((2, 1))),
            "f lost the imaginary part",
        ),
        (
            lambda: values_of(
                random_network((2, 1), np.random.default_rng(0)), "z", 1
            ),
            "kind is 'z', expected 'w' or 'b'",
        ),
        (
            lambda: values_of(
                random_network((2, 1), np.random.default_rng(0)), "w", 2
            ),
            "l is 2, expected 1 to 1",
        ),
        (lambda: complex_step(np.sum, [1.0], 0), "h is 0.*write h=1e-30$"),
        (lambda: complex_step(np.sum, [1.0], -1), "h is -1, expected a pos"),
        (lambda: one_number(None), "is a return missing"),
        (lambda: one_number([1.0, 2.0]), "let f return a sum or a mean"),
        (lambda: as_place([1.0, np.nan], "x"), r"x is nan at \[1\]"),
    ],
)
def test_refused(call, said: str) -> None:  # noqa: ANN001
    with pytest.raises(ValueError, match=said):
        call()


def test_a_number_keeps_its_precision() -> None:
    """Of real numbers; a whole one becomes a float64."""
    for value, kind in [(3, "f8"), (np.float16(3), "f2"), (3j, "c16")]:
        assert one_number(value).dtype == np.dtype(kind)
        assert one_number([value]) == value


def test_the_place_is_left_as_it_is() -> None:
    x = np.array([1.0, 2.0])

    def spoil(x: np.ndarray) -> np.ndarray:
        x *= 2
        return (x**2).sum()

    assert complex_step(spoil, x).tolist() == [8, 16]
    assert x.tolist() == [1, 2]
    assert bp.complex_step is complex_step


def test_a_part_that_drops_the_imaginary_part_is_not_noticed() -> None:
    """As the docstring says; a result without any is refused."""
    x = np.array([-2.0, 1.0])
    assert complex_step(lambda x: abs(x[0]) + x[1], x).tolist() == [0, 1]
    with pytest.raises(ValueError, match="f lost the imaginary part"):
        complex_step(lambda x: abs(x[0]), x)
