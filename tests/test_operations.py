"""Guard 4: the slope of each operation, each tried alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from bp import complex_step, finite_difference, grad, jvp, sigma
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


def test_what_is_not_known_is_told() -> None:
    with pytest.raises(ValueError, match="np.dot of a stack"):
        grad(lambda a: np.dot(a, S.transpose(0, 2, 1)).sum(), A)
    with pytest.raises(TypeError, match="is given reflect_type"):
        grad(lambda a: np.pad(a, 1, reflect_type="odd").sum(), A)
    with pytest.raises(ValueError):
        grad(lambda a: np.einsum("ij", a).sum(), A)


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


def test_moves_of_the_experiment() -> None:
    for move, f in experiments.MOVES.items():
        a = np.array([0.5, -1.0, 2.0])
        bars = np.arange(1.0, np.size(f(a)) + 1).reshape(np.shape(f(a)))
        found = grad(lambda a, f=f, bars=bars: np.sum(f(a) * bars), a)
        assert found.tolist() == experiments.moved_back(move)[1]
