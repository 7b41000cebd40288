"""Guard 7c: pages that run in the reader's browser, all of them, whole."""

import json
import mimetypes
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from docutils import nodes
from playwright.sync_api import (
    Browser,
    Page,
    Route,
    expect,
)

from built import Host, Watched
from conftest import ROOT
from firefox import Firefox
from live import fetch, livepages
from running import WHOLE_PAGE, open_page, run_live, wait_for
from website import build
from website.fetch import FetchError, Missing, npm

pytestmark = pytest.mark.guard("7c live pages")
SOON = 30_000


def code_cells(stem: str) -> list[nbformat.NotebookNode]:
    notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


PAGES = sorted(p.stem for p in (ROOT / "chapters").glob("*.ipynb"))
PAGES = [stem for stem in PAGES if code_cells(stem)]


@pytest.mark.together("site")
def test_python_runs_without_a_browser(site: Path) -> None:
    """The quick look before the slow ones: the served Pyodide, in Node."""
    script = """
    const folder = process.argv[1] + "/";
    require(folder + "pyodide.js").loadPyodide({ indexURL: folder })
      .then(async (pyodide) => {
        await pyodide.loadPackage("bp", { messageCallback() {} });
        console.log(await pyodide.runPythonAsync(
          "import bp; bp.count_parameters((3, 2, 1))"));
      });
    """
    folder = site / "_static" / "live" / "pyodide"
    node = Path(npm()).with_name("node")
    said = subprocess.run(
        [node, "-e", script, folder],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert said.stdout.strip() == "11", said.stderr[-2000:]


@pytest.mark.together("site")
def test_a_first_live_page_is_light(site: Path) -> None:
    parts = json.loads(
        (site / "_static" / "live" / "parts.json").read_text("utf-8")
    )
    assert parts["transfer"] < 26e6


LIMITS = {  # what a reader writes: what the page says, in its own words
    "answer = input('number? ')": "cannot wait for the keyboard",
    "import getpass\ngetpass.getpass()": "line 2: a page cannot wait for the",
    "breakpoint()": "cannot wait for the keyboard",
    "import sys\nsys.stdin.readline()": "cannot wait for the keyboard",
    "exit()": "the cell ends here",
    "quit": "the cell ends here",
    "raise SystemExit(3)": "the cell ends here",
    "import bp\nbp.load_mnist()": "load_digits() has real handwriting too",
    "import threading\nthreading.Thread(target=print).start()": "one thread",
    "from concurrent.futures import ThreadPoolExecutor as Pool\n"
    "Pool().submit(print)": "line 2: a page has one thread only",
    "import multiprocessing\nmultiprocessing.Pool(2)": "no other program",
    "import subprocess\nsubprocess.run(['ls'])": "no other program",
    "import os\nos.system('ls')": "no other program",
    "os.fork()": "no other program",
    "!pip install scipy": "nothing can be installed",
    "%pip install scipy": "nothing can be installed",
    "open('mine.csv')": "there is no mine.csv on this page",
    "import numpy as np\nnp.loadtxt('mine.csv')": "write the data into",
    "%run mine.py": "no such file on this page",
    "import pandas as pd": "there is no pandas on this page: numpy",
    "from scipy.optimize import minimize": "there is no scipy on this page",
    "import urllib.request\n"
    "urllib.request.urlopen('https://example.org')": "cannot reach other",
    "np.zeros((10**6, 10**6))": "not enough memory",
}
FINE = {  # what works, or is the reader's own slip: no word of the page's
    "train, _ = bp.load_digits()\nrng = np.random.default_rng(0)\n"
    "bp.sgd(bp.random_network((64, 5, 10), rng), train.x, train.y, rng=rng, "
    "learning_rate=1.0, batch_size=100, epochs=2, progress=True);": "2/2",
    "1 / 0": "ZeroDivisionError: division by zero",
    "import bp.nothing": "No module named 'bp.nothing'",
    "try:\n    input()\nexcept EOFError:\n    print('caught')": "caught",
    "open('a', 'w').write('kept')\nprint(open('a').read())": "kept",
    "raise OSError('my own')": "OSError: my own",
}
NODE = """
const [folder, cells] = [process.argv[1] + "/", JSON.parse(process.argv[2])];
const quiet = { messageCallback() {} };
const { readFileSync } = require("fs");
require(folder + "pyodide/pyodide.js")
  .loadPyodide({ indexURL: folder + "pyodide/" }).then(async (pyodide) => {
    await pyodide.loadPackage(["bp", "ipywidgets", "tqdm"], quiet);
    let said;
    const send = (type, text) => said.push(JSON.parse(text));
    pyodide.registerJsModule("page", { send, listen() {} });
    const bring = (name, as) => pyodide.FS.writeFile(
      "/home/pyodide/" + as, readFileSync(folder + name, "utf-8"));
    bring("limits.py", "limits.py");
    bring("errors.py", "errors.py");
    bring("kernel.py", "bookkernel.py");
    const kernel = pyodide.pyimport("bookkernel"), all = [];
    for (const cell of cells) {
      said = [];
      await kernel.execute(cell);
      const trace = (o) => /<details/.test(o.data["text/html"]);
      all.push(said.map((o) => o.text ??
        (o.data?.["text/plain"] ?? "") + (trace(o) ? "\\nTraceback" : "")));
    }
    console.log("\\n" + JSON.stringify(all));
    process.exit();
  });
"""


def test_what_a_page_cannot_do_is_said(site: Path) -> None:
    """In Node, on the served Python; one sentence each, and no traceback."""
    cells = [*LIMITS, *FINE]
    command = [Path(npm()).with_name("node"), "-e", NODE]
    command += [site / "_static" / "live", json.dumps(cells)]
    ran = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8"
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    said = json.loads(ran.stdout.rpartition("\n[")[2].join(["[", ""]))
    for cell, outputs in zip(cells, said, strict=True):
        whole = "".join(outputs)
        if cell in LIMITS:
            *_, last = outputs
            assert last.startswith("On a live page, line "), cell
            assert LIMITS[cell] in last, cell
            assert "Traceback" not in whole and "BP_DATA" not in whole, cell
        else:
            assert FINE[cell] in whole, cell
            assert "On a live page" not in whole, cell


OPEN = "div.cell:not(:has(> details))"  # not folded
SHOWN = """() => [...document.querySelectorAll("div.cell")].map((cell) => {
  const place = document.getElementById(`${cell.id}-output`)  // in a frame
    ?? cell.querySelector(".cell_output");
  return [...place?.children ?? []].flatMap((output) => {
    const captions = [...output.querySelectorAll("figcaption")];
    if (!captions.length) return [output.textContent];
    return captions.filter((e) => e.offsetParent).map((e) => e.textContent);
  });
})"""


def stored(cell: nbformat.NotebookNode) -> list[str]:
    """What a cell printed, and the sentences of its pictures."""
    return [
        o.text if o.output_type == "stream" else o.data["text/plain"]
        for o in cell.outputs
    ]


@pytest.mark.parametrize("stem", PAGES)
def test_a_page_runs_whole_and_prints_the_same(
    live: Watched, stem: str
) -> None:
    page = open_page(live, stem)
    start_every_experiment(page)
    page.click(".live-run")
    wait_for(page, "ready")
    for cell, shown in zip(
        code_cells(stem), page.evaluate(SHOWN), strict=True
    ):
        assert shown == stored(cell), cell.source
    move_every_slider(page)
    press_every_play(page)
    assert live.troubles == []


def start_every_experiment(page: Page) -> None:
    """Where it stands, without the page above it."""
    frames = page.locator(".experiment[data-start]").all()
    for frame in frames:
        frame.get_by_role("button", name="Start this experiment").click()
        frame.locator(".explored").wait_for(timeout=WHOLE_PAGE)
    if frames:  # until then, the bar's button is "Stop"
        wait_for(page, "ready")
    ran = page.locator('div.cell:not([data-live="new"])[data-live]')
    assert ran.count() == len(frames)


def move_every_slider(page: Page) -> None:
    """By keyboard; each move changes the picture below, and has a name."""
    for box in page.locator(".explored").all():
        picture = box.locator(".widget-html-content:visible").last
        for handle in box.locator(".noUi-handle").all():
            before = picture.inner_html()
            assert handle.get_attribute("aria-label")
            at = handle.get_attribute("aria-valuenow")
            top = handle.get_attribute("aria-valuemax")
            handle.focus()
            page.keyboard.press("ArrowLeft" if at == top else "ArrowRight")
            expect(picture).not_to_have_js_property(
                "innerHTML", before, timeout=SOON
            )


def press_every_play(page: Page) -> None:
    """It moves the first slider by itself, and with it the picture."""
    for box in page.locator(".explored:has(> .player)").all():
        picture = box.locator("figcaption:visible").last
        box.locator(".noUi-handle").first.press("Home")
        play = box.get_by_role("button", name="Play / pause")
        play.click()
        expect(play).to_have_attribute("aria-pressed", "true", timeout=SOON)
        before = picture.inner_text()
        expect(picture).not_to_have_text(before, timeout=SOON)
        play.click()


def test_a_touch_of_a_control_starts_an_experiment(live: Watched) -> None:
    """And what was set is kept; who works by keyboard keeps the place."""
    page = open_page(live, "02_neuron")
    frame = page.locator(".experiment[data-start]").first
    bias = frame.get_by_role("slider", name="bias b")
    bias.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    frame.locator(".explored").wait_for(timeout=WHOLE_PAGE)
    handle = frame.locator(".noUi-handle").nth(1)
    expect(handle).to_be_focused(timeout=SOON)
    expect(handle).to_have_attribute("aria-valuetext", "−0.80")
    assert "z = −0.80" in frame.locator("figcaption:visible").inner_text()
    page.keyboard.press("ArrowRight")
    said = frame.locator(".experiment-said")
    expect(said).to_contain_text("z = −0.70", timeout=SOON)
    expect(page.locator("div.cell").first).to_have_attribute(
        "data-live", "new"
    )
    assert live.troubles == []


def test_a_drawing_starts_its_experiment(live: Watched) -> None:
    """What was drawn before Python came is read, and still to be seen."""
    page = open_page(live, "16_handwriting")
    frame = page.locator(".experiment:has(.pad)")
    field = frame.get_by_role("img", name="A field to draw")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 104, box["y"] + 180, steps=5)
    page.mouse.up()
    frame.locator(".explored").wait_for(timeout=WHOLE_PAGE)
    caption = frame.locator("figcaption:visible")
    expect(caption).to_contain_text("Your drawing", timeout=SOON)
    assert frame.locator(".pad path").get_attribute("d")
    frame.get_by_role("button", name="clear").click()
    expect(caption).to_contain_text("A test digit", timeout=SOON)
    assert live.troubles == []


