"""Guard 4: how sure a share is, and what the stored runs hold."""

import importlib.util
import json
from importlib.resources import files
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bp
from bp import wilson_interval
from bp.experiments import trust as experiment
from conftest import ROOT

pytestmark = pytest.mark.guard("4 functions")

# --- shares


@given(st.integers(1, 10_000), st.data(), st.floats(0.1, 4))
def test_at_the_ends_the_share_is_just_usual(
    n: int, data: st.DataObject, t: float
) -> None:
    right = data.draw(st.integers(0, n))
    share = right / n
    low, high = wilson_interval(right, n, t)
    assert 0 <= low <= share + 1e-15 and share - 1e-15 <= high <= 1
    for p in (low, high):
        if 0 < p < 1:
            away, usual = (share - p) ** 2, t**2 * p * (1 - p) / n
            assert away == pytest.approx(usual, rel=1e-6, abs=1e-12)
    mirrored = wilson_interval(n - right, n, t)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_ends_at_the_rim() -> None:
    low, high = wilson_interval(0, 10)
    assert low == 0 and high == pytest.approx(1.96**2 / (10 + 1.96**2))
    assert wilson_interval(10, 10)[1] == 1
    assert wilson_interval(1, 1)[0] > 0.2


@pytest.mark.parametrize("n", [15, 19, 30])
def test_rounding_leads_no_end_past_the_rim(n: int) -> None:
    assert wilson_interval(0, n)[0] == 0 and wilson_interval(n, n)[1] <= 1


def test_a_wrong_t_is_told_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"write t=1\.96$"):
        wilson_interval(1, 5, 0)


@pytest.mark.parametrize(
    ("right", "n"), [(355, 360), (0, 7), (1, 2), (80, 80)]
)
def test_as_scipy_has_it(right: int, n: int) -> None:
    stats = pytest.importorskip(
        "scipy.stats", reason="scipy, the oracle, is not installed"
    )
    theirs = stats.binomtest(right, n).proportion_ci(0.95, method="wilson")
    ours = wilson_interval(right, n, stats.norm.ppf(0.975))
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(
    ("right", "n", "t"), [(-1, 5, 1), (6, 5, 1), (0, 0, 1), (1, 5, 0)]
)
def test_impossible_counts_are_refused(right: int, n: int, t: float) -> None:
    with pytest.raises(ValueError, match="is .*, expected"):
        wilson_interval(right, n, t)


def test_shares_are_no_counts() -> None:
    with pytest.raises(TypeError, match="right is 0.98, expected a whole"):
        wilson_interval(0.98, 50)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int16, np.uint64])
def test_small_whole_numbers_do_not_wrap(kind: type) -> None:
    wanted = wilson_interval(100, 120)
    assert wilson_interval(kind(100), kind(120)) == wanted
    assert wilson_interval(100, 120, np.float16(1.5)) == wilson_interval(
        100, 120, 1.5
    )


def test_the_picture_has_the_same_interval() -> None:
    for right, n in [(355, 360), (0, 9), (100, 100), (9_700, 10_000)]:
        low, high = experiment.interval(right, n)
        wanted = wilson_interval(right, n)
        assert (max(low, 0), min(high, 1)) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.guard("6 experiments")
@pytest.mark.parametrize("machines", [2, 30, 60])
def test_what_the_picture_says_of_the_best(machines: int) -> None:
    counts, again = experiment.tests(machines, 360, 3)
    assert len(counts) == machines and 0 <= again <= 360
    said = experiment.draw_tests(machines, 360, 3).text
    assert f"reads {100 * max(counts) / 360:.1f} %" in said
    held = sum(
        low <= experiment.TRUTH <= high
        for low, high in (experiment.interval(c, 360) for c in counts)
    )
    assert f"{held} of the intervals hold the truth" in said


# --- the benchmarks


def benchmark(name: str) -> ModuleType:
    path = ROOT / "benchmarks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{name}_benchmark", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_benchmark_runs_small() -> None:
    module = benchmark("trust")
    rows = module.measure(2, 1, (3.0,), epochs=1, longer=2)
    ours, mixed, neighbours, rate = rows
    assert len(ours["runs"]) == 2
    for row in (mixed, neighbours):
        runs = np.array(row["runs"])
        assert runs.shape == (5, 4) and runs[:, 2].sum() == 1797
        assert (runs[:, 0] + runs[:, 2] == 1797).all()
        missed = sum(times for _, times in row["misread"])
        assert missed == 1797 - runs[:, 3].sum()
    assert mixed["misread"] != neighbours["misread"]
    (run,) = rate["runs"]
    assert len(run["right"]) == 2 and len(run["cost"]) == 3
    assert len({*run["missed"]}) == 300 - run["right"][0]


def test_the_starts_differ_in_the_layers_named() -> None:
    with patch.dict("sys.modules", mnist=benchmark("mnist")):
        module = benchmark("starts")
    for layers in module.WIDE.values():
        rng = np.random.default_rng(0)
        network = bp.random_network((400, 100, 10), rng)
        network = module.with_unit_variance(network, layers)
        for l, n in [(1, 400), (2, 100)]:
            wanted = 1 if l in layers else n**-0.5
            assert network.w[l].std() == pytest.approx(wanted, rel=0.1)


def stored(name: str) -> list[dict]:
    text = files("bp.data").joinpath(f"{name}.json").read_text("utf-8")
    return json.loads(text)["rows"]


def test_what_is_stored_is_whole() -> None:
    ours, mixed, neighbours, *rates = stored("trust")
    runs = np.array(ours["runs"])
    assert runs.shape == (50, 2) and runs[:, 1].mean() / 360 >= 0.975
    assert len({*map(tuple, ours["runs"])}) > 10, "starts of their own"
    for row in (mixed, neighbours):
        parts = np.array(row["runs"]).reshape(row["times"], 5, 4)
        assert (parts[:, :, 2].sum(axis=1) == 1797).all()
        missed = sum(times for _, times in row["misread"])
        assert missed == (parts[:, :, 2] - parts[:, :, 3]).sum()
    assert [row["rate"] for row in rates] == [0.1, 0.3, 1, 3, 10, 30]
    for row in rates:
        for run in row["runs"]:
            assert len(run["right"]) == (60 if row["rate"] == 3 else 30)
            assert len({*run["missed"]}) == 300 - run["right"][29]
    starts = stored("starts")
    assert [(row["sizes"][1], row["wide"]) for row in starts] == [
        (n, wide)
        for n in (30, 100)
        for wide in ("none", "both", "hidden", "output")
    ]
    for row in starts:
        assert len(row["runs"]) == 3
        for run in row["runs"]:
            assert [len(seen["loudest"]) for seen in run] == [10, 10]
