"""Guards, counted: each test belongs to one, and CI lets none be skipped."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["built"]
ROOT = Path(__file__).resolve().parent
NOTEBOOKS = "5 notebooks"
counts: Counter[tuple[str, str]] = Counter()
# The kernels of the notebook guard turn warnings into errors.
os.environ["IPYTHONDIR"] = str(ROOT / "tools" / "kernel")
# The book's matrices are small: a second thread would only wait.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "guard(name): the guard of a test")


def guard_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("guard")
    return marker.args[0] if marker else NOTEBOOKS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=guard_of)  # fastest first; the order within one stays


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = (yield).get_result()
    if report.when == "call" or report.outcome != "passed":
        counts[guard_of(item), report.outcome] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("guards")
    for guard in sorted({guard for guard, _ in counts}):
        found = {o: n for (g, o), n in sorted(counts.items()) if g == guard}
        line = ", ".join(f"{n} {outcome}" for outcome, n in found.items())
        terminalreporter.write_line(f"guard {guard:22} {line}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    skipped = sum(n for (_, o), n in counts.items() if o == "skipped")
    if skipped and os.environ.get("CI"):
        print(f"\n{skipped} tests of guards were skipped, which CI forbids")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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


@pytest.fixture
def book_copy(tmp_path: Path) -> Path:
    """A copy of the book's sources, to be spoiled."""
    names = "bp chapters tests tools conftest.py pyproject.toml"
    for name in names.split():
        source, target = ROOT / name, tmp_path / name
        if source.is_dir():
            skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
            shutil.copytree(source, target, ignore=skip)
        else:
            shutil.copy(source, target)
    return tmp_path
