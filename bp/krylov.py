"""What products are enough for

Written by the chapter chapters/94_krylov.md: edit it there, not here.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.digits import Array, as_columns
from bp.reading import as_real, as_whole, check_callable

__all__ = ["Product", "lanczos", "conjugate_gradients"]


Product = Callable[[Array], Array]


def _column(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """A column of real numbers, not all zero, in double precision."""
    column = as_columns(values, name)
    if column.shape[1] != 1 or column.dtype.kind == "c" or not column.any():
        raise ValueError(
            f"{name} has shape {column.shape}, of {column.dtype}, expected "
            "one column of real numbers that are not all zero"
        )
    return column.astype(np.float64)


def _product(product: Product, p: Array) -> Array:
    """What a product makes of a column, if that is a column like it."""
    check_callable(product, "product")
    found = as_columns(product(p.copy()), "product(v)", len(p))
    if found.shape != p.shape or found.dtype.kind == "c":
        raise ValueError(
            f"product(v) has shape {found.shape}, of {found.dtype}, expected "
            f"{p.shape} of real numbers: write lambda v: H @ v"
        )
    return found


def lanczos(
    product: Product, start: ArrayLike, steps: int
) -> tuple[Array, Array]:
    """What some products show of the eigenvalues (eq-krylov-three).

    `product` gives H v for a column v, shape (P, 1), of a symmetric H;
    start is such a column.  The values, rising, are `steps` ones, or fewer
    where nothing new comes, beside columns v of length 1.  They come near to
    eigenvalues and eigenvectors, first at the ends, apart from the rest: an
    eigenvalue lies within the length of H v - value * v.
    """
    q = _column(start, "start")
    q = q / np.abs(q).max()  # whose squares do not overflow
    basis, products = q / np.linalg.norm(q), []
    for _ in range(as_whole(steps, "steps", 1)):
        products.append(_product(product, basis[:, -1:]))
        rest = products[-1]
        for _ in range(2):
            rest = rest - basis @ (basis.T @ rest)
        long = np.linalg.norm(rest)
        if long <= 1e-13 * np.linalg.norm(products[-1]):
            break
        basis = np.hstack([basis, rest / long])
    basis = basis[:, : len(products)]
    values, mixed = np.linalg.eigh(basis.T @ np.hstack(products))
    return values, basis @ mixed


def conjugate_gradients(
    product: Product, b: ArrayLike, steps: int, precision: float = 1e-10
) -> Array:
    """A solution s of H s = b, shape (P, 1) (eq-krylov-conjugate).

    `product` gives H v for a column v, of a symmetric H.  Stops after
    `steps` products, where what is missing is at most `precision` times b (but
    for rounding, which grows with the largest bend over the smallest), or
    where H is not bent up along its direction; there it returns what it has,
    at first b.
    """
    r = p = _column(b, "b")
    enough = as_real(precision, "precision", 1e-10) * np.linalg.norm(r)
    s = np.zeros_like(r)
    for _ in range(as_whole(steps, "steps", 1)):
        Hp = _product(product, p)
        bend = float((p.T @ Hp)[0, 0])
        if bend <= 0:
            return s if s.any() else r
        t = (p.T @ r).item() / bend
        s, r = s + t * p, r - t * Hp
        if np.linalg.norm(r) <= enough:
            break
        p = r - (Hp.T @ r).item() / bend * p
    return s