def run_cell(page: Page, number: int, code: str) -> None:
    """Write code into a cell and run it, all by keyboard."""
    cell = page.locator(OPEN).nth(number)
    area = cell.locator("textarea.live-code")
    area.focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Control+Enter")
    expect(cell).to_have_attribute("data-live", "done", timeout=SOON)


def output(page: Page, number: int) -> str:
    return page.locator(OPEN).nth(number).locator(".cell_output").inner_text()


@pytest.mark.together("first page")
def test_edits_stay_until_the_page_is_reset(
    first_page: Watched, host: Host
) -> None:
    """And a second visit fetches nothing of Python."""
    page = first_page.page
    printed = output(page, 0)
    run_cell(page, 0, 'mine = 6 * 7\nprint(f"mine: {mine}")')
    assert output(page, 0).strip() == "mine: 42"
    host.sent.clear()
    page.reload()
    expect(page.locator(".live-run")).to_contain_text("1 edited cell")
    page.click(".live-run")
    wait_for(page, "ready")
    again = [p for p in host.sent if p.endswith((".whl", ".zip", ".wasm"))]
    assert again == []
    assert output(page, 0).strip() == "mine: 42"
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset this page").click()
    expect(page.locator(OPEN).first).to_have_attribute(
        "data-live", "done", timeout=SOON
    )
    wait_for(page, "ready")
    assert output(page, 0) == printed
    stored_keys = page.evaluate("Object.keys(localStorage)")
    assert not [key for key in stored_keys if key.startswith("live ")]


