"""The plugins of the tests, and what many of them need."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import processors

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from bp import Gradient

pytest_plugins = ["plan", "guards", "built", "running", "copies"]
ROOT = Path(__file__).resolve().parent
# The kernels of the notebook guard turn warnings into errors.
os.environ["IPYTHONDIR"] = str(ROOT / "tools" / "kernel")
# The book's matrices are small: a second thread would only wait.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
processors.pretend()


def pytest_configure() -> None:
    with contextlib.suppress(ImportError):  # of the oldest versions alone
        from hypothesis import settings

        # On a busy machine a case may take long; it is still right.
        settings.register_profile("book", deadline=None)
        settings.load_profile("book")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """A notebook's kernel, started with its first cell, is the machine's."""
    notebook = item.path.suffix == ".ipynb"
    with processors.itself() if notebook else contextlib.nullcontext():
        yield


def no_gradients(g: "Gradient") -> list[tuple[object, str]]:
    """What is handed on where the gradient g of a network with two layers
    belongs, and what has to be said of it."""
    whole = type(g)
    complex_w = {l: w + 1j for l, w in g.w.items()}
    wider = {l: w.repeat(2, axis=0) for l, w in g.w.items()}
    return [
        (None, r"a NoneType without w\[1\].*is a return missing"),
        (g.w, r"a dict without w\[1\]"),
        (whole({1: g.w[1]}, g.b, g.cost), r"without w\[2\]"),
        (
            whole(wider, g.b, g.cost),
            r"has shape .*1, of float64, expected .\d+, 3",
        ),
        (whole(complex_w, g.b, g.cost), "complex128, expected .* real"),
        (whole({1: "a"}, g.b, g.cost), r"\.w\[1\] is 'a'"),
    ]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium to drive, or a skip that says so."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    found = os.environ.get("CHROMIUM") or next(
        (path for name in names if (path := shutil.which(name))), None
    )
    if not found:
        pytest.skip("no Chromium found: install one or set CHROMIUM")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright  # only where it is used

    alone = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # no other host exists
    arguments = ["--no-sandbox", "--disable-gpu"]
    arguments.append(f"--host-resolver-rules={alone}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=arguments
        )
        yield browser
        browser.close()
