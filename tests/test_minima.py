"""Guard 4: second derivatives, and what they say of a place."""

import importlib
from collections.abc import Callable
from itertools import pairwise, product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bp import (
    TANH,
    Network,
    Place,
    as_network,
    as_vector,
    backprop,
    classify,
    forward,
    hessian,
    hessian_along,
    quadratic_cost,
    random_network,
    sigmoid,
)
from bp.experiments import minima as shown
from conftest import ROOT

pytestmark = pytest.mark.guard("4 functions")
SIZES = [(2, 3, 1), (3, 2, 4, 2), (1, 2), (4, 1, 3)]
XOR_X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
XOR_Y = np.array([[0.0, 1.0, 1.0, 0.0]])


def example(
    sizes: tuple[int, ...], seed: int, m: int = 5
) -> tuple[Network, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    network = random_network(sizes, rng)
    x = rng.normal(size=(sizes[0], m))
    return network, x, rng.uniform(size=(sizes[-1], m))


def neuron(w: float, b: float) -> Network:
    return Network({1: np.array([[w]])}, {1: np.array([[b]])})


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(SIZES), st.integers(0, 999))
def test_there_and_back(sizes: tuple[int, ...], seed: int) -> None:
    network, x, y = example(sizes, seed)
    theta = as_vector(network)
    again = as_network(theta, sizes)
    assert again.sizes == sizes
    for l in network.w:
        assert np.array_equal(again.w[l], network.w[l])
        assert np.array_equal(again.b[l], network.b[l])
    gradient = as_vector(backprop(network, x, y))
    assert gradient.shape == theta.shape


def test_the_order_of_the_numbers() -> None:
    network = as_network(np.arange(1.0, 14).reshape(-1, 1), (2, 3, 1))
    assert network.w[1].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert network.b[1].tolist() == [[7], [8], [9]]
    assert network.w[2].tolist() == [[10, 11, 12]]
    assert network.b[2].tolist() == [[13]]
    column = np.zeros((13, 1))
    as_network(column, (2, 3, 1)).w[1][0, 0] = 1
    assert not column.any()


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(SIZES), st.integers(0, 999))
def test_against_second_differences_of_the_cost(
    sizes: tuple[int, ...], seed: int
) -> None:
    network, x, y = example(sizes, seed)
    theta, h = as_vector(network), 1e-3
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=(2, *theta.shape))

    def cost(t: np.ndarray) -> float:
        a = forward(as_network(t, sizes), x).a
        return float(quadratic_cost(a[len(sizes) - 1], y))

    around = [
        s * t * cost(theta + h * (s * u + t * v))
        for s, t in product((1, -1), repeat=2)
    ]
    measured = sum(around) / (4 * h * h)
    H = hessian(network, x, y)
    assert abs((u.T @ H @ v).item() - measured) < 1e-4 * (1 + abs(measured))
    assert np.abs(H - H.T).max() < 1e-15
    along = hessian_along(network, x, y, v)
    assert along.shape == v.shape and along.dtype == np.float64
    assert np.abs(along - H @ v).max() < 1e-14


def test_one_neuron_by_hand() -> None:
    """((σ′)² + (a − y) σ″) times the input with a 1 below, times itself."""
    w, b, x, y = 0.7, -0.4, 1.3, 0.2
    a = 1 / (1 + np.exp(-(w * x + b)))
    slope = a * (1 - a)
    bend = slope**2 + (a - y) * slope * (1 - 2 * a)
    wanted = bend * np.array([[x * x, x], [x, 1]])
    found = hessian(neuron(w, b), [[x]], [[y]])
    assert np.abs(found - wanted).max() < 1e-15


