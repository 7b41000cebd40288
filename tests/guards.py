"""What each guard does, as it goes and at the end; and what CI demands.

A plugin of pytest.  With `--by-guard` a line says when a guard is done, or
what is running, in place of a dot for each test; the table at the end comes
in any case.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

import plan

WHOLE_BOOK = 41  # chapters that there will be
QUIET = 20  # seconds without a line are enough


@dataclass
class Guard:
    """What has become of the tests of a guard."""

    planned: int = 0
    seconds: float = 0
    of_chapters: float = 0  # of these seconds, those spent on one chapter
    outcomes: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return ", ".join(f"{n} {what}" for what, n in self.outcomes.items())


class Guards:
    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        worker = hasattr(config, "workerinput")
        self.lines = config.option.by_guard and not worker
        self.found: dict[str, Guard] = {}
        self.chapters: set[str] = set()
        self.running: dict[str, None] = {}  # in the order of their start
        self.start = self.last = time.monotonic()

    def guard(self, name: str) -> Guard:
        return self.found.setdefault(name, Guard())

    def say(self, words: str) -> None:
        if self.lines:
            self.last = time.monotonic()
            minutes, seconds = divmod(int(self.last - self.start), 60)
            reporter = self.config.pluginmanager.getplugin("terminalreporter")
            reporter.showfspath = False
            reporter.write_line(f"{minutes:3}:{seconds:02}  {words}")
            reporter.flush()

    def pytest_collection(self) -> None:
        self.say("looking for the tests")
        if self.lines:
            threading.Thread(target=self.watch, daemon=True).start()

    def watch(self) -> None:
        """A line now and then while a long test runs."""
        while True:
            time.sleep(1)
            if self.running and time.monotonic() - self.last > QUIET:
                self.say(self.progress())

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.running[nodeid] = None

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.running.pop(nodeid, None)

    def expect(self, names: list[str]) -> None:
        if not self.found:
            for name in names:
                self.guard(name).planned += 1
            self.say(f"{len(names)} tests of {len(self.found)} guards")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.expect([plan.guard_of(item) for item in session.items])

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        report = (yield).get_result()
        report.guard = plan.guard_of(item)
        report.chapter = plan.chapter_of(item)

    def pytest_report_teststatus(
        self, report: pytest.TestReport
    ) -> tuple[str, str, str] | None:
        if not self.lines:
            return None
        if report.failed and report.when != "call":
            return "error", "", ""
        counts = report.when == "call" or report.skipped
        return report.outcome if counts else "", "", ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not hasattr(report, "guard"):  # its worker has crashed
            return
        guard = self.guard(report.guard)
        guard.seconds += report.duration
        if report.chapter:
            guard.of_chapters += report.duration
            self.chapters.add(report.chapter)
        if report.when == "call" or report.outcome != "passed":
            guard.outcomes[report.outcome] += 1
            if report.failed:
                self.say(f"FAILED {report.nodeid}")
            if guard.outcomes.total() == guard.planned:
                self.say(f"{report.guard}: {guard} in {guard.seconds:.0f} s")

    def progress(self) -> str:
        done = sum(guard.outcomes.total() for guard in self.found.values())
        total = sum(guard.planned for guard in self.found.values())
        now = ", ".join(name.rpartition("::")[2] for name in [*self.running])
        return f"{done} of {total}; now {now}"

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        write = terminalreporter.write_line
        terminalreporter.section("guards")
        write(f"guard {'':22}{'seconds':>8}{'a chapter':>11}  tests")
        number = max(1, len(self.chapters))
        for name, guard in sorted(self.found.items()):
            each = guard.of_chapters / number
            shown = f"{each:.1f}" if each else ""
            seconds = f"{guard.seconds:.0f}"
            write(f"guard {name:22}{seconds:>8}{shown:>11}  {guard}")
        if number > 1 and not self.config.option.chapter:
            write(self.estimate(number))

    def estimate(self, number: int) -> str:
        """Time for the whole book, were its chapters like those of today."""
        spent = sum(guard.seconds for guard in self.found.values())
        chapters = sum(guard.of_chapters for guard in self.found.values())
        minutes = (time.monotonic() - self.start) / 60
        growth = 1 + chapters / spent * (WHOLE_BOOK / number - 1)
        return (
            f"{minutes:.1f} minutes for {number} chapters, {spent:.0f} s in "
            f"all workers; for {WHOLE_BOOK} about {minutes * growth:.0f}"
        )

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(self.config, "workerinput") or not os.environ.get("CI"):
            return
        skipped = sum(g.outcomes["skipped"] for g in self.found.values())
        if skipped:
            print(f"\n{skipped} tests of guards were skipped: not in CI")
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--by-guard", action="store_true", help="a line for each guard"
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    guards = Guards(config)
    config.pluginmanager.register(guards, "guards of the book")
    if config.pluginmanager.hasplugin("dsession"):
        master = Distributed(guards)
        config.pluginmanager.register(master, "guards of the workers")


class Distributed:
    """The workers' part, of which pytest alone knows nothing."""

    def __init__(self, guards: Guards) -> None:
        self.guards = guards

    def pytest_xdist_node_collection_finished(self, node: object) -> None:
        made = plan.planned(self.guards.config)
        self.guards.expect([guard for guard, _ in made.values()])
