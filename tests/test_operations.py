"""Guard 4: the slope of each operation, each tried alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from bp import complex_step, finite_difference, grad, jvp, record, sigma
from bp.experiments import operations as experiments

pytestmark = pytest.mark.guard("4 functions")
RNG = np.random.default_rng(1)
A, B, S = (RNG.normal(size=s) for s in [(3, 4), (4, 2), (2, 3, 4)])
W, V, P = RNG.normal(size=(4, 5)), RNG.normal(size=4), np.abs(A) + 0.5
WIDE = A[:, :1] + 0.1

OPERATIONS: dict[str, tuple[Any, ...]] = {
    "add": (np.add, A, V),
    "subtract": (np.subtract, V, A),
    "multiply": (np.multiply, A, V),
    "divide": (np.divide, A, P),
    "divide, stretched": (np.divide, WIDE, P),
    "negative": (np.negative, A),
    "positive": (np.positive, A),
    "square": (np.square, A),
    "exp": (np.exp, A),
    "sigma": (sigma, A),
    "power": (np.power, P, A),
    "power 3": (lambda a: a**3, A),
    "power 0": (lambda a: a**0, A),
    "power -2": (lambda a: a**-2, P),
    "powers, one of them 0": (
        lambda a: np.power(a, np.array([0.0, 1, 2, -3])),
        P,
    ),
    "power of 2": (lambda a: 2.0**a, A),
    "reciprocal": (np.reciprocal, P),
    "sqrt": (np.sqrt, P),
    "log": (np.log, P),
    "log1p": (np.log1p, P),
    "expm1": (np.expm1, A),
    "sin": (np.sin, A),
    "cos": (np.cos, A),
    "tan": (np.tan, A / 3),
    "arctan": (np.arctan, A),
    "sinh": (np.sinh, A),
    "cosh": (np.cosh, A),
    "tanh": (np.tanh, A),
    "maximum": (np.maximum, A, V),
    "minimum": (np.minimum, A, V),
    "where": (lambda a, b: np.where(P > 1, a, b), A, V),
    "where, itself asked": (lambda a, b: np.where(a > 0, a, b), A, V),
    "matmul": (np.matmul, A, B),
    "stack @ matrix": (np.matmul, S, W),
    "stack @ matrix.T": (lambda a, b: a @ b.T, S, A),
    "stack @ stack": (lambda a: a @ np.swapaxes(a, 1, 2), S),
    "row @ matrix": (np.matmul, V, B),
    "matrix @ column": (np.matmul, A, V),
    "row @ column": (lambda a, b: a @ b, V, B[:, 0]),
    "stack @ column": (np.matmul, S, V),
    "dot with a column": (np.dot, A, V),
    "dot with a number": (lambda a: np.dot(a, 2.0), A),
    "row @ stack": (np.matmul, A[:, 0], S),
    "dot": (np.dot, A, B),
    "dot of numbers": (lambda a: np.dot(2.0, a), A),
    "sum": (np.sum, A),
    "sum, axis 0": (lambda a: np.sum(a, 0), A),
    "sum, kept": (lambda a: a.sum(axis=1, keepdims=True), A),
    "sum, two axes": (lambda a: a.sum(axis=(0, -1)), S),
    "mean": (np.mean, A),
    "mean, axis": (lambda a: a.mean(1, keepdims=True), S),
    "max": (lambda a: a.max(axis=1), A),
    "max, kept": (lambda a: np.max(a, axis=(0, 2), keepdims=True), S),
    "min": (np.min, A),
    "min, axis": (lambda a: np.min(a, axis=0, keepdims=True), A),
    "sort": (np.sort, A),
    "sort, axis": (lambda a: np.sort(a, axis=0), A),
    "reshape": (lambda a: a.reshape(2, 6), A),
    "reshape, tuple": (lambda a: np.reshape(a, (4, -1)), A),
    "T": (lambda a: a.T, S),
    "transpose": (lambda a: np.transpose(a, (2, 0, 1)), S),
    "transpose, negative": (lambda a: a.transpose(1, -1, 0), S),
    "transpose, tuple": (lambda a: a.transpose((1, 2, 0)), S),
    "transpose, none": (lambda a: a.transpose(), A),
    "swapaxes": (lambda a: np.swapaxes(a, 0, 2), S),
    "broadcast_to": (lambda a: np.broadcast_to(a, (3, 4)), V),
    "slices": (lambda a: a[1:, ::2], A),
    "index": (lambda a: a[[0, 0, 2], [1, 1, 3]], A),
    "mask": (lambda a: a[A > 0], A),
    "row": (lambda a: a[1], A),
    "new axis": (lambda a: a[:, None], A),
    "concatenate": (lambda a, b: np.concatenate([a, b.T], axis=0), A, B),
    "concatenate, fixed": (
        lambda a: np.concatenate([a, np.ones((3, 1)), a], axis=-1),
        A,
    ),
    "stack": (lambda a, b: np.stack([a, b * a], axis=1), A, V),
    "concatenate, first": (lambda a, b: np.concatenate([a, b.T]), A, B),
    "stack, first": (lambda a, b: np.stack([a, b]), A, P),
    "cumsum": (lambda a: np.cumsum(a, axis=1), A),
    "einsum": (lambda a, b: np.einsum("ij,jk->ik", a, b), A, B),
    "einsum, turned": (lambda a, b: np.einsum("bij, jk -> kb", a, b), S, W),
    "einsum, three": (
        lambda a, b, c: np.einsum("ij,jk,j->", a, b, c),
        A,
        B,
        V,
    ),
    "diag": (np.diag, V),
    "diagonal": (lambda a: np.diagonal(a, offset=1), A),
    "flip": (lambda a: np.flip(a, 1), A),
    "pad": (lambda a: np.pad(a, ((0, 1), (2, 0))), A),
    "ravel": (np.ravel, A),
    "repeat": (lambda a: np.repeat(a, 2, axis=0), A),
    "roll": (lambda a: np.roll(a, 1, axis=1), A),
    "rot90": (np.rot90, A),
    "squeeze": (lambda a: np.squeeze(np.expand_dims(a, 1)), A),
    "moveaxis": (lambda a: np.moveaxis(a, 0, -1), S),
    "take": (lambda a: np.take(a, [0, 0, 1], axis=1), A),
    "take_along_axis": (
        lambda a: np.take_along_axis(a, np.argmax(a, 1)[:, None], axis=1),
        A,
    ),
    "tile": (lambda a: np.tile(a, (2, 1)), A),
    "tril": (np.tril, A),
    "triu": (lambda a: np.triu(a, k=1), A),
    "windows": (lambda a: sliding_window_view(a, (2, 2)), A),
    "clip": (lambda a: np.clip(a, -0.5, 0.5), A),
}
NOT_COMPLEX: dict[str, tuple[Any, ...]] = {  # numpy has no complex one
    "absolute": (np.abs, A),
    "logaddexp": (np.logaddexp, A, V),
    "var": (lambda a: np.var(a, axis=1), S),
    "var, kept": (lambda a: np.var(a, axis=(0, 1), keepdims=True), S),
    "std": (np.std, A),
    "std, axis": (lambda a: np.std(a, axis=0), A),
    "norm": (np.linalg.norm, A),
}


def cost_of(f: Callable[..., Any]) -> Callable[..., Any]:
    """A number whose adjoint of the result is random, and bends."""

    def cost(*given: Any) -> Any:
        result = f(*given)
        far = np.cos(np.arange(np.size(result))).reshape(np.shape(result))
        return np.sum(np.sin(result) * far)

    return cost


def slopes(f: Callable[..., Any], *arrays: Any) -> tuple[Any, ...]:
    found = grad(f, *arrays)
    return found if len(arrays) > 1 else (found,)


@pytest.mark.parametrize("name", OPERATIONS)
def test_slopes_are_the_measured_ones(name: str) -> None:
    f, *arrays = OPERATIONS[name]
    cost = cost_of(f)
    value = jvp(lambda g: f(*g), tuple(arrays), tuple(arrays))[0]
    assert np.abs(value - f(*arrays)).max() < 1e-14
    for k, found in enumerate(slopes(cost, *arrays)):
        assert found.shape == arrays[k].shape

        def alone(v: Any, k: int = k) -> Any:
            return cost(*arrays[:k], v, *arrays[k + 1 :])

        measured = complex_step(alone, arrays[k])
        assert np.abs(found - measured).max() < 1e-13


@pytest.mark.parametrize("name", NOT_COMPLEX)
def test_slopes_are_the_differences(name: str) -> None:
    f, *arrays = NOT_COMPLEX[name]
    cost = cost_of(f)
    for k, found in enumerate(slopes(cost, *arrays)):

        def alone(v: Any, k: int = k) -> Any:
            return cost(*arrays[:k], v, *arrays[k + 1 :])

        measured = finite_difference(alone, arrays[k])
        assert np.abs(found - measured).max() < 1e-8


@pytest.mark.parametrize("name", [*OPERATIONS, *NOT_COMPLEX])
def test_both_modes_and_second_slopes_agree(name: str) -> None:
    f, *arrays = (OPERATIONS | NOT_COMPLEX)[name]
    cost, given = cost_of(f), tuple(arrays)
    way = tuple(np.cos(3 * a) for a in given)
    found = slopes(cost, *given)
    rate = jvp(lambda g: cost(*g), given, way)[1]
    both = sum((g * d).sum() for g, d in zip(found, way, strict=True))
    assert abs(rate - both) < 1e-12
    over = jvp(lambda g: slopes(cost, *g), given, way)[1]
    under = slopes(lambda *g: jvp(lambda u: cost(*u), g, way)[1], *given)

    def along(*g: Any) -> Any:
        pairs = zip(slopes(cost, *g), way, strict=True)
        return sum(np.sum(a * d) for a, d in pairs)

    twice = slopes(along, *given)
    for one, two, three in zip(over, under, twice, strict=True):
        assert np.abs(one - two).max() < 1e-11
        assert np.abs(one - three).max() < 1e-11
    if name in OPERATIONS:
        moved = [a + 1e-30j * d for a, d in zip(given, way, strict=True)]
        for one, z in zip(over, slopes(cost, *moved), strict=True):
            assert np.abs(one - z.imag / 1e-30).max() < 1e-11


def test_ties() -> None:
    assert grad(lambda a: np.maximum(a, 0), 0.0) == 0.5
    assert grad(lambda a: np.minimum(a, 0), 0.0) == 0.5
    assert grad(np.maximum, 1.0, 1.0) == (0.5, 0.5)
    assert grad(np.minimum, 1.0, 1.0) == (0.5, 0.5)
    assert grad(np.abs, 0.0) == 0
    assert grad(np.max, np.array([1.0, 3, 3, 3, 0])).tolist() == [
        0, 1 / 3, 1 / 3, 1 / 3, 0,
    ]  # fmt: skip
    assert np.max(np.array([-np.inf, 2.0])) == 2
    assert grad(np.max, np.array([-1e300, 2.0])).tolist() == [0, 1]


def test_powers_of_zero_have_slopes() -> None:
    assert grad(lambda a: a**2, 0.0) == 0
    assert grad(lambda a: a**1, 0.0) == 1
    assert grad(lambda a: a**0, 0.0) == 0
    assert grad(lambda b: np.power(0.0, b), 2.0) == 0
    found = grad(lambda a, b: np.sum(a**b), np.zeros(3), np.array([0.0, 1, 2]))
    assert found[0].tolist() == [0, 1, 0] and not found[1].any()
    by_both = jvp(lambda b: grad(lambda a: a**b, 4.0), 0.0, 1.0)[1]
    assert by_both == 0.25  # the slope of b a^(b - 1) by b, at b = 0


def test_what_is_not_known_is_told() -> None:
    with pytest.raises(TypeError, match="np.dot of a stack"):
        grad(lambda a: np.dot(a, S.transpose(0, 2, 1)).sum(), A)
    with pytest.raises(TypeError, match="argument 'reflect_type'"):
        grad(lambda a: np.pad(a, 1, reflect_type="odd").sum(), A)
    for spec in ("ij", "ij,jk->ik", "ijk->i", "ii->i", "...i->...", "j->"):
        with pytest.raises(TypeError, match=r"np.einsum is given .*ij,jk->"):
            grad(lambda a, spec=spec: np.einsum(spec, a).sum(), A)
    assert (grad(lambda a: np.concatenate([a, A], None).sum(), A) == 1).all()
    assert (grad(lambda a: np.cumsum(a)[-1], A) == 1).all()


@pytest.mark.parametrize(
    "f",
    [
        *(
            lambda a, mode=mode: np.pad(a, 1, mode=mode)
            for mode in "mean maximum minimum median linear_ramp empty".split()
        ),
        lambda a: np.pad(a, 1, "mean"),
        lambda a: np.pad(a, 1, constant_values=2),
        lambda a: np.pad(a, 1, lambda *_: None),
        lambda a: np.sum(a, None, None, None, False, 5.0),
        lambda a: np.sum(a, 0, None, np.zeros(4)),
        lambda a: np.sum(a, initial=5.0),
        lambda a: np.sum(a, where=A > 0),
        lambda a: np.take(a, [0], 0, np.zeros((1, 4))),
        lambda a: np.cumsum(a, 0, None, np.zeros((3, 4))),
        lambda a: np.mean(a, 0, float),
        lambda a: np.var(a, 0, float),
        lambda a: np.std(a, ddof=1),
        lambda a: np.min(a, 0, np.zeros(4)),
        lambda a: np.max(a, 0, np.zeros(4)),
        lambda a: np.max(a, initial=5.0),
        lambda a: a.mean(0, float),
        lambda a: a.sum(0, float),
        lambda a: a.max(0, np.zeros(4)),
        lambda a: np.add(a, 1, dtype=float),
        lambda a: np.add(a, 1, casting="unsafe"),
        lambda a: np.maximum(a, 1, where=A > 0),
        lambda a: np.reshape(a, (4, 3), order="F"),
        lambda a: np.linalg.norm(a, 1),
        lambda a: np.where(a)[0],
    ],
)
def test_settings_without_a_rule_are_refused(f: Callable[..., Any]) -> None:
    with pytest.raises(TypeError):
        grad(lambda a: np.sum(f(a)), A)
    with pytest.raises(TypeError):
        jvp(f, A, A)


@pytest.mark.parametrize("mode", "edge reflect symmetric wrap".split())
def test_modes_that_move(mode: Any) -> None:
    def cost(a: Any) -> Any:
        return np.sum(np.sin(np.pad(a, ((0, 2), (1, 1)), mode)))

    assert np.abs(grad(cost, A) - complex_step(cost, A)).max() < 1e-14


@pytest.mark.parametrize(
    "f", [np.abs, np.var, np.std, np.linalg.norm], ids=lambda f: f.__name__
)
def test_what_has_no_complex_slope_is_refused(f: Callable[..., Any]) -> None:
    z = np.array([3 + 4j, 1.0])
    for run in (lambda: jvp(f, z, z), lambda: grad(lambda a: np.sum(f(a)), z)):
        with pytest.raises(TypeError, match="given complex numbers"):
            run()


@pytest.mark.parametrize("f", [np.max, np.min, np.mean, np.var, np.std])
def test_what_is_reduced_loses_its_axes(f: Callable[..., Any]) -> None:
    for axis in (None, 1, (0, 2)):
        for settings in ({}, {"keepdims": True}):
            value = jvp(lambda s: f(s, axis=axis, **settings), S, S)[0]  # noqa: B023
            wanted = f(S, axis=axis, **settings)
            assert np.shape(value) == np.shape(wanted)
            assert np.abs(value - wanted).max() < 1e-14


def test_float32_and_masks_are_kept() -> None:
    a = A.astype(np.float32)
    for f in (
        lambda a: np.sum(a[1:] @ a.T),
        lambda a: np.mean(np.tanh(a)),
        np.max,
        lambda a: np.sum(np.maximum(a, 0)),
        lambda a: np.sum(a**3),
        lambda a: np.sum(np.power(np.abs(a), a)),
        lambda a: np.sum(np.concatenate([a, a])),
    ):
        assert grad(f, a).dtype == np.float32
    hidden = np.where(np.tri(4) > 0, 0.0, -np.inf)

    def softmax_rows(a: Any) -> Any:
        e = np.exp(a - a.max(axis=1, keepdims=True))
        return np.sum((e / e.sum(axis=1, keepdims=True))[:, 0])

    found = grad(lambda a: softmax_rows(a.T @ a + hidden), A)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", [*OPERATIONS, *NOT_COMPLEX])
def test_float32_is_kept_at_every_step(name: str) -> None:
    f, *arrays = (OPERATIONS | NOT_COMPLEX)[name]
    given = [a.astype(np.float32) for a in arrays]
    if name in ("concatenate, fixed", "powers, one of them 0"):
        return  # f itself has an array of float64
    tape = record(lambda *g: np.sum(np.sin(f(*g))), *given)
    assert all(b is None or b.dtype == np.float32 for b in tape.bars)
    value, rate = jvp(lambda g: f(*g), tuple(given), tuple(given))
    assert value.dtype == rate.dtype == np.float32
    wide = np.ones(3)
    assert grad(lambda a: np.sum(a * wide), given[0][..., :1]).dtype == "f"
    assert jvp(lambda a: given[0], given[0], given[0])[1].dtype == "f"


def test_moves_of_the_experiment() -> None:
    for move, f in experiments.MOVES.items():
        a = np.array([0.5, -1.0, 2.0])
        bars = np.arange(1.0, np.size(f(a)) + 1).reshape(np.shape(f(a)))
        found = grad(lambda a, f=f, bars=bars: np.sum(f(a) * bars), a)
        assert found.tolist() == experiments.moved_back(move)[1]


@pytest.mark.parametrize("size", [0.0, 1e12, 1e16, -1e16])
def test_equal_terms_share_the_slope_however_large(size: float) -> None:
    found = grad(lambda a: np.sum(np.logaddexp(a, a[::-1])), np.full(2, size))
    assert np.abs(found - 1).max() < 1e-15
    one = grad(lambda a: np.logaddexp(a, size), size)
    assert abs(one - 0.5) < 1e-15


def test_a_norm_gives_its_axis_up() -> None:
    def cost(a: Any) -> Any:
        lengths = np.linalg.norm(a, axis=1)
        assert lengths.shape == (3,)
        return np.sum(lengths)

    lengths = np.sqrt((A**2).sum(axis=1, keepdims=True))
    assert np.abs(grad(cost, A) - A / lengths).max() < 1e-15
