"""Guard 7b: the pages for all who read, by whatever means.

The page *Access* is made of what is said here (tools/accessibility.py).
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from axe import violations
from built import Watched, settled
from running import run_live

pytestmark = pytest.mark.guard("7b pages")
PAGES = (  # where axe-core runs
    "00_reading",
    "03_network",
    "07_delta",
    "10_weights",
    "13_descent",
    "results",
    "teachers",
    "access",
)
WIDTHS = (1280, 390)  # pixels: a computer's, a phone's
COVER = ""  # its address, below that of the site


each_page = pytest.mark.parametrize(
    "visited",
    [
        pytest.param(stem, marks=pytest.mark.together(f"axe on {stem}"))
        for stem in (COVER, *PAGES)
    ],
    indirect=True,
)


@pytest.fixture(scope="module")
def visited(
    browser: Browser, address: str, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page that is opened once, and seen in every width and light.

    Narrow at first: only after a pause can the keyboard scroll what has
    become too narrow later.
    """
    context = browser.new_context(
        viewport={"width": min(WIDTHS), "height": 900}, reduced_motion="reduce"
    )
    watched = Watched(context.new_page(), address)
    if request.param == COVER:
        watched.page.goto(address)
    else:
        settled(watched, request.param)
    yield watched.page
    context.close()


@each_page
@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_no_rule_is_broken(visited: Page, width: int) -> None:
    """axe-core finds nothing on the pages below, by its default rules."""
    visited.set_viewport_size({"width": width, "height": 900})
    assert violations(visited) == []


@each_page
def test_ink_stands_out_in_the_dark(visited: Page, address: str) -> None:
    """Text stands out from its paper, 4.5 to 1 (large letters 3 to 1); in the
    dark, too, 1280 wide."""
    visited.set_viewport_size({"width": 1280, "height": 900})
    visited.emulate_media(color_scheme="dark")
    if visited.url == address:  # the cover asks once
        visited.reload()
    visited.wait_for_function(
        "document.documentElement.dataset.theme === 'dark'"
    )
    assert violations(visited, ["color-contrast"]) == []


def test_a_page_that_runs_breaks_none_either(live: Watched) -> None:
    """It finds nothing on a page whose cells have been run there, either."""
    page = run_live(live, "02_neuron")
    assert violations(page) == []


def test_a_formula_is_heard_and_is_no_stop(watched: Watched) -> None:
    """On *What δ is* a screen reader finds each formula as MathML, the Tab key
    none."""
    page = settled(watched, "07_delta")
    formulas = page.locator("mjx-container")
    assert formulas.count() > 100
    spoken = page.locator("mjx-container > mjx-assistive-mml > math")
    assert spoken.count() == formulas.count()
    assert page.locator("mjx-container:has([tabindex])").count() == 0
    assert page.locator("mjx-container[tabindex]").count() == 0


def test_the_keyboard_sees_where_it_is(watched: Watched) -> None:
    """There, what has the keyboard's attention has an outline, sixty times."""
    page = settled(watched, "07_delta")
    outline = """() => {
      const { outlineStyle, outlineWidth, boxShadow } =
        getComputedStyle(document.activeElement);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2
        || boxShadow !== "none";
    }"""
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(outline)
        seen.add(page.evaluate("document.activeElement.tagName"))
    assert {"A", "BUTTON"} <= seen


def test_a_page_reads_where_no_script_runs(
    browser: Browser, address: str
) -> None:
    """There, text and formulas stand as they should where no script runs."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{address}chapters/07_delta.html")
    assert not re.search(r"\\[a-z(\[]", page.inner_text("article p >> nth=1"))
    formula = page.locator("#equation-eq-bp1 .formula mjx-container:visible")
    assert formula.bounding_box()["width"] > 80
    box = page.locator(".admonition.margin").first.bounding_box()
    contents = page.locator(".bd-sidebar-secondary").bounding_box()
    assert box["x"] + box["width"] <= contents["x"]
    number = page.locator("#equation-eq-bp1 .eqno").bounding_box()
    checked = page.locator("#equation-eq-bp1 .checked").bounding_box()
    assert number["y"] + number["height"] >= checked["y"] + checked["height"]
    assert formula.bounding_box()["x"] < number["x"]
    context.close()
