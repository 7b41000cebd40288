"""Guard 4: what was misread, and the loader of MNIST.

The loader is tried on small files of the same format, behind a server of
our own; the real ones are tried where they are in the cache.
"""

import gzip
import hashlib
import http.server
import importlib.util
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import bp.handwriting
import call_faults
from bp import (
    accuracy,
    confusion_matrix,
    load_mnist,
    mnist_folder,
    random_network,
    read_idx,
    sgd,
)
from bp.digits import load_digits
from bp.experiments import handwriting as experiment
from conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.guard("4 functions")


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_confusion_counts_pairs(pairs: list[tuple[int, int]]) -> None:
    label, guess = np.array(pairs).T
    N = confusion_matrix(label, guess, 5)
    for j, k in np.ndindex(5, 5):
        assert N[j, k] == pairs.count((j, k))
    assert N.dtype == np.int64


def test_confusion_refuses_other_lengths() -> None:
    with pytest.raises(ValueError, match="3 labels and 2 guesses"):
        confusion_matrix([1, 2, 3], [1, 2])
    assert confusion_matrix([9], [0]).shape == (10, 10)


# --- the format


def idx(array: np.ndarray) -> bytes:
    """Written by the book's own words, not by the reader's inverse."""
    lengths = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.tobytes()


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_side=0, max_dims=4)))
@example(np.zeros((300, 2), np.uint8))
def test_the_format_is_read(array: np.ndarray) -> None:
    found = read_idx(idx(array))
    assert found.dtype == np.uint8 and np.array_equal(found, array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with , expected"),
        (b"\0\0\x08", "begins with 00 00 08, expected"),
        (b"\0\0\x08\0", "4 bytes, expected 5"),
        (b"\0\0\x08\3\0\0\0\2\0", "9 bytes, expected 16"),
        (b"\x1f\x8b\x08\0abc", "unpack it"),
        (b"\0\0\x01\1abc", "unpack it if it ends in .gz"),
        (b"\0\0\x0e\1", "begins with 00 00 0e 01, .* it holds float64"),
        (b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"a", "cut short or not"),
        (b"\0\1\x08\1\0\0\0\1a", "begins with 00 01 08 01"),
        (b"\0\0\x0d\1\0\0\0\1a", "00 00 0d 01, .* it holds float32, read"),
        (
            idx(np.ones((2, 3), np.uint8))[:-1],
            r"17 bytes, expected 18.*\(2, 3\): it is",
        ),
        (idx(np.ones((2, 3), np.uint8)) + b"a", r"19 bytes, expected 18"),
    ],
)
def test_other_content_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_idx(content)


@pytest.mark.parametrize(
    "content", ["train-images", Path("x"), None, 5, [0, 0, 8], np.zeros(3)]
)
def test_what_is_no_content_of_a_file_is_told(content: object) -> None:
    with pytest.raises(TypeError, match="expected the bytes of a file: write"):
        read_idx(content)


def test_other_bytes_than_bytes_are_read() -> None:
    content = idx(np.array([[1, 2, 3]], np.uint8))
    for form in (bytearray, memoryview):
        assert read_idx(form(content)).tolist() == [[1, 2, 3]]


def test_every_flipped_byte_and_every_cut_of_an_idx() -> None:
    """ValueError, or the bytes that stand there."""
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    whole = idx(array)
    for n in range(len(whole)):
        with pytest.raises(ValueError, match="the file"):
            read_idx(whole[:n])
    for place, bit in itertools.product(range(len(whole)), range(8)):
        content = bytearray(whole)
        content[place] ^= 1 << bit
        if place < 12:
            with pytest.raises(ValueError, match="the file"):
                read_idx(content)
        else:
            assert read_idx(content).tobytes() == content[12:]


# --- the loader

