"""Guard 4: Jacobians of many layers, the law of variances, a start."""

from collections.abc import Callable
from math import erf, exp, pi, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bp import (
    SIGMOID,
    Activation,
    Network,
    forward,
    gaussian_expectation,
    initialised,
    jacobian,
    mean_field,
    measured_jacobian,
    random_network,
    scale_for,
)
from bp.experiments import depth

pytestmark = pytest.mark.guard("4 functions")

TANH = Activation(np.tanh, lambda z: 1 / np.cosh(z) ** 2)
RELU = Activation(lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0))
LINE = Activation(lambda z: 3 * z, lambda z: 3 + 0 * z)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 999), st.sampled_from([(4, 5, 3, 2), (2, 3, 4, 6, 5)]))
def test_jacobians(seed: int, sizes: tuple[int, ...]) -> None:
    """Of z^L by z^l, by complex steps through what comes after l."""
    rng = np.random.default_rng(seed)
    drawn = random_network(sizes, rng)
    network = Network(drawn.w, drawn.b, {1: TANH, 2: LINE})
    x, L = rng.normal(size=(sizes[0], 1)), network.depth
    for l in range(1, L + 1):

        def last(z: Any, l: int = l) -> Any:
            for r in range(l, L):
                a = network.f[r].f(z)
                z = network.w[r + 1] @ a + network.b[r + 1]
            return z

        J = jacobian(network, x, l)
        assert J.shape == (sizes[-1], sizes[l])
        measured = measured_jacobian(last, forward(network, x).z[l])
        assert np.abs(J - measured).max() < 1e-12 * max(1, np.abs(J).max())


def test_the_last_jacobian_and_its_type() -> None:
    rng = np.random.default_rng(0)
    network = random_network((3, 4, 2), rng, np.float32)
    x = np.ones((3, 1), np.float32)
    assert np.array_equal(jacobian(network, x, 2), np.eye(2))
    assert jacobian(network, x, 2).dtype == np.float32
    assert jacobian(network, x, 1).dtype == np.float32


