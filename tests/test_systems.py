"""Guard 9b: the book on systems that are not like this one.

What only they can show, their runs in `tests.yml` show; here is what can be
seen from anywhere.
"""

import ast
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import PureWindowsPath

import pytest

import patience
from conftest import ROOT

pytestmark = pytest.mark.guard("9b release")
DEVICES = {"con", "prn", "aux", "nul"}
DEVICES |= {f"{name}{n}" for name in ("com", "lpt") for n in range(10)}
LONGEST = 120  # of a name; Windows allows 260 with the clone's folder
RUNS = {"run", "Popen", "check_output"}
ABSENT = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios"}
ABSENT |= {f"os.{n}" for n in "fork getuid geteuid getpgid killpg".split()}
ABSENT |= {"os.sched_getaffinity", "os.uname", "signal.SIGKILL"}
SOURCES = [
    path
    for folder in ("bp", "tools", "benchmarks", "tests")
    for path in (ROOT / folder).rglob("*.py")
]


def refused(name: str) -> bool:
    """Is there no file of this name on Windows?"""
    parts = PureWindowsPath(name).parts
    return (
        len(name) > LONGEST
        or "/".join(parts) != name
        or any(set(part) & set('<>:"|?*\\') for part in parts)
        or any(part.endswith((" ", ".")) for part in parts)
        or any(part.split(".")[0].lower() in DEVICES for part in parts)
    )


def test_every_name_is_one_on_windows_and_on_macos() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no clone: git lists the files")
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT)
    names = listed.decode().split("\0")[:-1]
    assert len(names) > 300
    assert not [name for name in names if refused(name)]
    alike = Counter(name.casefold() for name in names)
    assert not [name for name, count in alike.items() if count > 1]
    modes = subprocess.check_output(["git", "ls-files", "-s"], cwd=ROOT)
    assert b"\n120000" not in b"\n" + modes, "a link is a text on Windows"


def test_a_name_that_is_none_is_noticed() -> None:
    names = ["a/aux.py", "a:b", "what?.md", "a /b", "b.", "Nul", "x" * 121]
    assert all(map(refused, names))
    assert not refused("chapters/07_delta.md")


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            f = node.func
            name = getattr(f, "attr", getattr(f, "id", ""))
            if name == "open" and ast.unparse(f) in {"open", "os.open"}:
                name = ast.unparse(f)
            yield name, node


def left_to_the_system(name: str, call: ast.Call) -> bool:
    """Does this read or write text in whatever code the system has?"""
    named = {word.arg for word in call.keywords}
    if {"encoding", None} & named:
        return False
    if name in {"read_text", "write_text"}:
        return len(call.args) < (1 if name == "read_text" else 2)
    if name == "open":
        at = 0 if isinstance(call.func, ast.Attribute) else 1
        modes = [word.value for word in call.keywords if word.arg == "mode"]
        modes += call.args[at : at + 1]
        said = {getattr(mode, "value", "r") for mode in modes}
        return not any("b" in str(mode) for mode in said)
    return name in RUNS and "text" in named


OTHERS = {"Image", "firefox", "tarfile"}  # whose open is another


def test_text_is_utf_8_everywhere() -> None:
    found = [
        f"{path.name}:{call.lineno}: {name}"
        for path in SOURCES
        for name, call in calls(ast.parse(path.read_bytes()))
        if left_to_the_system(name, call)
        and ast.unparse(call.func).partition(".")[0] not in OTHERS
    ]
    assert len(SOURCES) > 100 and not found


def test_text_that_is_left_to_the_system_is_noticed() -> None:
    asks = "p.read_text() p.write_text(a) p.open() open(a) p.open('w')"
    asks += " run(a,text=True) open(a,mode='w')"
    for source in asks.split():
        ((name, call),) = calls(ast.parse(source))
        assert left_to_the_system(name, call), source
    fine = "p.read_text('utf-8') p.open('rb') open(a,'wb') run(a) p.open(**k)"
    for source in fine.split():
        ((name, call),) = calls(ast.parse(source))
        assert not left_to_the_system(name, call), source


def absent(tree: ast.AST, text: str) -> Iterator[str]:
    """What Windows has not, and is not asked for before it is used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names}
            yield from (names | {getattr(node, "module", None)}) & ABSENT
        elif isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            asked = f'hasattr({ast.unparse(node.value)}, "{node.attr}")'
            if name in ABSENT and asked not in text:
                yield name


def test_nothing_is_used_that_windows_has_not() -> None:
    for path in SOURCES:
        if ROOT / "tests" not in path.parents:
            text = path.read_text("utf-8")
            assert not [*absent(ast.parse(text), text)], path


def test_what_windows_has_not_is_noticed() -> None:
    spoiled = "import fcntl\nfrom pty import fork\nos.geteuid()\n"
    found = [*absent(ast.parse(spoiled), spoiled)]
    assert sorted(found) == ["fcntl", "os.geteuid", "pty"]
    asked = 'hasattr(os, "geteuid") and os.geteuid()'
    assert not [*absent(ast.parse(asked), asked)]


def test_what_takes_long_says_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """In letters that every terminal has."""
    monkeypatch.setattr(patience, "EVERY", 0.05)
    began = time.monotonic()
    with patience.heard(lambda: "3 packages are there"):
        while capsys.readouterr().out.count("3 packages are there\n") < 2:
            assert time.monotonic() - began < 30
            time.sleep(0.12)
    capsys.readouterr()
    time.sleep(0.2)
    assert capsys.readouterr().out == "", "it is over"


@pytest.mark.parametrize(
    "script", ["install", "lab/open", "edition/make", "edition/release"]
)
def test_tools_are_told_in_plain_letters(script: str) -> None:
    """A pipe on Windows has not every letter: 1252, or the 437 of a box."""
    text = (ROOT / "tools" / f"{script}.py").read_text("utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value.encode("cp437")
