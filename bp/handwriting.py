"""Real handwriting

Written by the chapter chapters/15_mnist.md: edit it there, not here.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.descent import write_whole
from bp.digits import Samples, as_labels, one_hot
from bp.reading import as_real, as_whole

__all__ = [
    "wilson_interval",
    "confusion_matrix",
    "read_idx",
    "mnist_folder",
    "load_mnist",
]


def wilson_interval(
    right: int, n: int, t: float = 1.96
) -> tuple[float, float]:
    """The probabilities that go with `right` of n (eq-mnist-wilson).

    Those for which the share that was seen is within t standard deviations;
    1.96 of them make it 95 of 100 cases.  Returns the lower and the upper
    end.  Raises ValueError unless 0 <= right <= n, n >= 1 and t > 0, and
    TypeError for shares: it takes counts.
    """
    n, t = as_whole(n, "n", 1), as_real(t, "t", 1.96, above=True)
    right = as_whole(right, "right", 0, n)
    share, unit = right / n, t**2 / n
    middle = (share + unit / 2) / (1 + unit)
    half = t * sqrt(share * (1 - share) / n + unit / (4 * n)) / (1 + unit)
    return max(0.0, middle - half), min(1.0, middle + half)


def confusion_matrix(
    label: ArrayLike, guess: ArrayLike, classes: int = 10
) -> NDArray[np.int64]:
    """How often class j was read as class k (eq-mnist-confusion).

    label and guess are whole numbers of shape (m,).  Rows are what it was,
    columns what was read; both count from 0.  Raises ValueError when their
    lengths differ or a class is unknown, TypeError unless whole numbers.
    """
    classes = as_whole(classes, "classes", 1)
    y, g = (
        one_hot(as_labels(values, name, classes), classes)
        for values, name in [(label, "label"), (guess, "guess")]
    )
    if y.shape != g.shape:
        raise ValueError(
            f"{y.shape[1]} labels and {g.shape[1]} guesses: give both for "
            "the same samples"
        )
    counts: NDArray[np.int64] = (y @ g.T).astype(np.int64)
    return counts


_TYPES = {9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}


def read_idx(content: bytes) -> NDArray[np.uint8]:
    """The array in a file of MNIST's format: bytes, any shape, read-only.

    Raises ValueError when it is not that format, or has another length than
    it says; TypeError for what is not the content of a file.
    """
    if not isinstance(content, bytes | bytearray | memoryview):
        raise TypeError(
            f"content is a {type(content).__name__}, expected the bytes of a "
            "file: write read_idx(Path(name).read_bytes())"
        )
    content = bytes(content)
    if content[:2] == b"\0\0" and content[2:3] and content[2] in _TYPES:
        raise ValueError(
            f"the file begins with {content[:4].hex(' ')}, numbers of "
            f"{_TYPES[content[2]]}, expected 00 00 08: read_idx knows bytes "
            "alone, as MNIST has them; read it with np.frombuffer"
        )
    if len(content) < 4 or content[:3] != bytes([0, 0, 8]):
        packed = content[:2] == b"\x1f\x8b"
        raise ValueError(
            f"the file begins with {content[:4].hex(' ')}, expected 00 00 08 "
            "and the number of axes: "
            + ("unpack it" if packed else "unpack it if it ends in .gz")
        )
    start = 4 + 4 * content[3]
    lengths = [content[i : i + 4] for i in range(4, start, 4)]
    shape = tuple(int.from_bytes(length, "big") for length in lengths)
    if len(content) != start + prod(shape) or len(shape) > 32:
        raise ValueError(
            f"the file has {len(content)} bytes, expected "
            f"{start + prod(shape)} for the shape {shape}: it is cut short "
            "or not the right one"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_SHA256 = {  # of each file, unpacked
    "train-images-idx3-ubyte": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    "train-labels-idx1-ubyte": (
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    ),
    "t10k-images-idx3-ubyte": (
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    ),
    "t10k-labels-idx1-ubyte": (
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    ),
}


def mnist_folder() -> Path:
    """Where MNIST is kept: BP_DATA if that is set, else the user's cache.

    BP_DATA may begin with ~ and name variables, as in $HOME/mnist.  Raises
    ValueError when it names what is not there.
    """
    given = os.environ.get
    if folder := given("BP_DATA", "").strip():
        return _expanded(folder)
    try:
        home = Path.home()
    except RuntimeError:
        raise ValueError(
            "nobody's home is known, and so no cache: set BP_DATA to a "
            "folder for MNIST"
        ) from None
    if sys.platform == "win32":
        local = given("LOCALAPPDATA") or home / "AppData" / "Local"
        return Path(local) / "bp" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "bp"
    cache = Path(given("XDG_CACHE_HOME") or home / ".cache")
    return (cache if cache.is_absolute() else home / ".cache") / "bp"


def _expanded(folder: str) -> Path:
    """The folder of BP_DATA, with what stands for ~ and for variables."""
    path = os.path.expanduser(os.path.expandvars(folder))
    unknown = path[0] == "~" or re.search(r"\$\w|\$\{", path)
    if unknown and not os.path.exists(path):
        raise ValueError(
            f"BP_DATA is {folder!r}, and {path!r} names a variable or a user "
            "that is not there: write the folder out"
        )
    return Path(path)


def _right(content: bytes, name: str) -> bool:
    from hashlib import sha256  # here, since it is slow to import

    return sha256(content).hexdigest() == _SHA256[name]


def _download(url: str) -> bytes:
    """The unpacked content behind an address that ends in .gz."""
    from gzip import decompress
    from urllib.request import urlopen

    with urlopen(url, timeout=30) as response:
        content: bytes = decompress(response.read())
    return content


def _fetched(path: Path) -> bytes:
    """One file from the first mirror that has it as it should be."""
    from http.client import HTTPException
    from zlib import error as ZlibError

    troubles = []
    for mirror in _MIRRORS:
        try:
            content = _download(f"{mirror}{path.name}.gz")
        except (OSError, EOFError, HTTPException, ZlibError) as error:
            troubles.append(f"{mirror}: {error}")
            continue
        if _right(content, path.name):
            return content
        troubles.append(f"{mirror}: wrong checksum")
    raise FileNotFoundError(
        f"{path.name} is not in {path.parent}, and could not be fetched "
        f"({'; '.join(troubles)}): try again with a network, or put the "
        "unpacked file there, or set BP_DATA to the folder that has it"
    )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of the file system in words, and in these alone."""
    try:
        yield
    except OSError as error:
        raise OSError(
            f"{path} cannot be read or written ({error.strerror or error}): "
            "set BP_DATA to a folder of your own for MNIST"
        ) from error


