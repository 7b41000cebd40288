"""Guard 4: other neurons, their slopes, and gradients through any of them."""

import math
import warnings
from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import (
    GELU,
    GELU_TANH,
    LEAKY_RELU,
    RELU,
    SIGMOID,
    SILU,
    SOFTPLUS,
    TANH,
    Activation,
    Network,
    backprop,
    forward,
    gated,
    leaky,
    measured_slopes,
    normal_cdf,
    quadratic_cost,
    random_network,
    sgd,
    sigmoid,
    sigmoid_prime,
    softplus,
    tanh_prime,
    with_values,
)

pytestmark = pytest.mark.guard("4 functions")
NEURONS = {
    "SIGMOID": SIGMOID,
    "TANH": TANH,
    "RELU": RELU,
    "LEAKY_RELU": LEAKY_RELU,
    "leaky(0.3)": leaky(0.3),
    "SOFTPLUS": SOFTPLUS,
    "SILU": SILU,
    "GELU": GELU,
    "GELU_TANH": GELU_TANH,
}
KINKED = {"RELU", "LEAKY_RELU", "leaky(0.3)"}
each = pytest.mark.parametrize("name", NEURONS)
# From far out, over the kink, to places where one form passes to another.
PLACES = [-1e4, -750, -88.5, -40.01, -39.99, -31, -29.9, -8.5, -8.4, -1.3]
PLACES += [-1e-9, 0, 1e-9, 0.3, 2, 8.4, 8.5, 29.9, 31, 39.99, 40.01, 88.5]
PLACES += [750, 1e4, 1e30]


@each
@given(st.floats(-30, 30))
def test_slope_against_complex_step(name: str, z: float) -> None:
    if name in KINKED and z == 0:
        return
    neuron = NEURONS[name]
    measured = neuron.f(z + 1e-200j).imag / 1e-200
    assert abs(neuron.prime(z) - measured) < 1e-15 + 1e-12 * abs(measured)


@each
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_silent_and_of_the_same_type(name: str, dtype: str) -> None:
    z = np.array(PLACES, dtype).reshape(5, 5)
    kept = z.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, slope = NEURONS[name].f(z), NEURONS[name].prime(z)
    assert value.dtype == slope.dtype == z.dtype
    assert value.shape == slope.shape == z.shape
    assert np.isfinite(value).all() and np.isfinite(slope).all()
    assert np.array_equal(z, kept)
    wide = NEURONS[name].f(z.real.astype(float))
    near = np.abs(value.real - wide) < 1e-6 * np.maximum(1, np.abs(wide))
    assert near.all()


@each
def test_the_largest_numbers(name: str) -> None:
    ends = np.array([-1.7e308, 1.7e308])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high = NEURONS[name].f(ends)
        slopes = NEURONS[name].prime(ends)
    assert np.isfinite([low, high, *slopes]).all()
    if name not in ("SIGMOID", "TANH"):
        assert high == 1.7e308 and slopes[1] == 1


@each
def test_any_shape_and_whole_numbers(name: str) -> None:
    neuron = NEURONS[name]
    assert np.shape(neuron.f(2)) == np.shape(neuron.prime(2)) == ()
    assert neuron.f(np.array([1, 2])).dtype == np.float64
    assert neuron.prime(np.zeros((2, 0, 3))).shape == (2, 0, 3)
    three = np.linspace(-2, 2, 12).reshape(2, 3, 2)
    flat = neuron.prime(three.ravel())
    assert np.array_equal(neuron.prime(three).ravel(), flat)


@each
def test_not_numbers(name: str) -> None:
    for function in NEURONS[name]:
        with pytest.raises(TypeError, match="z holds <U1|ufunc 'tanh'"):
            function(np.array(["a"]))


def exact(name: str, z: float) -> Any:
    """The value with fifty digits."""
    with mpmath.workdps(50):
        return exact_wide(name, mpmath.mpf(z))


def exact_slope(name: str, z: float) -> Any:
    with mpmath.workdps(80):
        h = mpmath.mpf(10) ** -25
        ends = [exact_wide(name, mpmath.mpf(z) + s * h) for s in (1, -1)]
        return (ends[0] - ends[1]) / (2 * h)