INTERACT = """
from ipywidgets import Button, IntSlider, Output, interact

@interact(n=IntSlider(value=3, min=0, max=9))
def square(n):
    print(f"{n} squared is {n * n}")

out, button = Output(), Button(description="press")

@button.on_click
def pressed(_):
    out.clear_output()
    with out:
        print("pressed")

display(button, out)
"""


@pytest.mark.together("first page")
def test_what_readers_write_works_too(first_page: Watched) -> None:
    """Widgets of ipywidgets, and pyplot."""
    page = first_page.page
    cell = page.locator(OPEN).first
    run_cell(page, 0, INTERACT)
    expect(cell).to_contain_text("3 squared is 9")
    cell.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    expect(cell).to_contain_text("4 squared is 16", timeout=SOON)
    cell.get_by_role("button", name="press").click()
    expect(cell.locator(".widget-output").last).to_have_text(
        "pressed", timeout=SOON
    )

    run_cell(page, 0, "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);")
    picture = cell.locator(".cell_output img")
    assert picture.evaluate("e => e.decode().then(() => e.naturalWidth)") > 99

    assert first_page.troubles == []


def test_the_editor_stands_where_the_code_stood(live: Watched) -> None:
    """No jump, the same letters, a height that follows the code."""
    page = open_page(live, "02_neuron")
    pre = page.locator(f"{OPEN} .cell_input pre").first
    before, text = pre.bounding_box(), pre.inner_text()
    page.click(".live-run")
    area = page.locator(f"{OPEN} textarea.live-code").first
    area.wait_for()
    after = pre.bounding_box()
    assert {k: abs(after[k] - before[k]) <= 1 for k in before} == {
        k: True for k in before
    }
    look = """e => {
      const s = getComputedStyle(e);
      return [s.fontFamily, s.fontSize, s.lineHeight, s.paddingLeft,
        s.paddingTop, s.letterSpacing];
    }"""
    assert area.evaluate(look) == pre.evaluate(look)
    assert area.input_value().strip() == text.strip()
    area.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("more = 1")
    assert pre.bounding_box()["height"] > after["height"] + 10
    assert area.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "live-cell-run"


