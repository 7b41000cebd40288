"""Real handwriting

Written by the chapter chapters/13_mnist.md: edit it there, not here.
"""

import os
import sys
from math import prod, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.digits import Samples, one_hot

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
    end.  Raises ValueError unless 0 <= right <= n, n >= 1 and t > 0.
    """
    if not (n >= 1 and 0 <= right <= n and t > 0):
        raise ValueError(
            f"right is {right}, n is {n} and t is {t}, expected "
            "0 <= right <= n, at least one of n, and a positive t: "
            "give counts, not shares"
        )
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
    y, g = one_hot(label, classes), one_hot(guess, classes)
    if y.shape != g.shape:
        raise ValueError(
            f"{y.shape[1]} labels and {g.shape[1]} guesses: give both for "
            "the same samples"
        )
    counts: NDArray[np.int64] = (y @ g.T).astype(np.int64)
    return counts


def read_idx(content: bytes) -> NDArray[np.uint8]:
    """The array in a file of MNIST's format, of bytes, any shape.

    Raises ValueError when it is not that format, or has another length than
    it says.
    """
    if len(content) < 4 or content[:3] != bytes([0, 0, 8]):
        raise ValueError(
            f"the file begins with {content[:4].hex(' ')}, expected 00 00 08 "
            "and the number of axes: unpack it if it ends in .gz"
        )
    start = 4 + 4 * content[3]
    lengths = [content[i : i + 4] for i in range(4, start, 4)]
    shape = tuple(int.from_bytes(length, "big") for length in lengths)
    if len(content) != start + prod(shape):
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
    """Where MNIST is kept: BP_DATA if that is set, else the user's cache."""
    home, given = Path.home(), os.environ.get
    if folder := given("BP_DATA"):
        return Path(folder)
    if sys.platform == "win32":
        local = given("LOCALAPPDATA") or home / "AppData" / "Local"
        return Path(local) / "bp" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "bp"
    return Path(given("XDG_CACHE_HOME") or home / ".cache") / "bp"


def _right(content: bytes, name: str) -> bool:
    from hashlib import sha256  # here, since it is slow to import

    return sha256(content).hexdigest() == _SHA256[name]


def _download(url: str, progress: bool | None) -> bytes:
    """The unpacked content behind an address that ends in .gz."""
    from gzip import decompress
    from urllib.request import urlopen

    parts: list[bytes] = []
    with urlopen(url, timeout=30) as response:
        size = int(response.headers.get("Content-Length") or 0)
        bar = _bar(url.rpartition("/")[2], size, progress)
        while part := response.read(1 << 16):
            parts.append(part)
            if bar is not None:
                bar.update(len(part))
        if bar is not None:
            bar.close()
    return decompress(b"".join(parts))


def _bar(name: str, size: int, progress: bool | None) -> Any:
    """A progress bar; None where nobody is watching, or without tqdm."""
    if progress is None:
        progress = sys.stderr is not None and sys.stderr.isatty()
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    options = {"total": size or None, "unit": "B", "unit_scale": True}
    return tqdm(desc=name, **options) if progress else None


def _fetch(path: Path, progress: bool | None) -> None:
    """Fetch one file from the first mirror that has it as it should be."""
    from http.client import HTTPException
    from zlib import error as ZlibError

    troubles = []
    for mirror in _MIRRORS:
        try:
            content = _download(f"{mirror}{path.name}.gz", progress)
        except (OSError, EOFError, HTTPException, ZlibError) as error:
            troubles.append(f"{mirror}: {error}")
            continue
        if _right(content, path.name):
            return _put(content, path)
        troubles.append(f"{mirror}: wrong checksum")
    raise FileNotFoundError(
        f"{path.name} is not in {path.parent}, and could not be fetched "
        f"({'; '.join(troubles)}): try again with a network, or put the "
        "unpacked file there, or set BP_DATA to the folder that has it"
    )


def _put(content: bytes, path: Path) -> None:
    """Write a file so that at every moment it is whole or not there."""
    from threading import get_ident

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _load(name: str, progress: bool | None) -> NDArray[np.uint8]:
    """One of the four files, checked; fetched if it is missing."""
    path = mnist_folder() / name
    if not path.exists():
        _fetch(path, progress)
    content = path.read_bytes()
    if not _right(content, name):
        path.unlink(missing_ok=True)
        raise ValueError(
            f"{path} was damaged (wrong checksum) and has been removed: "
            "load again to fetch it anew"
        )
    return read_idx(content)


def load_mnist(progress: bool | None = None) -> tuple[Samples, Samples]:
    """MNIST: 60 000 digits to train and 10 000 to test, 28 by 28 pixels.

    x has shape (784, m), float64, ink from 0 to 1 as a byte divided by 255;
    the last 10 000 training digits make the usual validation set.  The four
    files are kept in `mnist_folder()`, fetched when missing (11 MB), and
    checked each time.  `progress` shows a bar; None shows it in a terminal.
    Raises FileNotFoundError when a file is missing and cannot be fetched,
    ValueError for a damaged one, which it removes.
    """
    sets = []
    for which in ("train", "t10k"):
        pixels = _load(f"{which}-images-idx3-ubyte", progress)
        label = _load(f"{which}-labels-idx1-ubyte", progress).astype(np.int64)
        x = (pixels.reshape(len(pixels), -1) / 255).T
        sets.append(Samples(x, one_hot(label), label))
    return sets[0], sets[1]
