"""Real handwriting

Written by the chapter chapters/16_handwriting.md: edit it there, not here.
"""

import os
import re
import sys
from itertools import product
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.digits import Samples, as_labels, one_hot
from bp.reading import as_whole
from bp.training import write_whole

__all__ = ["confusion_matrix", "read_idx", "mnist_folder", "load_mnist"]


def confusion_matrix(
    label: ArrayLike, guess: ArrayLike, classes: int = 10
) -> NDArray[np.int64]:
    """How often class j was read as class k (eq-handwriting-confusion).

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
_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_SHA256 = {
    f"{which}-{kind}-ubyte": checksum  # of the file, unpacked
    for (which, kind), checksum in zip(
        product(("train", "t10k"), ("images-idx3", "labels-idx1")),
        (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        strict=True,
    )
}


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
    content, hint = bytes(content), "unpack it if it ends in .gz"
    if content[:2] == b"\x1f\x8b":
        hint = "unpack it"
    elif content[:2] == b"\0\0" and content[2:3] and content[2] in _TYPES:
        hint = f"it holds {_TYPES[content[2]]}, read it with np.frombuffer"
    if len(content) < 4 or content[:3] != bytes([0, 0, 8]):
        raise ValueError(
            f"the file begins with {content[:4].hex(' ')}, expected 00 00 08 "
            f"and the number of axes: {hint}"
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


def mnist_folder() -> Path:
    """Where MNIST is kept: BP_DATA if that is set, else the user's cache.

    BP_DATA may begin with ~ and name variables, as in $HOME/mnist.  Raises
    ValueError when such a user or variable is unknown, or no home is known.
    """
    given = os.environ.get
    if folder := given("BP_DATA", "").strip():
        path = os.path.expanduser(os.path.expandvars(folder))
        unknown = path[0] == "~" or re.search(r"\$\w|\$\{", path)
        if unknown and not os.path.exists(path):
            raise ValueError(
                f"BP_DATA is {folder!r}, and {path!r} names a variable or a "
                "user that is not there: write the folder out"
            )
        return Path(path)
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


def _right(content: bytes, name: str) -> bool:
    from hashlib import sha256  # here, since it is slow to import

    return sha256(content).hexdigest() == _SHA256[name]


def _fetched(path: Path) -> bytes:
    """One file from the first mirror that has it as it should be."""
    from gzip import decompress
    from http.client import HTTPException
    from urllib.request import urlopen
    from zlib import error as ZlibError

    troubles = []
    for mirror in _MIRRORS:
        try:
            with urlopen(f"{mirror}{path.name}.gz", timeout=30) as response:
                content: bytes = decompress(response.read())
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


def _load(name: str) -> NDArray[np.uint8]:
    """One of the four files, checked; fetched if it is missing."""
    path = mnist_folder() / name
    try:
        if path.exists():
            content = path.read_bytes()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            content = _fetched(path)
            write_whole(path, content)
    except OSError as error:
        if error.errno is None:  # our own: it could not be fetched
            raise
        raise OSError(
            f"{path} cannot be read or written ({error.strerror or error}): "
            "set BP_DATA to a folder of your own for MNIST"
        ) from error
    if not _right(content, name):
        raise ValueError(
            f"{path} is not that file of MNIST (wrong checksum), and is left "
            "as it is: move it away, to have it fetched anew, or set BP_DATA "
            "to another folder"
        )
    return read_idx(content)


def load_mnist() -> tuple[Samples, Samples]:
    """MNIST: 60 000 digits to train and 10 000 to test.

    x has shape (784, m), float64, ink from 0 to 1 as a byte divided by 255.
    The four files are kept in `mnist_folder()`, fetched when missing, and
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