def a_verdict_is_run_in_its_fold(page: Page) -> None:
    """It says what it thinks of the answer, and shows no solution."""
    cell = page.locator("div.cell[class*='tag_verdict']").first
    expect(cell).to_contain_text("not yet")
    stub = page.locator("div.cell[class*='tag_exercise']").first
    stub.locator("textarea").fill(
        "def slope_from_activation(a):\n    return a * (1 - a)"
    )
    stub.get_by_role("button", name="Run").click()
    cell.get_by_role("button", name="Run").click()
    expect(cell).to_contain_text("right: largest error", timeout=SOON)
    assert not cell.locator("textarea").is_visible()


def test_live_on_a_phone(live: Watched) -> None:
    """Wherever one reads, the bar is there, in one row and a line or two;
    a verdict works as on a wide screen."""
    live.page.set_viewport_size({"width": 360, "height": 740})
    page = run_live(live, "02_neuron")
    a_verdict_is_run_in_its_fold(page)
    run_cell(page, 0, "edited = True")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    slider = page.locator(".cell_output .noUi-target").first
    assert slider.bounding_box()["width"] > 100
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    bar = page.locator(".live-bar")
    expect(bar).to_be_in_viewport(ratio=1)
    assert bar.bounding_box()["height"] < 90
    boxes = [
        button.bounding_box()
        for button in bar.locator("button:visible, a:visible").all()
    ]
    assert len(boxes) == 4
    assert len({box["y"] for box in boxes}) == 1
    assert all(min(box["height"], box["width"]) >= 24 for box in boxes)
    assert live.troubles == []