def test_jacobians_of_what_is_none() -> None:
    network = random_network((3, 4, 2), np.random.default_rng(0))
    for l, words in [(0, "l is 0, expected 1 to 2"), (3, "l is 3, expected")]:
        with pytest.raises(ValueError, match=words):
            jacobian(network, np.ones((3, 1)), l)
    with pytest.raises(
        ValueError, match=r"x has 2 columns: write x\[:, \[0\]"
    ):
        jacobian(network, np.ones((3, 2)), 1)
    with pytest.raises(TypeError, match="expected a Network"):
        jacobian([[1.0]], np.ones((3, 1)), 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("v", [0.0, 0.3, 1.0, 7.0])
def test_expectations_in_closed_form(v: float) -> None:
    s = sqrt(v)
    known: list[tuple[Callable[[Any], Any], float]] = [
        (lambda z: 1 + 0 * z, 1),
        (lambda z: z, 0),
        (lambda z: z**2, v),
        (lambda z: z**4, 3 * v**2),
        (lambda z: np.cos(z), exp(-v / 2)),
        (lambda z: np.maximum(z, 0), s / sqrt(2 * pi)),
        (lambda z: np.maximum(z, 0) ** 2, v / 2),
        (lambda z: np.abs(z) < s, erf(1 / sqrt(2)) if v else 0),
    ]
    for g, wanted in known[: 7 if v else 5]:
        assert abs(gaussian_expectation(g, v) - wanted) < 1e-7 * max(1, v**2)
    if v:
        g, wanted = known[-1]
        assert abs(gaussian_expectation(g, v) - wanted) < 1e-3
        half = gaussian_expectation(lambda z: 1.0 * (z > 0), v)
        assert abs(half - 0.5) < 1e-15  # no place is the kink
    assert gaussian_expectation(lambda z: 5 + 0 * z, v) == pytest.approx(5)


def test_an_expectation_by_default_is_of_variance_1() -> None:
    assert gaussian_expectation(np.square) == pytest.approx(1)
    with pytest.raises(
        ValueError, match="variance is -1, expected.*variance=1.0"
    ):
        gaussian_expectation(np.square, -1)
    with pytest.raises(TypeError, match="g is 3, expected a function"):
        gaussian_expectation(3)  # type: ignore[arg-type]


def test_scales() -> None:
    assert scale_for(RELU) == pytest.approx(2, abs=1e-9)
    assert scale_for(LINE) == pytest.approx(1 / 9)
    assert scale_for(TANH) == pytest.approx(2.5362, abs=1e-3)
    for call in (lambda f: scale_for(f), lambda f: mean_field(f, 1.0, 2)):
        with pytest.raises(TypeError, match="f is a ufunc, expected an Act"):
            call(np.tanh)


def test_a_start_has_the_variances_that_it_should_have() -> None:
    sizes, rng = (50, 400, 300, 200, 10), np.random.default_rng(1)
    network = initialised(sizes, rng, {1: RELU, 2: LINE, 3: TANH})
    scales = [1, 2, 1 / 9, scale_for(TANH)]
    for l, scale in enumerate(scales, start=1):
        assert network.w[l].shape == (sizes[l], sizes[l - 1])
        found = network.w[l].var() * sizes[l - 1]
        assert found == pytest.approx(scale, rel=0.1), l
        assert not network.b[l].any()
    assert network.f[2] == LINE and network.f[4] == SIGMOID


def test_a_start_with_one_function_or_a_scale() -> None:
    sizes = (5, 6, 7, 3)
    first = random_network(sizes, np.random.default_rng(2))
    own = initialised(sizes, np.random.default_rng(2), RELU)
    given = initialised(sizes, np.random.default_rng(2), RELU, 9.0)
    plain = initialised(sizes, np.random.default_rng(2))
    assert set(own.f.values()) == {RELU}
    assert set(plain.f.values()) == {SIGMOID}
    for l, factor in [(1, 1.0), (2, 3.0), (3, 3.0)]:
        assert np.allclose(given.w[l], factor * first.w[l])
        by = sqrt(scale_for(RELU)) if l > 1 else 1
        assert np.allclose(own.w[l], by * first.w[l])
        by = sqrt(scale_for(SIGMOID)) if l > 1 else 1
        assert np.allclose(plain.w[l], by * first.w[l])


def test_starts_that_are_refused() -> None:
    rng = np.random.default_rng(3)
    for scale in (0, -1.0):
        with pytest.raises(ValueError, match="scale is .*positive.*scale=2.0"):
            initialised((2, 3, 1), rng, RELU, scale)
    with pytest.raises(TypeError, match=r"f\[1\] is a ufunc, expected an"):
        initialised((2, 3, 1), rng, np.tanh)  # type: ignore[arg-type]


def test_the_law_of_straight_lines_is_a_power() -> None:
    """Var z is multiplied by 9 c, and what the biases bring is added."""
    variance, factor = mean_field(LINE, 0.5, 4, start=2.0, bias=1.0)
    assert list(variance) == [1, 2, 3, 4] and list(factor) == [1, 2, 3]
    wanted = 2.0
    for l in (1, 2, 3):
        assert variance[l] == pytest.approx(wanted)
        assert factor[l] == pytest.approx(4.5)
        wanted = 4.5 * wanted + 1
    assert variance[4] == pytest.approx(wanted)
    assert mean_field(LINE, 2, 1) == ({1: 1.0}, {})
    assert mean_field(LINE, 0.0, 2)[0][2] == 0


def test_the_law_at_its_defaults() -> None:
    variance, factor = mean_field(RELU, 2, 3)
    assert list(variance.values()) == pytest.approx([1, 1, 1])
    assert list(factor.values()) == pytest.approx([1, 1])
    variance, factor = mean_field(TANH, 3, 2, 4.0)
    square = gaussian_expectation(lambda z: np.tanh(z) ** 2, 4.0)
    slope = gaussian_expectation(lambda z: np.cosh(z) ** -4.0, 4.0)
    assert variance[2] == pytest.approx(3 * square)
    assert factor[1] == pytest.approx(3 * slope)
    usual: dict[str, Any] = {"f": TANH, "scale": 1.0, "depth": 3}
    for name, example in [("scale", 2.0), ("start", 1.0), ("bias", 1.0)]:
        words = (
            f"{name} is -1.0, expected a number from 0 on.*{name}={example}"
        )
        with pytest.raises(ValueError, match=words):
            mean_field(**{**usual, name: -1.0})
    with pytest.raises(ValueError, match="depth is 0"):
        mean_field(TANH, 1.0, 0)


def test_the_law_is_that_of_wide_networks() -> None:
    rng, found = np.random.default_rng(4), []
    for _ in range(5):
        network = initialised([300] * 7, rng, TANH, 2.0)
        x = rng.normal(size=(300, 1))
        x *= sqrt(300) / np.linalg.norm(x)
        z, J = forward(network, x).z, jacobian(network, x, 1)
        found.append([(z[6] ** 2).mean(), (J**2).sum() / 300])
    variance, factor = mean_field(TANH, 2.0, 6)
    law = [variance[6], np.prod(list(factor.values()))]
    assert np.abs(np.log(np.mean(found, axis=0) / law)).max() < 0.1


def test_what_the_experiment_shows() -> None:
    """Its networks are those of `initialised`."""
    length, spread = depth.carried("tanh", 4, 10, 5)
    rng = np.random.default_rng(0)
    network = initialised([10] * 6, rng, depth.FUNCTIONS["tanh"], 4)
    x, u = rng.normal(size=(10, 20)), rng.normal(size=(10, 1))
    u /= np.linalg.norm(u)
    a = forward(network, x).a
    for l in range(1, 6):
        J = jacobian(network, x[:, [0]], l)
        assert length[l - 1] == pytest.approx(np.linalg.norm(J.T @ u))
        apart = np.sqrt(a[l].var(axis=1).mean())
        assert spread[l - 1] == pytest.approx(apart)


def test_an_expectation_of_what_is_no_real_number_is_refused() -> None:
    for g in (lambda z: None, lambda z: "words", lambda z: z * 1j):
        with pytest.raises(TypeError):
            gaussian_expectation(g)  # type: ignore[arg-type]
    assert gaussian_expectation(lambda z: z > 0) == pytest.approx(0.5)
