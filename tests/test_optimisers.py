"""Guard 4: the optimisers, and the loop for parameters of any kind."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bp
from bp import (
    Activation,
    Diverged,
    History,
    Interrupted,
    Memory,
    Network,
    Optimiser,
    Run,
    by_name,
    load_digits,
    minimise,
    network_slopes,
    optimiser,
    random_network,
    sgd,
    with_parameters,
)
from bp.experiments import optimisers as experiments

pytestmark = pytest.mark.guard("4 functions")
NAMES = ["plain", "momentum", "Nesterov", "RMSProp", "Adam", "AdamW"]
# Not the usual numbers, so that none of them is written into the code.
OTHER: dict[str, dict[str, float]] = {
    "plain": {},
    "momentum": {"beta1": 0.7},
    "Nesterov": {"beta1": 0.8},
    "RMSProp": {"beta2": 0.95, "epsilon": 1e-3},
    "Adam": {"beta1": 0.8, "beta2": 0.97, "epsilon": 1e-3},
    "AdamW": {"beta1": 0.7, "beta2": 0.9, "epsilon": 1e-2, "decay": 0.05},
}


def start() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    return {"w": rng.normal(size=(3, 2)), "b": rng.normal(size=(3, 1))}


def uneven(parameters: dict[str, Any], t: int) -> dict[str, Any]:
    """Slopes that depend on the place and on the step, of several sizes."""
    w, b = parameters["w"], parameters["b"]
    return {
        "w": 3 * w + np.sin(t + np.arange(6).reshape(3, 2)),
        "b": 0.01 * b * b + np.cos(2 * t) * 1e-3,
    }


def in_optax(name: str, other: dict[str, float]) -> Any:
    optax = pytest.importorskip(
        "optax", reason="optax, the oracle, is not installed"
    )
    beta1, beta2 = other.get("beta1"), other.get("beta2")
    eps, decay = other.get("epsilon"), other.get("decay")
    if name in ("plain", "momentum", "Nesterov"):
        return optax.sgd(0.05, momentum=beta1, nesterov=name == "Nesterov")
    if name == "RMSProp":
        return optax.rmsprop(0.05, decay=beta2, eps=eps, eps_in_sqrt=False)
    if name == "Adam":
        return optax.adam(0.05, b1=beta1, b2=beta2, eps=eps)
    return optax.adamw(0.05, b1=beta1, b2=beta2, eps=eps, weight_decay=decay)


@pytest.mark.parametrize("usual", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_steps_are_those_of_optax(name: str, usual: bool) -> None:
    row = optimiser(name, 0.05, **({} if usual else OTHER[name]))
    numbers = {
        "momentum": {"beta1": 0.9},
        "Nesterov": {"beta1": 0.9},
        "RMSProp": {"beta2": 0.9, "epsilon": 1e-8},
        "Adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
        "AdamW": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
        | {"decay": 0.01},
    }
    other = numbers.get(name, {}) if usual else OTHER[name]
    oracle = in_optax(name, other)
    jax = pytest.importorskip("jax", reason="jax, the oracle, is not there")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        theirs = {k: jax.numpy.asarray(v) for k, v in start().items()}
        state, ours, memory = oracle.init(theirs), start(), Memory()
        for t in range(1, 101):
            g = uneven(ours, t)
            jaxed = {
                k: jax.numpy.asarray(v)
                for k, v in uneven(
                    {k: np.asarray(v) for k, v in theirs.items()}, t
                ).items()
            }
            updates, state = oracle.update(jaxed, state, theirs)
            theirs = {k: theirs[k] + updates[k] for k in theirs}
            ours, memory = row.step(ours, g, memory)
            for key in ours:
                apart = np.abs(ours[key] - np.asarray(theirs[key])).max()
                assert apart < 1e-12, (t, key)
    finally:
        jax.config.update("jax_enable_x64", before)
    assert memory.t == 100


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
    with pytest.raises(TypeError, match="learning_rate=0.01"):
        optimiser("Adam", "fast")  # type: ignore[arg-type]


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
    assert way.shape == (41, 2) and costs.argmin() > 20
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


def digits() -> tuple[Network, np.ndarray, np.ndarray]:
    train, _ = load_digits()
    network = random_network((64, 12, 10), np.random.default_rng(0))
    return network, train.x[:, :207], train.y[:, :207]


def run(**other: Any) -> Run:
    network, x, y = digits()
    settings: dict[str, Any] = {
        "optimiser": optimiser("Adam", 0.01),
        "batch_size": 10,
        "epochs": 3,
        "rng": np.random.default_rng(5),
    }
    given = {"parameters": by_name(network), "n": 207} | settings | other
    given.setdefault("slopes", network_slopes(network, x, y))
    return minimise(**given)


def test_plain_descent_is_sgd_to_the_last_digit() -> None:
    network, x, y = digits()
    found = run(optimiser=optimiser("plain", 3.0))
    same, history = sgd(
        network, x, y, learning_rate=3.0, batch_size=10, epochs=3,
        rng=np.random.default_rng(5), gradient=bp.backprop,
    )  # fmt: skip
    for key, array in by_name(same).items():
        assert np.array_equal(array, found.parameters[key])
    assert np.abs(np.subtract(history.cost, found.history.cost)).max() < 1e-14
    fast, _ = sgd(
        network, x, y, learning_rate=3.0, batch_size=10, epochs=3,
        rng=np.random.default_rng(5),
    )  # fmt: skip
    assert np.abs(fast.w[1] - same.w[1]).max() < 1e-12


def test_names_and_back() -> None:
    network = random_network((2, 3, 1), np.random.default_rng(0))
    tanh = Activation(np.tanh, lambda z: 1 / np.cosh(z) ** 2)
    network = Network(network.w, network.b, {1: tanh})
    named = by_name(network)
    assert list(named) == ["w1", "b1", "w2", "b2"]
    moved = with_parameters(network, {k: 2 * v for k, v in named.items()})
    assert np.array_equal(moved.w[2], 2 * network.w[2])
    assert np.array_equal(moved.b[1], 2 * network.b[1])
    assert moved.f[1] is tanh
    x, y = np.ones((2, 4)), np.zeros((1, 4))
    cost, slopes = network_slopes(network, x, y)(named, np.array([0, 2]))
    found = bp.backprop(network, x[:, :2], y[:, :2])
    assert cost == found.cost and isinstance(cost, float)
    assert np.array_equal(slopes["w1"], found.w[1])

    def end(z: np.ndarray, y: Any) -> tuple[Any, np.ndarray]:
        return z.sum() / z.shape[1], np.ones_like(z)

    cost, slopes = network_slopes(network, x, y, end)(named, np.arange(4))
    assert np.abs(slopes["b2"] - 1).max() < 1e-15


def test_five_epochs_and_five_more_are_ten() -> None:
    whole = run(epochs=4)
    rng = np.random.default_rng(5)
    half = run(epochs=1, rng=rng)
    again = run(
        epochs=3,
        rng=rng,
        parameters=half.parameters,
        memory=half.memory,
        history=half.history,
    )
    assert again.history.cost == whole.history.cost
    assert len(whole.history.cost) == 5
    for key in whole.parameters:
        assert np.array_equal(whole.parameters[key], again.parameters[key])
        assert np.array_equal(whole.memory.v[key], again.memory.v[key])
    assert again.memory.t == whole.memory.t == 4 * 21


def test_the_history_is_the_mean_over_all_samples() -> None:
    network, x, y = digits()
    x, y = np.tile(x, 6)[:, :1201], np.tile(y, 6)[:, :1201]
    found = run(n=1201, slopes=network_slopes(network, x, y), epochs=0)
    cost = float(bp.backprop(network, x, y).cost)
    assert abs(found.history.cost[0] - cost) < 1e-14
    assert found.memory == Memory() and len(found.history.cost) == 1
    many: list[int] = []

    def counts(parameters: Any, index: np.ndarray) -> Any:
        many.append(index.size)
        return network_slopes(network, x, y)(parameters, index)

    run(n=1201, slopes=counts, epochs=0)
    assert max(many) <= 500 and sum(many) == 1201 and len(many) == 3
    told = run(measure=lambda parameters: len(parameters), epochs=2)
    assert told.history.cost == [4.0, 4.0, 4.0]


def test_each_sample_comes_once_an_epoch() -> None:
    network, x, y = digits()
    rule, seen = network_slopes(network, x, y), []

    def watched(parameters: Any, index: np.ndarray) -> Any:
        seen.append(index)
        return rule(parameters, index)

    run(slopes=watched, measure=lambda _: 0.0, epochs=2)
    assert [index.size for index in seen] == ([10] * 20 + [7]) * 2
    for part in (seen[:21], seen[21:]):
        assert sorted(np.concatenate(part)) == list(range(207))
    assert not np.array_equal(seen[0], seen[21])


def test_what_diverges_is_named_and_the_last_epoch_kept() -> None:
    def bowl(parameters: Any, index: Any) -> Any:
        u = parameters["u"]
        return float((u**2).sum() / 2), {"u": u}

    given: dict[str, Any] = {"parameters": {"u": np.ones(2)}, "n": 100}
    given |= {"slopes": bowl, "batch_size": 1, "epochs": 9}
    with pytest.raises(Diverged) as caught:
        run(**given, optimiser=optimiser("plain", 5.0))
    said = str(caught.value)
    # 4^256 is the first power whose square is not finite
    assert said.startswith("epoch 3, step 56: u has an entry of size 1e+154")
    assert "make learning_rate smaller than 5.0" in said
    kept: Any = caught.value.network
    assert isinstance(kept, Run) and len(kept.history.cost) == 3
    assert caught.value.history is kept.history
    assert np.isfinite(kept.parameters["u"]).all() and kept.memory.t == 200

    def broken(parameters: Any, index: Any) -> Any:
        return 0.0, {"u": np.array([1.0, np.nan])}

    given |= {"slopes": broken}
    with pytest.raises(Diverged, match="step 1: the slope by u has.*nan"):
        run(**given, optimiser=optimiser("Adam", 0.1))

    def vast(parameters: Any, index: Any) -> Any:
        return 0.0, {"u": np.array([1.0, 1e200])}

    given |= {"slopes": vast}  # Adam would divide by inf, and stand still
    with pytest.raises(Diverged, match="step 1: the slope by u has.*1e.200"):
        run(**given, optimiser=optimiser("Adam", 0.1))


def test_who_stops_it_keeps_what_was_done() -> None:
    network, x, y = digits()
    rule, left = network_slopes(network, x, y), [21 + 5]

    def stops(parameters: Any, index: np.ndarray) -> Any:
        if index.size <= 10:
            left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return rule(parameters, index)

    rng = np.random.default_rng(5)
    with pytest.raises(Interrupted, match="after epoch 1") as caught:
        run(slopes=stops, rng=rng)
    kept: Any = caught.value.network
    rest = run(epochs=2, rng=rng, **kept._asdict())
    assert rest.history.cost == run().history.cost


def test_a_callback_may_end_it() -> None:
    told: list[tuple[int, int, int]] = []

    def watch(epoch: int, found: Run, history: History) -> object:
        told.append((epoch, found.memory.t, len(history.cost)))
        return epoch == 2

    assert len(run(callback=watch, epochs=9).history.cost) == 3
    assert told == [(1, 21, 2), (2, 42, 3)]
    assert len(run(callback=lambda *_: 1, epochs=2).history.cost) == 3
    assert len(run(callback=lambda *_: np.True_).history.cost) == 2


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ({"parameters": [1.0]}, "parameters is .*expected arrays by name"),
        ({"n": 0}, "n is 0"),
        ({"batch_size": 208}, "batch_size is 208, expected 1 to 207"),
        ({"batch_size": 0}, "batch_size is 0, expected 1 to 207"),
        ({"epochs": -1}, "epochs is -1, expected 0"),
        ({"rng": 3}, "rng is a int, expected a random generator"),
        ({"slopes": 3}, "slopes is 3, expected a function"),
        ({"slopes": lambda p, i: p}, "slopes returned .*expected a pair"),
        ({"slopes": lambda p, i: (1, 2, 3)}, "slopes returned .*a pair"),
        ({"slopes": lambda p, i: ([1, 2], p)}, "slopes returned .*a pair"),
        ({"slopes": lambda p, i: (1.0, {})}, "slopes is .*arrays by name"),
        ({"callback": 3}, "callback is 3, expected a function"),
        ({"measure": 3}, "measure is 3, expected a function"),
        ({"optimiser": 0.1}, "optimiser is 0.1, expected what Optim"),
        ({"memory": 3}, "memory is 3, expected what Memory"),
        ({"history": []}, r"history is \[\], expected what History"),
    ],
)
def test_what_cannot_be_meant(slip: dict[str, Any], said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        run(**slip)
