"""Guards 7 and 7b: the built site, its files, and in a real browser."""

import re
import urllib.parse
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page

from built import Watched
from conftest import ROOT
from formulas.extract import displays
from website import fetch

page_test = pytest.mark.guard("7b pages")


def file_test(test: Callable[..., None]) -> Callable[..., None]:
    """Of the built files; with the other such tests, in one worker."""
    return pytest.mark.guard("7 site")(pytest.mark.together("site")(test))


STEMS = sorted(p.stem for p in (ROOT / "chapters").glob("*.ipynb"))


class Tags(HTMLParser):
    """What a page links to, what it loads, and the ids it has."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        has = {key: value or "" for key, value in attrs}
        self.ids |= {has[key] for key in ("id", "name") if key in has}
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        if tag in {"script", "img", "iframe", "source"} and "src" in has:
            self.loads.append(has["src"])
        if tag == "link" and has.get("rel") in {"stylesheet", "icon"}:
            self.loads.append(has["href"])


def read(path: Path) -> Tags:
    tags = Tags()
    tags.feed(path.read_text("utf-8"))
    return tags


@file_test
def test_every_link_and_file_is_there(site: Path) -> None:
    pages = {
        path: read(path)
        for path in site.rglob("*.html")
        if "_static" not in path.parts
    }
    assert len(pages) >= len(STEMS)
    for path, tags in pages.items():
        for url in tags.links + tags.loads:
            parts = urllib.parse.urlsplit(url)
            if parts.scheme or parts.netloc:
                assert url not in tags.loads or parts.scheme == "data", url
                continue
            name = urllib.parse.unquote(parts.path)
            target = (path.parent / name).resolve() if name else path
            assert target.exists(), f"{path.name}: {url}"
            if parts.fragment and target in pages:
                fragment = urllib.parse.unquote(parts.fragment)
                assert fragment in pages[target].ids, f"{path.name}: {url}"


@file_test
def test_no_comment_of_the_author_is_seen(site: Path) -> None:
    for stem in STEMS:
        page = (site / "chapters" / f"{stem}.html").read_text("utf-8")
        page = re.sub(r"<(pre|script|style)\b.*?</\1>", "", page, flags=re.S)
        assert not re.search(r"(?:^|>)\s*% ", page, re.M), stem


@file_test
def test_the_site_knows_the_labels_of_the_text(site: Path) -> None:
    """Every labelled display of a text twin, and no other, is on its page."""
    for stem in STEMS:
        text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
        written = {d.label for d in displays(text) if d.label}
        ids = read(site / "chapters" / f"{stem}.html").ids
        shown = {i.removeprefix("equation-") for i in ids if "equation-" in i}
        assert shown == written, stem


@file_test
def test_each_formula_links_to_its_row_of_measurements(site: Path) -> None:
    results = site / "chapters" / "results.html"
    rows = re.findall(r"<tr.*?</tr>", results.read_text("utf-8"), re.S)
    for stem in STEMS:
        html = (site / "chapters" / f"{stem}.html").read_text("utf-8")
        linked = re.findall(r'href="results.html#result-([\w-]+)"', html)
        text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
        assert linked == [d.label for d in displays(text) if d.label]
        for label in linked:
            (row,) = (r for r in rows if f'id="result-{label}"' in r)
            *_, printed, cell = re.findall(r"<td.*?<p>(.*?)</p>", row, re.S)
            assert re.fullmatch(
                r"\de-\d\d|exact|to first order|of that order", printed
            )
            assert re.fullmatch(r"\[\d+\] (\de-\d\d|exact)", cell)


def settled(watched: Watched, stem: str) -> Page:
    """Open a page and wait until its mathematics and widgets stand."""
    page = watched.page
    page.goto(f"{watched.address}chapters/{stem}.html")
    if page.locator("script[src*=tex-mml-chtml]").count():
        page.wait_for_function("window.MathJax?.startup?.promise")
        page.evaluate("MathJax.startup.promise.then(() => true)")
    views = page.locator("script[type*='widget-view']").count()
    page.wait_for_function(
        "n => document.querySelectorAll('.widget-vbox').length >= n",
        arg=views,
    )
    return page


@page_test
@pytest.mark.parametrize("stem", STEMS)
def test_a_page_in_the_browser(watched: Watched, stem: str) -> None:
    page = settled(watched, stem)
    assert watched.troubles == []
    text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
    shown = page.locator("mjx-container[display='true']").count()
    assert shown >= len(displays(text))
    assert page.locator("mjx-merror, .MathJax_Error").count() == 0
    assert not re.search(r"\$\$|\\frac|\\sigma", page.inner_text("article"))
    if not stem.startswith("0"):
        return
    assert page.locator("figure.picture svg").count() > 0
    for svg in page.locator("figure.picture svg").all():
        if svg.is_visible():
            assert svg.bounding_box()["width"] > 50


@page_test
@pytest.mark.parametrize("stem", STEMS)
def test_a_page_on_a_phone(watched: Watched, stem: str) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 800})
    page = settled(watched, stem)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


CONTRAST = """element => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ink = light(rgb(getComputedStyle(element).color));
  let paper;
  for (let e = element; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) { paper = light(c); break; }
  }
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
}"""


@page_test
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_readable_by_day_and_night(
    browser: Browser, address: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = settled(Watched(context.new_page(), address), "03_network")
    parts = "figcaption, figure.picture, .widget-label, .widget-readout"
    found = [e for e in page.locator(parts).all() if e.is_visible()]
    assert len(found) > 4
    for element in found:
        assert element.evaluate(CONTRAST) > 4.5
    context.close()


PICTURE = """figure => {
  const box = e => e.getBoundingClientRect();
  const letters = [], room = [];
  const drawn = [...figure.querySelectorAll('svg.wide, svg.plot')];
  for (const svg of drawn) {
    const of = box(svg), grown = of.width / svg.viewBox.baseVal.width;
    for (const text of svg.querySelectorAll('text')) {
      const at = box(text);
      letters.push(parseFloat(getComputedStyle(text).fontSize) * grown);
      room.push(at.left - of.left, of.right - at.right,
                at.top - of.top, of.bottom - at.bottom);
    }
  }
  const look = e => getComputedStyle(e);
  const caption = look(figure.querySelector('figcaption'));
  const page = look(figure.closest('article'));
  return {
    alone: drawn.length === 1,
    width: box(drawn[0]).width,
    column: box(figure.closest('.cell')).width,
    letters: Math.min(...letters),
    room: Math.min(...room),
    caption: [caption.fontWeight, caption.fontSize],
    text: [page.fontWeight, page.fontSize],
  };
}"""


@page_test
@pytest.mark.parametrize("stem", [s for s in STEMS if s[:2].isdigit()])
def test_the_first_picture_fills_the_column(
    watched: Watched, stem: str
) -> None:
    """Its letters are large enough on a phone, and none of it is cut."""
    page = settled(watched, stem)
    opening = page.locator("figure.picture").first
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        found = opening.evaluate(PICTURE)
        assert found["alone"] and found["width"] > 0.99 * found["column"]
        assert width < 1000 or found["width"] >= 680
        assert found["letters"] > 10.5
        assert found["room"] > -found["letters"] / 4  # air of a line of text
        assert found["caption"] == found["text"]


@page_test
def test_an_edge_says_what_a_cell_grows(watched: Watched) -> None:
    """An open cell has a tag, a folded one a title; no line of text."""
    page = settled(watched, "05_delta")
    edges = page.locator(".edge").all_inner_texts()
    assert {"bp/delta.py", "check", "your turn"} <= set(edges)
    folds = page.locator("div.cell details.hide summary").all_inner_texts()
    assert "How this is drawn: bp/experiments/delta.py" in folds
    assert "Code: verdict" in folds
    assert "This cell grows" not in page.inner_text("article")


def still(stem: str) -> bool:
    """Has this page an experiment whose frames are drawn beforehand?"""
    notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4)
    return "widgets" in notebook.metadata


@page_test
@pytest.mark.parametrize("stem", [s for s in STEMS if still(s)])
def test_a_slider_moves_without_a_kernel(watched: Watched, stem: str) -> None:
    page = settled(watched, stem)
    caption = page.locator(".widget-vbox figcaption:visible").first
    before = caption.inner_text()
    handle = page.locator(".widget-vbox .noUi-handle").first
    handle.focus()
    now, top = (handle.get_attribute(f"aria-value{a}") for a in ("now", "max"))
    page.keyboard.press("ArrowLeft" if now == top else "ArrowRight")
    page.wait_for_function(
        "before => [...document.querySelectorAll('.widget-vbox figcaption')]"
        ".filter(e => e.offsetParent)[0].innerText !== before",
        arg=before,
    )
    assert watched.troubles == []


@page_test
def test_solutions_are_folded_and_open(watched: Watched) -> None:
    page = settled(watched, "05_delta")
    box = page.locator(".solution.dropdown").first
    assert not box.locator("p").last.is_visible()
    box.locator("button, .toggle-button").first.click()
    assert box.locator("p").last.is_visible()


@page_test
def test_one_search_field(watched: Watched) -> None:
    page = settled(watched, "02_neuron")
    fields = page.locator("button.search-button__button:visible")
    inputs = page.locator("input[type=search]:visible")
    assert fields.count() + inputs.count() == 1


@file_test
def test_a_damaged_part_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BP_CACHE", str(tmp_path))
    package = fetch.PACKAGES[0]
    (tmp_path / package.file).write_bytes(b"something else")
    with pytest.raises(fetch.FetchError, match="has the checksum"):
        fetch.gather(tmp_path / "site")
    assert not (tmp_path / package.file).exists(), "removed, to be had anew"
