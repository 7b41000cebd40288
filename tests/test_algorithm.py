"""Guard 4: the whole gradient, against two independent ways to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import (
    SIGMOID,
    Activation,
    Network,
    backprop,
    forward,
    quadratic_cost,
    random_network,
    sigmoid,
)

pytestmark = pytest.mark.guard("4 functions")
widths = st.lists(st.integers(1, 9), min_size=2, max_size=7)


def measured(network: Network, x: np.ndarray, y: np.ndarray) -> dict:
    """Slope of the mean cost by every weight and bias, by complex steps."""
    slopes: dict = {"w": {}, "b": {}}
    for kind in slopes:
        for l, array in getattr(network, kind).items():
            slopes[kind][l] = np.zeros(array.shape)
            for place in np.ndindex(*array.shape):
                parts = {"w": {**network.w}, "b": {**network.b}}
                parts[kind][l] = array.astype(complex)
                parts[kind][l][place] += 1e-30j
                answers = forward(Network(**parts), x).a[network.depth]
                slope = quadratic_cost(answers, y).imag / 1e-30
                slopes[kind][l][place] = slope
    return slopes


def random_case(sizes: list[int], m: int, seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    network = random_network(sizes, rng)
    x, y = rng.normal(size=(sizes[0], m)), rng.uniform(size=(sizes[-1], m))
    return network, x, y


def largest_difference(
    network: Network, x: np.ndarray, y: np.ndarray
) -> float:
    """Of all derivatives, relative to the largest of their layer."""
    gradient, slopes = backprop(network, x, y), measured(network, x, y)
    return max(
        np.abs(got - slopes[kind][l]).max() / np.abs(slopes[kind][l]).max()
        for kind in slopes
        for l, got in getattr(gradient, kind).items()
    )


@given(widths, st.integers(1, 8), st.integers(0, 99))
def test_against_complex_step(sizes: list[int], m: int, seed: int) -> None:
    assert largest_difference(*random_case(sizes, m, seed)) < 1e-12


def test_two_hundred_random_networks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Depth 1 to 6, widths 1 to 9, batches of 1 to 8."""
    rng = np.random.default_rng(0)
    largest = 0.0
    for seed in range(200):
        sizes = rng.integers(1, 10, size=rng.integers(2, 8)).tolist()
        case = random_case(sizes, int(rng.integers(1, 9)), seed)
        largest = max(largest, largest_difference(*case))
    with capsys.disabled():
        print(
            f"\n200 random networks: backprop and complex step differ by "
            f"at most {largest:.0e}, relatively"
        )
    assert largest < 1e-12


@pytest.mark.parametrize("seed", range(10))
def test_against_an_independent_autodiff_library(seed: int) -> None:
    autograd = pytest.importorskip(
        "autograd", reason="autograd, the oracle, is not installed"
    )
    anp = pytest.importorskip("autograd.numpy")
    network, x, y = random_case([4, 5, 3, 2][: 2 + seed % 3], 6, seed)

    def cost(parts: dict) -> object:
        a = x
        for l in network.w:
            z = anp.dot(parts["w"][l], a) + parts["b"][l]
            a = 1 / (1 + anp.exp(-z))
        return anp.sum((a - y) ** 2) / 2 / x.shape[1]

    wanted = autograd.grad(cost)({"w": dict(network.w), "b": dict(network.b)})
    gradient = backprop(network, x, y)
    for l in network.w:
        assert np.abs(gradient.w[l] - wanted["w"][l]).max() < 1e-12
        assert np.abs(gradient.b[l] - wanted["b"][l]).max() < 1e-12


def test_by_hand() -> None:
    """1-1, w = b = x = 0, y = 0: a = 1/2, δ = 1/2 · 1/4."""
    network = Network({1: np.zeros((1, 1))}, {1: np.zeros((1, 1))})
    gradient = backprop(network, [[2.0]], [[0.0]])
    assert gradient.b[1].item() == 0.125
    assert gradient.w[1].item() == 0.25
    assert gradient.cost == 0.125


@given(widths, st.integers(2, 8), st.integers(0, 99))
def test_the_batch_is_the_mean_of_its_samples(
    sizes: list[int], m: int, seed: int
) -> None:
    network, x, y = random_case(sizes, m, seed)
    together = backprop(network, x, y)
    alone = [backprop(network, x[:, [i]], y[:, [i]]) for i in range(m)]
    for l in network.w:
        mean = np.mean([g.w[l] for g in alone], axis=0)
        assert np.abs(together.w[l] - mean).max() < 1e-15
        mean = np.mean([g.b[l] for g in alone], axis=0)
        assert np.abs(together.b[l] - mean).max() < 1e-15
    assert abs(together.cost - np.mean([g.cost for g in alone])) < 1e-15


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_types_and_shapes(dtype: str) -> None:
    network = random_network((3, 4, 2), np.random.default_rng(0), dtype)
    x, y = np.ones((3, 5), dtype), np.ones((2, 5), dtype)
    gradient = backprop(network, x, y)
    assert list(gradient.w) == list(gradient.b) == [1, 2]
    for l in network.w:
        assert gradient.w[l].shape == network.w[l].shape
        assert gradient.b[l].shape == network.b[l].shape
        assert gradient.w[l].dtype == gradient.b[l].dtype == np.dtype(dtype)


