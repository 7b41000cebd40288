"""Guard 4: eigenvalues and equations from products with columns alone."""

from inspect import signature
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bp import conjugate_gradients, lanczos
from bp.experiments import krylov as shown

pytestmark = pytest.mark.guard("4 functions")


def matrix(bends: Any, seed: int) -> np.ndarray:
    rng, n = np.random.default_rng(seed), len(bends)
    turned, _ = np.linalg.qr(rng.normal(size=(n, n)))
    return turned * np.asarray(bends) @ turned.T


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 30), st.integers(0, 999))
def test_all_products_show_all_eigenvalues(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    bends = np.sort(rng.normal(size=n))
    H, start = matrix(bends, seed), rng.normal(size=(n, 1))
    values, columns = lanczos(lambda v: H @ v, start, n)
    assert np.abs(values - bends).max() < 1e-9
    assert np.abs(H @ columns - columns * values).max() < 1e-9
    assert np.abs(columns.T @ columns - np.eye(n)).max() < 1e-12


def test_a_few_products_show_what_lies_apart() -> None:
    bends = np.concatenate([np.linspace(-0.1, 0.1, 200), [2.0, 5.0, -3.0]])
    H, asked = matrix(bends, 1), []

    def product(v: np.ndarray) -> np.ndarray:
        asked.append(v)
        assert abs(np.linalg.norm(v) - 1) < 1e-12
        return H @ v

    start = np.random.default_rng(2).normal(size=(203, 1))
    values, columns = lanczos(product, start, 12)
    assert len(asked) == len(values) == columns.shape[1] == 12
    assert np.abs(values[[0, -2, -1]] - [-3, 2, 5]).max() < 1e-9
    assert (np.diff(values) > 0).all()


def test_it_ends_where_nothing_new_comes() -> None:
    values, columns = lanczos(lambda v: 3 * v, np.ones((5, 1)), 4)
    assert values.tolist() == [3] and columns.shape == (5, 1)
    values, columns = lanczos(lambda v: 0 * v, np.ones((5, 1)), 4)
    assert values.tolist() == [0] and columns.shape == (5, 1)
    for size in (1e-8, 1.0, 1e8):
        H = size * matrix([1.0, 1.0, 2.0, 2.0, 7.0], 4)
        values, _ = lanczos(lambda v, H=H: H @ v, np.ones((5, 1)), 5)
        assert np.abs(values / size - [1, 2, 7]).max() < 1e-12


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 30), st.integers(0, 999))
def test_conjugate_gradients_solve(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    H, b = matrix(rng.uniform(0.5, 5, n), seed), rng.normal(size=(n, 1))
    kept = b.copy()
    s = conjugate_gradients(lambda v: H @ v, b, 3 * n, 1e-12)
    assert np.abs(H @ s - b).max() < 1e-10 * np.linalg.norm(b)
    assert np.array_equal(b, kept)


def test_each_step_goes_as_low_as_it_can() -> None:
    """After k products f is lowest among mixtures of b, H b, …"""
    rng = np.random.default_rng(3)
    H, b = matrix(rng.uniform(1, 50, 12), 3), rng.normal(size=(12, 1))
    powers = [b]
    for k in range(1, 7):
        s = conjugate_gradients(lambda v: H @ v, b, k, 0)
        basis, _ = np.linalg.qr(np.hstack(powers))
        lowest = basis @ np.linalg.solve(basis.T @ H @ basis, basis.T @ b)
        assert np.abs(s - lowest).max() < 1e-10
        powers.append(H @ powers[-1])


def test_it_stops_in_time() -> None:
    asked = []

    def product(v: np.ndarray) -> np.ndarray:
        asked.append(0)
        return 2 * v

    s = conjugate_gradients(product, np.ones((3, 1)), 10)
    assert len(asked) == 1 and s.tolist() == [[0.5]] * 3
    s = conjugate_gradients(product, np.ones((3, 1)), 10, 0)
    assert len(asked) == 2 and s.tolist() == [[0.5]] * 3
    bends, b = np.geomspace(1, 100, 40)[:, np.newaxis], np.ones((40, 1))
    missed = [
        np.linalg.norm(
            bends * conjugate_gradients(lambda v: bends * v, b, 200, p) - b
        )
        for p in (1e-1, 1e-3)
    ]
    size = np.sqrt(40)
    assert 1e-2 * size < missed[0] < 1.001e-1 * size
    assert 1e-5 * size < missed[1] < 1.001e-3 * size


def test_without_a_precision_it_is_exact_to_ten_digits() -> None:
    default = signature(conjugate_gradients).parameters["precision"].default
    assert default == 1e-10
    bends = np.geomspace(1, 100, 30)[:, np.newaxis]
    s = conjugate_gradients(lambda v: bends * v, np.ones((30, 1)), 300)
    missed = np.linalg.norm(bends * s - 1) / np.sqrt(30)
    assert 1e-13 < missed < 1.001e-10


def test_a_bend_downwards_ends_it() -> None:
    b = np.array([[1.0], [2.0]])
    down = conjugate_gradients(lambda v: -v, b, 5)
    assert np.array_equal(down, b)
    level = conjugate_gradients(lambda v: 0 * v, b, 5)
    assert np.array_equal(level, b)
    H = np.diag([4.0, -0.1])
    first = conjugate_gradients(lambda v: H @ v, np.array([[1.0], [0.1]]), 1)
    again = conjugate_gradients(lambda v: H @ v, np.array([[1.0], [0.1]]), 9)
    assert np.array_equal(first, again) and first.any()


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"start": np.zeros((3, 1))}, ValueError, "start has shape.*not all"),
        ({"start": np.ones((3, 2))}, ValueError, r"start has shape \(3, 2\)"),
        ({"start": 1j * np.ones((3, 1))}, ValueError, "of complex128"),
        ({"start": np.ones(3)}, ValueError, r"write start.reshape\(-1, 1\)"),
        ({"steps": 0}, ValueError, "steps is 0, expected 1"),
        ({"steps": 1.5}, TypeError, "steps is 1.5"),
        ({"product": np.eye(3)}, TypeError, "product is.*function"),
        ({"product": lambda v: v[:2]}, ValueError, r"product\(v\) has shape"),
        ({"product": lambda v: v + 0j}, ValueError, "of complex128, expected"),
        (
            {"product": lambda v: np.hstack([v, v])},
            ValueError,
            r"product\(v\) has shape \(3, 2\), of float64, expected \(3, 1\)",
        ),
    ],
)
def test_refusals(change: dict, kind: type[Exception], words: str) -> None:
    given = {"product": lambda v: v, "start": np.ones((3, 1)), "steps": 3}
    with pytest.raises(kind, match=words):
        lanczos(**(given | change))
    given = {k.replace("start", "b"): v for k, v in (given | change).items()}
    with pytest.raises(kind, match=words.replace("start", "b")):
        conjugate_gradients(**given)