def test_a_chapter_opens_as_a_notebook(live: Watched) -> None:
    """JupyterLite, from the page's own link, runs all of it."""
    page = open_page(live, "02_neuron")
    page.get_by_role("link", name="Open as a notebook").click()
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(
        timeout=WHOLE_PAGE
    )
    assert page.locator(".noUi-handle").count() == 0
    # Before there is a kernel, "Run" would ask which one is wanted.
    page.locator(".jp-Toolbar-kernelName", has_text="Pyodide").wait_for(
        timeout=WHOLE_PAGE
    )
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    slider = page.locator(".noUi-handle").first  # made by a cell that ran
    slider.wait_for(state="attached", timeout=WHOLE_PAGE)
    assert (
        page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0
    )
    assert not [t for t in live.troubles if t.startswith("off the host")]


@pytest.mark.guard("7 site")
@pytest.mark.together("site")
def test_a_notebook_shows_its_outputs_as_they_are_stored(site: Path) -> None:
    """No list of lines, which JupyterLite would join with commas."""
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        copy = site / "_static" / "lite" / "files" / path.name
        given = json.loads(copy.read_text("utf-8"))
        kept = nbformat.read(path, 4).cells
        for cell, old in zip(given["cells"], kept, strict=True):
            assert cell["source"] == old.source
            for output, before in zip(
                cell.get("outputs", []), old.get("outputs", []), strict=True
            ):
                assert output.get("text") == before.get("text")
                for kind, content in output.get("data", {}).items():
                    assert content == before.data[kind]
                    assert not isinstance(content, list)


def test_a_page_opened_as_a_file_says_so(browser: Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "chapters" / "00_reading.html").as_uri())
    page.click(".live-run")
    expect(page.locator(".live-news")).to_contain_text("opened as a file")
    expect(page.locator(".live-news")).to_contain_text("make serve")
    context.close()


def abort(route: Route) -> None:
    route.abort("blockedbyclient")


def as_text(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, headers={"content-type": "text/plain"})


def as_page(route: Route) -> None:
    route.fulfill(body="<title>Not here</title>", content_type="text/html")


def gone(route: Route) -> None:
    route.fulfill(status=404, body="")


DEAD = {  # what goes wrong with which file: what the page says
    ("live.js", abort): "live.js, did not come",
    ("cells.js", abort): "live.js, did not come",
    ("words.js", gone): "live.js, did not come",
    ("live.js", as_text): "sends live.js as text/plain",
    ("*.js", as_text): "has to send files that end in .js as text/javascript",
    ("live.js", as_page): "sends live.js as text/html",
    ("worker.js", abort): "does not start the worker",
    ("held.js", abort): "could not be fetched",
    ("parts.json", as_page): "could not be fetched",
    ("parts.json", gone): "could not be fetched",
    ("libembed-amd.js", abort): "could not be fetched",
}


@pytest.mark.parametrize(("part", "fault"), DEAD)
def test_a_button_that_cannot_start_says_why(
    browser: Browser,
    address: str,
    part: str,
    fault: Callable[[Route], None],
) -> None:
    context = browser.new_context()
    context.route(f"**/live/{part}", fault)
    context.route(f"**/widgets/{part}", fault)
    context.route("**/pyodide/*", gone)  # no need to start it in earnest
    page = open_page(Watched(context.new_page(), address), "00_reading")
    page.click(".live-run")
    wait_for(page, "failed", within=SOON)
    expect(page.locator(".live-news")).to_contain_text(DEAD[part, fault])
    expect(page.locator(".live-blocked")).to_be_hidden()
    context.close()


def test_where_no_script_runs_the_page_says_so(
    browser: Browser, host: Host
) -> None:
    host.policy["00_reading.html"] = "script-src 'none'"
    context = browser.new_context()
    page = open_page(Watched(context.new_page(), host.address), "00_reading")
    expect(page.locator(".live-blocked")).to_contain_text("blocked here")
    host.policy.clear()
    context.close()


