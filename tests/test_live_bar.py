"""Guard 7c: the bar of a live page, and what it promises."""

import re
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from built import Host, Watched, beside
from running import WHOLE_PAGE, open_page, run_live, wait_for
from test_live import OPEN, SOON, code_cells, output, run_cell
from website import build

pytestmark = [
    pytest.mark.guard("7c live pages"),
    pytest.mark.together("the bar"),
]
STEM = "02_neuron"


@pytest.fixture(scope="module")
def opened(first_page: Watched) -> Iterator[Watched]:
    """One page for most tests: it takes long to start, and not to run."""
    watched = beside(first_page)
    watched.page.set_viewport_size({"width": 1280, "height": 700})
    run_live(watched, STEM)
    watched.page.on("dialog", lambda dialog: dialog.accept())
    yield watched
    watched.page.evaluate("localStorage.clear()")
    watched.page.close()


@pytest.fixture
def page(opened: Watched) -> Iterator[Page]:
    yield opened.page
    wait_for(opened.page, "ready", within=SOON)
    reset = opened.page.get_by_role("button", name="Reset this page")
    if reset.is_visible():
        reset.click()
        expect(reset).to_be_hidden(timeout=SOON)
    else:
        opened.page.get_by_role("button", name="Run all").click()
    wait_for(opened.page, "ready", within=SOON)
    assert opened.troubles == []


def cell(page: Page, number: int) -> Locator:
    return page.locator(OPEN).nth(number)


def places(page: Page) -> list[int]:
    """What the page calls the open cells, which stand between folded ones."""
    found: list[int] = page.locator("div.cell").evaluate_all(
        "(cells, open) => cells.flatMap((cell, i) =>"
        " cell.matches(open) ? [i + 1] : [])",
        OPEN,
    )
    return found


def named(page: Page, number: int) -> int:
    return places(page)[number]


def begin(page: Page, number: int, code: str) -> Locator:
    """Write code that does not end into a cell, and run it."""
    area = cell(page, number).locator("textarea.live-code")
    area.fill(code)
    area.press("Control+Enter")
    running = cell(page, number)
    expect(running).to_have_attribute("data-live", "running", timeout=SOON)
    return running


def press_stop(page: Page) -> None:
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.focus()
    page.keyboard.press("Enter")