def test_the_precision_is_asked_for() -> None:
    with pytest.raises(ValueError, match="precision=1e-10$"):
        conjugate_gradients(lambda v: v, np.ones((3, 1)), 3, -1)


def test_what_the_picture_shows_is_what_lanczos_finds() -> None:
    seen, values = shown.seen_by(40)
    q = np.random.default_rng(0).normal(size=(values.size, 1))
    found, _ = lanczos(lambda v: values[:, np.newaxis] * v, q, 7)
    assert np.abs(found - seen[6]).max() < 1e-12
    assert [len(row) for row in seen] == list(range(1, 41))


def test_a_product_may_write_over_its_argument() -> None:
    H, b = np.diag([1.0, 2.0, 4.0]), np.ones((3, 1))

    def product(v: np.ndarray) -> np.ndarray:
        v[:] = H @ v
        return v

    values, columns = lanczos(product, b, 3)
    assert np.abs(values - [1, 2, 4]).max() < 1e-12
    assert np.abs(columns.T @ columns - np.eye(3)).max() < 1e-12
    found = conjugate_gradients(product, b, 3)
    assert np.abs(H @ found - b).max() < 1e-12


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_the_size_of_the_start_does_not_matter(size: float) -> None:
    H = np.diag([1.0, 2.0, 4.0])
    values, _ = lanczos(lambda v: H @ v, np.full((3, 1), size), 3)
    assert np.abs(values - [1, 2, 4]).max() < 1e-12
