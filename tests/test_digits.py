"""Guard 4: columns, one-hot targets and the embedded digits."""

import hashlib
import importlib.resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import bp.digits
from bp import as_columns, as_targets, load_digits, one_hot
from bp.experiments.digits import draw_image

pytestmark = pytest.mark.guard("4 functions")


def test_sizes_and_ranges() -> None:
    train, test = load_digits()
    for samples, m in [(train, 1437), (test, 360)]:
        assert samples.x.shape == (64, m)
        assert samples.y.shape == (10, m)
        assert samples.label.shape == (m,)
        assert samples.x.min() == 0 and samples.x.max() == 1
        assert np.array_equal(samples.y.sum(axis=0), np.ones(m))
        assert np.array_equal(samples.y.argmax(axis=0), samples.label)


def test_same_data_as_an_independent_copy() -> None:
    datasets = pytest.importorskip(
        "sklearn.datasets", reason="scikit-learn, the oracle, is not installed"
    )
    theirs = datasets.load_digits()
    train, test = load_digits()
    ours = np.hstack([train.x, test.x]).T * 16
    labels = np.hstack([train.label, test.label])
    rows = {(*image, label) for image, label in zip(ours, labels, strict=True)}
    assert rows == {
        (*image, label)
        for image, label in zip(theirs.data, theirs.target, strict=True)
    }


def test_a_damaged_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = Path(bp.digits.__file__).parent / "data" / "digits.npz"
    content = whole.read_bytes()
    licence = (whole.parent / "LICENSE").read_text("utf-8")
    assert hashlib.sha256(content).hexdigest() in licence
    (tmp_path / "digits.npz").write_bytes(content[:-1])
    monkeypatch.setattr(importlib.resources, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match="damaged .wrong checksum.: install"):
        load_digits()


@given(st.lists(st.integers(0, 6), min_size=1, max_size=20))
def test_one_hot_and_back(labels: list[int]) -> None:
    y = one_hot(labels, classes=7)
    assert y.shape == (7, len(labels))
    assert y.argmax(axis=0).tolist() == labels
    assert y.sum() == len(labels)


@pytest.mark.parametrize(
    ("label", "error", "message"),
    [
        ([1.5], TypeError, "label holds float64, expected whole numbers"),
        ([3, 10], ValueError, "label 10 is not among the 10 classes 0 to 9"),
        ([-1], ValueError, "label -1 is not among"),
        ([[1], [2]], ValueError, r"shape \(2, 1\), .* write label.ravel"),
    ],
)
def test_one_hot_refuses(
    label: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        one_hot(label)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (np.ones(3), ValueError, r"x has shape \(3,\), .* x.reshape\(-1, 1\)"),
        (1.0, ValueError, r"x has shape \(\), expected \(rows, columns\)"),
        (np.ones((2, 2, 2)), ValueError, r"expected \(rows, columns\)$"),
        (np.ones((1, 4)), ValueError, "expected 4 rows: write x.T"),
        (np.ones((3, 5)), ValueError, "expected 4 rows$"),
        (np.ones((4, 0)), ValueError, "nothing in it"),
        ([["a"], ["b"]], TypeError, "expected numbers: write np.asarray"),
        ([[None]] * 4, TypeError, "x holds object"),
        ([[1], [2], [np.inf], [0]], ValueError, r"x\[2, 0\] is inf"),
        ([[1], [2j], [np.nan], [0]], ValueError, r"x\[2, 0\] is .*nan"),
    ],
)
def test_as_columns_refuses(
    values: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        as_columns(values, "x", rows=4)


@pytest.mark.parametrize(
    ("given_type", "kept"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.complex64, np.complex64),
        (np.complex128, np.complex128),
        (np.uint8, np.float64),
        (bool, np.float64),
    ],
)
def test_types_are_kept(given_type: type, kept: type) -> None:
    assert as_columns(np.ones((2, 1), given_type), "x").dtype == kept


@given(
    hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=2, max_dims=2),
        elements=st.floats(-1e300, 1e300),
    )
)
def test_finite_matrices_pass_unchanged(array: np.ndarray) -> None:
    assert as_columns(array, "x") is array


def test_the_drawing_has_a_square_for_each_inked_pixel() -> None:
    train, _ = load_digits()
    x = train.x[:, [0]]
    assert draw_image(x).count("h1v1h-1z") == int((x > 0.02).sum())


@pytest.mark.parametrize(
    ("label", "error", "message"),
    [
        (np.ma.masked_array([1, 2], [0, 1]), ValueError, "label has masked"),
        ([[1], [1, 2]], ValueError, "label is .*makes no array"),
        (None, TypeError, "label holds object"),
        (["1"], TypeError, "label holds <U1"),
    ],
)
def test_labels_that_are_none(
    label: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        one_hot(label)


@pytest.mark.parametrize("classes", [0, -1, 2.0, None, "ten", True])
def test_classes_are_counted(classes: object) -> None:
    with pytest.raises((TypeError, ValueError), match="classes is"):
        one_hot([0], classes)


@pytest.mark.parametrize(
    "y", [[0, 2, 1, 1], [[0, 2, 1, 1]], [[0], [2], [1], [1]], [0.0, 2.0], [7]]
)
def test_labels_are_known_for_what_they_are(y: object) -> None:
    with pytest.raises(ValueError, match=r"write one_hot\(y, 3\) if it holds"):
        as_targets(y, "y", 3)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 1, 0], r"write y.reshape\(-1, 1\) for a single column"),
        ([0.5, 2.0, 1.0], r"write y.reshape\(-1, 1\)"),
        (np.ones((5, 3)), "expected 3 rows: write y.T"),
        (np.full((1, 4), 0.5), "expected 3 rows"),
    ],
)
def test_other_targets_are_no_labels(y: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_targets(y, "y", 3)
    assert as_targets([[0, 2, 1]], "y", 1).shape == (1, 3)
    assert as_targets([[0], [2], [1]], "y", 3).shape == (3, 1)


def test_the_digits_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.resources, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match="missing, or damaged"):
        load_digits()
