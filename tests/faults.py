"""A file system that fails, and a process that is killed, at the n-th step.

A step is whatever Python tells its audit hooks before it touches a file for
writing below a folder, so that a test need not know how a tool writes.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

STEPS = {"os.rename", "os.remove", "os.mkdir", "os.truncate", "os.chmod"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
watch: Callable[[str], None] | None = None


def hook(event: str, arguments: tuple) -> None:
    if watch is None or not (event == "open" or event in STEPS):
        return
    if event == "open" and not (arguments[2] or 0) & WRITING:
        return
    if isinstance(arguments[0], str | bytes | os.PathLike):
        watch(os.fsdecode(arguments[0]))


sys.addaudithook(hook)


@contextmanager
def at(n: int, folder: Path, fault: Callable[[], None]) -> Iterator[list[int]]:
    """Do `fault` in place of the n-th step below a folder, from 0.

    Gives a list with one entry, the number of steps that were begun.
    """
    global watch
    steps = [0]

    def step(path: str) -> None:
        if not os.path.abspath(path).startswith(str(folder)):
            return
        steps[0] += 1
        if steps[0] == n + 1:
            fault()

    watch = step
    try:
        yield steps
    finally:
        watch = None


def full_disk() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fails(n: int, folder: Path, act: Callable[[], object]) -> bool:
    """Was the n-th step of an act reached, and its failure let through?"""
    with at(n, folder, full_disk) as steps:
        try:
            act()
        except OSError as error:
            assert error.errno == errno.ENOSPC
    return steps[0] > n


def killed(n: int, folder: Path, act: Callable[[], object]) -> bool:
    """Was the process that does an act killed at its n-th step?"""
    child = os.fork()
    if not child:
        with at(n, folder, lambda: os._exit(9)):
            try:
                act()
            finally:
                os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 9


def filled(n: int, folder: Path, act: Callable[[], object]) -> bool:
    """Did an act meet a disk on which a file ends after 100 n bytes?"""
    import resource  # which Windows has not

    child = os.fork()
    if not child:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (100 * n, hard))
        try:
            act()
        except OSError as error:
            os._exit(9 if error.errno == errno.EFBIG else 1)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 9


ENDS = (
    fails,
    pytest.param(killed, marks=pytest.mark.posix),
    pytest.param(filled, marks=pytest.mark.posix),
)