def test_a_click_before_the_scripts_have_come_counts(
    browser: Browser, address: str
) -> None:
    context = browser.new_context()
    held: list[Route] = []
    context.route("**/live/live.js", lambda route: held.append(route))
    context.route("**/pyodide/*", gone)
    page = context.new_page()
    page.goto(f"{address}chapters/00_reading.html", wait_until="commit")
    page.click(".live-run")
    expect(page.locator(".live-news")).to_contain_text("Loading")
    held[0].continue_()
    wait_for(page, "starting", "failed", within=SOON)
    context.close()


def test_blocked_webassembly_is_said(browser: Browser, host: Host) -> None:
    host.policy["worker.js"] = "script-src 'self' 'unsafe-inline'"
    context = browser.new_context()
    page = open_page(Watched(context.new_page(), host.address), "00_reading")
    page.click(".live-run")
    wait_for(page, "failed")
    expect(page.locator(".live-news")).to_contain_text("WebAssembly")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert "8 + 3 = 11" in output(page, 0), "what was printed still stands"
    context.close()
    host.policy.clear()


def test_a_lost_connection_is_said_and_tried_again(
    browser: Browser, host: Host
) -> None:
    host.broken.add(".wasm")
    context = browser.new_context()
    page = open_page(Watched(context.new_page(), host.address), "00_reading")
    page.click(".live-run")
    wait_for(page, "failed")
    expect(page.locator(".live-news")).to_contain_text("connection")
    host.broken.clear()
    page.get_by_role("button", name="Try again").click()
    wait_for(page, "ready")
    context.close()


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    command = shutil.which("firefox-esr") or shutil.which("firefox")
    if not command:
        pytest.skip("no Firefox found")
    firefox = Firefox(command, tmp_path_factory.mktemp("firefox"))
    yield firefox
    firefox.close()


MOVE = """(() => {
  const handle = document.querySelector(".cell_output .noUi-handle");
  const key = { key: "ArrowRight", bubbles: true };
  window.before = document.querySelector(".widget-vbox figcaption").innerHTML;
  handle.dispatchEvent(new KeyboardEvent("keydown", key));
})()"""


CELL = "document.querySelector('div.cell')"
LOOP = """(() => {
  const area = document.querySelector("textarea.live-code");
  area.value = "while True:\\n    pass";
  area.dispatchEvent(new Event("input"));
  document.querySelector(".live-cell-run").click();
})()"""


@pytest.mark.together("Firefox")
@pytest.mark.parametrize("stem", ["00_reading", "02_neuron"])
def test_firefox_runs_a_page_too(
    firefox: Firefox, host: Host, stem: str
) -> None:
    """With shared memory and without."""
    host.isolated = stem == "00_reading"
    firefox.open(f"{host.address}chapters/{stem}.html")
    assert firefox.evaluate("crossOriginIsolated") == host.isolated
    firefox.evaluate("document.querySelector('.live-run').click()")
    state = "document.querySelector('.live-bar').dataset.state"
    firefox.wait(f"['ready', 'failed'].includes({state})", WHOLE_PAGE / 1000)
    expected = [stored(cell) for cell in code_cells(stem)]
    assert firefox.evaluate(f"({SHOWN})()") == expected
    if stem == "02_neuron":
        firefox.evaluate(MOVE)
        now = "document.querySelector('.widget-vbox figcaption').innerHTML"
        firefox.wait(f"{now} !== window.before", SOON / 1000)
    firefox.evaluate(LOOP)
    firefox.wait(f"{CELL}.dataset.live === 'running'", SOON / 1000)
    firefox.evaluate("document.querySelector('.live-run').click()")
    firefox.wait(f"{CELL}.dataset.live === 'stopped'", SOON / 1000)
    said = firefox.evaluate(f"{CELL}.querySelector('.live-error p').innerText")
    assert said.startswith("Stopped in line ")
    host.isolated = True


