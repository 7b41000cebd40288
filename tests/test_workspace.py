"""Guard 4: the step without waste, against the readable form."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pickle import dumps, loads
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import (
    Workspace,
    backprop,
    batch_gradient,
    flattened,
    forward,
    of_sigmoids,
    random_network,
    workspace,
)
from bp.algorithm import Gradient
from bp.network import Network
from bp.neuron import SIGMOID, Activation, sigmoid, sigmoid_prime

pytestmark = pytest.mark.guard("4 functions")
widths = st.lists(st.integers(1, 9), min_size=2, max_size=6)
dtypes = st.sampled_from(["f4", "f8"])
Case = tuple[Network, np.ndarray, np.ndarray]


def random_case(sizes: list[int], n: int, dtype: str, scale: float) -> Case:
    """A network, and n samples in rows."""
    rng = np.random.default_rng(n)
    x = scale * rng.standard_normal((n, sizes[0]))
    y = rng.uniform(size=(n, sizes[-1]))
    return random_network(sizes, rng, dtype), x.astype(dtype), y.astype(dtype)


def check_equal(got: Gradient, wanted: Gradient, coarsest: str = "g") -> None:
    """To a few roundings of the largest slope of each layer."""
    eps = np.finfo(coarsest).eps
    for name in ("w", "b"):
        for l, slope in getattr(wanted, name).items():
            found = getattr(got, name)[l]
            assert found.dtype == slope.dtype and found.shape == slope.shape
            size = max(np.abs(slope).max(), 1e-3)
            limit = 100 * max(eps, np.finfo(slope.dtype).eps) * size
            assert np.abs(found - slope).max() <= limit
    assert np.isclose(got.cost, wanted.cost, rtol=1e-5)
    assert got.cost.dtype == wanted.cost.dtype


@given(widths, st.integers(1, 30), st.integers(1, 12), dtypes)
def test_equal_to_the_readable_form(
    sizes: list[int], n: int, batch_size: int, dtype: str
) -> None:
    """All batches of an epoch, the last one short, in one workspace."""
    network, x, y = random_case(sizes, n, dtype, 1)
    space = Workspace(network, batch_size)
    order = np.random.default_rng(1).permutation(n)
    for start in range(0, n, batch_size):
        index = order[start : start + batch_size]
        got = space.backprop(x, y, index)
        check_equal(got, backprop(network, x[index].T, y[index].T))


@given(widths, st.integers(1, 70), dtypes, st.sampled_from([1, 60, 2**19]))
def test_a_step_is_one_of_gradient_descent(
    sizes: list[int], m: int, dtype: str, piece: int
) -> None:
    """Whole, and with the weights in pieces of a row or more."""
    network, x, y = random_case(sizes, m, dtype, 1)
    space = Workspace(network, m)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workspace, "_PIECE", piece)
        space.step(x, y, np.arange(m), 0.5)
    slopes = backprop(network, x.T, y.T)
    for name in ("w", "b"):
        for l, before in getattr(network, name).items():
            after = before - 0.5 * getattr(slopes, name)[l]
            found = getattr(space.network, name)[l]
            limit = 100 * np.finfo(before.dtype).eps
            assert np.abs(found - after).max() <= limit


@given(widths, st.integers(1, 30), st.integers(1, 40), dtypes)
def test_blocks_add_up(
    sizes: list[int], n: int, block: int, dtype: str
) -> None:
    network, x, y = random_case(sizes, n, dtype, 1)
    got = batch_gradient(network, x.T, y.T, block)
    check_equal(got, backprop(network, x.T, y.T))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.filterwarnings("error")
def test_saturated_neurons_make_no_noise(dtype: str) -> None:
    network, x, y = random_case([5, 4, 3], 20, dtype, 1e6)
    got = Workspace(network, 20).backprop(x, y, np.arange(20))
    check_equal(got, backprop(network, x.T, y.T))


def test_the_given_network_is_left_alone() -> None:
    network, x, y = random_case([5, 4, 3], 20, "f8", 1)
    before = {l: w.copy() for l, w in network.w.items()}
    space = Workspace(network, 20)
    space.step(x, y, np.arange(20), 1.0)
    for l, w in network.w.items():
        assert np.array_equal(w, before[l])
        assert not np.array_equal(w, space.network.w[l])


def test_parameters_and_slopes_are_flat_views() -> None:
    space = Workspace(random_case([5, 4, 3], 1, "f8", 1)[0], 1)
    space.parameters[:], space.slopes[:] = 7, 8
    for l in (1, 2):
        assert (space.network.w[l] == 7).all()
        assert (space.network.b[l] == 7).all()
        assert (space.gradient.w[l] == 8).all()
        assert (space.gradient.b[l] == 8).all()
    assert space.parameters.size == 4 * 5 + 4 + 3 * 4 + 3


@pytest.mark.parametrize("m", [1, 10, 200])
def test_steps_allocate_no_array(m: int) -> None:
    """Traced memory: nothing as large as one activation of the batch."""
    network, x, y = random_case([300, 500, 100], 400, "f8", 1)
    space, rng = Workspace(network, m), np.random.default_rng(0)
    batches = [rng.permutation(400)[:m] for _ in range(5)]
    space.step(x, y, batches[0], 0.1)  # cuts the views for this m, once
    tracemalloc.start()
    try:
        for index in batches:
            space.step(x, y, index, 0.1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2000  # numbers and views; the smallest array has m · 800


def test_a_workspace_for_each_thread() -> None:
    network, x, y = random_case([40, 30, 10], 400, "f8", 1)

    def train(seed: int) -> np.ndarray:
        space, rng = Workspace(network, 16), np.random.default_rng(seed)
        for _ in range(20):
            order = rng.permutation(400)
            for start in range(0, 400, 16):
                space.step(x, y, order[start : start + 16], 0.1)
        return space.parameters

    alone = [train(0), train(1)]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(train, [0, 1]))
    assert np.array_equal(alone, together)
    assert not np.array_equal(alone[0], alone[1])


def test_refusals() -> None:
    network, x, y = random_case([5, 4, 3], 20, "f8", 1)
    space, index = Workspace(network, 4), np.arange(4)
    with pytest.raises(ValueError, match="batch_size is 0, expected 1"):
        Workspace(network, 0)
    broad = Network({1: np.ones((2, 3), complex)}, {1: np.ones((2, 1))})
    with pytest.raises(TypeError, match="holds complex128, expected float32"):
        Workspace(broad, 4)
    for wrong, message in [
        ((x[:, :4].copy(), y, index), "x_rows has shape .*, expected .20, 5."),
        ((x, y[:9], index), "y_rows has shape .9, 3., expected .20, 3."),
        ((x, y, np.arange(5)), "5 samples, expected 1 to 4"),
        ((x, y, index[:0]), "0 samples, expected 1 to 4"),
    ]:
        with pytest.raises(ValueError, match=message):
            space.step(*wrong, 0.1)
    turned = np.ascontiguousarray(x.T).T
    for wrong in [(turned, y), (x, y.astype("f4"))]:
        with pytest.raises(TypeError, match="write np.ascontiguousarray"):
            space.step(*wrong, index, 0.1)
    with pytest.raises(TypeError, match="index holds float64, expected"):
        space.step(x, y, index.astype(float), 0.1)
    for out in ([0, 20], [-1, 0]):
        with pytest.raises(IndexError, match="not within 0 to 19"):
            space.step(x, y, np.array(out), 0.1)


@pytest.mark.filterwarnings("error")
def test_blocks_refuse_what_does_not_fit() -> None:
    network, rows, targets = random_case([5, 4, 3], 20, "f8", 1)
    x, y = rows.T.copy(), targets.T.copy()
    for wrong, message in [
        ((rows, y), "x has shape .20, 5., expected 5 rows: write x.T"),
        ((x[:, 0], y), r"x has shape .5,., .*: write x.reshape"),
        ((x, targets), "y has shape .20, 3., expected 3 rows"),
        ((x, y[:, :9]), "y has shape .3, 9., expected the same"),
    ]:
        with pytest.raises(ValueError, match=message):
            batch_gradient(network, *wrong)
    with pytest.raises(ValueError, match="block is 0, expected 1"):
        batch_gradient(network, x, y, block=0)
    x[2, 7] = np.nan
    with pytest.raises(ValueError, match=r"x\[2, 7\] is nan, expected fin"):
        batch_gradient(network, x, y, block=6)
    x[2, 7], y[1, 3] = 0, np.inf
    with pytest.raises(ValueError, match=r"y\[1, 3\] is inf, expected fin"):
        batch_gradient(network, x, y, block=6)


# --- the same arguments, results and errors as of `backprop`


def unlike(change: str) -> tuple[object, object, object]:
    """A network and samples that are not all of float64, in columns."""
    network, rows, targets = random_case([5, 4, 3], 20, "f8", 1)
    x, y = rows.T.copy(), targets.T.copy()

    def cast(dtype: str) -> Network:
        return Network(
            {l: w.astype(dtype) for l, w in network.w.items()},
            {l: b.astype(dtype) for l, b in network.b.items()},
        )

    bent = Network({**network.w, 1: network.w[1].astype("f4")}, network.b)
    return {
        "float32 network": (cast("f4"), x, y),
        "float32 data": (network, x.astype("f4"), y.astype("f4")),
        "float32 x": (cast("f4"), x.astype("f4"), y),
        "float32 layer": (bent, x.astype("f4"), y.astype("f4")),
        "complex x": (network, x + 1e-3j, y),
        "complex network": (cast("c16"), x, y),
        "long network": (cast("g"), x, y),
        "bytes": (cast("f4"), (9 * abs(x)).astype("u1"), y > 0.5),
        "big end first": (network, x.astype(">f8"), y.astype(">f4")),
        "lists": (network, x.tolist(), y.tolist()),
        "turned": (network, np.asfortranarray(x), y[:, ::-1]),
        "float16": (network, x.astype("f2"), y.astype("f2")),
        "huge": (network, 1e200 * x, y),
    }[change]


@pytest.mark.parametrize(
    "change",
    ["float32 network", "float32 data", "float32 x", "float32 layer"]
    + ["complex x", "complex network", "long network", "bytes", "huge"]
    + ["big end first", "lists", "turned", "float16"],
)
@pytest.mark.parametrize("block", [7, np.uint8(200)])
def test_blocks_of_other_kinds(change: str, block: int) -> None:
    given = unlike(change)
    coarsest = "f4" if change in ("float32 x", "float32 layer") else "g"
    check_equal(batch_gradient(*given, block), backprop(*given), coarsest)


@pytest.mark.parametrize(
    "change",
    [
        lambda n, x, y: (n, x.astype(object), y),
        lambda n, x, y: (n, x.astype(str), y),
        lambda n, x, y: (n, x, y[:2]),
        lambda n, x, y: (n, x, y[:, :5]),
        lambda n, x, y: (n, x.T, y),
        lambda n, x, y: (n, x, y[0]),
        lambda n, x, y: (n, x, [0, 1, 2, 1] * 5),
        lambda n, x, y: (n, x[:, :0], y[:, :0]),
        lambda n, x, y: (n, x[:, :, None], y),
        lambda n, x, y: (n, np.where(x > 0, np.inf, x), y),
        lambda n, x, y: (n, x, np.where(y > 0.5, np.nan, y)),
        lambda n, x, y: (n, np.full(x.shape, 1.7e308), y),
        lambda n, x, y: (n, np.ma.masked_greater(x, 0), y),
        lambda n, x, y: (n, [[1.0], [1.0, 2.0]], y),
        lambda n, x, y: (n, None, y),
        lambda n, x, y: ("net", x, y),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_blocks_give_the_same_errors(change: object) -> None:
    network, rows, targets = random_case([5, 4, 3], 20, "f8", 1)
    given = change(network, rows.T.copy(), targets.T.copy())
    with pytest.raises((TypeError, ValueError)) as wanted:
        backprop(*given)
    with pytest.raises(wanted.type) as found:
        batch_gradient(*given, 6)
    assert str(found.value) == str(wanted.value)


def test_a_network_that_was_spoiled_afterwards() -> None:
    network, rows, targets = random_case([5, 4, 3], 20, "f8", 1)
    network.w[1][0, 0] = np.nan
    with pytest.raises(ValueError, match=r"w\[0, 0\] is nan"):
        batch_gradient(network, rows.T, targets.T)


@pytest.mark.parametrize("block", [500.0, "5", None, 0, -1, True])
def test_a_block_is_a_whole_number(block: object) -> None:
    network, rows, targets = random_case([5, 4, 3], 20, "f8", 1)
    with pytest.raises((TypeError, ValueError), match="block is"):
        batch_gradient(network, rows.T, targets.T, block)


def test_what_is_no_array_is_told() -> None:
    network, x, y = random_case([5, 4, 3], 20, "f8", 1)
    space, index = Workspace(network, 4), np.arange(4)
    masked = np.ma.masked_greater(x, 0)
    for wrong, message in [
        ((x.tolist(), y, index), "x_rows is a list, .*write np.asconti"),
        ((x, y.tolist(), index), "y_rows is a list, .*, np.float64"),
        ((masked, y, index), "x_rows has masked entries"),
        ((x, y, [0, 1]), "index is a list, expected an array"),
        ((x, y, 3), "index is a int, expected an array"),
        ((x, y, index.reshape(2, 2)), "index holds int.*in one dimension"),
        ((np.array(1.0), y, index), "x_rows has shape .., expected .1, 5."),
    ]:
        with pytest.raises((TypeError, ValueError), match=message):
            space.backprop(*wrong)
    found = space.backprop(x.view(np.memmap), y, index)
    check_equal(found, backprop(network, x[:4].T, y[:4].T))


def goes_through_backprop(*given: object) -> bool:
    """Rather than in blocks, in little memory?"""
    asked: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workspace, "backprop", lambda *a: asked.append(a))
        batch_gradient(*given, 7)
    return bool(asked)


@pytest.mark.parametrize("sizes", [[5, 4, 3], [2, 3], [4, 2, 5, 3, 6]])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_what_is_usual_goes_in_blocks(sizes: list[int], dtype: str) -> None:
    """Also with numbers just below what might overflow, in any place."""
    network, rows, targets = random_case(sizes, 20, dtype, 1)
    given = network, rows.T.copy(), targets.T.copy()
    assert not goes_through_backprop(*given)
    assert not goes_through_backprop(network, rows[:1].T, targets[:1].T)
    limit = np.sqrt(np.finfo(dtype).max) / max(sizes)
    for array in (*given[1:], network.w[1], network.b[len(sizes) - 1]):
        kept = array[0, 0]
        for sign in (1, -1):
            array[0, 0] = sign * 0.99 * limit
            assert not goes_through_backprop(*given)
            array[0, 0] = sign * 1.01 * limit
            assert goes_through_backprop(*given)
        array[0, 0] = kept


@pytest.mark.parametrize(
    ("change", "through"),
    [
        ("float32 network", False),
        ("float32 data", False),
        ("float32 layer", False),
        ("bytes", False),
        ("complex x", True),
        ("long network", True),
        ("huge", True),
    ],
)
def test_which_kinds_go_in_blocks(change: str, through: bool) -> None:
    assert goes_through_backprop(*unlike(change)) is through


def test_columns_laid_down_are_refused_in_a_full_batch_too() -> None:
    network = random_network((4, 2), np.random.default_rng(0))
    with pytest.raises(ValueError, match="reshape"):
        batch_gradient(network, np.ones(4), np.ones(2))


# --- other neurons, which it leaves to `backprop`

TANH = Activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2)


@pytest.mark.parametrize("l", [1, 2])
def test_other_functions_are_refused(l: int) -> None:
    network, x, y = random_case([5, 4, 3], 20, "f8", 1)
    bent = Network(network.w, network.b, {l: TANH})
    assert of_sigmoids(network) and not of_sigmoids(bent)
    with pytest.raises(ValueError, match="other functions than σ: leave it"):
        Workspace(bent, 4)
    found, wanted = batch_gradient(bent, x.T, y.T, 7), backprop(bent, x.T, y.T)
    check_equal(found, wanted)
    sigmoids = batch_gradient(network, x.T, y.T, 7)
    assert np.abs(found.w[1] - sigmoids.w[1]).max() > 1e-3
    assert goes_through_backprop(bent, x.T, y.T)


def test_a_sigmoid_by_another_name_is_another_function() -> None:
    network, x, y = random_case([5, 4, 3], 20, "f8", 1)
    named = Network(network.w, network.b, {1: SIGMOID, 2: SIGMOID})
    assert of_sigmoids(named)
    check_equal(
        Workspace(named, 20).backprop(x, y, np.arange(20)),
        backprop(network, x.T, y.T),
    )
    again = Activation(sigmoid, sigmoid_prime)
    assert of_sigmoids(Network(network.w, network.b, {1: again}))
    mine = Activation(lambda z: sigmoid(z), sigmoid_prime)
    assert not of_sigmoids(Network(network.w, network.b, {1: mine}))


# --- the vector


@given(widths, dtypes)
def test_flattened_is_a_copy_and_its_views(
    sizes: list[int], dtype: str
) -> None:
    network = random_case(sizes, 1, dtype, 1)[0]
    bent = Network(network.w, network.b, {1: TANH})
    flat, copied = flattened(bent)
    assert flat.dtype == np.dtype(dtype) and flat.ndim == 1
    assert copied.f == bent.f and copied.sizes == bent.sizes
    start = 0
    for l in bent.w:
        for kind in "wb":
            before = getattr(bent, kind)[l]
            view = getattr(copied, kind)[l]
            assert np.array_equal(view, before)
            assert np.shares_memory(view, flat)
            assert not np.shares_memory(view, before)
            stop = start + before.size
            assert np.array_equal(flat[start:stop], before.ravel())
            start = stop
    assert start == flat.size
    x = np.ones((sizes[0], 2))
    a, b = (forward(n, x).a[n.depth] for n in (bent, copied))
    assert np.array_equal(a, b)


def test_what_cannot_be_flattened() -> None:
    broad = Network({1: np.ones((2, 3), complex)}, {1: np.ones((2, 1))})
    with pytest.raises(TypeError, match="holds complex128, expected float32"):
        flattened(broad)
    for function in (flattened, of_sigmoids):
        with pytest.raises(TypeError, match="network is a str, expected a Ne"):
            function("net")


@pytest.mark.parametrize("copied", [deepcopy, lambda w: loads(dumps(w))])
def test_a_copy_learns_as_the_workspace_does(copied: Any) -> None:
    network = random_network((3, 4, 2), np.random.default_rng(0))
    x, y = (
        np.random.default_rng(1).random((2, 5, 3)),
        np.eye(2)[[0, 1, 1, 0, 0]],
    )
    space, index = Workspace(network, 5), np.arange(5)
    space.step(x[0], y, index, 0.5)
    other, before = copied(space), space.parameters.copy()
    for one in (space, other):
        one.step(x[1], y, index, 0.5)
        assert np.shares_memory(one.parameters, one.network.w[1])
    assert np.array_equal(space.parameters, other.parameters)
    assert not np.array_equal(before, other.parameters)
    assert not np.shares_memory(space.parameters, other.parameters)
