"""Pages whose Python runs, opened side by side in one reader's browser.

The first one stays open, and opens the others: they share its process, and
what the browser has compiled for its Python is there for theirs.  Each still
starts a Python of its own, from the parts that are kept.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from built import Watched, beside

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

WHOLE_PAGE = 240_000  # ms; a slow machine is no failure


@pytest.fixture(scope="session")
def reader(browser: "Browser") -> Iterator["BrowserContext"]:
    """One reader for all pages: what was fetched once is there."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture(scope="session")
def first_page(reader: "BrowserContext", address: str) -> Iterator[Watched]:
    """The first page, live: to start it takes long, to run it does not."""
    watched = Watched(reader.new_page(), address)
    run_live(watched, "00_reading")
    yield watched
    watched.page.evaluate("localStorage.clear()")
    watched.page.close()


@pytest.fixture
def live(first_page: Watched) -> Iterator[Watched]:
    watched = beside(first_page)
    yield watched
    watched.page.evaluate("localStorage.clear()")
    watched.page.close()


def open_page(watched: Watched, stem: str) -> "Page":
    watched.page.goto(f"{watched.address}chapters/{stem}.html")
    return watched.page


def wait_for(page: "Page", *states: str, within: float = WHOLE_PAGE) -> None:
    bar = page.locator(
        ", ".join(f'.live-bar[data-state="{state}"]' for state in states)
    )
    bar.wait_for(timeout=within)


def run_live(watched: Watched, stem: str) -> "Page":
    """Open a page, click, and wait until it has run."""
    page = open_page(watched, stem)
    page.click(".live-run")
    wait_for(page, "ready", "failed")
    assert page.locator('.live-bar[data-state="ready"]').count(), (
        page.inner_text(".live-news")
    )
    return page
