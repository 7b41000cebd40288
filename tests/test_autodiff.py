"""Guard 4: the tape and duals, against three other ways to a slope."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bp import (
    Dual,
    Step,
    Tape,
    backprop,
    by_name,
    complex_step,
    grad,
    jvp,
    random_network,
    record,
    sigma,
    sigmoid,
    value_and_grad,
)
from bp.experiments import autodiff as experiments

pytestmark = pytest.mark.guard("4 functions")
FIXED = np.random.default_rng(5).normal(size=(3, 3)) / 2
FAR = np.random.default_rng(6).normal(size=(2, 3))

# What a random program is made of: each makes (2, 3) of one or two such.
ONE: list[Callable[[Any], Any]] = [
    np.tanh,
    np.sin,
    sigma,
    lambda a: -a,
    lambda a: np.exp(np.sin(a)),
    lambda a: np.log(2 + np.sin(a)),
    lambda a: np.sqrt(2 + np.cos(a)),
    lambda a: (a / 2) ** 3,
    lambda a: a @ FIXED,
    lambda a: (FIXED @ a.T).T,
    lambda a: np.tanh(a @ a.T) @ a,
    lambda a: a - a.mean(axis=1, keepdims=True),
    lambda a: a + np.sum(a, axis=0) / 2,
    lambda a: np.tanh(a.max(axis=0)) * a,
    lambda a: a[:, [2, 0, 0]],
    lambda a: a[::-1],
    lambda a: np.reshape(np.flip(a), (3, 2)).T,
    lambda a: np.pad(a, 1)[:2, :3],
    lambda a: np.cumsum(a, axis=1) / 3,
    lambda a: np.where(FAR > 0, a, 0.5),
    lambda a: np.broadcast_to(a[0], (2, 3)),
]
TWO: list[Callable[[Any, Any], Any]] = [
    np.add,
    np.subtract,
    np.multiply,
    np.maximum,
    lambda a, b: a / (2 + np.sin(b)),
    lambda a, b: np.concatenate([a, b])[1:3],
    lambda a, b: np.stack([a, b]).sum(axis=0),
    lambda a, b: np.einsum("ij,kj,kl->il", a, b, FAR) / 4,
]
CHOICE = st.tuples(
    st.integers(0, len(ONE) + len(TWO) - 1),
    st.integers(0, 30),
    st.integers(0, 30),
)


def program(choices: list[tuple[int, int, int]]) -> Callable[[Any], Any]:
    """A program that reads its own results again and again."""

    def run(x: Any) -> Any:
        made = [x]
        for step, i, j in choices:
            a, b = made[-1 - i % len(made)], made[-1 - j % len(made)]
            new = (
                ONE[step](a) if step < len(ONE) else TWO[step - len(ONE)](a, b)
            )
            made.append(np.tanh(new) if len(made) % 3 == 0 else new)
        return np.sum(made[-1] * FAR) + np.sum(made[len(made) // 2])

    return run


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(CHOICE, min_size=1, max_size=12), st.integers(0, 999))
def test_random_programs(choices: list[Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, way = rng.normal(size=(2, 2, 3))
    f = program(choices)
    measured = complex_step(f, x)
    scale = max(1.0, np.abs(measured).max())
    value, found = value_and_grad(f, x)
    assert abs(value - f(x)) < 1e-13 * max(1.0, abs(value))
    assert np.abs(found - measured).max() < 1e-12 * scale
    rate = jvp(f, x, way)[1]
    assert abs(rate - (measured * way).sum()) < 1e-12 * scale
    along = grad(f, Dual(x, way))
    bent = grad(f, x + 1e-30j * way).imag / 1e-30
    rest = np.abs(getattr(along, "tangent", 0 * x) - bent).max()
    assert rest < 1e-11 * max(1.0, np.abs(bent).max())


def network_cost(p: Any, x: Any, y: Any) -> Any:
    a = x
    for l in range(1, len(p) // 2 + 1):
        a = sigma(p[f"w{l}"] @ a + p[f"b{l}"])
    return np.sum(np.square(a - y)) / (2 * x.shape[1])


@pytest.mark.parametrize("m", [1, 2, 7])
def test_the_four_equations(m: int) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        net = random_network((4, 5, 3, 2), rng)
        x, y = rng.normal(size=(4, m)), rng.uniform(size=(2, m))
        p = by_name(net)
        value, found = value_and_grad(
            lambda p, x=x, y=y: network_cost(p, x, y), p
        )
        wanted = backprop(net, x, y)
        assert abs(value - wanted.cost) < 1e-15
        for name, slope in by_name(wanted).items():
            assert found[name].shape == slope.shape
            assert np.abs(found[name] - slope).max() < 1e-15


def test_what_comes_twice_is_added() -> None:
    assert grad(lambda a: a + np.square(a), 3.0) == 7
    assert grad(lambda a: a + a, 3.0) == 2

    def twice(a: Any) -> Any:
        b = a + a
        return b + b

    assert grad(twice, 3.0) == 4
    assert jvp(twice, 3.0, 1.0) == (12, 4)
    assert grad(lambda a: a * a * a, 2.0) == 12
    assert grad(lambda a: a - a, 2.0) == 0


def relu(v: Any) -> Any:
    return np.maximum(v, 0)


def sanity(x: Any) -> Any:
    z = 2 * x + 2 + x
    q = relu(z) + z * x
    h = relu(z * z)
    return h + q + q * x


def more(a: Any, b: Any) -> Any:
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + relu(b + a)
    d = d + 3 * d + relu(b - a)
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f


def test_the_examples_of_micrograd() -> None:
    assert (sanity(-4.0), grad(sanity, -4.0)) == (-20, 46)
    value, (by_a, by_b) = value_and_grad(more, -4.0, 2.0)
    assert abs(value - 24.70408163265306) < 1e-12
    assert abs(by_a - 138.8338192419825) < 1e-12
    assert abs(by_b - 645.5772594752187) < 1e-12
    for v in (-1.0, 0.123, 2.0):
        assert abs(grad(np.tanh, v) - (1 - np.tanh(v) ** 2)) < 1e-15
        assert grad(np.exp, v) == np.exp(v)


def test_the_tape_has_the_steps_in_their_order() -> None:
    tape = record(lambda a, b: np.square(a) * b + a, 3.0, 2.0)
    assert isinstance(tape, Tape) and all(
        isinstance(step, Step) for step in tape.steps
    )
    names = [step.f.__name__ if step.f else None for step in tape.steps]
    assert names == [None, None, "square", "multiply", "add"]
    assert [step.value for step in tape.steps] == [3, 2, 9, 18, 21]
    assert [b.item() for b in tape.bars] == [13, 9, 2, 1, 1]
    assert [step.reads for step in tape.steps[2:]] == [
        ((0, 0),),
        ((0, 2), (1, 1)),
        ((0, 3), (1, 0)),
    ]
    assert tape.result == 21
    assert not tape.open


def test_what_is_not_read_gets_nothing() -> None:
    tape = record(lambda a, b: a * 2, 3.0, np.ones(2))
    assert tape.bars[1] is None
    by_a, by_b = grad(lambda a, b: a * 2, 3.0, np.ones(2, np.float32))
    assert by_a == 2 and by_b.tolist() == [0, 0]
    assert by_b.dtype == np.float32
    assert grad(lambda a: 5.0, np.ones((2, 1))).tolist() == [[0], [0]]
    assert value_and_grad(lambda a: 5, 1.0)[0] == 5

    def spare(a: Any) -> Any:
        np.exp(a)
        kept = a * 3
        np.sin(kept)
        return kept

    assert grad(spare, 2.0) == 3


def test_forms_of_what_is_given() -> None:
    x = {"a": np.ones(2), "b": (np.ones(3), 2.0)}
    f = lambda p: np.sum(p["a"]) * p["b"][1] + np.sum(p["b"][0])  # noqa: E731
    found = grad(f, x)
    assert found["a"].tolist() == [2, 2]
    assert found["b"][0].tolist() == [1, 1, 1] and found["b"][1] == 2
    both = grad(lambda p, c: f(p) * c, x, 2.0)
    assert isinstance(both, tuple) and both[1] == f(x)
    assert grad(
        lambda a: np.sum(a * a).reshape(1, 1), np.ones(2)
    ).tolist() == [
        2,
        2,
    ]
    assert grad(lambda a: a * 1, 2).dtype == float
    with pytest.raises(TypeError, match="f is"):
        grad(3, 1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="f is"):
        jvp(3, 1.0, 1.0)  # type: ignore[arg-type]


def test_slopes_are_arrays_of_their_own() -> None:
    x = np.ones((2, 3))
    by_a, by_b = grad(lambda a, b: np.sum(a + b), x, x)
    assert by_a is not by_b and not np.shares_memory(by_a, by_b)
    by_a[0, 0] = 5
    assert by_b[0, 0] == 1 and x[0, 0] == 1
    assert x.flags.writeable


def test_types_are_kept() -> None:
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    f = lambda a: np.sum(sigma(a) * np.exp(a))  # noqa: E731
    assert grad(f, x.astype(np.float32)).dtype == np.float32
    z = grad(f, x + 1e-30j)
    assert z.dtype == complex
    assert np.abs(z.real - grad(f, x)).max() < 1e-15
    assert np.array_equal(sigma(x), sigmoid(x))


def test_the_hessian_times_a_direction() -> None:
    rng = np.random.default_rng(3)
    net = random_network((3, 4, 2), rng)
    x, y = rng.normal(size=(3, 5)), rng.uniform(size=(2, 5))
    p = by_name(net)
    way = {name: rng.normal(size=v.shape) for name, v in p.items()}

    def slopes(p: Any) -> Any:
        return grad(lambda p: network_cost(p, x, y), p)

    value, product = jvp(slopes, p, way)
    bent = slopes({n: v + 1e-30j * way[n] for n, v in p.items()})
    for name in p:
        assert np.array_equal(value[name], slopes(p)[name])
        off = np.abs(product[name] - bent[name].imag / 1e-30).max()
        assert off < 1e-15
    still = jvp(lambda p: {"one": 1.0, "w": p["w1"]}, p, way)
    assert still[1]["one"] == 0 and np.array_equal(still[1]["w"], way["w1"])


def test_a_rate_has_the_shape_of_its_value() -> None:
    value, rate = jvp(lambda a: a + np.ones((2, 3)), 1.0, 2.0)
    assert value.shape == rate.shape == (2, 3)
    assert (rate == 2).all()
    value, rate = jvp(lambda a: a[0] * a[1] - a[1], np.ones(2), np.ones(2))
    assert (value, rate) == (0, 1)


@pytest.mark.parametrize("meet", ["add", "keep the last"])
def test_the_experiment_walks_as_the_tape_does(meet: str) -> None:
    w, b = experiments.EXAMPLE.w, experiments.EXAMPLE.b

    def cost(x: Any) -> Any:
        a = sigma(w[2] @ sigma(w[1] @ x + b[1]) + b[2])
        return np.sum(np.square(a - experiments.EXAMPLE_Y)) / 2

    bars = record(cost, experiments.EXAMPLE_X).bars
    got = experiments.parts_of()
    for k, s in enumerate("₁₂"):
        assert abs(sum(got[f"x{s}"].values()) - bars[0][k, 0]) < 1e-15
    for j, s in enumerate("₁₂₃"):
        assert abs(got[f"z¹{s}"][f"a¹{s}"] - bars[2][j, 0]) < 1e-15
        assert abs(got[f"a¹{s}"]["z²"] - bars[3][j, 0]) < 1e-15
    assert abs(got["z²"]["a²"] - bars[5].item()) < 1e-15
    assert abs(got["a²"]["C"] - bars[6].item()) < 1e-15
    texts = [experiments.draw_walk(step, meet).text for step in range(12)]
    assert len(set(texts)) == 12
    wanted = "x₁ has 0.0000" if meet == "add" else "x₁ has 0.0546"
    assert wanted in texts[-1]
