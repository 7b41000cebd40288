"""Guard 8: the reader's copies, and the real JupyterLab on them."""

import functools
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

import faults
from conftest import ROOT
from lab import copies, own
from lab import open as lab

pytestmark = [
    pytest.mark.guard("8 JupyterLab"),
    pytest.mark.together("JupyterLab"),  # one server
    pytest.mark.posix,
]
TOKEN = "only-for-this-test"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "chapters"
    folder.mkdir()
    for stem in ("00_reading", "07_delta"):
        write(folder / f"{stem}.ipynb", "as printed")
    return folder


def write(path: Path, text: str) -> None:
    cell = nbformat.v4.new_markdown_cell(text, id="one")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)


def test_copies_are_made_once_and_renewed_while_untouched(
    book: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "my"
    done = lab.bring_copies(book, mine)
    assert done["new"] == ["00_reading", "07_delta"]
    assert not any(lab.bring_copies(book, mine).values())
    ran = nbformat.read(mine / "07_delta.ipynb", 4)
    ran.metadata["language_info"] = {"name": "python", "version": "3.99"}
    nbformat.write(ran, mine / "07_delta.ipynb")  # saved by JupyterLab
    write(book / "07_delta.ipynb", "a better edition")
    assert lab.bring_copies(book, mine)["renewed"] == ["07_delta"]
    assert "better edition" in (mine / "07_delta.ipynb").read_text("utf-8")


def test_a_reader_s_edits_are_never_overwritten(
    book: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "my"
    lab.bring_copies(book, mine)
    write(mine / "07_delta.ipynb", "my answer")
    assert not any(lab.bring_copies(book, mine).values())
    write(book / "07_delta.ipynb", "a better edition")
    for _ in "ab":
        assert lab.bring_copies(book, mine)["behind"] == ["07_delta"]
        assert "my answer" in (mine / "07_delta.ipynb").read_text("utf-8")


def test_reset_keeps_the_reader_s_version(book: Path, tmp_path: Path) -> None:
    mine = tmp_path / "my"
    lab.bring_copies(book, mine)
    for n, answer in enumerate(["first answer", "second answer"], start=1):
        write(mine / "07_delta.ipynb", answer)
        said = lab.reset("07_delta", book, mine)
        assert said.endswith(f"your version is now 07_delta.mine-{n}.ipynb.")
        assert "as printed" in (mine / "07_delta.ipynb").read_text("utf-8")
        assert answer in (mine / f"07_delta.mine-{n}.ipynb").read_text("utf-8")
    with pytest.raises(SystemExit, match="give one of 00_reading 07_delta"):
        lab.reset("07_detla", book, mine)


NAMED = (
    """07_delta 07_delta.ipynb 07_delta.md my/07_delta.ipynb my/07_delta
./my/07_delta.ipynb chapters/07_delta.md 7 07 delta 07-delta 07_Delta.IPYNB
my\\07_delta.ipynb '07_delta'""".split()
    + [" 07 delta\n"]
)
REFUSED = """../chapters/07_delta my/../chapters/07_delta ../my/07_delta
/07_delta other/07_delta 07_detla 6 07_delta.mine-1 ../07_delta my/ . .. ~
~nobody/7 07_delta/07_delta my/my/07_delta * 0[7]_delta .ipynb""".split()
REFUSED += ["", "07_delta 00_reading", "--reset"]


@pytest.mark.parametrize("typed", NAMED)
def test_reset_takes_what_a_person_types(
    book: Path, tmp_path: Path, typed: str
) -> None:
    mine = tmp_path / "my"
    lab.bring_copies(book, mine)
    for text in (typed, f"{mine}/07_delta.ipynb"):
        write(mine / "07_delta.ipynb", "my answer")
        said = lab.reset(text, book, mine)
        assert said.startswith("07_delta.ipynb is as printed; your version")
    assert "as printed" in (mine / "07_delta.ipynb").read_text("utf-8")
    assert "my answer" in (mine / "07_delta.mine-2.ipynb").read_text("utf-8")


@pytest.mark.parametrize("typed", REFUSED)
def test_reset_refuses_all_else_and_touches_nothing(
    book: Path, tmp_path: Path, typed: str
) -> None:
    mine = tmp_path / "my"
    lab.bring_copies(book, mine)
    before = contents(tmp_path)
    with pytest.raises(SystemExit, match="give one of 00_reading 07_delta"):
        lab.reset(typed, book, mine)
    assert contents(tmp_path) == before


def contents(folder: Path) -> dict[Path, bytes]:
    paths = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder): p.read_bytes() for p in paths}


