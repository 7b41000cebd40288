"""Guard 4: the loop for parameters of any kind."""

from typing import Any

import numpy as np
import pytest

from bp import (
    Activation,
    Diverged,
    History,
    Interrupted,
    Memory,
    Network,
    Optimiser,
    Run,
    as_parameters,
    backprop,
    by_name,
    load_digits,
    minimise,
    network_slopes,
    optimiser,
    random_network,
    sgd,
    value_and_grad,
    with_parameters,
)
from bp.experiments import loop as experiments

pytestmark = pytest.mark.guard("4 functions")


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
    given: dict[str, Any] = {"parameters": by_name(network), "n": 207}
    given |= settings | other
    given.setdefault("slopes", network_slopes(network, x, y))
    return minimise(**given)


class Sloppy:
    """An optimiser of somebody's own: what a step returns is given."""

    learning_rate = 0.5

    def __init__(self, said: Any) -> None:
        self.said = said

    def step(self, parameters: Any, slopes: Any, memory: Any) -> Any:
        return self.said(parameters)


class Halving:
    """Another: half a step down, and the steps are counted."""

    learning_rate = 0.5

    def step(self, parameters: Any, slopes: Any, memory: Any) -> Any:
        new = {k: p - 0.5 * slopes[k] for k, p in parameters.items()}
        return new, Memory(memory.t + 1)


def test_an_optimiser_of_ones_own() -> None:
    found = run(optimiser=Halving())
    same = run(optimiser=optimiser("plain", 0.5))
    assert found.history.cost == same.history.cost
    assert found.memory == (63, {}, {})


@pytest.mark.parametrize("who", ["slopes", "measure", "callback", "optimiser"])
def test_nobody_who_is_asked_changes_the_parameters(who: str) -> None:
    network, x, y = digits()
    start, rule = by_name(network), network_slopes(network, x, y)
    kept = {name: array.copy() for name, array in start.items()}

    def changes(first: Any, *more: Any) -> Any:
        parameters = more[0].parameters if who == "callback" else first
        parameters["w1"] -= 1

    given: Any = {who: Sloppy(changes) if who == "optimiser" else changes}
    with pytest.raises(ValueError, match="read-only"):
        run(parameters=start, **{"slopes": rule} | given)
    assert all(np.array_equal(start[name], kept[name]) for name in kept)
    assert start["w1"].flags.writeable and network.w[1].flags.writeable

    def clears(epoch: int, found: Run, history: History) -> None:
        found.parameters.clear()
        history.cost.clear()

    assert run(callback=clears).history.cost == run().history.cost


def test_a_rule_may_go_back_on_a_tape() -> None:
    target = np.array([1.0, -2.0])

    def rule(parameters: Any, index: Any) -> Any:
        return value_and_grad(
            lambda p: np.sum((p["v"] - target) ** 2), parameters
        )

    found = run(parameters={"v": np.zeros(2)}, slopes=rule, epochs=40)
    assert np.abs(found.parameters["v"] - target).max() < 1e-3
    found.parameters["v"] += 1


def test_samples_that_are_not_there_are_told() -> None:
    with pytest.raises(IndexError, match="is no sample: write n=207"):
        run(n=208)