LOOPS = {
    "computing": "kept = 0\nwhile True:\n    kept += 1",
    "waiting": "import asyncio\nkept = 1\nawait asyncio.sleep(10**6)",
    "printing": "kept = 1\nwhile True:\n    print(kept)",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_stop_keeps_what_was_computed(page: Page, loop: str) -> None:
    assert page.evaluate("crossOriginIsolated"), "or memory is not shared"
    running, count = begin(page, 0, LOOPS[loop]), len(code_cells(STEM))
    expect(page.locator(".live-news")).to_have_text(
        f"Running cell {named(page, 0)} of {count}."
    )
    press_stop(page)
    expect(running).to_have_attribute("data-live", "stopped", timeout=SOON)
    expect(running.locator(".live-error p")).to_have_text(
        re.compile(r"Stopped in line [23], as you asked\. .* is kept\.")
    )
    wait_for(page, "ready", within=SOON)
    focus = page.evaluate("document.activeElement.textContent")
    assert focus == "Run all", "the same button, where one works"
    run_cell(page, 1, "print(kept > 0)")
    assert output(page, 1).strip() == "True"


ENDLESS = """
from ipywidgets import IntSlider, interact

@interact(n=IntSlider(value=0, min=0, max=9))
def draw(n):
    while n == 1:
        pass
    if n == 2:
        raise ValueError("two is too many")
"""


def test_a_slider_that_never_answers_is_stopped(page: Page) -> None:
    """What a callback raises shows its sentence first, too."""
    run_cell(page, 0, ENDLESS)
    handle = cell(page, 0).locator(".noUi-handle")
    handle.focus()
    page.keyboard.press("ArrowRight")
    wait_for(page, "running", within=SOON)
    press_stop(page)
    error = cell(page, 0).locator(".live-error p")
    expect(error).to_contain_text("as you asked", timeout=SOON)
    wait_for(page, "ready", within=SOON)
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(error).to_have_text("ValueError: two is too many (line 8)")


def test_the_sentence_of_an_error_comes_first(page: Page) -> None:
    area = cell(page, 2).locator("textarea.live-code")
    area.fill("import bp\n\nbp.count_parameters((3, 0, 1))")
    area.press("Control+Enter")
    error = cell(page, 2).locator(".live-error")
    expect(error.locator("p")).to_have_text(
        "ValueError: sizes[1] is 0, expected 1 or more (line 3)",
        timeout=SOON,
    )
    trace = error.locator("pre")
    expect(trace).to_be_hidden()
    error.locator("summary").click()
    expect(trace).to_contain_text("count_parameters")
    expect(page.locator(".live-news")).to_contain_text(
        f"Cell {named(page, 2)} stopped"
    )
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.get_by_role("link", name="Show it").click()
    expect(area).to_be_in_viewport()


def notes(page: Page) -> list[str]:
    """What stands beside each open cell."""
    texts = page.locator(".live-cell-note").all_text_contents()
    assert len(texts) == len(code_cells(STEM))
    return [texts[place - 1] for place in places(page)]


def test_what_rests_on_a_change_is_stale_until_it_has_run(page: Page) -> None:
    count = len(notes(page))
    fresh = [""] * count
    assert notes(page) == fresh

    area = cell(page, 2).locator("textarea.live-code")
    area.press("Control+End")
    area.press("x")
    assert notes(page) == ["", "", "changed"] + ["stale"] * (count - 3)
    area.press("Backspace")
    assert notes(page) == fresh, "back to what was run"

    run_cell(page, 2, "print('new')")
    assert notes(page) == ["", "", ""] + ["stale"] * (count - 3)
    run_cell(page, 3, "print('newer')")
    assert notes(page) == [""] * 4 + ["stale"] * (count - 4)
    area.fill("1 / 0")
    area.press("Control+Enter")
    expect(cell(page, 2)).to_have_attribute("data-live", "stopped")
    assert notes(page) == [""] * 3 + ["stale"] * (count - 3), "it failed"
    area.fill("print('new')")
    assert notes(page)[:4] == ["", "", "changed", ""], "that is not what ran"
    page.get_by_role("button", name="Reset this page").click()
    expect(page.locator(".live-cell-note").last).to_be_hidden()
    wait_for(page, "ready", within=SOON)
    assert notes(page) == fresh


def test_run_to_here_runs_what_is_needed_and_no_more(page: Page) -> None:
    run_cell(page, 1, "runs = []")
    for number in (2, 3, 4):
        area = cell(page, number).locator("textarea.live-code")
        area.fill(f"runs.append({number})")
    here = page.get_by_role(
        "button", name=f"Run to here: cell {named(page, 3)}"
    )
    here.focus()
    page.keyboard.press("Enter")
    expect(cell(page, 3).locator(".live-cell-note")).to_be_empty(timeout=SOON)
    focus = page.evaluate("document.activeElement.ariaLabel")
    assert focus == f"Run: cell {named(page, 3)}", "its own button has gone"
    expect(here).to_be_hidden()
    cell(page, 5).locator("textarea.live-code").fill("print(runs)")
    to_six = f"Run to here: cell {named(page, 5)}"
    page.get_by_role("button", name=to_six).click()
    shown = cell(page, 5).locator(".cell_output")
    expect(shown).to_have_text("[2, 3, 4]", timeout=SOON)


def test_restart_forgets_and_keeps_the_focus(page: Page) -> None:
    run_cell(page, 0, "mine = 1")
    restart = page.get_by_role("button", name="Restart")
    restart.focus()
    page.keyboard.press("Enter")
    wait_for(page, "starting", within=SOON)
    assert page.evaluate("document.activeElement.textContent") == "Stop"
    wait_for(page, "ready")
    expect(page.locator(".live-news")).to_contain_text("knows nothing yet")
    run_cell(page, 3, "print('mine' in globals())")
    assert output(page, 3).strip() == "False"
    to_three = f"Run to here: cell {named(page, 2)}"
    page.get_by_role("button", name=to_three).click()
    expect(cell(page, 2)).to_have_attribute("data-live", "done", timeout=SOON)
    run_cell(page, 3, "print('mine' in globals())")
    assert output(page, 3).strip() == "True"


WHERE = """number => {
  const cell = document.querySelectorAll("div.cell")[number - 1];
  const shown = cell.querySelector(".cell_output").getBoundingClientRect();
  const bar = document.querySelector(".live-bar").getBoundingClientRect();
  return { focus: document.activeElement.ariaLabel, scroll: scrollY,
    above: shown.top - bar.bottom, below: innerHeight - shown.bottom };
}"""


def test_shift_enter_stays_with_its_output(page: Page) -> None:
    area = cell(page, 4).locator("textarea.live-code")
    area.fill("for n in range(12):\n    print(n)")
    area.evaluate("e => e.scrollIntoView({ block: 'end' })")
    area.press("Shift+Enter")
    expect(cell(page, 4)).to_have_attribute("data-live", "done", timeout=SOON)
    place = named(page, 4)
    page.wait_for_function(f"({WHERE})({place}).below >= 0", timeout=SOON)
    first = page.evaluate(WHERE, place)
    assert first["focus"] == f"Code of cell {place}"
    assert first["above"] > 0
    area.press("Shift+Enter")
    expect(cell(page, 4)).to_have_attribute("data-live", "done", timeout=SOON)
    assert page.evaluate(WHERE, place) == first, "all was in sight: no jump"


def test_where_no_memory_is_shared_stop_keeps_it_too(
    browser: Browser, host: Host
) -> None:
    """And what cannot be stopped is started anew, up to there."""
    host.isolated = False
    context = browser.new_context()
    page = run_live(Watched(context.new_page(), host.address), STEM)
    assert not page.evaluate("crossOriginIsolated")
    running = begin(page, 0, LOOPS["computing"])
    press_stop(page)
    expect(running.locator(".live-error")).to_contain_text(
        "as you asked", timeout=SOON
    )
    run_cell(page, 0, "print(kept > 0)")
    assert output(page, 0).strip() == "True"

    run_cell(page, 0, "above = 1")
    begin(page, 1, "sum(range(10**12))")  # one step of Python: it is deaf
    press_stop(page)
    anew = page.get_by_role("button", name="Start anew")
    anew.click(timeout=SOON)
    wait_for(page, "ready")
    expect(page.locator(".live-news")).to_have_text(
        "Python did not hear, so it was started anew, and 2 cells that had "
        f"run above have run again. Cell {named(page, 1)} has not."
    )
    run_cell(page, 1, "print(above, 'kept' in globals())")
    assert output(page, 1).strip() == "1 False"
    context.close()
    host.isolated = True


def test_starting_can_be_stopped(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = open_page(Watched(context.new_page(), address), STEM)
    page.click(".live-run")
    press_stop(page)
    expect(page.locator(".live-news")).to_contain_text("was not started")
    run = page.get_by_role("button", name="Run this page live")
    assert run.evaluate("e => e === document.activeElement")
    run.click()
    wait_for(page, "starting", within=SOON)
    context.close()


def test_an_edited_page_says_so_when_it_is_opened(
    browser: Browser, address: str
) -> None:
    context = browser.new_context()
    page = open_page(Watched(context.new_page(), address), STEM)
    source = code_cells(STEM)[1].source
    page.evaluate(
        """async ([source, folder]) => {
          const { keep, marks } = await import(folder + "edits.js");
          keep(marks([source])[0], "mine = 1");
        }""",
        [source, f"{address}_static/live/"],
    )
    page.reload()
    expect(page.locator(".live-run")).to_contain_text("your 1 edited cell")
    expect(page.locator(".live-news")).to_contain_text(
        "1 of its cells will run as you left it"
    )
    context.close()


@pytest.mark.parametrize("megabits", [3, 6])
def test_the_promised_time_is_of_this_readers_line(
    browser: Browser, address: str, megabits: int
) -> None:
    """Between the fetching alone, and half as much again with a start."""
    context = browser.new_context()
    page = context.new_page()
    line = context.new_cdp_session(page)
    rate = megabits * 1e6 / 8
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 20,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        },
    )
    page.goto(f"{address}chapters/{STEM}.html", wait_until="commit")
    news = page.locator(".live-news")
    expect(news).to_contain_text("On your line", timeout=WHOLE_PAGE)
    about = re.search(r"about (\d+) (second|minute)s", news.inner_text())
    said = int(about[1]) * (60 if about[2] == "minute" else 1)
    fetching = 24e6 / rate
    assert fetching < said < 1.5 * fetching + 12
    context.close()


# A megabyte in a second, and a stylesheet that a busy host sent in a minute.
STALLED = """
const entry = (size, from, to) => ({ transferSize: size + 300,
  encodedBodySize: size, responseStart: from, responseEnd: to });
performance.getEntriesByType = () =>
  [entry(1e6, 100, 1100), entry(2e4, 150, 60150)];
"""


def test_one_file_that_stalled_does_not_speak_for_the_line(
    browser: Browser, address: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(STALLED)
    page.goto(f"{address}chapters/{STEM}.html")
    news = page.locator(".live-news")
    expect(news).to_contain_text("On your line", timeout=WHOLE_PAGE)
    about = re.search(r"about (\d+) seconds", news.inner_text())
    assert about and 24 <= int(about[1]) <= 40, news.inner_text()
    context.close()


def test_make_serve_lets_a_page_share_memory(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("", "utf-8")
    with build.server(0, tmp_path) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        with urllib.request.urlopen(address, timeout=30) as answer:
            sent = answer.headers
    assert sent["Cross-Origin-Opener-Policy"] == "same-origin"
    assert sent["Cross-Origin-Embedder-Policy"] == "require-corp"
