"""Which tests run together in one worker, and which first.

A plugin of pytest.  Alone, the guards run fastest first.  With several
workers (`-n`), the site is begun first, so that it is built while others
run, and what is long and in one piece comes before the many short pieces.
"""

import functools
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

NOTEBOOKS = "5 notebooks"
ALONE = [
    "1 tangle",
    "2 pairs",
    "3 book rules",
    "3b exercises",
    "3c prose",
    "4 functions",
    "4b mutants",
    NOTEBOOKS,
    "5b processors",
    "6 experiments",
    "7 site",
    "7b pages",
    "7c live pages",
    "7d edition",
    "8 JupyterLab",
    "9 elsewhere",
    "9b release",
]
TOGETHER = [
    "7 site",
    "1 tangle",
    "2 pairs",
    "3 book rules",
    "4 functions",
    "9 elsewhere",
    "9b release",
    "8 JupyterLab",
    "7d edition",
    "4b mutants",
    "7c live pages",
    NOTEBOOKS,
    "3b exercises",
    "3c prose",
    "5b processors",
    "6 experiments",
    "7b pages",
]
CHAPTER = re.compile(r"\d\d_\w+")
FILE = pytest.StashKey[Path]()


def guard_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("guard")
    return marker.args[0] if marker else NOTEBOOKS


def chapter_of(item: pytest.Item) -> str | None:
    """The chapter that a test is about, if it is about one."""
    if item.path.suffix == ".ipynb":
        return item.path.stem
    given = getattr(item, "callspec", None)
    parameters = given.id.split("-") if given else []
    found = next(filter(CHAPTER.fullmatch, parameters), None)
    if found or not item.path.stem.startswith("test_"):
        return found
    name = item.path.stem.removeprefix("test_")
    chapters = item.config.rootpath / "chapters"
    return next((p.stem for p in chapters.glob(f"[0-9][0-9]_{name}.md")), None)


def unit_of(item: pytest.Item) -> str:
    """What a worker runs as a whole: a notebook, or the marker's name."""
    if item.path.suffix == ".ipynb":
        return item.path.name
    if marker := item.get_closest_marker("together"):
        return marker.args[0].format(chapter=chapter_of(item))
    return item.nodeid


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--chapter", metavar="07_delta", help="what this chapter can break"
    )


def can_break(item: pytest.Item, stem: str) -> bool:
    """May an edit of the chapter make this test fail, and is it quick?

    What tries a copy of the book is about the tools.
    """
    if item.get_closest_marker("any_chapter"):
        return True
    of = chapter_of(item) or ""
    if {"book_copy", "first_chapters"} & {*getattr(item, "fixturenames", ())}:
        return False
    if guard_of(item) == "4 functions":
        return of == stem or stem[3:] in imported(item.config, of[3:])
    return of == stem and guard_of(item) < "7"


@functools.cache
def imported(config: pytest.Config, name: str) -> list[str]:
    """The modules of `bp` that a module of it is written with."""
    path = config.rootpath / "bp" / f"{name}.py"
    text = path.read_text("utf-8") if path.exists() else ""
    return re.findall(r"^from bp\.(\w+) import", text, re.M)


def pytest_ignore_collect(
    collection_path: Path, config: pytest.Config
) -> bool | None:
    """Not even looked into: the notebooks of other chapters."""
    stem = config.option.chapter
    if stem and collection_path.suffix == ".ipynb":
        return collection_path.stem != stem
    return None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "guard(name): the guard of a test")
    config.addinivalue_line("markers", "together(name): in one worker")
    config.addinivalue_line("markers", "any_chapter: each can break it")
    config.addinivalue_line("markers", "browser: wants one, or the site")
    config.addinivalue_line("markers", "posix: wants what Windows has not")


def pytest_xdist_auto_num_workers() -> int:
    """As many as processors that we may use, virtual ones too."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pytest_configure_node(node: "WorkerController") -> None:
    """Whoever hands out the tests knows only their names: more is filed."""
    node.workerinput["plan"] = str(plan_of(node.config))


def plan_of(config: pytest.Config) -> Path:
    if FILE not in config.stash:
        config.stash[FILE] = Path(tempfile.mkdtemp()) / "plan.json"
    return config.stash[FILE]


def pytest_unconfigure(config: pytest.Config) -> None:
    if FILE in config.stash:
        shutil.rmtree(config.stash[FILE].parent)


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    for item in items:
        wanted = {*getattr(item, "fixturenames", ())}
        if wanted & {"chromium", "firefox", "site", "edition"}:
            item.add_marker("browser")
    if stem := config.option.chapter:
        out = [item for item in items if not can_break(item, stem)]
        items[:] = [item for item in items if can_break(item, stem)]
        config.hook.pytest_deselected(items=out)
    order = TOGETHER if hasattr(config, "workerinput") else ALONE
    items.sort(key=lambda item: order.index(guard_of(item)))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    if given := getattr(session.config, "workerinput", None):
        made = {i.nodeid: (guard_of(i), unit_of(i)) for i in session.items}
        part = Path(f"{given['plan']}.{given['workerid']}")
        part.write_text(json.dumps(made), "utf-8")
        part.replace(given["plan"])  # all workers file the same


def planned(config: pytest.Config) -> dict[str, tuple[str, str]]:
    """Guard and unit of every test, once the workers have looked."""
    return json.loads(plan_of(config).read_text("utf-8"))


class Scheduler(LoadScopeScheduling):
    """A unit at a time, in the order of the tests."""

    def schedule(self) -> None:
        self.config.option.loadscopereorder = False
        self.plan = planned(self.config)
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return self.plan[nodeid][1]


def pytest_xdist_make_scheduler(
    config: pytest.Config, log: object
) -> Scheduler:
    return Scheduler(config, log)
