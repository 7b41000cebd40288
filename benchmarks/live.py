"""Live pages in Chromium: from click to the whole page run, in s, the first
time and from the browser's store; from key to new picture, in ms; what a
first page transfers, compressed, and the whole site, in MB."""

import functools
import http.server
import json
import os
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from website import build  # noqa: E402

MOVES = 8  # of each slider
PATIENCE = 300_000  # ms
PRESS = """(box) => new Promise((drawn, failed) => {
  const handle = box.querySelector(".noUi-handle");
  const picture = box.querySelector(".widget-html-content");
  const left = +handle.ariaValueNow >= +handle.ariaValueMax;
  const start = performance.now();
  setTimeout(() => failed(handle.ariaValueNow + ": no new picture"), 20000);
  new MutationObserver((_, watching) => {
    watching.disconnect();
    requestAnimationFrame(() => drawn(performance.now() - start));
  }).observe(picture, { childList: true, subtree: true });
  handle.dispatchEvent(new KeyboardEvent("keydown",
    { key: left ? "ArrowLeft" : "ArrowRight", bubbles: true }));
})"""
DRAWN_BEFOREHAND = ".widget-box:not(.widget-vbox):not(.widget-hbox)"  # a Stack
Row = dict[str, object]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(build.SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/chapters/"
        server.shutdown()


def seconds(page: Page, address: str) -> float:
    """From the click to the page run."""
    page.goto(address)
    start = time.perf_counter()
    page.click(".live-run")
    page.wait_for_selector('.live-bar[data-state="ready"]', timeout=PATIENCE)
    return time.perf_counter() - start


def moves(page: Page) -> list[float]:
    """Milliseconds from a key to the new picture, where Python draws it."""
    times = []
    for box in page.locator(".cell_output .widget-vbox").all():
        pictures = box.locator(".widget-html-content").count()
        moved = box.locator(".noUi-handle").count() > 0
        if (
            pictures == 1
            and moved
            and not box.locator(DRAWN_BEFOREHAND).count()
        ):
            times += [box.evaluate(PRESS) for _ in range(MOVES)]
    return times


def row(what: str, values: list[float]) -> Row:
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    middle = statistics.median(values)
    return {"what": what, "median": middle, "quartiles": [low, high]}


def visit(browser: Browser, address: str) -> tuple[float, float, list[float]]:
    """One reader: the first visit, the second, and the sliders."""
    context = browser.new_context()
    page = context.new_page()
    cold = seconds(page, address)
    cached = seconds(page, address)
    drawn = moves(page)
    context.close()
    return cold, cached, drawn


def megabytes() -> list[Row]:
    parts = json.loads(
        (build.SITE / "_static" / "live" / "parts.json").read_text("utf-8")
    )
    files = [p for p in build.SITE.rglob("*") if p.is_file()]
    whole = sum(path.stat().st_size for path in files)
    page = row("MB, first live page", [parts["transfer"] / 1e6] * 2)
    return [page | {"at_most": 26}, row("MB, site", [whole / 1e6] * 2)]


def measure() -> list[Row]:
    if build.build().returncode:
        raise SystemExit("the site does not build")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    first: list[Row] = []
    again: list[Row] = []
    sliders: list[Row] = []
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        pages = sorted((build.SITE / "chapters").glob("[0-9]*.html"))
        for stem in (path.stem for path in pages):
            cold, cached, drawn = visit(browser, f"{address}{stem}.html")
            print(f"  {stem}", flush=True)
            first.append(row(f"s, first time: {stem}", [cold] * 2))
            again.append(row(f"s, again: {stem}", [cached] * 2))
            if drawn:
                sliders.append(row(f"ms, slider: {stem}", drawn))
        browser.close()
    for what, rows, goal in (
        ("s, first time: median page", first, 20),
        ("s, again: median page", again, 10),
        ("ms, slider: median page", sliders, 300),
    ):
        middle = row(what, [r["median"] for r in rows])
        rows.append(middle | {"at_most": goal})
    return first + again + sliders + megabytes()
