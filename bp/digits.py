"""What goes in, and what should come out

Written by the chapter chapters/01_digits.md: edit it there, not here.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.reading import as_array, as_numbers, as_whole

__all__ = [
    "Array",
    "as_columns",
    "as_labels",
    "as_targets",
    "one_hot",
    "Samples",
    "load_digits",
]


Array = NDArray[np.inexact[Any]]  # real or complex numbers


def as_columns(values: ArrayLike, name: str, rows: int | None = None) -> Array:
    """`values` as a matrix of columns, shape (rows, m), or an error.

    float32 and complex numbers stay what they are; whole numbers become
    float64.  Raises TypeError for what is not numbers; ValueError for a
    1-D array, for a wrong number of rows, for no columns and for numbers
    that are not finite.  `name` is what the error calls the values.
    """
    array = as_numbers(values, name)
    if array.ndim != 2:
        hint = f": write {name}.reshape(-1, 1) for a single column"
        raise ValueError(
            f"{name} has shape {array.shape}, expected (rows, columns)"
            + (hint if array.ndim < 2 else "")
        )
    if rows is not None and len(array) != rows:
        hint = f": write {name}.T" if array.shape[1] == rows else ""
        raise ValueError(
            f"{name} has shape {array.shape}, expected {rows} rows{hint}"
        )
    if array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}: nothing in it")
    if not np.isfinite(array).all():
        i, j = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(
            f"{name}[{i}, {j}] is {array[i, j]}, expected finite numbers: "
            "find where it came from with np.isfinite"
        )
    return array


def as_labels(
    values: ArrayLike, name: str, classes: int
) -> NDArray[np.integer[Any]]:
    """`values` as whole numbers from 0 to classes - 1, shape (m,).

    A single number is one label.  Raises TypeError for what is not whole
    numbers, ValueError for more dimensions or a number that is no class.
    """
    labels = np.atleast_1d(as_array(values, name))
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"{name} holds {labels.dtype}, expected whole numbers: "
            f"write {name}.astype(int)"
        )
    if labels.ndim != 1:
        raise ValueError(
            f"{name} has shape {labels.shape}, expected (m,): "
            f"write {name}.ravel()"
        )
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        raise ValueError(
            f"{name} {wrong[0]} is not among the {classes} classes "
            f"0 to {classes - 1}: give the right number of classes"
        )
    return labels


def as_targets(values: ArrayLike, name: str, rows: int) -> Array:
    """As `as_columns`, for wanted outputs; most lists of labels are named."""
    array = as_numbers(values, name)
    listed = array.ndim == 1 or (array.ndim == 2 and 1 in array.shape)
    if listed and (array.ndim == 1 or len(array) != rows) and rows > 1:
        one = array.size == rows and array.max() <= 1  # a column, laid down
        if not one and np.isin(array, np.arange(1000)).all():
            raise ValueError(
                f"{name} has shape {array.shape}, expected ({rows}, columns): "
                f"write one_hot({name}, {rows}) if it holds labels"
            )
    return as_columns(array, name, rows)


def one_hot(label: ArrayLike, classes: int = 10) -> NDArray[np.float64]:
    """One-hot columns of m labels, shape (classes, m) (eq-digits-onehot).

    Raises TypeError for labels that are not whole numbers, ValueError for
    one that is not among 0, ..., classes - 1.
    """
    classes = as_whole(classes, "classes", 1)
    labels = as_labels(label, "label", classes)
    hot: NDArray[np.bool_] = np.arange(classes)[:, np.newaxis] == labels
    return hot.astype(np.float64)


_SHA256 = "64b43d36662ed94dc8e11d2992c96abb2d8d1f2dec84546fc911a93e2c88b61b"


@dataclass(frozen=True)
class Samples:
    """m samples: inputs and wanted outputs, a column each, and labels."""

    x: NDArray[np.float64]  # (n_0, m), from 0 to 1; n_0 = 64 in load_digits
    y: NDArray[np.float64]  # (10, m), one-hot
    label: NDArray[np.int64]  # (m,), from 0 to 9


def load_digits() -> tuple[Samples, Samples]:
    """The handwritten digits: 1437 samples to train, 360 to test.

    Inputs as in eq-digits-scale, targets as in eq-digits-onehot; source
    and licence are in bp/data/LICENSE.  Raises ValueError if the file is
    not the one that the book was written with.
    """
    from hashlib import sha256  # here, since they are slow to import
    from importlib.resources import files

    try:
        data = files("bp.data").joinpath("digits.npz").read_bytes()
    except OSError:
        data = b""
    if sha256(data).hexdigest() != _SHA256:
        raise ValueError(
            "bp/data/digits.npz is missing, or damaged (wrong checksum): "
            "install bp again"
        )
    with np.load(BytesIO(data)) as file:
        order = file["order"]
        x = file["pixels"][order] / 16
        label = file["label"][order].astype(np.int64)
    train, test = slice(None, 1437), slice(1437, None)
    return (
        Samples(x[train].T, one_hot(label[train]), label[train]),
        Samples(x[test].T, one_hot(label[test]), label[test]),
    )