rng = np.random.default_rng(0)
ARRAYS = {
    "train-images-idx3-ubyte": rng.integers(256, size=(30, 28, 28)),
    "train-labels-idx1-ubyte": rng.integers(10, size=30),
    "t10k-images-idx3-ubyte": rng.integers(256, size=(3, 28, 28)),
    "t10k-labels-idx1-ubyte": rng.integers(10, size=3),
}
FILES = {name: idx(array.astype(np.uint8)) for name, array in ARRAYS.items()}
SHA256 = {n: hashlib.sha256(c).hexdigest() for n, c in FILES.items()}
IMAGES = "t10k-images-idx3-ubyte"  # the third to be loaded


@dataclass
class Mirror:
    """A server with the four files, some of them spoiled."""

    url: str = ""
    spoiled: dict[str, bytes | int] = field(default_factory=dict)
    claimed: dict[str, int] = field(default_factory=dict)  # length said
    asked: list[str] = field(default_factory=list)
    delay: float = 0  # seconds before each half of a file

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        name = request.path.removeprefix("/").removesuffix(".gz")
        self.asked.append(name)
        content = self.spoiled.get(name, gzip.compress(FILES[name], mtime=0))
        if isinstance(content, int):
            return request.send_error(content)
        request.send_response(200)
        length = self.claimed.get(name, len(content))
        if length:
            request.send_header("Content-Length", str(length))
        request.end_headers()
        half = len(content) // 2
        for part in (content[:half], content[half:]):
            time.sleep(self.delay)
            request.wfile.write(part)


@contextmanager
def mirrors(n: int = 1, delay: float = 0) -> Iterator[list[Mirror]]:
    """Mirrors in place of the public ones, and an empty cache."""
    servers, found = [], []
    for _ in range(n):
        mirror = Mirror(delay=delay)

        class Handler(http.server.BaseHTTPRequestHandler):
            mine = mirror

            def do_GET(self) -> None:
                try:
                    self.mine.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the other side was killed

            def log_message(self, *arguments: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mirror.url = f"http://127.0.0.1:{server.server_port}/"
        servers.append(server)
        found.append(mirror)
    urls = tuple(mirror.url for mirror in found)
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, BP_DATA=str(Path(folder) / "not" / "yet")),
        patch.object(bp.handwriting, "_MIRRORS", urls),
        patch.object(bp.handwriting, "_SHA256", SHA256),
    ):
        try:
            yield found
        finally:
            for server in servers:
                server.shutdown()
                server.server_close()


def kept() -> dict[str, bytes]:
    """All that is in the cache."""
    return {path.name: path.read_bytes() for path in mnist_folder().glob("*")}


def test_what_is_loaded() -> None:
    with mirrors() as [mirror]:
        sets = load_mnist()
        assert mirror.asked == list(FILES)
        assert kept() == FILES
        again = load_mnist()
        assert mirror.asked == list(FILES), "fetched once"
    for samples, other, which in zip(
        sets, again, ("train", "t10k"), strict=True
    ):
        pixels = ARRAYS[f"{which}-images-idx3-ubyte"]
        label = ARRAYS[f"{which}-labels-idx1-ubyte"]
        assert samples.x.dtype == samples.y.dtype == np.float64
        assert samples.x.shape == (784, len(label))
        for i, image in enumerate(pixels):
            assert np.array_equal(samples.x[:, i] * 255, image.ravel())
            assert samples.y[:, i].argmax() == samples.label[i] == label[i]
        assert samples.label.dtype == np.int64
        assert np.array_equal(samples.x, other.x)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["cut short", "one bit", "empty", "longer"])
def test_a_file_that_is_not_the_right_one_is_named_and_left(
    name: str, how: str
) -> None:
    """It may be the reader's own; moved away, it is fetched anew."""
    content = FILES[name]
    spoiled = {
        "cut short": content[:-1],
        "one bit": content[:-1] + bytes([content[-1] ^ 1]),
        "empty": b"",
        "longer": content + b"\0",
    }[how]
    with mirrors() as [mirror]:
        load_mnist()
        mirror.asked.clear()
        path = mnist_folder() / name
        path.write_bytes(spoiled)
        with pytest.raises(ValueError, match=f"{name} is not .*BP_DATA"):
            load_mnist()
        assert kept() == {**FILES, name: spoiled} and not mirror.asked
        path.unlink()
        load_mnist()
        assert mirror.asked == [name] and kept() == FILES


