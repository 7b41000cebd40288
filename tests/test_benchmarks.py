"""Guard 4: every benchmark runs, and its peers have the book's gradient.

Nothing here is timed: how fast something is, `make bench` says.
"""

import importlib
import json
import os
import sys
from importlib.resources import files

import numpy as np
import pytest

from conftest import ROOT

pytestmark = pytest.mark.guard("4 functions")
TINY = {
    "autodiff": {"sizes": (6, 5, 4), "batches": [3]},
    "step": {"nets": [(6, 5, 4)], "batches": [1, 3], "n": 30},
    "products": {"nets": [(6, 5, 4)], "batches": [3]},
    "memory": {"nets": [(6, 5, 4)], "blocks": [7], "n": 30},
    "growth": {
        "two_layers": [(6, 5, 4)],
        "deep": [(6, 5, 5, 4)],
        "batches": [1, 3],
    },
    "peers": {
        "nets": [(6, 5, 4)],
        "batches": [3],
        "n": 30,
        "names": ["Workspace", "backprop, readable", "per-sample loop"],
    },
}
OF_RUNS = {  # what is not timed: costs and curvatures of runs, stored
    "descent": {
        "rates": [3],
        "on_the_way": [5],
        "seeds": [0],
        "moments": [0, 1],
        "steps": 2,
        "products": 6,
    },
    "second_order": {
        "nets": [(6, 5, 4)],
        "m": 3,
        "seconds": 0.01,
        "rates": [3],
        "seeds": [0],
        "moments": [0, 1],
        "products": 6,
        "between": [0, 1],
    },
    "minibatch": {
        "sizes": [700],
        "rates": [3],
        "seeds": [0],
        "epochs": 1,
        "steps": 2,
        "moments": [0, 1],
        "schedule_rates": [3],
        "schedule_epochs": 1,
    },
}


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


@pytest.mark.parametrize("name", [*TINY, *OF_RUNS])
def test_measures_something_and_says_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = importlib.import_module("run")
    products = importlib.import_module("products")
    monkeypatch.setitem(products.OTHERS, "numpy again", products.of_numpy)
    chosen = OF_RUNS.get(name) or TINY[name] | {"seconds": 0.01}
    rows = importlib.import_module(name).measure(**chosen)
    assert len({row["what"] for row in rows}) == len(rows) > 0
    for row in rows:
        low, high = row["quartiles"]
        assert 0 < low <= row["median"] <= high
        assert row["what"] in run.line(row)


def stored(name: str) -> list[dict]:
    file = files("bp.data").joinpath(f"{name}.json")
    return json.loads(file.read_text("utf-8"))["rows"]


def test_what_is_stored_of_descent_is_found_again() -> None:
    """And 2/λ, by a quotient of the cost along the steepest direction."""
    descent = importlib.import_module("descent")
    row = next(row for row in stored("descent") if row["rate"] == 1)
    found = descent.ends(1, [0], 100)
    assert abs(found["costs"][0] - row["costs"][0]) < 1e-4
    assert found["rises"] == row["rises"][:1]
    digits, h = descent.Digits(0), 1e-2
    at = digits.space.parameters.copy()
    bend, v = digits.steepest_bend(at, digits.rng.normal(size=at.size), 25)
    v *= h / np.linalg.norm(v)
    down, here, up = (digits.slopes(at + s * v)[1] for s in (-1, 0, 1))
    assert abs((up - 2 * here + down) / h**2 / bend - 1) < 0.02
    way = next(row for row in stored("descent") if "limits" in row)
    assert way["seed"] == 0 and abs(2 / bend / way["limits"][0] - 1) < 1e-3


def test_what_is_stored_of_the_steepest_bend_is_found_again() -> None:
    second_order = importlib.import_module("second_order")
    row = next(row for row in stored("second_order") if row["kind"] == "way")
    found = second_order.along_the_way(row["rate"], 0, (0, 1, 2), 25)
    assert np.allclose(found["limits"], row["limits"][:3], rtol=1e-3)
    assert found["apart"] < 1e-2 and found["costs"] == row["costs"][:3]


