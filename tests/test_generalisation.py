"""Guard 4: what is gained: gains, Hessians of rules, what is stored."""

import importlib
from itertools import product
from typing import Any

import numpy as np
import pytest

from bp import (
    TANH,
    Network,
    as_vector,
    backprop,
    hessian,
    mean_gain,
    random_network,
    rule_hessian,
)
from bp.experiments.generalisation import (
    XOR,
    answers,
    chosen,
    descend_many,
    gains,
    stacked,
    stored,
)
from bp.experiments.regularisation import few_digits
from bp.network import forward
from bp.regularisation import shifted, with_l1, with_l2
from bp.training import sgd
from conftest import ROOT

pytestmark = pytest.mark.guard("4 functions")


def test_mean_gain_by_hand() -> None:
    mean, error = mean_gain([1.0, 2.0, 3.0], [2.0, 4.0, 3.0])
    assert mean == 1.0 and error == pytest.approx(1 / np.sqrt(3))
    for wrong in ([1.0], [[1.0, 2.0]]):
        with pytest.raises(ValueError, match="expected a row of two pairs"):
            mean_gain(wrong, wrong)


def test_the_hessian_of_a_rule() -> None:
    rng = np.random.default_rng(0)
    network = random_network((3, 4, 2), rng)
    x, y = rng.normal(size=(3, 5)), rng.uniform(size=(2, 5))
    plain = hessian(network, x, y)
    assert np.abs(rule_hessian(backprop, network, x, y) - plain).max() < 1e-15
    is_weight = as_vector(
        Network(
            {l: np.ones_like(w) for l, w in network.w.items()},
            {l: 0 * b for l, b in network.b.items()},
        )
    )[:, 0]
    added = rule_hessian(with_l2(0.3), network, x, y) - plain
    assert np.abs(added - 0.3 * np.diag(is_weight)).max() < 1e-15
    added = rule_hessian(with_l1(0.3), network, x, y) - plain
    assert np.abs(added).max() < 1e-15
    bent = Network(network.w, network.b, {1: TANH})
    found, other = rule_hessian(backprop, bent, x, y), hessian(bent, x, y)
    assert np.abs(found - other).max() < 1e-15
    assert np.abs(found - plain).max() > 1e-3


@pytest.mark.parametrize("lam", [0.0, 0.1])
def test_many_networks_go_as_each_alone(lam: float) -> None:
    starts = [
        random_network((2, 3, 1), np.random.default_rng(s)) for s in (0, 1)
    ]
    many = descend_many(stacked(starts), *XOR, 0.5, 7, lam)
    for k, start in enumerate(starts):
        alone, _ = sgd(
            start,
            *XOR,
            learning_rate=0.5,
            batch_size=4,
            epochs=7,
            rng=np.random.default_rng(0),
            gradient=with_l2(lam),
        )
        found = [part[k] for part in many]
        wanted = [alone.w[1], alone.b[1], alone.w[2], alone.b[2]]
        for got, right in zip(found, wanted, strict=True):
            assert np.abs(got - right).max() < 1e-13
        a = answers(many, XOR[0])[1][k]
        assert np.abs(a - forward(alone, XOR[0]).a[2]).max() < 1e-13


def test_many_networks_with_digits_of_their_own() -> None:
    drawn = [few_digits(seed) for seed in (0, 1)]
    x, y = (np.stack([d[0][k] for d in drawn]) for k in (0, 1))
    many = descend_many(
        stacked([d[2] for d in drawn]), x, y, 2.0, 5, 1e-3, l1=3e-4
    )
    for k, (samples, _, start) in enumerate(drawn):
        alone, _ = sgd(
            start,
            *samples,
            learning_rate=2,
            batch_size=100,
            epochs=5,
            rng=np.random.default_rng(0),
            gradient=with_l2(1e-3, with_l1(3e-4)),
        )
        for got, right in zip(many[::2], alone.w.values(), strict=True):
            assert np.abs(got[k] - right).max() < 1e-13


def test_many_networks_see_each_sample_once_an_epoch() -> None:
    drawn = [few_digits(seed) for seed in (0, 1)]
    x, y = (np.stack([d[0][k] for d in drawn]) for k in (0, 1))
    seen: list[Any] = []

    def watch(u: Any) -> Any:
        seen.append(u)
        return u

    start = stacked([d[2] for d in drawn])
    descend_many(start, x, y, 0.1, 10, size=10, change=watch)
    for k, every in enumerate(np.concatenate(seen, axis=2)):
        assert sorted(map(tuple, every.T)) == sorted(map(tuple, x[k].T))


