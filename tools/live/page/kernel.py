"""The Python side of a live page: IPython in a web worker.

The page sends cells and the widgets' messages; what they show goes back
through `page.send(kind, text, buffers)`, in the words of Jupyter's messages.
"""

import asyncio
import io
import json
import os
import sys
import time
from types import ModuleType
from typing import Any

os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
# IPython would import all that a terminal needs, which a page has not.
terminal = ModuleType("IPython.terminal.embed")
terminal.embed = None
sys.modules[terminal.__name__] = terminal
# It asks for a database's errors, to keep a history that a page does not keep.
database = ModuleType("sqlite3")
for name in (
    "Connection",
    "DatabaseError",
    "IntegrityError",
    "OperationalError",
):
    setattr(database, name, type(name, (Exception,), {}))
sys.modules[database.__name__] = database

import comm
import errors
import limits
import page  # the worker: JavaScript
from comm.base_comm import BaseComm
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from pyodide.ffi import to_js
from traitlets import Type
from traitlets.config import Config

del sys.modules[database.__name__]  # a cell may import the real one

capturing: list[Any] = []  # Output widgets that are open, innermost last
task: asyncio.Task | None = None  # of the cell that runs


def send(kind: str, content: dict, buffers: Any = None) -> None:
    buffers = [to_js(memoryview(b).cast("B")) for b in buffers or ()]
    page.send(kind, json.dumps(content, default=str), to_js(buffers))


def show(output: dict) -> None:
    """Put an output below its cell, or into the open Output widget."""
    sys.stdout.flush()
    sys.stderr.flush()
    put(output)


def put(output: dict) -> None:
    if capturing:
        capturing[-1].outputs += (output,)
    else:
        send("output", output)


def show_error(error: BaseException, trace: str) -> None:
    data = errors.told(error, trace)
    show({"output_type": "display_data", "data": data, "metadata": {}})


class Stream(io.TextIOBase):
    """Standard output or error, sent line by line.

    Of many lines, several at once, and of too many, no more: a loop that
    prints for ever leaves the page time to hear Stop.
    """

    encoding = "utf-8"
    SOON, PAUSE, MOST = 200, 0.1, 2000  # lines, seconds, lines a cell
    REST = "… the rest of what the cell prints is not shown.\n"
    last: "Stream"  # that was written to

    def __init__(self, name: str) -> None:
        self.name, self.waiting, self.at = name, "", 0.0
        self.begin()
        Stream.last = self

    def begin(self) -> None:
        """For a new cell."""
        self.lines = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if Stream.last is not self:
            Stream.last.flush()
            Stream.last = self
        self.waiting += text
        if "\n" in text and (
            self.lines < self.SOON or time.monotonic() - self.at > self.PAUSE
        ):
            self.flush()
        return len(text)

    def flush(self) -> None:
        text, self.waiting = self.waiting, ""
        self.at, room = time.monotonic(), self.MOST - self.lines
        self.lines += text.count("\n") + len(text) // 1000
        if self.lines > self.MOST:
            lines = text.splitlines(keepends=True)[: max(room, 0)]
            text = "".join(lines) + self.REST if room >= 0 else ""
        if text:
            put({"output_type": "stream", "name": self.name, "text": text})


class Publisher(DisplayPublisher):
    """What `display` and `clear_output` do."""

    def publish(
        self, data, metadata=None, *, transient=None, update=False, **_
    ) -> None:
        kind = "update_display_data" if update else "display_data"
        display_id = (transient or {}).get("display_id")
        show(
            {
                "output_type": kind,
                "data": data,
                "metadata": metadata or {},
                "transient": {"display_id": display_id},
            }
        )

    def clear_output(self, wait: bool = False) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        if capturing:
            capturing[-1].outputs = ()
        else:
            send("clear_output", {"wait": wait})


class Hook(DisplayHook):
    """What becomes of the value of a cell's last line."""

    def write_output_prompt(self) -> None:
        pass

    def finish_displayhook(self) -> None:
        pass

    def write_format_data(self, data: dict, metadata=None) -> None:
        kind = {"output_type": "execute_result", "execution_count": None}
        show({**kind, "data": data, "metadata": metadata or {}})


class Shell(InteractiveShell):
    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)

    def _showtraceback(self, etype, evalue, stb) -> None:
        show_error(evalue, "\n".join(stb))

    def ask_exit(self) -> None:
        raise SystemExit


class PageComm(BaseComm):
    """The line between a widget here and its twin on the page."""

    def publish_msg(
        self, msg_type, data=None, metadata=None, buffers=None, **keys
    ) -> None:
        content = {"msg_type": msg_type, "comm_id": self.comm_id}
        content |= {"data": data or {}, "metadata": metadata or {}, **keys}
        send("comm", content, buffers)


def start() -> None:
    """Become IPython; widgets find it already there when imported."""
    global shell
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    comm.create_comm = PageComm
    shell = Shell.instance(config=config)
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    limits.prepare()
    catch_outputs()


def catch_outputs() -> None:
    """Let `with Output():` collect what is shown inside it."""
    from ipywidgets import Output

    enter, leave = Output.__enter__, Output.__exit__

    def __enter__(self):
        entered = enter(self)
        capturing.append(self)
        return entered

    def __exit__(self, *error):
        handled = leave(self, *error)
        capturing.remove(self)
        return handled

    Output.__enter__, Output.__exit__ = __enter__, __exit__


async def execute(code: str) -> bool:
    """Run a cell; was there no error?"""
    global task
    try:
        task = asyncio.current_task()
        sys.stdout.begin()
        sys.stderr.begin()
        page.listen(True)
        return await run(code)
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        show_error(error, "")  # it came just outside of the cell
        return False
    finally:
        page.listen(False)
        task = None


async def run(code: str) -> bool:
    trouble = None
    try:
        cell = shell.transform_cell(code)
    except Exception:
        cell, trouble = code, sys.exc_info()
    result = await shell.run_cell_async(
        code,
        store_history=True,
        transformed_cell=cell,
        preprocessing_exc_tuple=trouble,
    )
    shell.events.trigger("post_execute")
    shell.events.trigger("post_run_cell", result)
    sys.stdout.flush()
    sys.stderr.flush()
    return result.success


def interrupt() -> None:
    """Stop a cell that waits; one that computes is stopped by its signal."""
    if task:
        task.cancel()


def receive(text: str, buffers: Any) -> bool:
    """A message of a widget's twin on the page."""
    content = json.loads(text)
    manager = comm.get_comm_manager()
    message = {
        "content": content,
        "metadata": content.get("metadata", {}),
        "buffers": [memoryview(b) for b in buffers.to_py()],
    }
    try:
        page.listen(True)
        getattr(manager, content["msg_type"])(None, None, message)
    except KeyboardInterrupt as error:
        show_error(error, "")
        return False
    finally:
        page.listen(False)
        sys.stdout.flush()
        sys.stderr.flush()
    return True


start()
