"""Python itself fails at its n-th call to the system, or dies there.

`faults` stops a tool at what it writes; this stops a function of `bp` at every
call of C that reads, writes or moves a file, however it goes about it.
"""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SYSTEM = {"open", "mkdir", "replace", "unlink", "fsync", "stat", "lstat"}
SYSTEM |= {"readlink", "listdir", "scandir"}
FILES = io.FileIO | io.BufferedReader | io.BufferedWriter


def to_disk(call: Any) -> bool:
    """Is a function of C one that reads, writes or moves files?"""
    owner = getattr(call, "__self__", None)
    if isinstance(owner, FILES):
        return True
    module = getattr(call, "__module__", None)
    return module in {"posix", "nt", "_io"} and call.__name__ in SYSTEM


@contextmanager
def at_call(n: int, happens: Callable[[], object]) -> Iterator[list[str]]:
    """Something happens before or after a call; yields the calls so far."""
    calls: list[str] = []

    def watch(frame: FrameType, event: str, call: Any) -> None:
        if event in {"c_call", "c_return"} and to_disk(call):
            calls.append(call.__name__)
            if len(calls) == n:
                happens()

    sys.setprofile(watch)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def broken() -> None:
    """The disk is full."""
    raise OSError(28, "No space left on device")


def dies_at_call(n: int, task: Callable[[], object]) -> bool:
    """Run a task in a process that is killed there; did it come so far?"""
    child = os.fork()
    if child == 0:
        try:
            with at_call(n, lambda: os._exit(9)):
                task()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
