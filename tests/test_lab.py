"""Guard 8: the reader's copies, and the real JupyterLab on them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import ROOT
from lab import open as lab

pytestmark = [
    pytest.mark.guard("8 JupyterLab"),
    pytest.mark.together("JupyterLab"),  # one server
]
TOKEN = "only-for-this-test"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "chapters"
    folder.mkdir()
    for stem in ("00_reading", "05_delta"):
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
    assert done["new"] == ["00_reading", "05_delta"]
    assert not any(lab.bring_copies(book, mine).values())
    ran = nbformat.read(mine / "05_delta.ipynb", 4)
    ran.metadata["language_info"] = {"name": "python", "version": "3.99"}
    nbformat.write(ran, mine / "05_delta.ipynb")  # saved by JupyterLab
    write(book / "05_delta.ipynb", "a better edition")
    assert lab.bring_copies(book, mine)["renewed"] == ["05_delta"]
    assert "better edition" in (mine / "05_delta.ipynb").read_text()


def test_a_reader_s_edits_are_never_overwritten(
    book: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "my"
    lab.bring_copies(book, mine)
    write(mine / "05_delta.ipynb", "my answer")
    assert not any(lab.bring_copies(book, mine).values())
    write(book / "05_delta.ipynb", "a better edition")
    for _ in "ab":
        assert lab.bring_copies(book, mine)["behind"] == ["05_delta"]
        assert "my answer" in (mine / "05_delta.ipynb").read_text()


def test_reset_keeps_the_reader_s_version(book: Path, tmp_path: Path) -> None:
    mine = tmp_path / "my"
    lab.bring_copies(book, mine)
    for n, answer in enumerate(["first answer", "second answer"], start=1):
        write(mine / "05_delta.ipynb", answer)
        said = lab.reset("05_delta", book, mine)
        assert said.endswith(f"your version is now 05_delta.mine-{n}.ipynb.")
        assert "as printed" in (mine / "05_delta.ipynb").read_text()
        assert answer in (mine / f"05_delta.mine-{n}.ipynb").read_text()
    with pytest.raises(SystemExit, match="give one of 00_reading 05_delta"):
        lab.reset("05_detla", book, mine)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real JupyterLab, opened as `make lab` opens it."""
    mine = tmp_path_factory.mktemp("reader") / "my"
    port = free_port()
    home = tmp_path_factory.mktemp("home")  # no settings of this machine
    command = [sys.executable, str(ROOT / "tools" / "lab" / "open.py")]
    command += [f"--my={mine}", "--no-browser", f"--port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", "--allow-root"]
    log = (home / "log").open("w")
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
            assert process.poll() is None, (home / "log").read_text()
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
    """Restart the kernel, run all cells, and wait for the last one."""
    notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4)
    last = sum(cell.cell_type == "code" for cell in notebook.cells)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    name = re.compile("^Restart Kernel and Run All Cells")
    page.get_by_role("menuitem", name=name).click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").last
    expect(prompt).to_have_text("[*]:", timeout=30_000)
    expect(prompt).to_have_text(f"[{last}]:", timeout=90_000)


def test_first_page_opens_without_pop_ups(page: Page, server: str) -> None:
    page.goto(f"{server}/lab?token={TOKEN}&reset")
    page.wait_for_selector(".jp-DirListing-item")
    page.wait_for_timeout(2000)
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    names = page.locator(".jp-DirListing-itemText").all_inner_texts()
    assert "05_delta.ipynb" in names
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
    unread = re.compile(r":::|\{(eq|exercise|solution|admonition)\}|\$\$")
    assert not [text for text in shown if unread.search(text)]
    move_a_slider(page)


def test_neurons_stand_on_the_colour_of_the_page(
    page: Page, server: str
) -> None:
    opened(page, server, "00_reading")
    run_all(page, "00_reading")
    paper = page.locator(".paper:visible").first
    fill = paper.evaluate("e => getComputedStyle(e).fill")
    assert fill == "rgb(255, 255, 255)"


def move_a_slider(page: Page) -> None:
    """By keyboard; the picture and its sentence follow."""
    box = page.locator(".widget-vbox:visible").last
    figure = box.locator("figure.picture:visible")
    before = figure.locator("figcaption").inner_text()
    drawing = figure.locator("svg").first.inner_html()
    box.locator(".noUi-handle").first.focus()
    page.keyboard.press("ArrowRight")
    expect(figure.locator("figcaption")).not_to_have_text(before)
    assert figure.locator("svg").first.inner_html() != drawing