def exact_wide(name: str, v: Any) -> Any:
    """The value, with the digits that mpmath is set to."""
    root, cube = mpmath.sqrt(2 / mpmath.pi), mpmath.mpf(0.044715)
    if name == "TANH":
        return mpmath.tanh(v)
    if name == "SOFTPLUS":
        return mpmath.log1p(mpmath.exp(v))
    if name == "SILU":
        return v / (1 + mpmath.exp(-v))
    if name == "GELU":
        return v * mpmath.erfc(-v / mpmath.sqrt(2)) / 2
    return v / (1 + mpmath.exp(-2 * root * (v + cube * v**3)))


SMOOTH = [n for n in NEURONS if n not in KINKED | {"SIGMOID"}]
FINE = np.concatenate([np.linspace(-36.9, 36.9, 96), [-1e-9, 1e-9, -5e-5]])


@pytest.mark.parametrize("name", SMOOTH)
def test_every_digit_is_right(name: str) -> None:
    """Relative to what is exact, also where that is tiny.

    An argument that grows with z is itself rounded, and a power of e then
    loses as many digits as that argument has: the tanh form of GELU has z³.
    """
    for z in FINE:
        wanted, got = exact(name, z), NEURONS[name].f(float(z))
        grown = 1 + (abs(z) ** 3 / 5 if name == "GELU_TANH" else 0)
        if abs(wanted) > 1e-290:
            assert abs(float(got / wanted - 1)) < 2e-15 * grown, z


@pytest.mark.parametrize("name", SMOOTH)
def test_every_digit_of_the_slope_is_right(name: str) -> None:
    for z in FINE:
        wanted, got = exact_slope(name, z), NEURONS[name].prime(float(z))
        grown = 1 + (abs(z) ** 3 / 5 if name == "GELU_TANH" else 0)
        error = abs(float(got - wanted))
        small = 1e-16 if abs(z) < 2 else 0  # where it passes through 0
        allowed = small + 4e-15 * grown * abs(float(wanted))
        if abs(wanted) > 1e-290:
            assert error < allowed, z


def test_normal_cdf_in_the_complex_plane() -> None:
    for real in np.linspace(-12, 12, 49):
        for imag in (-0.1, -0.03, 1e-9, 0.1):
            z = complex(real, imag)
            with mpmath.workdps(40):
                wanted = mpmath.erfc(-mpmath.mpc(z) / mpmath.sqrt(2)) / 2
            assert abs(complex(normal_cdf(z) / wanted) - 1) < 2e-14, z


@pytest.mark.parametrize("function", [normal_cdf, GELU.f, GELU.prime])
def test_normal_cdf_refuses_far_complex_numbers(function: Any) -> None:
    with pytest.raises(ValueError, match="part of 0.2, expected at most 0.1"):
        function(np.array([1.0, 1 + 0.2j]))
    with pytest.raises(ValueError, match="part of 0.1, expected"):
        function(1 + 0.11j)
    with pytest.raises(ValueError, match="write GELU_TANH"):
        function(1 - 0.2j)
    assert np.isfinite(function(np.array([0.1j, -0.1j]))).all()
    assert np.isfinite(GELU_TANH.f(1 + 0.2j))


def test_at_the_kink() -> None:
    """What the book says where there is no slope."""
    zero = np.array([0.0, -0.0])
    assert RELU.prime(zero).tolist() == [0, 0]
    assert LEAKY_RELU.prime(zero).tolist() == [0.01, 0.01]
    assert RELU.f(zero).tolist() == LEAKY_RELU.f(zero).tolist() == [0, 0]
    tiny = np.array([-5e-324, 5e-324])
    assert RELU.prime(tiny).tolist() == [0, 1]
    assert leaky(0.25).prime(tiny).tolist() == [0.25, 1]
    assert leaky(0.25).f(np.array([-2.0, 3.0])).tolist() == [-0.5, 3]


