"""Open the book in JupyterLab, on the reader's own copies: `make lab`.

python tools/lab/open.py [--my=FOLDER] [arguments for jupyter lab ...]
python tools/lab/open.py [--my=FOLDER] --reset 07_delta
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
try:
    from lab import home, own
    from lab.copies import bring_copies, reset
except ModuleNotFoundError as error:
    sys.exit(f"This Python has no {error.name}: `make lab` installs it")

SETTINGS = ROOT / "tools" / "lab"
FIRST = "00_reading.ipynb"
SPARE = ".jupyter"  # in the folder of the copies; made where it is needed
MANAGER = "AsyncLargeFileManager"
SOON = 60  # seconds; a JupyterLab that has gone by then has not started
HEADINGS = {
    "new": "Copied into {}/: ",
    "renewed": "Renewed in {}/, unchanged by you: ",
}
NOTES = {
    "behind": "{}: the book has a newer version; yours is kept.  "
    "To see the new one: make reset CHAPTER={}",
    "differs": "{}: yours is not what the book has, and is kept.  "
    "To see the book's: make reset CHAPTER={}",
    "broken": "Could not be read and is made anew: {}",
    "unreadable": "The book's own page cannot be read: {}",
}


def tell(done: dict[str, list[str]], folder: str) -> None:
    for kind, heading in HEADINGS.items():
        if done[kind]:
            print(heading.format(folder) + " ".join(done[kind]))
    for kind, note in NOTES.items():
        for what in done[kind]:
            print(note.format(what, what))


def own_root(mine: Path, arguments: list[str]) -> list[str]:
    """The folder of the copies, whatever the reader has configured."""
    folder = mine.resolve()
    traits = {
        "ServerApp.root_dir": folder,
        "ServerApp.preferred_dir": folder,
        "ServerApp.contents_manager_class": "jupyter_server.services.contents"
        f".largefilemanager.{MANAGER}",
        f"{MANAGER}.root_dir": folder,
        f"{MANAGER}.preferred_dir": "",
        "AsyncMappingKernelManager.root_dir": folder,
    }
    given = {argument.partition("=")[0] for argument in arguments}
    return [f"--{t}={v}" for t, v in traits.items() if f"--{t}" not in given]


def lab(mine: Path, arguments: list[str]) -> int:
    """JupyterLab with the book's settings; the reader's own stay as is."""
    first = mine / FIRST
    command = [sys.executable, "-m", "jupyterlab"]
    command += [str(first)] if first.exists() else []
    command += [f"--config={SETTINGS / 'config.py'}"]
    command += own_root(mine, arguments) + arguments
    print("Opening JupyterLab; press Ctrl+C here twice to stop it", flush=True)
    process = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # JupyterLab has it too, and asks
            continue


def prepare(spare: Path) -> None:
    """Folders that can be written, and a configuration that can be read."""
    for folder in home.provide(spare):
        print(f"{folder} cannot be written: {spare} is used instead")
    paths = [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    if broken := own.first_broken():
        print(f"Starting without your own configuration: {broken}")
        own.leave_out(spare)


def start(mine: Path, arguments: list[str]) -> int:
    """JupyterLab, without the reader's own configuration where that fails."""
    began = time.monotonic()
    code = lab(mine, arguments)
    if code > 0 and own.configurations() and time.monotonic() - began < SOON:
        where = own.configurations()[0].parent
        print(f"\nStarting anew, without your own configuration in {where}")
        own.leave_out(mine / SPARE)
        code = lab(mine, arguments)
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Windows has none
    if code > 0 and root and "--allow-root" not in arguments:
        print('As root, give: make lab ARGS="--allow-root"')
    return code


def run(book: Path, mine: Path, chapter: str | None, rest: list[str]) -> int:
    if not any(book.glob("*.ipynb")):
        raise SystemExit(f"There is no chapter in {book}: is the clone whole?")
    prepare(mine / SPARE)
    if chapter is not None:
        if rest:
            raise SystemExit(f"One chapter at a time: not {' '.join(rest)}")
        print(reset(chapter, book, mine))
        return 0
    tell(bring_copies(book, mine), mine.name)
    return start(mine, rest)


def main() -> int:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--reset", metavar="CHAPTER", nargs="?", const="")
    parser.add_argument("--my", metavar="FOLDER", default=str(ROOT / "my"))
    options, rest = parser.parse_known_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    mine = Path(os.path.expanduser(options.my)).absolute()
    try:
        return run(ROOT / "chapters", mine, options.reset, rest)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        where, why = error.filename or mine, error.strerror or error
        raise SystemExit(
            f"{where}: {why}. Your copies of the chapters need a folder that "
            "can be written; this gives another: make lab MY=~/backprop"
        ) from None


if __name__ == "__main__":
    sys.exit(main())
