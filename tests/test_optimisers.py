"""Guard 4: the optimisers."""

import json
import os
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bp import Memory, Optimiser, optimiser
from bp.experiments import optimisers as experiments
from optax_steps import OTHER, RATE, USUAL, start, uneven

pytestmark = pytest.mark.guard("4 functions")
NAMES = list(USUAL)


@cache
def by_optax() -> dict[str, list[dict[str, Any]]]:
    """The parameters after each step, by name and kind; asked once."""
    script = Path(__file__).with_name("optax_steps.py")
    said = subprocess.run(
        [sys.executable, script],
        env=os.environ | {"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    return json.loads(said.stdout)


@pytest.mark.parametrize("kind", ["usual", "other"])
@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_steps_are_those_of_optax(name: str, kind: str) -> None:
    if find_spec("optax") is None:
        pytest.skip("optax, the oracle, is not installed")
    row = optimiser(name, RATE, **(OTHER[name] if kind == "other" else {}))
    ours, memory = start(), Memory()
    theirs = by_optax()[f"{name} {kind}"]
    for t, place in enumerate(theirs, start=1):
        ours, memory = row.step(ours, uneven(ours, t), memory)
        for key, array in ours.items():
            assert np.abs(array - place[key]).max() < 1e-12, (t, key)
    assert memory.t == len(theirs) == 100


def test_a_row_is_what_it_says() -> None:
    assert optimiser("plain", 2.0) == Optimiser(2.0)
    assert optimiser("momentum", 2.0) == Optimiser(2.0, 0.9)
    assert optimiser("Nesterov", 2.0, beta1=0.5) == Optimiser(
        2.0, 0.5, ahead=True
    )
    assert optimiser("RMSProp", 2.0) == Optimiser(2.0, 0.0, 0.9, 1e-8)
    usual = Optimiser(2.0, 0.9, 0.999, 1e-8, 0.0, False, True)
    assert optimiser("Adam", 2.0) == usual
    assert optimiser("AdamW", 2.0).decay == 0.01
    assert optimiser("AdamW", 2.0, epsilon=0.0, decay=0.0).mean
    with pytest.raises(ValueError, match="is 'adam', expected.*'Adam'"):
        optimiser("adam", 1.0)
    with pytest.raises(ValueError, match="name is 3"):
        optimiser(3, 1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="momentum has.*beta1.*got.*beta2"):
        optimiser("momentum", 1.0, beta2=0.5)
    for slip in ({"beta1": 1.0}, {"beta1": -0.1}, {"epsilon": -1e-8}):
        with pytest.raises(ValueError, match=next(iter(slip))):
            optimiser("Adam", 1.0, **slip)
    for rate in (0, -1.0, np.inf):
        with pytest.raises(ValueError, match="learning_rate"):
            optimiser("Adam", rate)
    with pytest.raises(TypeError, match="learning_rate=0.01$"):
        optimiser("Adam", "fast")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_memory_of_another_kind_is_refused(name: str, other: str) -> None:
    row, theta = optimiser(name, 0.1), start()
    memory = optimiser(other, 0.1).step(theta, theta, Memory())[1]
    if (row.beta2 is None) == (optimiser(other, 0.1).beta2 is None):
        assert row.step(theta, theta, memory)[1].t == 2
        return
    with pytest.raises(ValueError, match="memory is of another row: write"):
        row.step(theta, theta, memory)


@pytest.mark.parametrize(
    "memory",
    [
        Memory(-1),
        Memory("2"),  # type: ignore[arg-type]
        Memory(1.5),  # type: ignore[arg-type]
        Memory(2, start(), {"w": np.ones((3, 2)), "b": np.ones(3)}),
        Memory(2, start(), {"w": np.ones((3, 2))}),
        Memory(2, None, start()),  # type: ignore[arg-type]
    ],
)
def test_memory_that_does_not_fit(memory: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="^memory"):
        optimiser("Adam", 0.1).step(start(), start(), memory)


@pytest.mark.parametrize("name", NAMES)
def test_a_step_changes_nothing_that_it_was_given(name: str) -> None:
    row, theta = optimiser(name, 0.1), start()
    g = uneven(theta, 1)
    kept = {k: v.copy() for k, v in (theta | {"g": g["w"]}).items()}
    new, memory = row.step(theta, g, Memory())
    again = {k: v.copy() for k, v in memory.m.items()}
    row.step(new, uneven(new, 2), memory)
    assert all(np.array_equal(theta[k], kept[k]) for k in theta)
    assert np.array_equal(g["w"], kept["g"])
    assert all(np.array_equal(memory.m[k], again[k]) for k in again)
    g["w"][:] = np.nan  # a rule may write over its own arrays
    assert np.isfinite(memory.m["w"]).all() and np.isfinite(new["w"]).all()
    assert Memory() == (0, {}, {})


def test_float32_stays() -> None:
    theta = {"w": np.ones((2, 1), np.float32)}
    for name in NAMES:
        new, memory = optimiser(name, 0.1).step(theta, theta, Memory())
        assert new["w"].dtype == memory.m["w"].dtype == np.float32


@given(st.floats(1e-3, 1e3), st.floats(0, 0.95), st.floats(0.9, 0.999))
def test_the_first_step_of_adam_is_the_rate(
    slope: float, beta1: float, beta2: float
) -> None:
    row = optimiser("Adam", 0.25, beta1=beta1, beta2=beta2, epsilon=0.0)
    new, _ = row.step({"w": np.zeros(2)}, {"w": [slope, -slope]}, Memory())
    assert np.abs(new["w"] - [-0.25, 0.25]).max() < 1e-12


@pytest.mark.parametrize(
    ("slopes", "said"),
    [
        (None, "slopes is None, expected arrays by name"),
        ({}, "expected arrays by name: write slopes="),
        ({"w": np.ones(2)}, "slopes has {'w': .2,.}, expected"),
        ({"w": np.ones((3, 2)), "b": np.ones(3)}, "slopes has"),
        ({"w": np.ones((3, 2)), "b": np.ones((3, 1)), "c": 1}, "slopes has"),
        ({"w": np.ones((3, 2)), "b": 1j * np.ones((3, 1))}, "complex"),
        ({"w": np.ones((3, 2)), 3: np.ones((3, 1))}, r"slopes\[3\]"),
        ({"w": np.ones((3, 2)), "b": "no"}, "slopes"),
    ],
)
def test_slopes_that_do_not_fit(slopes: Any, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        optimiser("Adam", 0.1).step(start(), slopes, Memory())


@pytest.mark.parametrize("name", experiments.NAMES)
def test_the_race_is_run_by_the_same_rules(name: str) -> None:
    way, costs = experiments.raced(name, 0)
    assert way.shape == (41, 2) and costs[-1] < 0.05 < 6 < costs[0]
    bends, best = experiments.BENDS, np.inf
    for rate in np.geomspace(1e-3, 1, 13):
        theta, memory = {"u": experiments.START}, Memory()
        for _ in range(40):
            g = {"u": bends * theta["u"]}
            theta, memory = optimiser(name, rate).step(theta, g, memory)
        cost = (bends * theta["u"] ** 2).sum() / 2
        if cost < best:
            best, end = cost, theta["u"]
    assert np.abs(end - way[-1]).max() < 1e-12


def test_decay_shrinks_a_weight_whose_slope_is_zero() -> None:
    row = optimiser("AdamW", 0.1, decay=0.5)
    theta = {"w": np.array([2.0, -4.0])}
    new, _ = row.step(theta, {"w": np.zeros(2)}, Memory())
    assert np.abs(new["w"] - [1.9, -3.8]).max() < 1e-15