def test_sound_data_of_another_kind_stay_where_they_are() -> None:
    with mirrors():
        mnist_folder().mkdir(parents=True)
        mine = mnist_folder() / "train-images-idx3-ubyte"
        mine.write_bytes(idx(np.array([7], np.uint8)))
        before = kept()
        with pytest.raises(ValueError, match=f"{mine} is not .* is left"):
            load_mnist()
        assert kept() == before


def gz(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        (404, "404"),
        (500, "500"),
        (gz(FILES[IMAGES])[:-20], "end-of-stream"),
        (gz(FILES[IMAGES][:-1]), "wrong checksum"),
        (gz(FILES["t10k-labels-idx1-ubyte"]), "wrong checksum"),
        (b"<html>please log in</html>", "[Nn]ot a gzipped file"),
        (gz(FILES[IMAGES])[:10] + b"\xff" * 400, "invalid block type"),
        (b"", "wrong checksum"),
    ],
)
def test_a_bad_download_never_gets_into_the_cache(
    spoiled: bytes | int, words: str
) -> None:
    """And what was finished before it stays, and is not fetched again."""
    with mirrors() as [mirror]:
        mirror.spoiled[IMAGES] = spoiled
        with pytest.raises(FileNotFoundError, match=words) as error:
            load_mnist()
        said = str(error.value)
        assert said.startswith(f"{IMAGES} is not in {mnist_folder()}, and")
        assert mirror.url in said
        assert list(kept()) == sorted(FILES, reverse=True)[:2]
        mirror.spoiled.clear()
        mirror.asked.clear()
        load_mnist()
        assert mirror.asked == [IMAGES, "t10k-labels-idx1-ubyte"]
        assert kept() == FILES


def test_a_connection_that_breaks_off() -> None:
    with mirrors() as [mirror]:
        mirror.spoiled[IMAGES] = gz(FILES[IMAGES])[:-300]
        mirror.claimed[IMAGES] = len(gz(FILES[IMAGES]))
        with pytest.raises(FileNotFoundError, match=IMAGES):
            load_mnist()
        assert not {IMAGES} & {*kept()}


def test_the_next_mirror_is_asked() -> None:
    with mirrors(3) as [first, second, third]:
        first.spoiled = dict.fromkeys(FILES, 503)
        second.spoiled[IMAGES] = gz(b"something else")
        load_mnist()
        assert kept() == FILES
        assert first.asked == second.asked == list(FILES)
        assert third.asked == [IMAGES]


def test_without_a_network_the_error_says_what_to_do() -> None:
    with mirrors() as [mirror]:
        address = mirror.url
    with mirrors(), patch.object(bp.handwriting, "_MIRRORS", (address,)):
        with pytest.raises(FileNotFoundError) as error:
            load_mnist()
    said = str(error.value)
    assert said.startswith("train-images-idx3-ubyte is not in ")
    assert address in said and "refused" in said
    assert "put the unpacked file there, or set BP_DATA" in said


def test_a_write_that_is_interrupted_leaves_nothing() -> None:
    replace, moved = os.replace, []

    def interrupted(source: Path, target: Path) -> None:
        moved.append(target)
        if IMAGES in str(target):
            raise KeyboardInterrupt
        replace(source, target)

    with mirrors():
        with patch.object(os, "replace", interrupted):
            with pytest.raises(KeyboardInterrupt):
                load_mnist()
        assert len(moved) == 3
        assert list(kept()) == sorted(FILES, reverse=True)[:2]
        load_mnist()
        assert kept() == FILES


