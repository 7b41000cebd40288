"""The built site, served as from any host, and pages that are watched."""

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from website import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = "book"  # served below a folder, as on many a host


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with warnings as errors."""
    import fcntl  # which Windows has not

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # one for all workers
    host, said = shared / "host", shared / "site.txt"
    with (shared / "site.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            said.write_text(build_into(shared / "site", host), "utf-8")
    assert host.exists(), said.read_text("utf-8")
    return host / FOLDER


def build_into(target: Path, host: Path) -> str:
    """Build; where it went well, the pages are in the host's folder."""
    result = build.build(target)
    if result.returncode == 0:
        host.mkdir()
        (target / "_build" / "html").rename(host / FOLDER)
    return result.stdout


class Host(http.server.ThreadingHTTPServer):
    """A static host that remembers what was sent, and can be made to fail."""

    def __init__(self, folder: Path) -> None:
        handler = functools.partial(Handler, directory=str(folder))
        super().__init__(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server_port}/{FOLDER}/"
        self.sent: list[str] = []  # paths of the files that were sent whole
        self.broken: set[str] = set()  # ends of paths, answered with 503
        self.policy: dict[str, str] = {}  # end of a path: what it may do
        self.isolated = True  # does it send the headers for shared memory?


class Handler(http.server.SimpleHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        if self.path.endswith(tuple(self.server.broken)):
            self.send_error(503)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        for name, value in build.ISOLATED.items():
            if self.server.isolated:
                self.send_header(name, value)
        super().end_headers()

    def send_response(self, code: int, message: str | None = None) -> None:
        super().send_response(code, message)
        if code == 200:
            self.server.sent.append(self.path)
        for end, policy in self.server.policy.items():
            if self.path.endswith(end):
                self.send_header("Content-Security-Policy", policy)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="session")
def host(site: Path) -> Iterator[Host]:
    with Host(site.parent) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield host
        host.shutdown()


@pytest.fixture(scope="session")
def address(host: Host) -> str:
    return host.address


class Watched:
    """A page, and everything that goes wrong while it is open."""

    def __init__(self, page: "Page", address: str) -> None:
        self.page, self.troubles = page, []
        page.on("pageerror", lambda e: self.troubles.append(f"error: {e}"))
        page.on("console", self.on_console)
        page.on("response", self.on_response)
        page.on("request", self.on_request)
        self.address = address

    def on_console(self, message: object) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")

    def on_response(self, response: object) -> None:
        if response.status >= 400:
            self.troubles.append(f"{response.status}: {response.url}")

    def on_request(self, request: object) -> None:
        inside = (self.address, "data:", "blob:")
        if not request.url.startswith(inside):
            self.troubles.append(f"off the host: {request.url}")


def settled(watched: Watched, stem: str) -> "Page":
    """Open a page and wait until its letters and widgets stand."""
    page = watched.page
    page.goto(f"{watched.address}chapters/{stem}.html")
    page.evaluate("document.fonts.ready.then(() => true)")
    views = page.locator("script[type*='widget-view']")
    if views.count():
        views.first.evaluate("e => e.parentElement.scrollIntoView()")
    page.wait_for_function(
        "n => document.querySelectorAll('.widget-vbox').length >= n",
        arg=views.count(),
    )
    return page


@pytest.fixture
def watched(browser: "Browser", address: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Watched(context.new_page(), address)
    context.close()


def beside(watched: Watched) -> Watched:
    """A new page of the same reader, in the process of that one."""
    with watched.page.context.expect_page() as opened:
        watched.page.evaluate("void window.open('about:blank')")
    return Watched(opened.value, watched.address)


@pytest.fixture(scope="session")
def neighbour(browser: "Browser", address: str) -> Iterator[Watched]:
    """A page that stays open: what it has loaded, those beside it have."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    watched = Watched(context.new_page(), address)
    watched.page.goto(f"{address}chapters/access.html")
    yield watched
    context.close()


@pytest.fixture
def another(neighbour: Watched) -> Iterator[Watched]:
    watched = beside(neighbour)
    yield watched
    watched.page.evaluate("localStorage.clear()")
    watched.page.close()