def test_the_ends_of_leaky() -> None:
    z = np.array([-2.0, 0.0, 3.0])
    assert RELU.f(z).tolist() == np.maximum(z, 0).tolist()
    assert RELU.prime(z).tolist() == [0, 0, 1]
    assert leaky(1).f(z).tolist() == z.tolist()
    assert leaky().f(z).tolist() == LEAKY_RELU.f(z).tolist() == [-0.02, 0, 3]
    half, z = leaky(0.5), np.array([-2.0, 0.0, 0.5])
    assert half.f(z).tolist() == [-1, 0, 0.5]
    assert half.prime(z).tolist() == [0.5, 0.5, 1]
    for wrong in (-0.1, 1.1, np.inf):
        with pytest.raises(ValueError, match="s is"):
            leaky(wrong)
    with pytest.raises(TypeError, match="write s=0.01$"):
        leaky("0.01")  # type: ignore[arg-type]


def test_nan_is_not_hidden() -> None:
    for neuron in NEURONS.values():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert np.isnan(neuron.f(np.array([np.nan]))).all()
    assert np.isnan(normal_cdf(np.nan))
    ends = normal_cdf(np.array([-np.inf, np.inf]))
    assert ends.tolist() == [0, 1]


def random_case(
    seed: int, names: list[str]
) -> tuple[Network, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = [(4, 5, 3, 2), (3, 6, 4, 5, 2), (2, 7, 3)][seed % 3]
    net, m = random_network(sizes, rng), seed % 4 + 1
    f = {l: NEURONS[names[rng.integers(len(names))]] for l in net.w}
    x = rng.normal(size=(sizes[0], m))
    y = rng.uniform(size=(sizes[-1], m))
    return Network(net.w, net.b, f), x, y


@pytest.mark.parametrize("seed", range(100))
def test_gradients_of_random_networks(seed: int) -> None:
    """Any function in each layer, against complex step."""
    net, x, y = random_case(seed, list(NEURONS))
    gradient = backprop(net, x, y)
    for kind, slopes in (("w", gradient.w), ("b", gradient.b)):
        for l in net.w:
            measured = measured_slopes(net, x, y, kind, l)
            scale = max(1.0, float(np.abs(measured).max()))
            assert np.abs(slopes[l] - measured).max() < 1e-12 * scale


@pytest.mark.parametrize("seed", range(0, 100, 5))
def test_gradients_against_real_differences(seed: int) -> None:
    """Complex step trusts f with complex numbers; this does not."""
    net, x, y = random_case(seed, list(NEURONS))
    gradient, h = backprop(net, x, y), 1e-5
    near = min(float(np.abs(z).min()) for z in forward(net, x).z.values())
    assert near > 1e-4  # no kink between the two ends
    for l in net.w:
        for place in np.ndindex(net.w[l].shape):
            costs = []
            for step in (h, -h):
                w = net.w[l].copy()
                w[place] += step
                moved = with_values(net, "w", l, w)
                a = forward(moved, x).a[net.depth]
                costs.append(quadratic_cost(a, y))
            measured = (costs[0] - costs[1]) / (2 * h)
            scale = max(1.0, float(np.abs(gradient.w[l]).max()))
            assert abs(gradient.w[l][place] - measured) < 1e-7 * scale


def test_named_sigmoids_change_no_digit() -> None:
    rng = np.random.default_rng(3)
    net = random_network((4, 5, 3, 2), rng)
    named = Network(net.w, net.b, dict.fromkeys(net.w, SIGMOID))
    own = dict.fromkeys(net.w, Activation(sigmoid, SIGMOID.prime))
    x, y = rng.normal(size=(4, 7)), rng.uniform(size=(2, 7))
    wanted = backprop(net, x, y)
    for other in (named, Network(net.w, net.b, own)):
        found = backprop(other, x, y)
        assert found.cost == wanted.cost
        for l in net.w:
            assert np.array_equal(found.w[l], wanted.w[l])
            assert np.array_equal(found.b[l], wanted.b[l])


@each
def test_it_learns(name: str) -> None:
    rng = np.random.default_rng(1)
    net = random_network((2, 8, 1), rng)
    net = Network(net.w, net.b, {1: NEURONS[name]})
    x = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]])
    y = np.array([[0.0, 1, 1, 0]])
    _, history = sgd(
        net, x, y, learning_rate=0.5, batch_size=4, epochs=300, rng=rng
    )
    assert history.cost[-1] < 0.9 * history.cost[0]