@pytest.mark.together("Firefox")
def test_firefox_plays_the_cover(firefox: Firefox, address: str) -> None:
    firefox.open(address)
    firefox.wait("document.documentElement.className.includes('js')", 30)
    said = "document.querySelector('#say').textContent"
    firefox.wait(f"{said}.includes('The network reads')", 30)
    inked = """(() => {
      const {width, height} = document.querySelector('canvas');
      const pen = document.querySelector('canvas').getContext('2d');
      const all = pen.getImageData(0, 0, width, height).data;
      return all.filter((v, i) => i % 4 === 3 && v > 0).length;
    })()"""
    assert firefox.evaluate(inked) > 1000
    firefox.evaluate("document.querySelectorAll('.answer')[6].click()")
    firefox.wait(f"{said}.startsWith('After')", 60)
    wide = "document.documentElement.scrollWidth <= innerWidth"
    assert firefox.evaluate(wide)


NAME = "a-1.0-py3-none-any.whl"


def test_a_wheel_that_is_not_the_listed_one_is_refused(tmp_path: Path) -> None:
    def source(names: list[str]) -> Iterator[tuple[str, bytes]]:
        yield NAME, b"something else"

    with pytest.raises(FetchError, match=f"{NAME} has the checksum"):
        fetch.fill(tmp_path, {NAME: "0" * 64}, [source])
    assert list(tmp_path.iterdir()) == []


def test_the_next_source_is_asked_for_what_is_missing(tmp_path: Path) -> None:
    import hashlib

    def down(names: list[str]) -> Iterator[tuple[str, bytes]]:
        yield "b", b"b"
        raise OSError("no route to host")

    def up(names: list[str]) -> Iterator[tuple[str, bytes]]:
        assert list(names) == ["a"], "what has come already is kept"
        yield "a", b"a"

    wanted = {n: hashlib.sha256(n.encode()).hexdigest() for n in "ba"}
    with pytest.raises(Missing, match="a\ndown: no route to host"):
        fetch.fill(tmp_path, wanted, [down])
    fetch.fill(tmp_path, wanted, [down, up])
    assert (tmp_path / "a").read_bytes() == b"a"


def test_without_its_parts_the_site_has_no_button(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    class App:
        class builder:
            format = "html"

        outdir = str(tmp_path)

    def build(static: Path) -> int:
        raise Missing("numpy could not be had")

    monkeypatch.setattr(livepages.assets, "build", build)
    monkeypatch.delenv("CI", raising=False)
    livepages.gather(App)
    assert "without live pages: numpy" in capsys.readouterr().out
    tree = nodes.section("", nodes.title(), nodes.container(classes=["cell"]))
    livepages.add_bar(App, tree, "chapters/00_reading")
    assert not list(tree.findall(nodes.raw))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Missing):
        livepages.gather(App)


def test_make_serve_without_a_site_says_so(tmp_path: Path) -> None:
    for folder in (tmp_path / "gone", tmp_path):
        with pytest.raises(SystemExit, match="`make site` builds it"):
            build.serve(None, folder)


def test_make_serve_finds_a_port(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    (tmp_path / "index.html").write_text("", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(build, "PORT", port)
        with build.server(None, tmp_path) as found:
            assert found.server_port != port
        assert f"Port {port} cannot be had" in capsys.readouterr().out
        for given in (port, 99_999, -1):
            with pytest.raises(SystemExit, match=f"^Port {given} cannot be"):
                build.serve(given, tmp_path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("live.js", "text/javascript"),
        ("live.mjs", "text/javascript"),
        ("book.css", "text/css"),
        ("pyodide.wasm", "application/wasm"),
        ("parts.json", "application/json"),
        ("favicon.svg", "image/svg+xml"),
        ("00_reading.html", "text/html"),
    ],
)
def test_make_serve_sends_files_as_what_they_are(
    monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    """Whatever this computer is told of the ends of names."""
    monkeypatch.setattr(mimetypes, "guess_type", lambda *_: ("text/plain", 0))
    handler = build.Handler.__new__(build.Handler)
    assert handler.guess_type(f"/somewhere/{name}") == kind
