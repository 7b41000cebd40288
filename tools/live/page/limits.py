"""What Python on a page cannot do, and what a reader can do instead."""

import io
import os
import sys
import traceback
import warnings
from collections.abc import Iterator

HERE = "numpy, matplotlib, ipywidgets, sympy, tqdm and bp"
AT_HOME = "For that, open the chapter on your own computer: make lab."
WORDS = {
    "exit": "the cell ends here, as it asks; Python itself goes on. "
    "Restart gives a new one.",
    "keyboard": "a page cannot wait for the keyboard: write the value into "
    "the cell, as in answer = 3, and run it again.",
    "mnist": "MNIST is not on this page, and is too large for it (55 MB): "
    "load_digits() has real handwriting too, and is here. " + AT_HOME,
    "thread": "a page has one thread only, and can start no other. " + AT_HOME,
    "program": "a page can start no other program, so that nothing can be "
    f"installed either: {HERE} are here. " + AT_HOME,
    "module": f"there is no {{}} on this page: {HERE} are here. " + AT_HOME,
    "network": "Python on a page cannot reach other hosts: write the data "
    "into the cell. " + AT_HOME,
    "file": "there is no {} on this page, which does not see the files of "
    "your computer: write the data into the cell. " + AT_HOME,
    "memory": "there is not enough memory for that on a page. " + AT_HOME,
    "wait": "a page waits in another way: write `await …` in place of "
    "`asyncio.run(…)`.",
}
PROCESSES = {"_multiprocessing", "_posixsubprocess", "_posixshmem"}
NETWORK = ("urllib", "http", "socket", "ssl", "ftplib", "smtplib")


class NoKeyboard(EOFError):
    """Somebody has to type, and nobody can."""


class Keyboard(io.TextIOBase):
    """Standard input, from which nothing can come."""

    encoding = "utf-8"

    def readable(self) -> bool:
        return True

    def readline(self, size: int = -1) -> str:
        raise NoKeyboard("there is no keyboard")

    read = readline


def no_program(*_: object) -> None:
    raise OSError("there are no programs")


def prepare() -> None:
    """What would wait for ever, do nothing or warn of a limit, says so."""
    sys.stdin = Keyboard()
    sys.breakpointhook = lambda *_, **__: sys.stdin.read()
    os.system = no_program
    warnings.filterwarnings("ignore", "To exit: use 'exit'")
    warnings.filterwarnings("ignore", "tqdm:disabling monitor")


def modules(error: BaseException) -> Iterator[str]:
    """The modules through which an error came, and those of its cause."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        yield frame.f_globals.get("__name__") or ""
    if cause := error.__cause__ or error.__context__:
        yield from modules(cause)


def limit(error: BaseException) -> str | None:
    """Which limit an error has met, if any."""
    said, through = str(error), set(modules(error))
    match error:
        case SystemExit():
            return "exit"
        case NoKeyboard():
            return "keyboard"
        case OSError() if "bp.handwriting" in through:
            return "mnist"
        case RuntimeError() if "start new thread" in said:
            return "thread"
        case RuntimeError() if "stack switching" in said:
            return "wait"
        case ModuleNotFoundError(name=name) if name in PROCESSES:
            return "program"
        case ModuleNotFoundError(name=str(name)):
            return None if name.split(".")[0] in sys.modules else "module"
        case MemoryError():
            return "memory"
        case ValueError() if "array is too big" in said:
            return "memory"
        case FileNotFoundError():
            return "file"
        case OSError() if any(m.split(".")[0] in NETWORK for m in through):
            return "network"
        case OSError() if is_of_programs(error, through):
            return "program"
        case Exception() if isinstance(error.__cause__, OSError):
            return "file" if "not found" in said else None  # %run, %load
    return None


def is_of_programs(error: OSError, through: set[str]) -> bool:
    """Forks, pipes and shells: 52 and 138 are what Emscripten has not."""
    asked = {__name__, "subprocess", "IPython.utils._process_emscripten"}
    return error.errno in (52, 138) or bool(asked & through)


def words(error: BaseException) -> str | None:
    """The sentence for an error that is a limit of the page."""
    if (kind := limit(error)) is None:
        return None
    name = getattr(error, "name", None)
    if kind == "file":
        name = getattr(error, "filename", None) or "such file"
    return WORDS[kind].format(name)
