"""Guard 4: what numpy is told, and what is refused."""

import math
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from threading import Thread
from typing import Any, NamedTuple

import numpy as np
import pytest

from bp import (
    MADE_OF,
    RULES,
    Dual,
    Elementwise,
    Linear,
    complex_step,
    grad,
    jvp,
    operation,
    record,
)
from bp.experiments import traced as experiments
from bp.traced import _summed_to

pytestmark = pytest.mark.guard("4 functions")
V = np.array([0.3, -1.2, 2.0])
MASKED = np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False])
ROW = V[None].view(np.matrix)


def put(array: np.ndarray, value: Any) -> Any:
    """The sum of an array with a value in its first place."""
    array[0] = value
    return array.sum()


@pytest.mark.parametrize(
    ("f", "error", "words"),
    [
        (lambda v: np.fft.fft(v).sum(), TypeError, "np.fft.fft has no rule"),
        (lambda v: np.arccos(v).sum(), TypeError, "np.arccos has no rule"),
        (lambda v: math.exp(v[0]), TypeError, "is made a float"),
        (lambda v: int(v[0]), TypeError, "is made a float"),
        (lambda v: complex(v[0]), TypeError, "is made a float"),
        (lambda v: np.add.reduce(v), TypeError, "np.add.reduce has no rule"),
        (lambda v: np.array([v, v]), TypeError, "write np.stack"),
        (lambda v: np.sum(v, dtype=float), TypeError, "is given dtype"),
        (lambda v: np.exp(v, where=True), TypeError, "is given where"),
        (lambda v: v.__iadd__(1), ValueError, "write v = v . 1"),
        (lambda v: v.__setitem__(0, 1.0), ValueError, "in place"),
        (lambda v: np.add(v, 1, out=np.ones(3)), ValueError, "in place"),
        (lambda v: np.exp(v) * ROW, TypeError, "np.matrix"),
        (lambda v: ROW * v, TypeError, "np.matrix"),
        (lambda v: (v * MASKED).sum(), ValueError, "has masked entries"),
        (lambda v: (v * Fraction(1, 3)).sum(), TypeError, "multiply gave"),
        (lambda v: np.sign(v * 1j).sum(), TypeError, "np.sign is given comp"),
        (lambda v: v.tolist(), AttributeError, "a Node has no tolist: write"),
        (lambda v: v.sort(), AttributeError, "a Node has no sort: write"),
        (lambda v: np.mean(v, dtype=float), TypeError, r"np.mean\(a, axis, k"),
        (lambda v: np.clip(v, 0, 1, V), TypeError, r"np.clip\(a, a_min, a_"),
        (lambda v: np.sum(v, 0, float), TypeError, "expected 1 to 2"),
        (lambda v: np.log2(v).sum(), TypeError, r"write np.log\(v\) / np.log"),
        (lambda v: np.multiply.outer(v, v), TypeError, "write np.outer"),
        (lambda v: put(np.zeros(3), v[0]), TypeError, "is made a float"),
        (lambda v: (v.sum(), 1.0), ValueError, "returned a tuple, expected"),
        (lambda v: [v.sum()], ValueError, "returned a list, expected one"),
        (lambda v: v, ValueError, "expected one number"),
        (lambda v: None, ValueError, "is a return missing"),
        (lambda v: v.sum() * np.nan, ValueError, "expected a finite number"),
        (lambda v: "words", TypeError, "f.x."),
    ],
)
def test_what_loses_slopes_is_refused(
    f: Callable[[Any], Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        grad(f, V)


def test_an_array_of_f_stands_still_until_the_way_back_is_over() -> None:
    weights = np.ones(3)
    view, other = weights[:2], weights[1:]

    def careless(v: Any) -> Any:
        total = np.sum(v[:2] * view) + np.sum(v[1:] * other)
        weights[0] = 5
        return total

    for _ in range(2):  # the second time as the first: all is unlocked
        with pytest.raises(ValueError, match="an array of f is changed"):
            grad(careless, V)
        assert weights.flags.writeable and view.flags.writeable
    assert (weights == 1).all()
    grad(lambda v: np.sum(v * other[0]) + np.sum(other * view), V)
    weights[0], view[1], other[0] = 2, 3, 4
    frozen = np.ones(3)
    frozen.flags.writeable = False
    grad(lambda v: np.sum(v * frozen), V)
    assert not frozen.flags.writeable
    assert V.flags.writeable


def test_a_run_within_a_run_keeps_its_arrays_still() -> None:
    weights = np.ones(3)

    def inner(v: Any) -> Any:
        return lambda u: np.sum(u * u * weights) + np.sum(v * weights * u)

    def outer(v: Any) -> Any:
        slope = grad(inner(v), V)
        weights[0] = 100
        return np.sum(slope)

    with pytest.raises(ValueError, match="an array of f is changed"):
        grad(outer, V)
    assert weights.flags.writeable and weights[0] == 1
    assert (grad(lambda v: np.sum(grad(inner(v), V)), V) == 1).all()


def test_what_was_locked_is_as_it_was() -> None:
    frozen, owner = np.ones(3), np.ones(3)
    older, view = frozen[:], owner[:]
    frozen.flags.writeable = False
    strided = np.lib.stride_tricks.as_strided(owner, (2, 3), (0, 8))

    def nested(v: Any) -> Any:
        grad(lambda u: np.sum(u * u * view), V)
        return np.sum(v * older) + np.sum(strided * v) + np.sum(v * owner)

    for _ in range(2):
        assert (grad(nested, V) == 4).all()
        for array in (older, owner, view, strided):
            assert array.flags.writeable
        assert not frozen.flags.writeable


def test_threads_do_not_unlock_each_other() -> None:
    shared, found = np.ones(100), []

    def work(k: int) -> None:
        for _ in range(30):
            mine = grad(lambda v: np.sum(v * shared * k), np.ones(100))
            mine -= k
            found.append(np.abs(mine).max())

    threads = [Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0] * 120 and shared.flags.writeable


def test_lists_are_copied() -> None:
    index, many, factors = [0, 0], [1, 2, 0], [1.0, 2.0, 3.0]

    def f(v: Any) -> Any:
        total = np.sum(v[index]) + np.sum(np.repeat(v, many))
        total = total + np.sum(v * factors)
        index[0], many[0], factors[0] = 1, 7, 9.0
        return total

    assert grad(f, V).tolist() == [4, 4, 3]


def test_names_of_a_tuple_are_kept() -> None:
    class Pair(NamedTuple):
        a: Any
        b: Any

    def f(p: Any) -> Any:
        return np.sum(p.a * p.b)

    slope = grad(f, Pair(V, 2.0))
    assert isinstance(slope, Pair) and (slope.a == 2).all()
    assert slope.b == V.sum()
    assert jvp(f, Pair(V, 2.0), Pair(V, 0.0))[1] == 2 * V.sum()


def test_a_slope_of_another_shape_is_refused() -> None:
    for wide in (np.ones((2, 3)), np.ones((1, 3))):
        step = operation(np.exp, lambda value, v, wide=wide: wide)
        with pytest.raises(ValueError, match="a slope has shape"):
            grad(lambda v, step=step: np.sum(step(v)), V)
        with pytest.raises(ValueError, match="a slope has shape"):
            jvp(step, V, V)


def test_an_error_of_f_is_its_own() -> None:
    def wrong(v: Any) -> Any:
        raise ValueError("something else")

    with pytest.raises(ValueError, match="^something else$"):
        grad(wrong, V)


def test_a_value_of_a_run_that_is_over_is_refused() -> None:
    kept: list[Any] = []

    def first(v: Any) -> Any:
        kept.append(v * v)
        return v.sum()

    grad(first, V)
    with pytest.raises(ValueError, match="a run that is over"):
        kept[0] + 1


def test_comparisons_and_places_are_plain() -> None:
    def branches(v: Any) -> Any:
        assert type(v > 0) is np.ndarray
        assert (v > 0).tolist() == [True, False, True]
        assert np.argmax(v) == 2 and len(v) == 3 and bool(v[0] != 0)
        assert v.shape == (3,) and v.ndim == 1 and v.size == 3
        assert v.dtype == float and np.shape(v) == (3,)
        assert [np.sign(e) for e in v] == [1, -1, 1]
        assert (np.zeros_like(v) == 0).all()
        return v[np.argmax(v)] if v[0] > 0 else v[0]

    assert grad(branches, V).tolist() == [0, 0, 1]
    with pytest.raises(TypeError, match="has no len"):
        grad(lambda v: [*v.sum()], V)


def test_values_have_the_methods_of_arrays() -> None:
    a = np.arange(24.0).reshape(2, 3, 4)
    for f in (
        lambda v: v.reshape(4, 6),
        lambda v: v.reshape((4, 6)),
        lambda v: v.reshape(-1),
        lambda v: v.transpose(),
        lambda v: v.transpose(1, 2, 0),
        lambda v: v.transpose((1, 2, 0)),
        lambda v: v.T,
        lambda v: v.sum(),
        lambda v: v.sum(axis=1),
        lambda v: v.mean(),
        lambda v: v.mean(axis=1),
        lambda v: v.max(),
        lambda v: v.max(axis=1),
        lambda v: v[1, ::2],
        lambda v: v.max(0, keepdims=True),
        lambda v: v.ravel(),
        lambda v: v.flatten(),
        lambda v: v.copy(),
        lambda v: v.dot(np.ones((4, 2))),
        lambda v: v[:1].squeeze(0),
        lambda v: v.swapaxes(0, 2),
        lambda v: v.take([1, 1], axis=0),
        lambda v: v.repeat(2),
        lambda v: v.cumsum(axis=1),
        lambda v: v.clip(0, None),
        lambda v: v.min(),
    ):
        dual = f(Dual(a, a))
        assert dual.shape == np.shape(f(a))
        assert np.array_equal(dual.value, f(a))
        assert np.allclose(dual.tangent, f(a), rtol=1e-14)


def test_products_of_matrices_and_of_stacks() -> None:
    rng = np.random.default_rng(2)
    for shapes in [((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4))]:
        a, b, da, db = (rng.normal(size=s) for s in shapes * 2)
        rate = jvp(lambda p: p[0] @ p[1], (a, b), (da, db))[1]
        assert np.abs(rate - (da @ b + a @ db)).max() < 1e-14
        by_a, by_b = grad(lambda a, b: np.sum(np.exp((a @ b) / 9)), a, b)
        for k, found in enumerate((by_a, by_b)):

            def alone(v: Any, k: int = k, a: Any = a, b: Any = b) -> Any:
                return np.sum(np.exp(((v @ b) if k == 0 else (a @ v)) / 9))

            measured = complex_step(alone, (a, b)[k])
            assert np.abs(found - measured).max() < 1e-14


def test_levels_keep_runs_apart() -> None:
    assert (Dual(2.0, 1.0) * Dual(3.0, 1.0)).tangent == 5
    assert grad(lambda x: x * grad(lambda y: x * 1.0, 3.0), 2.0) == 0

    def inner(x: Any) -> Any:
        return jvp(lambda y: x + y, 1.0, 1.0)[1]

    assert jvp(lambda x: x * inner(x), 2.0, 1.0)[1] == 1
    assert grad(lambda x: x * grad(lambda y: x + y, 1.0), 2.0) == 1
    assert grad(lambda x: grad(lambda y: x * y * y, 3.0), 2.0) == 6
    thrice = grad(lambda x: grad(lambda y: grad(np.exp, y) * y, x), 0.5)
    assert abs(thrice - (2 + 0.5) * np.exp(0.5)) < 1e-14


def test_numpy_on_the_left_asks_too() -> None:
    x = np.arange(3.0)
    for f in (
        lambda v: x + v,
        lambda v: x * v,
        lambda v: 2.0 - v,
        lambda v: np.float64(2) / v,
        lambda v: np.eye(3) @ v,
    ):
        measured = complex_step(lambda v, f=f: np.sum(f(v)), V)
        found = grad(lambda v, f=f: np.sum(f(v)), V)
        assert np.abs(found - measured).max() < 1e-14


@pytest.mark.parametrize("shape", [(2, 3), (2, 1), (1, 3), (3,), (1,), ()])
def test_what_broadcasting_repeated_is_added_up(
    shape: tuple[int, ...],
) -> None:
    bar = np.random.default_rng(0).normal(size=(2, 3))
    places = np.arange(int(np.prod(shape))).reshape(shape)
    wanted = np.zeros(places.size)
    np.add.at(wanted, np.broadcast_to(places, (2, 3)), bar)
    found = _summed_to(bar, shape)
    assert found.shape == shape
    assert np.abs(np.ravel(found) - wanted).max() < 1e-15


def test_operation_makes_a_step_with_its_own_slopes() -> None:
    cube = operation(lambda a, b: a**3 * b, lambda v, a, b: 3 * v / a, 0)
    assert grad(cube, 2.0, 5.0) == (60, 0)
    assert cube(2.0, 5.0) == 40
    scaled = operation(lambda a: 2 * a, 2)
    assert grad(lambda a: np.sum(scaled(a)), V).tolist() == [2, 2, 2]
    assert jvp(scaled, V, V)[1].tolist() == (2 * V).tolist()
    tape = record(scaled, 3.0)
    assert tape.steps[1].f.__name__ == "<lambda>"
    with pytest.raises(TypeError, match="is given 1 arguments, expected 2"):
        cube(1.0)
    with pytest.raises(ValueError, match="an operation works on entries"):
        grad(operation(np.sum, 1), V)
    with pytest.raises(TypeError, match="slopes is"):
        operation(np.exp, "words")
    with pytest.raises(TypeError, match="f is"):
        operation(3, 1)  # type: ignore[arg-type]
    assert grad(np.exp, 0.0) == 1  # numpy's own rule is as it was


def test_forms_of_directions_must_agree() -> None:
    f = lambda p: np.sum(p["a"]) + np.sum(p["b"][0])  # noqa: E731
    x = {"a": V, "b": (V[:2],)}
    value, rate = jvp(f, x, {"a": 2 * V, "b": (V[:2],)})
    assert abs(rate - (2 * V.sum() + V[:2].sum())) < 1e-15
    assert value == f(x)
    for other in ({"a": V}, {"a": V, "b": (V,)}, {"a": V, "b": V[:2]}, V):
        with pytest.raises(ValueError, match="direction has the shapes"):
            jvp(f, x, other)
    with pytest.raises(TypeError, match=r"x\['b'\]\[0\] is"):
        grad(f, {"a": V, "b": (None,)})
    with pytest.raises(TypeError, match=r"x\[1\] is"):
        grad(lambda a, b: a, 1.0, "words")


def test_at_most_three_arguments_without_a_name() -> None:
    found = grad(lambda v: np.sum(np.ravel(v) * np.roll(v, 1, 0)), V)
    assert np.abs(found - np.roll(V, 1) - np.roll(V, -1)).max() < 1e-15
    with pytest.raises(TypeError, match="is given 4 arguments without a name"):
        jvp(lambda v: np.take(v, [0], 0, np.zeros(1)), V, V)
    with pytest.raises(TypeError, match="expected 3 to 3"):
        jvp(lambda v: np.where(v)[0], V, V)
    rule = Linear(np.sum, lambda i, bar, a: bar)
    assert (rule.least, rule.most) == (1, 3)


def test_slopes_have_the_precision_of_what_was_given() -> None:
    narrow = V.astype(np.float32)
    assert grad(lambda v: np.sum(v * V), narrow).dtype == np.float32
    assert grad(lambda v: np.sum(v * (1 + 1j)), narrow).imag.all()


def test_rules_are_of_two_kinds() -> None:
    assert isinstance(RULES[np.exp], Elementwise)
    assert isinstance(RULES[np.matmul], Linear)
    assert not set(MADE_OF) & set(RULES) - {np.matmul, np.pad}


def test_all_rules_are_there_whoever_is_imported_first() -> None:
    code = "from bp.autodiff import grad; import numpy as np; "
    code += "print(grad(lambda a: np.log(np.mean(a)), np.ones(2)))"
    run = [sys.executable, "-c", code]
    said = subprocess.run(
        run, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert said.stdout == "[0.5 0.5]\n"


@pytest.mark.parametrize("written", experiments.ASKED)
def test_the_experiment_says_what_happens(written: str) -> None:
    names = {"np": np, "math": math, "x": np.ones((1, 3))}
    column = V.reshape(-1, 1)

    def run(v: Any) -> Any:
        if "+=" in written:
            v += 1
            return v
        value = v[0, 0] if "math" in written else v
        return eval(written, names, {"v": value})

    answer = experiments.ASKED[written]
    if answer == 3:
        with pytest.raises((TypeError, ValueError)):
            run(Dual(column, column))
        return
    result = run(Dual(column, column))
    assert isinstance(result, Dual) == (answer < 2)
    steps: list[int] = []

    def counted(v: Any) -> Any:
        steps.append(len(v.tape.steps))
        made = run(v)
        steps.append(len(v.tape.steps))
        return np.sum(made) if isinstance(made, type(v)) else v.sum()

    grad(counted, column)
    assert (steps[1] - steps[0] == 1) == (answer == 0)


@pytest.mark.parametrize("index", [np.array([0]), np.array([True, False])])
@pytest.mark.parametrize("shape", [(2,), (2, 3)])
def test_an_index_stands_still(index: Any, shape: tuple[int, ...]) -> None:
    kept = index.copy()

    def changes(v: Any) -> Any:
        total = np.sum(v[index, 0] if v.ndim > 1 else v[index])
        index[0] = not index[0]
        return total

    with pytest.raises(ValueError, match="in place"):
        grad(changes, np.ones(shape))
    assert index.flags.writeable and np.array_equal(index, kept)


@pytest.mark.parametrize(
    "f", [np.sum, np.mean, np.max, np.cumsum, np.argmax, np.exp]
)
def test_no_function_writes_into_an_array_that_it_is_given(f: Any) -> None:
    with pytest.raises(ValueError, match="changed in place"):
        grad(lambda v: np.sum(f(v, out=np.zeros(3)) + v), np.ones(3))


def test_a_deep_copy_is_of_the_same_run() -> None:
    at = {"w": np.arange(3.0)}
    found = grad(lambda p: np.sum(deepcopy(p)["w"] ** 2), at)
    assert (found["w"] == 2 * at["w"]).all()
    assert jvp(lambda v: 3 * deepcopy(v), 2.0, 1.0) == (6.0, 3.0)


def test_a_slope_may_be_narrower_than_the_value() -> None:
    plus = operation(lambda a, b: a + b, 1.0, 1.0)
    wide, narrow = np.ones((3, 4)), np.arange(4.0)
    value, rate = jvp(lambda v: np.sum(plus(wide, v)), narrow, narrow)
    assert (value, rate) == (12 + 18, 18)


def test_what_takes_no_setting_says_so() -> None:
    with pytest.raises(TypeError, match="given where, expected nothing by"):
        grad(lambda v: np.sum(np.exp(v, where=True)), np.ones(3))


def test_the_arrays_of_a_dual_stand_still_too() -> None:
    x, way = np.ones(3), np.ones(3)

    def changes(array: np.ndarray) -> Any:
        def f(v: Any) -> Any:
            total = np.sum(v * v)
            array[0] = 5
            return total

        return f

    for array in (x, way):
        with pytest.raises(ValueError, match="in place"):
            grad(changes(array), Dual(x, way))
        with pytest.raises(ValueError, match="in place"):
            jvp(lambda u, a=array: grad(changes(a), u), x, way)
    x[0] = way[0] = 2  # open again