def test_plain_descent_is_sgd_to_the_last_digit() -> None:
    network, x, y = digits()
    found = run(optimiser=optimiser("plain", 3.0))
    same, history = sgd(
        network, x, y, learning_rate=3.0, batch_size=10, epochs=3,
        rng=np.random.default_rng(5), gradient=backprop,
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
    found = backprop(network, x[:, :2], y[:, :2])
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
    x, y = np.tile(x, 6)[:, :1001], np.tile(y, 6)[:, :1001]
    found = run(n=1001, slopes=network_slopes(network, x, y), epochs=0)
    cost = float(backprop(network, x, y).cost)
    assert abs(found.history.cost[0] - cost) < 1e-14
    assert found.memory == Memory() and len(found.history.cost) == 1
    many: list[int] = []

    def counts(parameters: Any, index: np.ndarray) -> Any:
        many.append(index.size)
        return network_slopes(network, x, y)(parameters, index)

    run(n=1001, slopes=counts, epochs=0)
    assert sum(many) == 1001 and len(many) == 3  # 500 at a time, at most
    run(n=1000, slopes=counts, epochs=0)
    assert many[3:] == [500, 500]
    one = run(n=1, batch_size=1, epochs=1)
    assert one.memory.t == 1
    told = run(measure=lambda parameters: len(parameters), epochs=2)
    assert told.history.cost == [4.0, 4.0, 4.0]


def test_a_cost_beyond_all_numbers_is_told_and_no_error() -> None:
    def steep(parameters: Any, index: Any) -> Any:
        u = parameters["u"]
        return (u**2).sum(), {"u": u}

    start = {"u": np.full(2, 1e154)}
    with np.errstate(all="raise"):
        found = run(parameters=start, slopes=steep, n=600, epochs=0)
    assert found.history.cost == [np.inf]


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
        ({"slopes": lambda p, i: ([1, 2], p)}, "the cost is .*one real"),
        ({"slopes": lambda p, i: (1j, p)}, "the cost is 1j, expected one"),
        ({"slopes": lambda p, i: [1.0, p]}, "slopes returned .*a pair"),
        ({"measure": lambda p: None}, "what measure returned is None"),
        ({"measure": lambda p: np.ones(2)}, "what measure returned .*one re"),
        ({"slopes": lambda p, i: (1.0, {})}, "slopes is .*arrays by name"),
        ({"callback": 3}, "callback is 3, expected a function"),
        ({"measure": 3}, "measure is 3, expected a function"),
        ({"optimiser": 0.1}, "optimiser is 0.1, expected what has a"),
        ({"optimiser": Optimiser}, 'write optimiser."Adam", 0.01'),
        (
            {"optimiser": Optimiser(0.0)},
            "learning_rate is 0.0, .* write .*=0.01$",
        ),
        ({"optimiser": Optimiser(-1.0)}, "learning_rate is -1.0, expected a"),
        ({"optimiser": Sloppy(lambda p: p)}, "step returned .* memory"),
        ({"optimiser": Sloppy(lambda p: ({}, Memory()))}, "parameters is {}"),
        ({"memory": 3}, "memory is 3, expected what Memory"),
        ({"history": []}, r"history is \[\], expected what History"),
    ],
)
def test_what_cannot_be_meant(slip: dict[str, Any], said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        run(**slip)


W, B = np.ones((3, 2)), np.ones((3, 1))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (None, "slopes is None, expected arrays by name"),
        ({}, "expected arrays by name: write slopes="),
        ({"w": np.ones(2)}, "slopes has {'w': .2,.}, expected"),
        ({"w": W, "b": np.ones(3)}, "slopes has"),
        ({"w": W, "b": B, "c": 1}, "slopes has"),
        ({"w": W, "b": 1j * B}, "complex"),
        ({"w": W, 3: B}, r"slopes\[3\]"),
        ({"w": W, "b": "no"}, "slopes"),
    ],
)
def test_arrays_that_do_not_fit(values: Any, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        as_parameters(values, "slopes", {"w": W, "b": B})


def test_arrays_by_name() -> None:
    found = as_parameters({"w": [[1, 2]], "b": np.float32(3)}, "slopes")
    assert found["w"].dtype == np.float64 and found["w"].shape == (1, 2)
    assert found["b"].dtype == np.float32 and found["b"].shape == ()
    assert Memory() == (0, {}, {})


@pytest.mark.parametrize("thing", experiments.RULES)
def test_the_rules_of_the_experiment_have_their_slopes(thing: str) -> None:
    rule, start = experiments.RULES[thing]
    rng, index = np.random.default_rng(1), np.arange(7, 40)
    theta = {k: v + rng.normal(0, 0.3, v.shape) for k, v in start.items()}
    _, slopes = rule(theta, index)
    for name, array in theta.items():
        assert slopes[name].shape == array.shape
        for place in np.ndindex(array.shape):
            step = np.zeros(array.shape)
            step[place] = 1e-6
            high = rule(theta | {name: array + step}, index)[0]
            low = rule(theta | {name: array - step}, index)[0]
            assert abs((high - low) / 2e-6 - slopes[name][place]) < 1e-8


def test_the_experiment_fits_what_it_says() -> None:
    x, y = experiments.near_a_curve()
    powers = np.vander(x, 4, increasing=True)
    least = np.linalg.lstsq(powers, y, rcond=None)[1][0] / 120
    places, costs, rate = experiments.trained("curve", "Adam")
    assert rate == 0.125
    assert len(places) == len(costs) == 21
    assert least < costs[-1] < 1.2 * least
    for thing in experiments.RULES:
        rule, _ = experiments.RULES[thing]
        places, costs, _ = experiments.trained(thing, "plain")
        for epoch in (0, 3, 20):
            cost = rule(places[epoch], np.arange(60))[0]
            assert abs(cost - costs[epoch]) < 1e-14


def test_a_rule_takes_a_single_index_and_a_single_sample() -> None:
    network = random_network((2, 3, 1), np.random.default_rng(0))
    x, y = np.ones((2, 1)), np.ones((1, 1))
    rule = network_slopes(network, x, y)
    many = rule(by_name(network), np.array([0]))
    one = rule(by_name(network), 0)  # type: ignore[arg-type]
    assert one[0] == many[0] == backprop(network, x, y).cost
    assert all((one[1][n] == many[1][n]).all() for n in many[1])