def test_float32_is_measured_in_double_precision() -> None:
    network, x, y = example((2, 3, 1), 3)
    small = Network(
        {l: w.astype("f4") for l, w in network.w.items()},
        {l: b.astype("f4") for l, b in network.b.items()},
    )
    assert as_vector(small).dtype == np.float32
    found = hessian(small, x, y)
    assert found.dtype == np.float64
    assert np.abs(found - hessian(network, x, y)).max() < 1e-5


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda n, x, y: as_network(np.ones((3, 1)), (2, 1, 1)), ValueError)
        + (r"vector has shape \(3, 1\), expected 5 rows",),
        (lambda n, x, y: as_network(np.ones((5, 2)), (2, 1, 1)), ValueError)
        + (r"vector has shape \(5, 2\), expected \(5, 1\): give one",),
        (lambda n, x, y: as_network(np.ones(5), (2, 1, 1)), ValueError)
        + (r"vector.reshape\(-1, 1\)",),
        (lambda n, x, y: hessian_along(n, x, y, np.ones((4, 1))), ValueError)
        + (r"v has shape \(4, 1\), expected 13 rows",),
        (lambda n, x, y: hessian_along(n, x, y, 1j * as_vector(n)), TypeError)
        + ("v is complex, expected real",),
        (
            lambda n, x, y: hessian(
                Network({l: w + 0j for l, w in n.w.items()}, n.b), x, y
            ),
            TypeError,
            "network is complex, expected real",
        ),
    ],
)
def test_refusals(
    call: Callable[..., object], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        call(*example((2, 3, 1), 0))


def test_kinds_of_places() -> None:
    x, y = shown.BALL_X, shown.BALL_Y
    exact = Network({1: np.array([[np.log(9.0)]])}, {1: np.zeros((1, 1))})
    one = classify(exact, [[-1.0, 1.0]], [[0.1, 0.9]])
    assert one.kind == "minimum" and one.cost < 1e-30
    assert str(one).startswith("minimum: cost 0.0000, slope")
    assert classify(exact, x, y).kind == "moving"
    assert classify(neuron(0, 50), x, y).kind == "plateau"
    # one sample fixes one direction of two
    level = classify(exact, [[1.0]], [[0.9]])
    assert level.kind == "undecided"
    balance = Network(
        {1: np.eye(2), 2: np.zeros((1, 2))},
        {1: np.zeros((2, 1)), 2: np.zeros((1, 1))},
    )
    saddle = classify(balance, XOR_X, XOR_Y)
    assert saddle.kind == "saddle" and saddle.cost == 0.125
    assert np.array_equal(saddle.eigenvalues, np.sort(saddle.eigenvalues))


def test_tolerances_are_what_they_say() -> None:
    x, y = shown.BALL_X, shown.BALL_Y
    place = classify(neuron(0.5, 0.2), x, y)
    low, high = np.abs(place.eigenvalues[[0, -1]])
    assert place.kind == "moving" and place.eigenvalues[0] < 0
    just, wide = place.slope * 1.001, place.slope * 1e6

    def kind(still: float, flat: float) -> str:
        return classify(neuron(0.5, 0.2), x, y, still, flat).kind

    assert kind(place.slope * 0.999, low / 2) == "moving"
    assert kind(just, low * 0.999) == "saddle"
    assert kind(just, low * 1.001) == (
        "plateau" if high < low else "undecided"
    )
    assert kind(wide, max(low, high) * 1.001) == "plateau"


def test_the_tolerances_that_are_promised() -> None:
    """1e-9 for the slope, and for an eigenvalue."""

    def steep(slope: float) -> Network:  # answered exactly, eigenvalues slope²
        return neuron(-np.log(slope), 0)

    def kind(network: Network, shift: float = 0) -> str:
        x = [[-1.0, 1.0]]
        y = forward(network, x).a[1]
        moved = neuron(network.w[1].item() + shift, 0)
        return classify(moved, x, y).kind

    for size, wanted in [(1.2e-9, "minimum"), (0.8e-9, "plateau")]:
        assert kind(steep(np.sqrt(size))) == wanted
    bend = 0.25**2  # of a neuron with w = 0
    for size, wanted in [(1.2e-9, "moving"), (0.8e-9, "minimum")]:
        assert kind(neuron(0, 0), size / bend) == wanted


def test_zero_network_is_undecided_and_says_so() -> None:
    zero = as_network(np.zeros((9, 1)), (2, 2, 1))
    place = classify(zero, XOR_X, XOR_Y)
    assert place.kind == "undecided"
    place = Place("minimum", 0.5, 2e-12, np.array([0.1, 0.2, 0.3]))
    said = "minimum: cost 0.5000, slope 2e-12, eigenvalues 1.0e-01 to 3.0e-01"
    assert str(place) == said


def test_the_ball_goes_down_the_gradient() -> None:
    path = shown.ball_path(1.5, 1.0, 2.0, steps=50)
    assert path.shape == (51, 3)
    assert (np.diff(path[:, 2]) < 0).all()
    for (w, b, cost), (next_w, next_b, _) in pairwise(path):
        slope = backprop(neuron(w, b), shown.BALL_X, shown.BALL_Y)
        assert abs(slope.cost - cost) < 1e-15
        assert abs(next_w - (w - 2 * slope.w[1].item())) < 1e-14
        assert abs(next_b - (b - 2 * slope.b[1].item())) < 1e-14
    w, b, cost = shown.ball_surface()
    z = w[3] * shown.BALL_X + b[7]
    wanted = ((sigmoid(z) - shown.BALL_Y) ** 2).mean() / 2
    assert abs(cost[7, 3] - wanted) < 1e-15


@pytest.mark.parametrize("parts", [None, "net", SimpleNamespace(w={})])
def test_what_has_no_weights_and_biases_is_told(parts: object) -> None:
    with pytest.raises(TypeError, match="parts is a .*, expected a Network"):
        as_vector(parts)


def test_tolerances_show_an_example() -> None:
    network = random_network((2, 3, 1), np.random.default_rng(0))
    given = network, np.ones((2, 4)), np.ones((1, 4))
    for name in ("still", "flat"):
        for wrong in (-1, "small", np.nan):
            words = rf"{name} is .*write {name}=1e-09$"
            with pytest.raises((TypeError, ValueError), match=words):
                classify(*given, **{name: wrong})


def test_the_ends_that_are_stored() -> None:
    """Three starts, counted without a gap, and the lists in order."""
    ends = shown.stored_ends()
    assert [end["seed"] for end in ends] == [0, 1, 2]
    for end in ends:
        for place in (end["first"], end["later"]):
            for sign in ("below", "above"):
                counts = [*place[sign].values()]
                assert counts == sorted(counts)
            at = {k: v + place["above"][k] for k, v in place["below"].items()}
            assert max(at.values()) <= 2260
        steps = [row["step"] for row in end["way"]]
        assert steps[0] == 0 and end["way"][0]["cost"] == end["first"]["cost"]
        costs = [row["cost"] for row in end["way"]]
        assert costs == sorted(costs, reverse=True)
    for place in (ends[0]["first"], ends[0]["later"]):
        values = np.array(place["eigenvalues"])
        assert len(values) == 2260 and (np.diff(values) >= 0).all()
        assert (values < -1e-9).sum() == place["below"]["1e-09"]


def test_the_benchmark_knows_the_hessian(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    ends = importlib.import_module("ends")
    for sizes in [(3, 4, 2), (2, 5, 1)]:
        network, x, y = example(sizes, 7)
        found = ends.whole_hessian(network, x, y)
        assert np.abs(found - hessian(network, x, y)).max() < 1e-15
    rows = ends.measure(2, 1, 30, (64, 3, 10), (0, 5))
    assert [row["end"]["seed"] for row in rows] == [0, 1]
    assert "eigenvalues" in rows[0]["end"]["first"]


def test_other_functions_than_the_sigmoid_are_kept() -> None:
    """One neuron with tanh by hand, and a network by second differences."""
    w, b, x, y = 0.7, -0.4, 1.3, 0.2
    one = Network({1: np.array([[w]])}, {1: np.array([[b]])}, {1: TANH})
    a = np.tanh(w * x + b)
    bend = (1 - a**2) ** 2 - (a - y) * 2 * a * (1 - a**2)
    wanted = bend * np.array([[x * x, x], [x, 1]])
    assert np.abs(hessian(one, [[x]], [[y]]) - wanted).max() < 1e-15
    place = classify(one, [[x]], [[y]])
    assert np.abs(place.eigenvalues - np.linalg.eigvalsh(wanted)).max() < 1e-15
    plain, x, y = example((2, 3, 1), 5)
    network = Network(plain.w, plain.b, {1: TANH})
    theta, h = as_vector(network), 1e-4
    again = as_network(theta, network.sizes, network.f)
    assert again.f == network.f != plain.f
    assert as_network(theta, network.sizes).f == plain.f
    v = np.random.default_rng(6).normal(size=theta.shape)
    moved = (
        as_network(theta + t * v, network.sizes, again.f) for t in (h, -h)
    )
    up, down = (as_vector(backprop(net, x, y)) for net in moved)
    along = hessian_along(network, x, y, v)
    assert np.abs(along - (up - down) / (2 * h)).max() < 1e-7
    assert np.abs(along - hessian_along(plain, x, y, v)).max() > 1e-3