@contextmanager
def handed_in() -> Iterator[Path]:
    """An empty folder, and downloads that need no server."""

    def fetched(path: Path) -> bytes:
        return FILES[path.name]

    with (
        tempfile.TemporaryDirectory() as name,
        patch.dict(os.environ, BP_DATA=name),
        patch.object(bp.handwriting, "_fetched", fetched),
        patch.object(bp.handwriting, "_SHA256", SHA256),
    ):
        folder = Path(name)
        (folder / "mine").write_bytes(b"mine")
        yield folder


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != "mine":
            path.unlink()


@pytest.mark.filterwarnings(  # what fails to close is closed in the end
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
def test_a_folder_that_fails_at_any_call() -> None:
    """A sentence, nothing half done, and the next start works."""
    with handed_in() as folder:
        with call_faults.at_call(0, call_faults.broken) as calls:
            load_mnist()
        assert len(calls) > 40 and {"replace", "mkdir"} <= {*calls}
        for n in range(1, len(calls) + 1):
            empty(folder)
            try:
                with call_faults.at_call(n, call_faults.broken):
                    load_mnist()
            except OSError as error:
                assert "BP_DATA" in str(error), n
            left = {path.name for path in folder.iterdir()}
            assert left <= {*FILES, "mine"}, n
            train, test = load_mnist()
            assert kept() == {**FILES, "mine": b"mine"}
            assert (len(train.label), len(test.label)) == (30, 3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.posix
def test_a_process_killed_at_any_call() -> None:
    with handed_in() as folder:
        n = 1
        while call_faults.dies_at_call(n, load_mnist):
            for name in FILES:
                path = folder / name
                assert not path.exists() or path.read_bytes() == FILES[name]
            assert (folder / "mine").read_bytes() == b"mine"
            load_mnist()
            empty(folder)
            n += 1
        assert n > 40


def loading(mirror: Mirror) -> subprocess.Popen[str]:
    """Another process that loads from a mirror."""
    code = (
        "import bp.handwriting as m\n"
        f"m._MIRRORS, m._SHA256 = ({mirror.url!r},), {SHA256!r}\n"
        "train, test = m.load_mnist()\n"
        "print(train.x.sum().round(6), test.label.tolist())"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def test_two_processes_that_load_at_once() -> None:
    with mirrors(delay=0.2) as [mirror]:
        both = [loading(mirror) for _ in "ab"]
        said = [process.communicate(timeout=60) for process in both]
        assert [process.returncode for process in both] == [0, 0], said
        assert said[0] == said[1] and said[0][0]
        assert kept() == FILES, "and no part of a file is left"
        assert len(mirror.asked) > 4, "they did load at once"
        load_mnist()


@pytest.mark.posix
def test_a_process_that_is_killed_leaves_no_bad_file() -> None:
    with mirrors(delay=0.2) as [mirror]:
        process = loading(mirror)
        for _ in range(600):
            if IMAGES in mirror.asked:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert {*kept()} <= {*FILES} - {IMAGES}
        assert all(FILES[name] == c for name, c in kept().items())
        assert len(kept()) == 2, "what was finished is there"
        mirror.delay = 0
        load_mnist()
        assert kept() == FILES


@pytest.mark.parametrize(
    ("platform", "given", "folder"),
    [
        ("linux", {}, "HOME/.cache/bp"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/bp"),
        ("linux", {"XDG_CACHE_HOME": ""}, "HOME/.cache/bp"),
        ("darwin", {}, "HOME/Library/Caches/bp"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/bp/Cache"),
        ("win32", {}, "HOME/AppData/Local/bp/Cache"),
        ("win32", {"BP_DATA": "/data"}, "/data"),
        ("linux", {"BP_DATA": ""}, "HOME/.cache/bp"),
    ],
)
def test_where_the_files_are_kept(
    platform: str, given: dict[str, str], folder: str
) -> None:
    with (
        patch.dict(os.environ, given, clear=True),
        patch.object(sys, "platform", platform),
        patch.object(Path, "home", lambda: Path("HOME")),
    ):
        assert mnist_folder() == Path(folder)


def test_a_user_without_a_home_says_where() -> None:
    nowhere = patch.object(Path, "home", side_effect=RuntimeError)
    with patch.dict(os.environ, {"BP_DATA": "/data"}, clear=True), nowhere:
        assert mnist_folder() == Path("/data")
    with patch.dict(os.environ, {}, clear=True), nowhere:
        with pytest.raises(ValueError, match="set BP_DATA to a folder"):
            mnist_folder()


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("~/mnist", "/home/me/mnist"),
        ("~", "/home/me"),
        ("$HOME/mnist", "/home/me/mnist"),
        ("${HOME}/a/../mnist", "/home/me/a/../mnist"),
        ("$DATA", "/disk"),
        ("~/$DATA", "/home/me//disk"),
        (" /data\n", "/data"),
        ("a~b", "a~b"),
        ("costs$", "costs$"),
    ],
)
def test_home_and_variables_in_the_folder_s_name(
    given: str, folder: str
) -> None:
    known = {"HOME": "/home/me", "DATA": "/disk", "BP_DATA": given}
    with patch.dict(os.environ, known, clear=True):
        assert mnist_folder() == Path(folder)


@pytest.mark.parametrize(
    "given", ["~nobody-of-that-name/mnist", "$NOTHING/mnist", "a/${NO}"]
)
def test_a_variable_that_is_not_there(given: str) -> None:
    known = {"HOME": "/home/me", "BP_DATA": given}
    with patch.dict(os.environ, known, clear=True):
        with pytest.raises(ValueError, match="BP_DATA is .*write the folder"):
            load_mnist()


def test_a_relative_cache_is_no_cache() -> None:
    known = {"HOME": "/home/me", "XDG_CACHE_HOME": "here"}
    with (
        patch.dict(os.environ, known, clear=True),
        patch.object(sys, "platform", "linux"),
    ):
        assert mnist_folder() == Path("/home/me/.cache/bp")


@pytest.mark.parametrize(
    "place",
    ["file", "file/below/it", "/dev/null", "/dev/null/x", "x" * 300]
    + ["/proc/none", "folders", "loop/x"],
)
@pytest.mark.posix
def test_every_folder_that_cannot_be_used_names_bp_data(place: str) -> None:
    """And nothing in it is changed."""
    with handed_in() as folder:
        (folder / "file").write_bytes(b"mine")
        (folder / "loop").symlink_to(folder / "loop")
        (folder / "folders" / "train-images-idx3-ubyte").mkdir(parents=True)
        before = sorted(folder.rglob("*"))
        with patch.dict(os.environ, BP_DATA=str(folder / place)):
            with pytest.raises((OSError, ValueError), match="BP_DATA"):
                load_mnist()
        assert sorted(folder.rglob("*")) == before
        assert (folder / "file").read_bytes() == b"mine"


@pytest.mark.posix
def test_a_link_to_a_file_elsewhere_stays_a_link() -> None:
    with handed_in() as folder, tempfile.TemporaryDirectory() as disk:
        (folder / IMAGES).symlink_to(Path(disk) / "images")
        load_mnist()
        assert (folder / IMAGES).is_symlink()
        assert (Path(disk) / "images").read_bytes() == FILES[IMAGES]


# --- the benchmark


def test_the_benchmark_runs_small() -> None:
    path = ROOT / "benchmarks" / "mnist.py"
    spec = importlib.util.spec_from_file_location("mnist_benchmark", path)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    with mirrors(), patch.object(benchmark, "TRAIN", 20):
        rows = benchmark.measure(hidden=(2,), seeds=(0, 1), epochs=1)
    assert [row["start"] for row in rows] == [*benchmark.STARTS]
    for row in rows:
        assert row["sizes"] == (784, 2, 10)
        for run in row["runs"]:
            assert {*run} == {"train", "validation", "test"}
            assert all(len(shares) == 2 for shares in run.values())
    usual, wider = (
        benchmark.start((784, 3, 10), how, np.random.default_rng(0))
        for how in benchmark.STARTS
    )
    assert usual.w[1].std() == pytest.approx(1 / 28, rel=0.1)
    assert wider.w[1].std() == pytest.approx(1, rel=0.1)
    assert np.array_equal(usual.b[1], wider.b[1])


def test_what_is_stored_is_whole() -> None:
    path = files("bp.data").joinpath("mnist.json")
    rows = json.loads(path.read_text("utf-8"))["rows"]
    assert [row["sizes"][1] for row in rows] == [30, 30, 100, 100]
    for row in rows:
        assert len(row["runs"]) == len(row["seeds"]) == 3
        for run in row["runs"]:
            for shares in run.values():
                assert len(shares) == 31
                assert 0 <= min(shares) and max(shares) < 1
    for name in ("train", "validation", "test"):
        runs = [tuple(run[name]) for row in rows for run in row["runs"]]
        assert len({*runs}) == 12, "no run stands for another"
    mean = {
        (row["sizes"][1], row["start"]): np.mean(
            [run["test"][-1] for run in row["runs"]]
        )
        for row in rows
    }
    assert mean[30, "N(0, 1)"] < mean[30, "N(0, 1/n)"] >= 0.955
    assert mean[100, "N(0, 1)"] < mean[100, "N(0, 1/n)"] >= 0.977


# --- from a pen to 64 numbers

DRAWN = {
    1: "90,20 104,5 104,195",
    2: "40,50 60,15 100,5 140,20 150,60 120,110 40,195 165,195",
    4: "120,10 40,120 170,120;124,70 124,190",
    5: "150,10 60,10 56,90;56,90 110,85 150,110 155,150 120,190 45,180",
    7: "40,15 160,15 90,190;70,105 150,105",
}


@given(st.text())
@example("1,2 3,4;-5,6;;x 7, 8,9")
def test_strokes_are_read_from_any_text(text: str) -> None:
    for stroke in experiment.strokes_of(text):
        assert stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke)


def test_strokes() -> None:
    found = experiment.strokes_of("1,2 3,4;-5,6;;x 7, 8,9")
    assert [s.tolist() for s in found] == [
        [[1, 2], [3, 4]],
        [[-5, 6]],
        [[8, 9]],
    ]
    assert experiment.strokes_of("") == []


points = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.just(2)),
    elements=st.integers(0, 200).map(float),
)