def test_against_scipy() -> None:
    special = pytest.importorskip(
        "scipy.special", reason="scipy, the oracle, is not installed"
    )
    z = np.linspace(-12, 12, 2401)  # farther out ndtr has fewer digits
    assert np.abs(normal_cdf(z) / special.ndtr(z) - 1).max() < 1e-13
    assert np.abs(softplus(z) / np.logaddexp(0, z) - 1).max() < 1e-14
    assert np.abs(SILU.f(z) - z * special.expit(z)).max() < 1e-14


@pytest.fixture
def jax() -> Iterator[Any]:
    """JAX with numbers of 64 bits, which it has on demand."""
    found = pytest.importorskip(
        "jax", reason="jax, the oracle, is not installed"
    )
    before = found.config.read("jax_enable_x64")
    found.config.update("jax_enable_x64", True)
    yield found
    found.config.update("jax_enable_x64", before)


def test_against_jax(jax: Any) -> None:
    """The same functions, and the slopes that a tape gives them."""
    nn = jax.nn
    theirs = {
        "SIGMOID": nn.sigmoid,
        "TANH": nn.tanh,
        "RELU": nn.relu,
        "LEAKY_RELU": nn.leaky_relu,
        "SOFTPLUS": nn.softplus,
        "SILU": nn.silu,
        "GELU": lambda z: nn.gelu(z, approximate=False),
        "GELU_TANH": nn.gelu,  # its default
    }
    z = np.linspace(-12, 12, 4001) + 1e-4
    for name, f in theirs.items():
        slope = jax.vmap(jax.grad(f))(z)
        assert np.abs(NEURONS[name].f(z) - f(z)).max() < 1e-14, name
        assert np.abs(NEURONS[name].prime(z) - slope).max() < 1e-13, name


def test_what_jax_says_at_the_kink(jax: Any) -> None:
    """The chapter says so: 0 for relu, ½ for the same function typed."""
    assert jax.grad(jax.nn.relu)(0.0) == RELU.prime(0.0) == 0
    assert jax.grad(lambda z: jax.numpy.maximum(z, 0.0))(0.0) == 0.5


@pytest.mark.parametrize(
    ("name", "near"), [("SILU", -1.3), ("GELU", -0.75), ("GELU_TANH", -0.75)]
)
def test_the_lowest_point(name: str, near: float) -> None:
    """Where the functions that are not monotone turn."""
    with mpmath.workdps(30):
        where = mpmath.findroot(
            lambda z: mpmath.diff(lambda v: exact_wide(name, v), z), near
        )
        lowest = float(exact_wide(name, where))
    neuron, where = NEURONS[name], float(where)
    assert abs(neuron.f(where) - lowest) < 1e-15
    assert abs(neuron.prime(where)) < 1e-15
    grid = neuron.f(np.linspace(-30, 30, 6001))
    assert grid.min() >= lowest - 1e-16


def test_round_numbers() -> None:
    assert TANH.prime(0.0) == 1 and SILU.prime(0.0) == 0.5
    assert GELU.prime(0.0) == GELU_TANH.prime(0.0) == 0.5
    assert normal_cdf(0.0) == 0.5
    assert math.isclose(float(softplus(0.0)), math.log(2))


def test_gated_is_the_product_rule() -> None:
    z = np.linspace(-3, 3, 13)
    square = gated(lambda v: v, np.ones_like)
    assert np.array_equal(square.f(z), z * z)
    assert np.array_equal(square.prime(z), 2 * z)
    again = gated(sigmoid, sigmoid_prime)
    assert np.array_equal(again.f(z), SILU.f(z))
    assert np.array_equal(again.prime(z), SILU.prime(z))
    assert tanh_prime([0]).tolist() == [1]
    for pair in [(None, sigmoid), (sigmoid, 0.5)]:
        with pytest.raises(TypeError, match="expected a function"):
            gated(*pair)  # type: ignore[arg-type]
