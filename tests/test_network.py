"""Guard 4: networks and the forward pass."""

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
    random_network,
    sigmoid,
)

pytestmark = pytest.mark.guard("4 functions")
widths = st.lists(st.integers(1, 7), min_size=2, max_size=6)


def ones(sizes: tuple[int, ...]) -> tuple[dict, dict]:
    pairs = list(enumerate(zip(sizes, sizes[1:], strict=False), start=1))
    w = {l: np.ones((n, k)) for l, (k, n) in pairs}
    return w, {l: np.ones((n, 1)) for l, (k, n) in pairs}


@given(widths, st.integers(1, 5))
def test_forward_against_einsum(sizes: list[int], m: int) -> None:
    rng = np.random.default_rng(len(sizes) + m)
    network = random_network(sizes, rng)
    x = rng.normal(size=(sizes[0], m))
    run = forward(network, x)
    assert network.sizes == tuple(sizes)
    assert network.depth == len(sizes) - 1
    assert list(run.z) == list(range(1, len(sizes)))
    assert list(run.a) == list(range(len(sizes)))
    a = x
    for l in run.z:
        z = np.einsum("jk,ki->ji", network.w[l], a) + network.b[l]
        a = 1 / (1 + np.exp(-z))
        assert np.allclose(run.z[l], z) and np.allclose(run.a[l], a)


@given(widths, st.integers(2, 5))
def test_samples_do_not_meet(sizes: list[int], m: int) -> None:
    rng = np.random.default_rng(m)
    network = random_network(sizes, rng)
    x = rng.normal(size=(sizes[0], m))
    last = network.depth
    batch = forward(network, x).a[last]
    order = rng.permutation(m)
    assert np.allclose(forward(network, x[:, order]).a[last], batch[:, order])


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_types_are_kept(dtype: str) -> None:
    network = random_network((3, 4, 2), np.random.default_rng(0), dtype)
    run = forward(network, np.ones((3, 5), dtype))
    assert run.z[2].dtype == run.a[2].dtype == np.dtype(dtype)


def test_same_seed_same_network() -> None:
    first, second = (
        random_network((3, 4, 2), np.random.default_rng(5)) for _ in "ab"
    )
    for l in first.w:
        assert np.array_equal(first.w[l], second.w[l])
        assert np.array_equal(first.b[l], second.b[l])


def test_layer_zero_has_no_weights() -> None:
    network = random_network((3, 4, 2), np.random.default_rng(0))
    with pytest.raises(KeyError):
        network.w[0]
    assert repr(network) == "Network(3-4-2)"


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda w, b: ([w[1]], b), TypeError, r"write dict\(enumerate\(w"),
        (
            lambda w, b: (w, {1: b[1]}),
            ValueError,
            r"expected \[1, 2\]: give b\[2\]",
        ),
        (lambda w, b: ({0: w[1], 1: w[2]}, b), ValueError, r"give w\[2\]"),
        (lambda w, b: ({}, {}), ValueError, r"give w\[1\]"),
        (
            lambda w, b: ({**w, 2: np.ones((2, 3))}, b),
            ValueError,
            r"w\[2\] has shape \(2, 3\), expected 4 columns",
        ),
        (
            lambda w, b: (w, {**b, 1: np.ones(4)}),
            ValueError,
            r"b\[1\] has shape \(4,\).*b\[1\].reshape\(-1, 1\)",
        ),
        (
            lambda w, b: (w, {**b, 1: np.ones((4, 2))}),
            ValueError,
            r"b\[1\] has shape \(4, 2\), expected \(4, 1\)",
        ),
        (
            lambda w, b: ({**w, 1: np.full((4, 3), np.nan)}, b),
            ValueError,
            r"w\[1\]\[0, 0\] is nan, expected finite",
        ),
    ],
)
def test_network_refuses(
    change: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Network(*change(*ones((3, 4, 2))))


@pytest.mark.parametrize(
    ("sizes", "rng", "error", "message"),
    [
        ((3, 2), 0, TypeError, r"rng is a int, .*np.random.default_rng\(0\)"),
        ((3,), None, ValueError, "at least two positive whole numbers"),
        ((3, 0, 2), None, ValueError, r"sizes\[1\] is 0, expected 1 or more"),
    ],
)
def test_random_network_refuses(
    sizes: tuple[int, ...],
    rng: object,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        random_network(sizes, np.random.default_rng(0) if rng is None else rng)


def test_forward_refuses_samples_in_rows() -> None:
    network = random_network((3, 4, 2), np.random.default_rng(0))
    with pytest.raises(ValueError, match="expected 3 rows: write x.T"):
        forward(network, np.ones((5, 3)))


@pytest.mark.parametrize("dtype", [np.uint8, int, bool, "f2", object, "no"])
def test_random_network_refuses_types_too_small(dtype: object) -> None:
    with pytest.raises(TypeError, match="dtype is .*write dtype=np.float64"):
        random_network((4, 2), np.random.default_rng(0), dtype)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64])