def test_the_benchmark_moves_by_shifts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    benchmark = importlib.import_module("generalisation")
    u = np.random.default_rng(0).normal(size=(2, 64, 30))
    found = benchmark.by_shifts(np.random.default_rng(1))(u)
    ways = list(product([-1, 0, 1], repeat=2))
    which = [
        [(shifted(before, *way) == after).all(axis=0) for way in ways]
        for before, after in zip(u, found, strict=True)
    ]
    assert (np.sum(which, axis=1) == 1).all()
    assert np.any(which, axis=(0, 2)).sum() == 9


def test_many_networks_with_chance() -> None:
    """Mini-batches cover an epoch; noise of 0 and keep of 1 do nothing."""
    start = stacked([random_network((2, 2, 1), np.random.default_rng(0))])
    plain = descend_many(start, *XOR, 1e-6, 4)
    online = descend_many(start, *XOR, 1e-6, 4, size=1)
    for a, b, c in zip(start, plain, online, strict=True):
        moved = np.abs(b - a).max()
        # four small steps of one sample each, or of all: the same way
        assert np.abs((c - a) - (b - a)).max() < 1e-4 * moved
    for options in ({"noise": 0.5}, {"keep": 0.5}, {"size": 2}):
        other = descend_many(start, *XOR, 1.0, 4, **options)
        assert any((a != b).any() for a, b in zip(plain, other, strict=True))


def judge(xor: list, digits: list) -> None:
    """What the benchmark has found is whole, and chosen without the test
    samples."""
    assert [(run["width"], run["rate"]) for run in xor[:2]] == [(2, 5), (3, 5)]
    for run in xor:
        rows = run["rows"]
        assert rows[0]["what"] == "none"
        for row in rows:
            change = row["spoiled"] - row["rescued"]
            assert row["failed"] == rows[0]["failed"] + change
    assert [run["wrong"] for run in digits] == [0.2, 0, 0]
    for run in digits:
        chosen_by_validation(run["ways"])


def test_what_is_stored() -> None:
    xor, digits = stored("xor"), stored("digits")
    judge(xor, digits)
    assert all(run["rows"][0]["runs"] >= 1000 for run in xor)
    for run in digits:
        assert np.shape(run["ways"]["none"]["test"])[1] >= 10


def test_the_benchmark_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    rows = importlib.import_module("generalisation").measure(2, 1, 12, 20, 1)
    judge(*([r[k] for r in rows if k in r] for k in ("xor", "digits")))


def chosen_by_validation(ways: Any) -> None:
    """No way is told by the test samples which strength to take."""
    for name in ways:
        costs = np.array(ways[name]["others"])[..., 0]
        best = chosen(ways, name, "others")[:, 0]
        assert (best == costs.min(axis=0)).all()
    assert gains(ways, "none") == (0, 0)


def test_the_numbers_of_samples_that_are_stored() -> None:
    runs = stored("sizes", "samples")
    assert {run["data"] for run in runs} == {"digits", "MNIST"}
    for run in runs:
        chosen_by_validation(run["ways"])


def test_the_benchmark_of_samples_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    samples = importlib.import_module("samples")
    rows = samples.measure((30,), (), (2, 2), (20, 20), 2, 1)
    assert [row["sizes"]["wrong"] for row in rows] == [0, 0.2]


def test_the_penalties_that_are_stored() -> None:
    """With the starts and samples of the other runs, so in pairs with them."""
    rows = stored("penalties", "penalties")
    for run in stored("digits")[:2]:
        (plain,) = [
            row["test"]
            for row in rows
            if (row["name"], row["strength"]) == ("rate", 2)
            and row["wrong"] == run["wrong"]
        ]
        assert plain == run["ways"]["none"]["test"][0]


def test_the_benchmark_of_penalties_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    penalties = importlib.import_module("penalties")
    rows = [row["penalties"] for row in penalties.measure(2, 1, (0.2,), 1)]
    assert {row["name"] for row in rows} == {"rate", "L2", "L1"}
    for row in rows:
        small = np.array(row["small"])
        assert small.shape == (2, 2) and (small[0] >= small[1]).all()
    heavy = [row["small"][0] for row in rows if row["name"] == "L1"]
    assert np.min(heavy[-1]) > np.max(heavy[0])
