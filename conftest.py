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

pytest_plugins = ["plan", "guards", "built", "copies"]
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