WHOLE = nbformat.writes(nbformat.v4.new_notebook(cells=[]))
CELL = '{"cells": [%s], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
BROKEN = {
    "empty": b"",
    "blank": b" \n",
    "half": WHOLE.encode()[: len(WHOLE) // 2],
    "zeros": bytes(100),
    "latin-1": b'{"cells": "\xe9"}',
    "utf-16": WHOLE.encode("utf-16"),
    "mark": WHOLE.encode("utf-8-sig"),
    "list": b"[]",
    "number": b"3",
    "null": b"null",
    "object": b"{}",
    "text": b"not found",
    "page": b"<!DOCTYPE html><title>502</title>",
    "conflict": f"<<<<<<< HEAD\n{WHOLE}=======\n>>>>>>> you\n".encode(),
    "cells": (CELL % "1").encode(),
    "source": (CELL % '{"cell_type": "markdown"}').encode(),
    "metadata": (CELL % '{"cell_type": "markdown", "source": ""}').encode(),
    "deep": b"[" * 100_000,
    "later": WHOLE.replace('"nbformat": 4', '"nbformat": 9').encode(),
    "pointer": b"version https://git-lfs.github.com/spec/v1\nsize 1\n",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_copy_is_put_aside_and_named(
    book: Path, tmp_path: Path, kind: str
) -> None:
    mine = tmp_path / "my"
    lab.bring_copies(book, mine)
    copy = mine / "07_delta.ipynb"
    copy.write_bytes(BROKEN[kind])
    (named,) = lab.bring_copies(book, mine)["broken"]
    assert named.startswith("07_delta.ipynb: it")
    assert named.endswith("07_delta.broken-1.ipynb")
    assert (mine / "07_delta.broken-1.ipynb").read_bytes() == BROKEN[kind]
    assert "as printed" in copy.read_text("utf-8")
    assert not any(lab.bring_copies(book, mine).values())


@pytest.mark.parametrize("what", ["folder", "dead link", "link in a circle"])
def test_what_is_no_file_is_put_aside_too(
    book: Path, tmp_path: Path, what: str
) -> None:
    mine = tmp_path / "my"
    mine.mkdir()
    for name in ("07_delta.ipynb", ".printed.json"):
        if what == "folder":
            (mine / name).mkdir()
            (mine / name / "notes").write_text("mine", "utf-8")
        else:
            (mine / name).symlink_to(name if "circle" in what else "nowhere")
    done = lab.bring_copies(book, mine)
    assert len(done["broken"]) == 1 and done["new"] == ["00_reading"]
    assert not any(lab.bring_copies(book, mine).values())
    assert len(list(mine.glob("**/notes"))) == 2 * (what == "folder")


RECORDS = [b"", b"{", b"[]", b"null", b"3", bytes(9), b"\xff", b"[" * 10**5]
RECORDS += [b'{"07_delta.ipynb": 3}', b'{"07_delta.ipynb": {}}']


@pytest.mark.parametrize("record", [None, *RECORDS])
def test_a_broken_record_counts_as_none(
    book: Path, tmp_path: Path, record: bytes | None
) -> None:
    mine = tmp_path / "my"
    lab.bring_copies(book, mine)
    path = mine / ".printed.json"
    path.unlink() if record is None else path.write_bytes(record)
    assert not any(lab.bring_copies(book, mine).values()), "equal is equal"
    write(book / "07_delta.ipynb", "a better edition")
    assert lab.bring_copies(book, mine)["renewed"] == ["07_delta"]


def test_without_a_record_an_edited_copy_is_kept_and_said_once(
    book: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "my"
    lab.bring_copies(book, mine)
    write(mine / "07_delta.ipynb", "my answer")
    (mine / ".printed.json").unlink()
    assert lab.bring_copies(book, mine)["differs"] == ["07_delta"]
    assert not any(lab.bring_copies(book, mine).values())
    write(book / "07_delta.ipynb", "a better edition")
    assert lab.bring_copies(book, mine)["behind"] == ["07_delta"]
    assert "my answer" in (mine / "07_delta.ipynb").read_text("utf-8")


def test_a_broken_page_of_the_book_is_named_and_the_others_come(
    book: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "my"
    (book / "07_delta.ipynb").write_bytes(b"<<<<<<< HEAD")
    done = lab.bring_copies(book, mine)
    assert done["new"] == ["00_reading"]
    assert done["unreadable"][0].startswith("07_delta.ipynb: it holds a conf")
    write(mine / "07_delta.ipynb", "my answer")
    with pytest.raises(SystemExit, match="07_delta.ipynb of the book: it"):
        lab.reset("07_delta", book, mine)
    assert "my answer" in (mine / "07_delta.ipynb").read_text("utf-8")


def test_a_link_stays_a_link_and_permissions_stay(
    book: Path, tmp_path: Path
) -> None:
    mine, cloud = tmp_path / "my", tmp_path / "cloud.ipynb"
    lab.bring_copies(book, mine)
    (mine / "07_delta.ipynb").rename(cloud)
    (mine / "07_delta.ipynb").symlink_to(cloud)
    cloud.chmod(0o640)
    write(book / "07_delta.ipynb", "a better edition")
    lab.bring_copies(book, mine)
    assert (mine / "07_delta.ipynb").is_symlink()
    assert "better edition" in cloud.read_text("utf-8")
    assert cloud.stat().st_mode & 0o777 == 0o640


@pytest.fixture
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signing writes to the home, which is no matter of these tests."""
    monkeypatch.setattr(copies.NotebookNotary, "sign", lambda *_: None)


@pytest.mark.parametrize("end", faults.ENDS)
@pytest.mark.parametrize("act", ["first", "renew", "reset", "mend"])
def test_nothing_is_lost_where_writing_stops(
    tmp_path: Path,
    unsigned: None,
    end: Callable[..., bool],
    act: str,
) -> None:
    """At every step in turn; then lab is started anew, and it is whole."""
    for n in range(50):
        folder = tmp_path / str(n)
        book, mine = folder / "chapters", folder / "my"
        book.mkdir(parents=True)
        for stem in ("00_reading", "07_delta"):
            write(book / f"{stem}.ipynb", "as printed")
        do = functools.partial(lab.bring_copies, book, mine)
        if act != "first":
            do()
            write(mine / "07_delta.ipynb", "my answer")
        if act == "renew":
            write(book / "00_reading.ipynb", "a better edition")
            write(book / "07_delta.ipynb", "a better edition")
        if act == "mend":
            (mine / "00_reading.ipynb").write_text("half a noteb", "utf-8")
            (mine / ".printed.json").write_text("{", "utf-8")
        if act == "reset":
            do = functools.partial(lab.reset, "07_delta", book, mine)
        reached = end(n, mine, do)
        lab.bring_copies(book, mine)
        assert not [
            k
            for k, v in lab.bring_copies(book, mine).items()
            if v and k != "behind"
        ]
        found = "".join(p.read_text("utf-8") for p in mine.glob("*.ipynb"))
        assert found.count("my answer") == (act != "first")
        assert found.count("half a noteb") == (act == "mend")
        for stem in ("00_reading", "07_delta"):
            nbformat.read(mine / f"{stem}.ipynb", 4)
        if act == "renew":
            assert "better" in (mine / "00_reading.ipynb").read_text("utf-8")
        if not reached and (end is not faults.filled or n):
            assert n > 1, "no step was reached"
            return
    raise AssertionError("too many steps")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


HOSTILE = """
c.ServerApp.root_dir = "/nonexistent"
c.ServerApp.notebook_dir = "/nonexistent"
c.ServerApp.preferred_dir = "/gone"
c.FileContentsManager.preferred_dir = "/gone"
c.LargeFileManager.root_dir = "/gone"
c.MappingKernelManager.root_dir = "/gone"
c.ServerApp.contents_manager_class = "elsewhere.CloudContentsManager"
"""


def started(mine: Path, home: Path, log: Path) -> str:
    """What `make lab` has said by the time that JupyterLab is there."""
    command = [sys.executable, str(ROOT / "tools" / "lab" / "open.py")]
    command += [f"--my={mine}", "--no-browser", f"--port={free_port()}"]
    out = {
        "stdout": log.open("w", encoding="utf-8"),
        "stderr": subprocess.STDOUT,
    }
    env = {k: v for k, v in os.environ.items() if k != "IPYTHONDIR"}
    env |= {"HOME": str(home)}
    command += ["--allow-root"]
    process = subprocess.Popen(command, env=env, start_new_session=True, **out)
    for _ in range(600):
        if (
            "is running at" in log.read_text("utf-8")
            or process.poll() is not None
        ):
            break
        time.sleep(0.2)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
    return log.read_text("utf-8")


def test_lab_starts_in_its_own_folder(book: Path, tmp_path: Path) -> None:
    """Broken copies, an odd name, and a configuration of the reader's own."""
    mine, home = tmp_path / "Bücher & mehr" / "my", tmp_path / "home"
    (mine / "07_delta.ipynb").mkdir(parents=True)
    (mine / "00_reading.ipynb").write_bytes(b"")
    (mine / ".printed.json").write_bytes(b"{")
    (home / ".jupyter").mkdir(parents=True)
    (home / ".jupyter" / "jupyter_lab_config.py").write_text(HOSTILE, "utf-8")
    said = started(mine, home, tmp_path / "log")
    assert f"Serving notebooks from local directory: {mine}\n" in said
    assert "00_reading.ipynb: it is empty: it is now 00_reading.brok" in said
    assert "07_delta.ipynb: it is no file: it is now 07_delta.broken" in said
    assert "Traceback" not in said


OWN = {
    "jupyter_lab_config.py": "import nothing_of_that_name",
    "jupyter_config.json": '{"ServerApp": ',
    "jupyter_server_config.py": "raise SystemExit",
}


@pytest.mark.parametrize("name", OWN)
def test_a_broken_configuration_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    assert own.first_broken() is None
    (tmp_path / name).write_text(OWN[name], "utf-8")
    assert str(own.first_broken()).startswith(f"{tmp_path / name} (")
    own.leave_out(tmp_path / "spare")
    assert own.first_broken() is None


def test_lab_starts_without_a_configuration_that_stops_it(
    tmp_path: Path,
) -> None:
    (tmp_path / ".jupyter").mkdir()
    config = tmp_path / ".jupyter" / "jupyter_lab_config.py"
    config.write_text('c.ServerApp.certfile = "/gone.pem"', "utf-8")
    said = started(tmp_path / "my", tmp_path, tmp_path / "log")
    assert "Starting anew, without your own configuration in" in said
    assert "is running at" in said


def test_lab_starts_where_the_home_cannot_be_written(tmp_path: Path) -> None:
    """/proc takes no file, not even from root."""
    mine = tmp_path / "my"
    said = started(mine, Path("/proc"), tmp_path / "log")
    assert f"cannot be written: {mine / '.jupyter'} is used instead" in said
    assert f"Serving notebooks from local directory: {mine}\n" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("kind", ["/proc", "file", "file/my", "dead link"])
def test_a_folder_that_cannot_be_written_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    (tmp_path / "dead link").symlink_to("/proc/nowhere")
    for arguments in ([], ["--reset=07_delta"]):
        command = ["open.py", f"--my={tmp_path / kind}", *arguments]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit, match="make lab MY=") as error:
            lab.main()
        assert str(tmp_path / kind) in str(error.value) or kind == "/proc"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real JupyterLab, opened as `make lab` opens it."""
    mine = tmp_path_factory.mktemp("reader") / "my"
    port = free_port()
    home = tmp_path_factory.mktemp("home")  # no settings of this machine
    command = [sys.executable, str(ROOT / "tools" / "lab" / "open.py")]
    command += [f"--my={mine}", "--no-browser", f"--port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", "--allow-root"]
    log = (home / "log").open("w", encoding="utf-8")
    process = subprocess.Popen(
        command,
        env={**os.environ, "HOME": str(home)} | {"IPYTHONDIR": str(home)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5)
            break
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, (home / "log").read_text("utf-8")
            time.sleep(0.5)
    yield address
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(30)


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    yield context.new_page()
    context.close()


def opened(page: Page, server: str, stem: str) -> Page:
    page.goto(f"{server}/lab/tree/{stem}.ipynb?token={TOKEN}&reset")
    expect(page.locator(".jp-NotebookPanel:visible")).to_be_visible(
        timeout=60_000
    )
    expect(page.locator(".jp-MarkdownCell h1").first).to_be_visible(
        timeout=60_000
    )
    return page


def run_all(page: Page, stem: str) -> None:
    """Restart the kernel, run all cells, and wait for the last open one.

    A cell whose source is hidden shows no number.
    """
    notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    last = max(
        number
        for number, cell in enumerate(cells, start=1)
        if not cell.metadata.get("jupyter", {}).get("source_hidden")
    )
    page.get_by_role("menuitem", name="Run", exact=True).click()
    name = re.compile("^Restart Kernel and Run All Cells")
    page.get_by_role("menuitem", name=name).click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    shown = ".jp-CodeCell .jp-InputPrompt:not(.jp-Placeholder-prompt)"
    prompt = page.locator(shown).last
    expect(prompt).to_have_text("[*]:", timeout=30_000)
    expect(prompt).to_have_text(f"[{last}]:", timeout=90_000)


def test_first_page_opens_without_pop_ups(page: Page, server: str) -> None:
    page.goto(f"{server}/lab?token={TOKEN}&reset")
    page.wait_for_selector(".jp-DirListing-item")
    page.wait_for_timeout(2000)
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    names = page.locator(".jp-DirListing-itemText").all_inner_texts()
    assert "07_delta.ipynb" in names
    assert not [n for n in names if n.endswith((".md", ".bib"))]


@pytest.mark.parametrize(
    "stem", sorted(p.stem for p in (ROOT / "chapters").glob("0*.ipynb"))
)
def test_a_reader_s_copy_runs(page: Page, server: str, stem: str) -> None:
    """No cell fails, and no MyST is left as it was typed."""
    opened(page, server, stem)
    assert page.locator(".jupyter-widgets-disconnected").count() == 0
    run_all(page, stem)
    outputs = page.locator(".jp-OutputArea-output")
    assert outputs.count() > 3
    assert outputs.locator("css=[data-mime-type*=error]").count() == 0
    shown = page.locator(".jp-RenderedMarkdown").all_inner_texts()
    unread = re.compile(
        r":::|\{(eq|exercise|solution|admonition)\}|\$\$|^% ", re.M
    )
    assert not [text for text in shown if unread.search(text)]
    move_a_control(page)


def test_neurons_stand_on_the_colour_of_the_page(
    page: Page, server: str
) -> None:
    opened(page, server, "00_reading")
    run_all(page, "00_reading")
    paper = page.locator(".paper:visible").first
    fill = paper.evaluate("e => getComputedStyle(e).fill")
    assert fill == "rgb(255, 255, 255)"


def move_a_control(page: Page) -> None:
    """By keyboard; the picture follows."""
    box = page.locator(".explored:visible").last
    drawing = box.locator("figure.picture:visible svg").first
    before = drawing.inner_html()
    if box.locator(".thumbnails").count():
        box.locator(".widget-toggle-button:not(.mod-active)").first.focus()
        page.keyboard.press("Enter")
    else:
        handle = box.locator(".noUi-handle").first
        now, top = (
            handle.get_attribute(f"aria-value{a}") for a in ("now", "max")
        )
        handle.focus()
        page.keyboard.press("ArrowLeft" if now == top else "ArrowRight")
    expect(drawing).not_to_have_js_property("innerHTML", before)