def test_what_is_stored_of_mini_batches_is_found_again() -> None:
    minibatch = importlib.import_module("minibatch")
    rows = stored("minibatch")
    row = next(row for row in rows if row["kind"] == "noise")
    found = minibatch.noise(0, 3.0, 10, (0, 3))
    for name in ("spreads", "lengths", "costs"):
        assert np.allclose(found[name], row[name][:2], rtol=0.05)
    row = next(row for row in rows if (row.get("m"), row["rate"]) == (100, 3))
    found = minibatch.sizes_at_rates(100, 3, [0], 3, 45)
    assert abs(found["costs"][0] - row["costs"][0]) < 1e-3
    assert found["read"] == found["read_of_steps"] == row["read"][:1]


def test_a_goal_is_printed_with_what_became_of_it() -> None:
    run = importlib.import_module("run")
    row = {"what": "it", "median": 2.0, "quartiles": [1.9, 2.1]}
    assert "NOT MET" in run.line(row | {"at_most": 1.5})
    assert "NOT MET" in run.line(row | {"at_least": 2.5})
    assert "goal: at most 2.50" in run.line(row | {"at_most": 2.5})
    assert "NOT MET" not in run.line(row | {"at_most": 2.5, "at_least": 2.0})


def test_ratios_are_taken_turn_by_turn() -> None:
    timing = importlib.import_module("timing")
    found = timing.ratio([2, 4, 60], [1, 2, 3])
    assert found["median"] == 2 and found["turns"] == 3
    calls: list[str] = []
    works = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    times = timing.take_turns(works, 0, least=3)
    assert calls == ["a", "b"] * 4
    assert {name: len(t) for name, t in times.items()} == {"a": 3, "b": 3}


def test_it_starts_over_with_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timing = importlib.import_module("timing")
    begun: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execve", lambda *call: begun.append(call[2]))
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    timing.restart_clean()
    assert begun[0]["OMP_NUM_THREADS"] == "1"
    assert "OPENBLAS_CORETYPE" not in begun[0]
    monkeypatch.setattr(os, "environ", begun[0])
    timing.restart_clean()  # clean by now: not again
    assert len(begun) == 1


def test_the_surroundings_are_named() -> None:
    found = importlib.import_module("timing").surroundings()
    assert found["versions"]["numpy"] == np.__version__
    json.dumps(found)


def test_installed_peers_take_the_same_steps() -> None:
    """Their gradients are right, and their steps lead where ours do."""
    peers = importlib.import_module("peers")
    names = [name for name in peers.PEERS if name != "torch compiled"]
    found = dict(peers.started((6, 5, 4), 3, 30, names))
    assert {"Workspace", "backprop, readable", "per-sample loop"} <= set(found)
    before, after = {}, {}
    steps = [np.array([3, 1, 4]), np.array([5, 9, 2])]
    for name, peer in found.items():
        if peer.cost == "quadratic":
            before[name] = peer.slopes(steps[0])
            before[name] = [v.copy() for v in before[name]]
            peer.steps(peer.batches(steps))
            after[name] = peer.slopes(steps[0])
    for name, slopes in after.items():
        for mine, yours, old in zip(
            after["Workspace"], slopes, before[name], strict=True
        ):
            assert np.abs(mine - yours).max() < 1e-14, name
            assert np.abs(old - yours).max() > 1e-9, name


def test_a_wrong_gradient_is_not_timed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    peers = importlib.import_module("peers")
    right = peers.loop

    def wrong(*arguments: object) -> object:
        peer = right(*arguments)
        slopes = peer.slopes
        peer.slopes = lambda index: [2 * v for v in slopes(index)]
        return peer

    monkeypatch.setitem(peers.PEERS, "per-sample loop", wrong)
    with pytest.raises(ValueError, match="per-sample loop has another"):
        list(peers.started((6, 5, 4), 3, 30, ["per-sample loop"]))


def test_a_missing_peer_is_skipped_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    peers = importlib.import_module("peers")
    monkeypatch.setitem(sys.modules, "torch", None)
    found = list(peers.started((6, 5, 4), 3, 30, ["torch eager"]))
    assert not found and "skipped: torch eager" in capsys.readouterr().out
