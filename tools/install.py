"""Make `.venv` and install the book into it: `make lab` and the others.

    python tools/install.py book      what a reader needs
    python tools/install.py test      what the tests and the site need too

Nothing is done where the environment is sound: it runs, it stands where it
was made, it has the book of this folder, and it was made for what
pyproject.toml now says.  Where it cannot be mended it is made anew, as after
the folder was moved or copied.  This file also runs on an old Python, to say
that a newer one is needed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from glob import glob
from os.path import join
from urllib.parse import quote

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import patience  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
VENV = join(ROOT, ".venv")
WINDOWS = os.name == "nt"
PYTHON = join(VENV, "Scripts" if WINDOWS else "bin", "python")
EXTRAS = {"book": "book", "test": "book,site,edition,test"}
MARKS = ("made", "book", "test")  # files in .venv that are ours
NEEDED = {  # modules, as a sign that nothing has been lost
    "book": "ipywidgets jupyterlab jupyterlab_myst jupytext matplotlib",
    "test": "ipywidgets jupyterlab jupytext jupyter_book playwright pytest "
    "typst",
}
LOOK = """
import importlib.util as util, os, sys
venv, bp, oldest = sys.argv[1:4]
assert os.path.realpath(sys.prefix) == os.path.realpath(venv)
assert "%d.%d" % sys.version_info[:2] not in oldest.split()
found = util.find_spec("bp")
origin = os.path.realpath(found.origin or "") if found else ""
if found and os.path.dirname(origin) != bp:
    print("moved")
elif found and all(map(util.find_spec, sys.argv[4:])):
    print("sound")
else:
    print("empty")
"""
TOO_OLD = "3.6 3.7 3.8 3.9 3.10"
OTHER = """Python 3.11 or later is needed, and %s is %s:
name another one, as in  make PYTHON=python3.12 lab"""
NO_PIP = """There is no pip for %s, and it cannot make one.
On Debian and Ubuntu this helps:  sudo apt install python3-venv
Then give the same command again."""

NOT_HERE = """.venv cannot be made here: %s
Clone the book into a folder of your own, and give the command there."""


def quiet(*command):
    """What a command prints; None if it fails or is not there."""
    try:
        return subprocess.check_output(command, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None


def read(*names):
    """A file's content; empty if there is none."""
    try:
        with open(join(*names), "rb") as file:
            return file.read()
    except OSError:
        return b""


def digest(content):
    return hashlib.sha256(content).hexdigest().encode()


def mark_of(what):
    """What an environment is made for: this folder, this list of packages."""
    wanted = read(ROOT, "pyproject.toml") + EXTRAS[what].encode()
    return digest(os.fsencode(ROOT)) + b"\n" + digest(wanted) + b"\n"


def state(what):
    """Of .venv: "broken", "moved", "empty" (not all is there) or "sound"."""
    bp = join(ROOT, "bp")
    look = [LOOK, VENV, bp, TOO_OLD] + NEEDED[what].split()
    found = quiet(PYTHON, "-I", "-c", *look)
    if found is None:
        return "broken"
    marks = [name for name in MARKS if os.path.exists(join(VENV, name))]
    if any(moved(read(VENV, name), found) for name in marks):
        return "moved"
    return found.decode().strip()


def moved(mark, found):
    """Was it made elsewhere?  Marks were empty once, and could not tell."""
    here = digest(os.fsencode(ROOT))
    return not mark.startswith(here) if mark else found == b"empty\n"


def base_python():
    """A Python that is new enough, and not the one of .venv."""
    if sys.version_info >= (3, 11):
        return getattr(sys, "_base_executable", None) or sys.executable
    test = "import sys; assert sys.version_info >= (3, 11)"
    for line in read(VENV, "pyvenv.cfg").split(b"\n"):
        key, _, made_with = line.partition(b" = ")
        if key == b"executable" and quiet(made_with, "-c", test) is not None:
            return os.fsdecode(made_with)
    sys.exit(OTHER % (sys.executable, sys.version.split()[0]))


def clear():
    """Make room for a new environment; one of somebody else's is kept."""
    if os.path.islink(VENV):
        os.unlink(VENV)
    elif any(os.path.exists(join(VENV, name)) for name in MARKS):
        shutil.rmtree(VENV)
    elif os.path.lexists(VENV):
        n = 1
        while os.path.lexists("%s.old-%d" % (VENV, n)):
            n += 1
        os.rename(VENV, "%s.old-%d" % (VENV, n))
        print("The .venv that was here is now .venv.old-%d" % n)


def make():
    python = base_python()
    clear()
    os.mkdir(VENV)
    write("made", digest(os.fsencode(ROOT)))
    print("Making .venv with %s" % python)
    sys.stdout.flush()
    command = [python, "-m", "venv", "--without-pip", VENV]
    with patience.heard():
        failed = subprocess.call(command)
    if failed:
        shutil.rmtree(VENV)
        sys.exit("%s could not make .venv: it says why above" % python)


def pip():
    """The command that installs into .venv."""
    own = [PYTHON, "-m", "pip"]
    if quiet(*own + ["--version"]) is None:
        quiet(PYTHON, "-Im", "ensurepip", "--upgrade", "--default-pip")
    if quiet(*own + ["--version"]) is not None:
        return own
    other = [base_python(), "-m", "pip", "--python", PYTHON]
    if quiet(*other + ["--version"]) is not None:
        return other
    sys.exit(NO_PIP % base_python())


def write(name, content):
    with open(join(VENV, name), "wb") as file:
        file.write(content)


def installed():
    """How many packages are there by now; pip itself says nothing of it."""
    places = ("lib", "python*", "site-packages"), ("Lib", "site-packages")
    found = [glob(join(VENV, *place, "*.dist-info")) for place in places]
    return "%d packages are there" % max(map(len, found))


def install(what):
    with patience.heard():  # pip itself may have to come first
        command = pip()
    command += ["install", "--quiet", "--progress-bar", "on"]
    command += ["-e", ".[%s]" % EXTRAS[what]]
    print("Installing the %s (a few minutes the first time)" % what)
    sys.stdout.flush()
    elsewhere = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
    free = {k: v for k, v in os.environ.items() if k not in elsewhere}
    free["PIP_USER"] = "0"
    exact = free.get("PIP_CONSTRAINT", "")
    if " " in exact and os.path.exists(exact):  # pip would take it for two
        free["PIP_CONSTRAINT"] = "file://" + quote(os.path.abspath(exact))
    with patience.heard(installed):
        failed = subprocess.call(command, cwd=ROOT, env=free)
    if failed:
        sys.exit(
            "It could not all be installed; pip says why above.\n"
            "The same command goes on where this one stopped."
        )
    for name in MARKS[1:] if what == "test" else [what]:
        write(name, mark_of(name))


def main(what):
    found = state(what)
    if found == "sound" and read(VENV, what) == mark_of(what):
        return
    for folder in (ROOT, VENV):
        if os.path.exists(folder) and not os.access(folder, os.W_OK):
            raise PermissionError(13, "Permission denied", folder)
    if found in ("broken", "moved"):
        if found == "moved":
            print("This folder was moved or copied since .venv was made")
        make()
    install(what)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except OSError as error:
        sys.exit(NOT_HERE % error)