def test_nothing_is_changed() -> None:
    network, x, y = random_case([3, 4, 2], 5, 1)
    before = {l: w.copy() for l, w in network.w.items()}, x.copy(), y.copy()
    backprop(network, x, y)
    assert all(np.array_equal(network.w[l], before[0][l]) for l in network.w)
    assert np.array_equal(x, before[1]) and np.array_equal(y, before[2])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ((3,), (2, 1), r"x has shape \(3,\).*x.reshape\(-1, 1\)"),
        ((5, 3), (2, 5), "x has shape .* expected 3 rows: write x.T"),
        ((3, 5), (5, 2), "y has shape .* expected 2 rows: write y.T"),
        ((3, 5), (2, 4), "expected the same: give a wanted output"),
    ],
)
def test_refusals(
    x: tuple[int, ...], y: tuple[int, ...], message: str
) -> None:
    network = random_network((3, 4, 2), np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        backprop(network, np.ones(x), np.ones(y))


# --- other neurons, and another end

TANH = Activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
SOFTPLUS = Activation(lambda z: np.log(1 + np.exp(z)), sigmoid)
SINE = Activation(np.sin, np.cos)


def cross_entropy(z: np.ndarray, y: np.ndarray) -> tuple:
    """Of sigmoid answers; its δ is a - y."""
    cost = (np.log(1 + np.exp(z)) - y * z).sum() / z.shape[1]
    return cost, sigmoid(z) - y


def half_square(z: np.ndarray, y: np.ndarray) -> tuple:
    """Of z itself, each sample's square twice as dear as the last one's."""
    share = 2.0 ** np.arange(z.shape[1])
    cost = (share * (z - y) ** 2).sum() / (2 * z.shape[1])
    return cost, share * (z - y)


@pytest.mark.parametrize("end", [None, cross_entropy, half_square])
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=5),
    st.integers(1, 4),
    st.integers(0, 99),
    st.data(),
)
def test_other_functions_and_ends_against_complex_step(
    end: object, sizes: list[int], m: int, seed: int, data: st.DataObject
) -> None:
    plain, x, y = random_case(sizes, m, seed)
    chosen = st.sampled_from([SIGMOID, TANH, SOFTPLUS, SINE])
    f = {l: data.draw(chosen) for l in plain.w}
    network = Network(plain.w, plain.b, f)

    def cost(network: Network) -> complex:
        run, L = forward(network, x), network.depth
        return end(run.z[L], y)[0] if end else quadratic_cost(run.a[L], y)

    found = backprop(network, x, y, end=end)
    assert abs(found.cost - cost(network)) <= 1e-12 * abs(cost(network))
    for kind in ("w", "b"):
        for l, array in getattr(network, kind).items():
            wanted = np.zeros(array.shape)
            for place in np.ndindex(*array.shape):
                parts = {"w": {**network.w}, "b": {**network.b}}
                parts[kind][l] = array.astype(complex)
                parts[kind][l][place] += 1e-30j
                wanted[place] = cost(Network(**parts, f=f)).imag / 1e-30
            got = getattr(found, kind)[l]
            size = max(np.abs(wanted).max(), 1e-3)
            assert got.shape == array.shape
            assert np.abs(got - wanted).max() < 1e-11 * size


def test_the_quadratic_end_is_what_stands_there() -> None:
    network, x, y = random_case([5, 4, 3], 6, 0)

    def quadratic(z: np.ndarray, y: np.ndarray) -> tuple:
        a = sigmoid(z)
        return quadratic_cost(a, y), (a - y) * SIGMOID.prime(z)

    one, other = backprop(network, x, y), backprop(network, x, y, quadratic)
    assert one.cost == other.cost
    for l in network.w:
        assert np.array_equal(one.w[l], other.w[l])
        assert np.array_equal(one.b[l], other.b[l])


def test_an_error_of_the_end_is_its_own() -> None:
    def end(z: np.ndarray, y: np.ndarray) -> tuple:
        raise ValueError("of the end")

    network, x, y = random_case([5, 4, 3], 6, 0)
    with pytest.raises(ValueError, match="of the end"):
        backprop(network, x, y, end=end)
