"""Guard 4: a Hessian times a vector by the R-operator, and Gauss–Newton."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bp import (
    GELU,
    LEAKY_RELU,
    RELU,
    SIGMOID,
    SILU,
    SOFTMAX,
    SOFTPLUS,
    TANH,
    Activation,
    Network,
    as_network,
    as_vector,
    backprop,
    complex_step,
    forward,
    forward_along,
    gauss_newton_vector,
    hessian,
    hessian_along,
    hessian_vector,
    measured_jacobian,
    random_network,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
)
from bp.experiments import second_order as shown

pytestmark = pytest.mark.guard("4 functions")
SIZES = [(2, 3, 1), (3, 2, 4, 2), (1, 2), (4, 5, 3, 2)]
FUNCTIONS = [SIGMOID, TANH, SOFTPLUS, SILU, GELU, RELU, LEAKY_RELU]


def example(
    sizes: tuple[int, ...], seed: int, m: int = 5
) -> tuple[Network, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    network = random_network(sizes, rng)
    x = rng.normal(size=(sizes[0], m))
    y = rng.dirichlet(np.ones(sizes[-1]), size=m).T
    return network, x, y, rng.normal(size=as_vector(network).shape)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(SIZES),
    st.integers(0, 999),
    st.lists(st.sampled_from(FUNCTIONS), min_size=3, max_size=3),
    st.integers(1, 4),
)
def test_it_is_the_complex_step_through_backprop(
    sizes: tuple[int, ...], seed: int, f: list[Activation], m: int
) -> None:
    plain, x, y, v = example(sizes, seed, m)
    layers = dict(zip(plain.w, f, strict=False))
    network = Network(plain.w, plain.b, layers)
    exact = hessian_vector(network, x, y, v)
    assert exact.shape == v.shape and exact.dtype == np.float64
    assert np.abs(exact - hessian_along(network, x, y, v)).max() < 1e-13


def test_it_is_a_column_of_the_hessian_and_symmetric() -> None:
    network, x, y, v = example((3, 2, 4, 2), 1)
    H = hessian(network, x, y)
    assert np.abs(hessian_vector(network, x, y, v) - H @ v).max() < 1e-14
    u = np.random.default_rng(2).normal(size=v.shape)
    one = (u.T @ hessian_vector(network, x, y, v)).item()
    other = (v.T @ hessian_vector(network, x, y, u)).item()
    assert abs(one - other) < 1e-14
    twice = hessian_vector(network, x, y, 2 * v)
    assert np.abs(twice - 2 * H @ v).max() < 1e-14


@pytest.mark.parametrize("end", [sigmoid_cross_entropy, softmax_cross_entropy])
def test_other_ends(end: Callable) -> None:
    network, x, y, v = example((3, 4, 2), 4)
    theta, h = as_vector(network), 1e-30

    def gradient(t: np.ndarray) -> np.ndarray:
        return as_vector(backprop(as_network(t, network.sizes), x, y, end))

    exact = hessian_vector(network, x, y, v, end)
    assert np.abs(exact - gradient(theta + 1j * h * v).imag / h).max() < 1e-14


def test_the_forward_pass_and_its_speed() -> None:
    network, x, _, v = example((4, 5, 3, 2), 7)
    run, moving = forward_along(network, x, v)
    moved = forward(
        as_network(as_vector(network) + 1e-30j * v, network.sizes), x
    )
    plain = forward(network, x)
    assert set(moving.z) == set(moving.a) == {1, 2, 3}
    for l in moving.z:
        assert np.array_equal(run.z[l], plain.z[l])
        assert np.array_equal(run.a[l], plain.a[l])
        assert np.abs(moving.z[l] - moved.z[l].imag / 1e-30).max() < 1e-13
        assert np.abs(moving.a[l] - moved.a[l].imag / 1e-30).max() < 1e-13


@pytest.mark.parametrize("f", [SIGMOID, TANH, SOFTPLUS])
def test_gauss_newton_is_the_mean_of_squares_of_jacobians(
    f: Activation,
) -> None:
    plain, x, _, v = example((3, 4, 2), 5)
    network = Network(plain.w, plain.b, {1: f, 2: f})
    G = 0
    for i in range(x.shape[1]):
        J = measured_jacobian(
            lambda t, i=i: forward(
                as_network(t, network.sizes, network.f), x[:, [i]]
            ).a[2],
            as_vector(network),
        )
        G = G + J.T @ J / x.shape[1]
    found = gauss_newton_vector(network, x, v)
    assert found.shape == v.shape
    assert np.abs(found - G @ v).max() < 1e-14
    met = forward(network, x).a[2]
    assert np.abs(hessian_vector(network, x, met, v) - found).max() < 1e-14


def test_arguments_stay_and_float32_is_taken() -> None:
    network, x, y, v = example((2, 3, 1), 3)
    small = Network(
        {l: w.astype("f4") for l, w in network.w.items()},
        {l: b.astype("f4") for l, b in network.b.items()},
    )
    kept = v.copy()
    exact = hessian_vector(network, x, y, v)
    found = hessian_vector(small, x.astype("f4"), y, v.astype("f4"))
    assert found.dtype == np.float64
    assert np.abs(found - exact).max() < 1e-5
    assert np.array_equal(v, kept)
    before = hessian_vector(network, x, y, v)
    before[:] = 0  # it is nobody's memory
    assert np.array_equal(hessian_vector(network, x, y, v), exact)


def test_a_saturated_neuron_has_its_small_bend() -> None:
    """One neuron far to the left, by hand."""
    w, x, y = 1.0, -40.0, 0.5
    one = Network({1: [[w]]}, {1: [[0.0]]})
    a = 1 / (1 + np.exp(40.0))
    bend = (a * (1 - a)) ** 2 + (a - y) * a * (1 - a) * (1 - 2 * a)
    found = hessian_vector(one, [[x]], [[y]], [[1.0], [0.0]])
    assert np.abs(found / (bend * np.array([[x * x], [x]])) - 1).max() < 1e-12


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"v": np.ones((4, 1))}, ValueError, r"v has shape \(4, 1\), exp"),
        ({"v": np.ones(13)}, ValueError, r"write v.reshape\(-1, 1\)"),
        ({"v": np.ones((13, 2))}, ValueError, r"v has shape \(13, 2\)"),
        ({"v": 1j * np.ones((13, 1))}, TypeError, "v is complex, expected"),
        ({"network": None}, TypeError, "expected a Network"),
    ],
)
def test_refusals(change: dict, kind: type[Exception], words: str) -> None:
    network, x, y, v = example((2, 3, 1), 0)
    given = {"network": network, "x": x, "y": y, "v": v} | change
    with pytest.raises(kind, match=words):
        hessian_vector(**given)
    del given["y"]
    for function in (forward_along, gauss_newton_vector):
        with pytest.raises(kind, match=words):
            function(**given)


def test_complex_networks_are_refused() -> None:
    network, x, y, v = example((2, 3, 1), 0)
    for part in ("w", "b"):
        parts = {"w": dict(network.w), "b": dict(network.b)}
        parts[part][2] = parts[part][2] + 0j
        with pytest.raises(TypeError, match="complex, expected real"):
            hessian_vector(Network(**parts), x, y, v)


@pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 1)])
@pytest.mark.parametrize("which", ["x", "y"])
def test_complex_samples_are_refused(sizes: tuple, which: str) -> None:
    network, x, y, v = example(sizes, 0)
    given = {"x": x, "y": y}
    given[which] = given[which] * (1 + 1j)
    with pytest.raises(TypeError, match="complex, expected real"):
        hessian_vector(network, v=v, **given)
    if which == "x":
        for function in (forward_along, gauss_newton_vector):
            with pytest.raises(TypeError, match="complex, expected real"):
                function(network, given["x"], v)


def test_what_loses_the_imaginary_part_is_told() -> None:
    network, x, y, v = example((2, 3, 1), 0)
    bad = Activation(np.tanh, lambda z: 1 - np.tanh(np.real(z)) ** 2)
    with pytest.raises(ValueError, match="lost the imaginary part"):
        hessian_vector(Network(network.w, network.b, {1: bad}), x, y, v)

    def end(z: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        return 0.0, np.real(z) - y

    with pytest.raises(ValueError, match="lost the imaginary part"):
        hessian_vector(network, x, y, v, end)


def test_softmax_in_the_last_layer_is_for_the_end() -> None:
    plain, x, y, v = example((3, 4, 2), 8)
    network = Network(plain.w, plain.b, {2: SOFTMAX})
    with pytest.raises((TypeError, ValueError)):
        hessian_vector(network, x, y, v)


def test_the_speeds_of_the_example() -> None:
    names = list(shown.WEIGHTS)
    network, x, y = shown.EXAMPLE, shown.EXAMPLE_X, shown.EXAMPLE_Y
    H, places = hessian(network, x, y), [0, 1, 2, 3, 4, 5, 9, 10, 11]
    for p, name in zip(places, names, strict=True):
        for q, other in zip(places, names, strict=True):
            assert abs(shown.speed(name, other) - H[q, p]) < 1e-14
    text = shown.draw_moving("w¹₁₂", "w¹₁₁").text
    assert text.endswith(f"moves by {H[0, 1]:.4f}.")


def test_rate_of_the_cost() -> None:
    network, x, y, v = example((2, 3, 1), 9)
    slope = (as_vector(backprop(network, x, y)).T @ v).item()

    def cost(t: np.ndarray) -> object:
        moved = as_network(as_vector(network) + t * v, network.sizes)
        return backprop(moved, x, y).cost

    assert abs(complex_step(cost, np.zeros(())) - slope) < 1e-14


def test_an_end_has_the_place_of_the_last_function() -> None:
    rng = np.random.default_rng(1)
    network = random_network((3, 4, 2), rng)
    ends = {**network.f, 2: SOFTMAX}
    x, y = rng.normal(size=(3, 5)), np.eye(2)[:, [0, 1, 1, 0, 1]]
    v = rng.normal(size=as_vector(network).shape)
    found = [
        hessian_vector(net, x, y, v, softmax_cross_entropy)
        for net in (network, Network(network.w, network.b, ends))
    ]
    assert (found[0] == found[1]).all() and np.abs(found[0]).max() > 0.01


def test_complex_samples_and_ends_that_do_not_fit_are_refused() -> None:
    network = random_network((2, 3, 2), np.random.default_rng(0))
    x, y, v = np.ones((2, 4)), np.ones((2, 4)), as_vector(network)
    for samples in ((x * 1j, y), (x, y * 1j)):
        with pytest.raises(TypeError, match="x, y or v is complex"):
            hessian_vector(network, *samples, v)
    with pytest.raises(ValueError, match=r"of end has shape \(1, 4\), not"):
        hessian_vector(network, x, y, v, lambda z, y: (0.0, z[:1]))