@given(st.lists(points, min_size=1, max_size=3))
@example([np.array([[7.0, 7.0]])])
def test_a_drawing_has_the_ink_of_the_data(strokes: list[np.ndarray]) -> None:
    dots = experiment.dots_of(strokes)
    assert dots.shape == (32, 32) and dots.dtype == bool
    # the next dot may be just as near, and then none of these is inked
    assert 0 < dots.sum() <= experiment.INK
    x = experiment.count_ink(dots)
    for k in range(64):
        r, c = 4 * (k // 8), 4 * (k % 8)
        assert x[k, 0] * 16 == dots[r : r + 4, c : c + 4].sum()


def test_ink_is_that_of_the_average_digit() -> None:
    train, _ = load_digits()
    assert round(16 * train.x.sum(axis=0).mean()) == experiment.INK


@given(st.integers(-300, 300), st.integers(-300, 300), st.integers(2, 5))
def test_place_and_size_of_a_drawing_do_not_matter(
    right: int, down: int, times: int
) -> None:
    strokes = experiment.strokes_of(DRAWN[4])
    moved = [times * s + [right, down] for s in strokes]
    first, second = map(experiment.dots_of, (strokes, moved))
    assert (first != second).sum() <= 4  # dots on the very edge


@pytest.mark.parametrize("digit", DRAWN)
def test_a_plain_drawing_is_read(digit: int) -> None:
    said = experiment.draw_reading(0, digit, DRAWN[digit]).text
    assert said.startswith(f"Your drawing is read as {digit} ")


def test_a_long_line_is_drawn_quickly_and_to_its_end() -> None:
    line = np.linspace([0, 0], [200, 100], 5000).round()
    few = experiment.dots_of([line[[0, -1]]])
    assert (experiment.dots_of([line]) != few).sum() < 12


def test_the_field_hands_on_what_was_drawn() -> None:
    box = experiment.drawing_field()
    line = box.children[1]
    line.value = DRAWN[1]
    assert box.value == DRAWN[1]
    assert "M90" not in box.children[0].value, "the browser has drawn it"
    box.value = ""
    assert line.value == ""
    box.value = DRAWN[1]
    assert line.value == DRAWN[1] and "M90 20" in box.children[0].value


@pytest.mark.guard("6 experiments")
def test_a_drawing_in_a_browser(browser: "Browser") -> None:
    """The field alone, as a notebook shows it: HTML and a line of text."""
    context = browser.new_context()
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.set_content(
        f'<div class="pad">{experiment.field_html()}<input value=""></div>'
    )
    corner = page.locator("svg").bounding_box()
    for stroke in experiment.strokes_of(DRAWN[4]):
        for n, (x, y) in enumerate(stroke):
            page.mouse.move(corner["x"] + x + 1, corner["y"] + y + 1)
            if n == 0:
                page.mouse.down()
        page.mouse.up()
    drawn = page.locator("input").input_value()
    wanted, found = map(experiment.strokes_of, (DRAWN[4], drawn))
    assert [len(s) for s in found] == [len(s) for s in wanted]
    for w, f in zip(wanted, found, strict=True):
        assert np.abs(w - f).max() <= 2
    page.mouse.move(corner["x"] + 5, corner["y"] + 5)  # no button down
    assert page.locator("input").input_value() == drawn
    path, hint = page.locator("path"), page.get_by_text("draw here")
    assert path.get_attribute("d") and not hint.is_visible()
    page.get_by_role("button", name="clear").press("Enter")
    assert page.locator("input").input_value() == ""
    assert not path.get_attribute("d") and hint.is_visible()
    assert not troubles
    context.close()


# --- the real files


@pytest.fixture(scope="module")
def real() -> tuple[bp.Samples, bp.Samples]:
    missing = [n for n in FILES if not (mnist_folder() / n).exists()]
    if missing:
        pytest.skip(
            "MNIST is not in the cache: bp.load_mnist() fetches it, or "
            "tools/fetch_mnist.py"
        )
    return load_mnist()


def test_the_real_ones(real: tuple[bp.Samples, bp.Samples]) -> None:
    counts = [
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    ]
    for samples, wanted in zip(real, counts, strict=True):
        assert np.bincount(samples.label).tolist() == wanted
        assert samples.x.shape == (784, sum(wanted))
        assert samples.x.min() == 0 and samples.x.max() == 1
        images = samples.x.reshape(28, 28, -1)  # rows, columns
        for axis in (0, 1):
            ink = images.sum(axis=1 - axis)
            centre = (np.arange(28) @ ink) / ink.sum(axis=0)
            assert np.abs(centre - 14).max() < 1.5, "centred by mass"
    first = (real[0].x[:, 0].reshape(28, 28) > 0.5).astype(int)
    assert real[0].label[:5].tolist() == [5, 0, 4, 1, 9]
    assert first[5, 12:].sum() > 0 == first[25].sum(), "upright"


def test_one_epoch_on_the_real_ones(
    real: tuple[bp.Samples, bp.Samples],
) -> None:
    train, test = real
    rng = np.random.default_rng(0)
    network, _ = sgd(
        random_network((784, 30, 10), rng),
        train.x[:, :50_000],
        train.y[:, :50_000],
        learning_rate=3.0,
        batch_size=10,
        epochs=1,
        rng=rng,
    )
    assert accuracy(network, test.x, test.y) > 0.9