def _load(name: str) -> NDArray[np.uint8]:
    """One of the four files, checked; fetched if it is missing."""
    path = mnist_folder() / name
    with _told(path):
        if there := path.exists():
            content = path.read_bytes()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
    if not there:
        content = _fetched(path)
        with _told(path):
            write_whole(path, content)
    if not _right(content, name):
        raise ValueError(
            f"{path} is not that file of MNIST (wrong checksum), and is left "
            "as it is: move it away, to have it fetched anew, or set BP_DATA "
            "to another folder"
        )
    return read_idx(content)


def load_mnist() -> tuple[Samples, Samples]:
    """MNIST: 60 000 digits to train and 10 000 to test, 28 by 28 pixels.

    x has shape (784, m), float64, ink from 0 to 1 as a byte divided by 255;
    the last 10 000 training digits make the usual validation set.  The four
    files are kept in `mnist_folder()`, fetched when missing (11 MB), and
    checked each time.  Raises FileNotFoundError when a file is missing and
    cannot be fetched, OSError when the folder cannot be used, and ValueError
    for another file in its place, or a damaged one, which it leaves there.
    """
    sets = []
    for which in ("train", "t10k"):
        pixels = _load(f"{which}-images-idx3-ubyte")
        label = _load(f"{which}-labels-idx1-ubyte").astype(np.int64)
        x = (pixels.reshape(len(pixels), -1) / 255).T
        sets.append(Samples(x, one_hot(label), label))
    return sets[0], sets[1]