def test_kinds_of_widths_do_not_matter(kind: type) -> None:
    sizes = (200, 3, 2)
    wanted = random_network(sizes, np.random.default_rng(0))
    found = random_network(np.array(sizes, kind), np.random.default_rng(0))
    assert found.sizes == sizes and wanted.w[1].shape == found.w[1].shape
    assert all(np.array_equal(found.w[l], wanted.w[l]) for l in (1, 2))


def test_float16_becomes_wide_enough() -> None:
    """A mean of 65 536 slopes of 1 would be lost in float16."""
    network = Network({1: np.ones((1, 1), "f2")}, {1: np.ones((1, 1), "f2")})
    assert network.w[1].dtype == np.float64
    x, y = np.ones((1, 65_536), "f2"), np.zeros((1, 65_536), "f2")
    wide = backprop(network, x.astype(float), y.astype(float))
    assert backprop(network, x, y).w[1] == wide.w[1] != 0


def test_what_is_no_network_is_told() -> None:
    for wrong in (None, "net", Network, [1], object()):
        with pytest.raises(TypeError, match="network is a .*, expected a Net"):
            forward(wrong, np.ones((2, 1)))


# --- the functions of its neurons


def test_what_is_not_said_is_a_sigmoid() -> None:
    tanh = Activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    plain = random_network((2, 4, 5, 3), np.random.default_rng(0))
    assert plain.f == dict.fromkeys((1, 2, 3), SIGMOID)
    given = {2: tanh}
    network = Network(plain.w, plain.b, given)
    assert network.f == {1: SIGMOID, 2: tanh, 3: SIGMOID}
    assert list(network.f) == [1, 2, 3]
    assert given == {2: tanh}, "the dictionary stays as it is"
    x = np.random.default_rng(1).normal(size=(2, 6))
    run, before = forward(network, x), forward(plain, x)
    assert np.array_equal(run.a[1], before.a[1])
    assert np.array_equal(run.a[2], np.tanh(run.z[2]))
    assert np.array_equal(run.a[3], sigmoid(run.z[3]))
    assert not np.array_equal(run.a[2], before.a[2])


@pytest.mark.parametrize(
    ("f", "kind", "message"),
    [
        (None, TypeError, r"f is a NoneType, .*write \{1: SIGMOID\}"),
        (SIGMOID, TypeError, "f is a Activation, expected a dictionary"),
        ([SIGMOID], TypeError, "f is a list, expected a dictionary"),
        ({1: np.tanh}, TypeError, r"f\[1\] is a ufunc, .*an Activation: wr"),
        ({2: None}, TypeError, r"f\[2\] is a NoneType, expected an Activ"),
        ({1: (np.tanh, np.cos)}, TypeError, r"f\[1\] is a tuple, expected"),
        ({1: Activation(np.tanh, None)}, TypeError, r"f\[1\] is a Activati"),
        ({1: Activation("f", np.cos)}, TypeError, r"f\[1\] is a Activation"),
        ({0: SIGMOID}, ValueError, r"layer 0, expected \[1, 2\]"),
        ({3: SIGMOID}, ValueError, r"layer 3, expected \[1, 2\]"),
        ({"1": SIGMOID}, ValueError, "layer 1, expected"),
    ],
)
def test_what_is_no_function_is_told(
    f: object, kind: type, message: str
) -> None:
    net = random_network((2, 4, 3), np.random.default_rng(0))
    with pytest.raises(kind, match=message):
        Network(net.w, net.b, f)
