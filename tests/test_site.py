"""Guards 7 and 7b: the built site, its files, and in a real browser."""

import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect

from built import Watched, settled
from conftest import ROOT
from formulas.extract import displays
from links import read
from live.assets import transfer
from website import fetch, picture, starts

page_test = pytest.mark.guard("7b pages")


def file_test(test: Callable[..., None]) -> Callable[..., None]:
    """Of the built files; with the other such tests, in one worker."""
    return pytest.mark.guard("7 site")(pytest.mark.together("site")(test))


STEMS = sorted(p.stem for p in (ROOT / "chapters").glob("*.ipynb"))


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
def test_a_page_is_told_once_how_wide_it_is(site: Path) -> None:
    for page in [*(site / "chapters").glob("*.html"), site / "search.html"]:
        assert page.read_text("utf-8").count('name="viewport"') == 1, page.name


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
        shown = {
            i.removeprefix("equation-")
            for i in ids
            if i.startswith("equation-")
        }
        assert shown == written, stem


@file_test
def test_each_formula_links_to_its_card_of_measurements(site: Path) -> None:
    results = (site / "chapters" / "results.html").read_text("utf-8")
    cards = re.split(r'<div class="[^"]*\bresult\b', results)[1:]
    for stem in STEMS:
        html = (site / "chapters" / f"{stem}.html").read_text("utf-8")
        linked = re.findall(r'href="results.html#result-([\w-]+)"', html)
        text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
        assert linked == [d.label for d in displays(text) if d.label]
        for label in linked:
            (card,) = (c for c in cards if f'id="result-{label}"' in c)
            said = re.sub(r"<[^>]+>", "", card)
            assert re.search(
                r"as printed: (\de-\d+|exact|to first order|of that order"
                r"|not checked)\n",
                said,
            )
            assert re.search(r"in a cell: \[\d+\] (\de-\d\d|exact)\n", said)


@page_test
@pytest.mark.parametrize("width", [390, 1280])
def test_no_width_cuts_the_results(watched: Watched, width: int) -> None:
    """Formula, function and both differences are seen in their card."""
    watched.page.set_viewport_size({"width": width, "height": 844})
    page = settled(watched, "results")
    cut = page.eval_on_selector_all(
        "article table, .result li",
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).length",
    )
    assert cut == 0
    card = page.locator(".result", has=page.locator("#result-eq-bp1"))
    card.scroll_into_view_if_needed()
    assert card.bounding_box()["height"] < 300
    for words in ("output_error", "as printed: ", "in a cell: ["):
        assert card.get_by_text(words).is_visible()
    right = page.evaluate("document.documentElement.clientWidth")
    box = card.locator(".math").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= right


def found(watched: Watched, words: str) -> list[tuple[str, str]]:
    """Where the built search leads, best first, and what it shows of it."""
    page, query = watched.page, urllib.parse.quote(words)
    page.goto(f"{watched.address}search.html?q={query}")
    page.get_by_text("Search finished").wait_for()
    items = page.locator("#search-results li")
    items.first.locator("p").wait_for()
    return [
        (item.locator("a").get_attribute("href"), item.inner_text())
        for item in items.all()
    ]


@page_test
@pytest.mark.parametrize(
    ("words", "stem"),
    [
        ("delta", "07_delta"),
        ("δ", "07_delta"),
        ("learning rate", "05_cost"),
        ("sigmoid prime", "02_neuron"),
        ("sigmoid_prime", "02_neuron"),
        ("σ′", "02_neuron"),
        ("backprop", "11_algorithm"),
    ],
)
def test_the_search_finds_the_chapter_first(
    watched: Watched, words: str, stem: str
) -> None:
    hits = found(watched, words)
    assert hits[0][0].startswith(f"chapters/{stem}.html")
    for _, said in hits:
        assert not re.search(r"\\[a-z(]|\$|>>>|import |\w\(\w+\[", said), said
    assert watched.troubles == []


@file_test
def test_each_experiment_stands_in_its_frame(site: Path) -> None:
    """With all its parts, in one order; and it moves where it stands."""
    parts = "experiment-question experiment-start cell_output admonition"
    wanted = [*parts.split(), "experiment-code"]
    for stem in STEMS:
        notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4)
        sources = [c.source for c in notebook.cells if c.cell_type == "code"]
        html = (site / "chapters" / f"{stem}.html").read_text("utf-8")
        frames = BeautifulSoup(html, "html.parser").select(".experiment")
        assert len(frames) == sum(map(starts.calls, sources)), stem
        for frame in frames:
            children = frame.find_all(recursive=False)
            found = [
                next((p for p in wanted if p in c.get("class", [])), c.name)
                for c in children
            ]
            still = frame.select_one("script[type*=widget-view]")
            assert found == [
                p for p in wanted if not still or "start" not in p
            ]
            assert bool(still) != frame.has_attr("data-start")
            assert frame["aria-labelledby"] == children[0]["id"]
            code = children[-1]
            assert code.name == "details" and code.select("div.cell")
            assert not code.select("details")


TOO_WIDE = """() => [
  ...document.querySelectorAll(".formula"),
  ...document.querySelectorAll("article span.math > mjx-container"),
].filter((e) => e.getClientRects().length)
  .filter((e) => e.closest("td, pre") === null)
  .filter((e) => e.matches(".formula")
    ? e.clientWidth < 100 || e.scrollWidth > e.clientWidth
    : e.getBoundingClientRect().right > innerWidth)
  .map((e) => e.closest("[id]").id)"""
UNFOLD = """() => {
  for (const e of document.querySelectorAll(".toggle-hidden"))
    e.classList.remove("toggle-hidden");
  for (const e of document.querySelectorAll("details")) e.open = true;
}"""


@page_test
def test_the_number_of_a_formula_stands_below_it_on_a_phone(
    watched: Watched,
) -> None:
    page = settled(watched, "08_recursion")
    display = page.locator("#equation-eq-bp2")

    def boxes() -> list[dict[str, float]]:
        parts = (".formula mjx-container:visible", ".eqno", ".checked")
        return [display.locator(part).bounding_box() for part in parts]

    formula, number, checked = boxes()
    assert formula["y"] < number["y"] < formula["y"] + formula["height"]
    wide = formula["height"]
    page.set_viewport_size({"width": 360, "height": 800})
    formula, number, checked = boxes()
    assert number["y"] >= formula["y"] + formula["height"] - 1
    assert formula["height"] > wide, "its condition has a line of its own"
    assert checked["x"] > number["x"]


LATER = (  # what a page loads when somebody asks for it
    "embed.js",
    "fontawesome.js",
    "searchindex.js",
    "mathjax/startup.js",
)
LIGHT = 500_000  # bytes as most hosts send them; a page has at most 700 kB
FIRST_TEXT = 1500  # ms, at a quarter of the processor's speed
PAINTED = """new Promise((found) => new PerformanceObserver((list) => {
  for (const { name, startTime } of list.getEntries())
    if (name === "first-contentful-paint") found(startTime);
}).observe({ type: "paint", buffered: true }))"""


@page_test
@pytest.mark.parametrize("stem", ["00_reading", "07_delta", "16_handwriting"])
def test_a_page_is_light_before_any_click(
    watched: Watched, site: Path, stem: str
) -> None:
    came: set[str] = set()
    page = watched.page
    page.on("requestfinished", lambda request: came.add(request.url))
    page.goto(f"{watched.address}chapters/{stem}.html")
    page.wait_for_load_state("networkidle")
    names = {url.removeprefix(watched.address).split("?")[0] for url in came}
    assert not [name for name in names if name.endswith(LATER)]
    files = [site / name for name in names if (site / name).is_file()]
    assert len(files) > 20
    assert sum(map(transfer, files)) < LIGHT


@page_test
def test_the_first_text_comes_soon(browser: Browser, address: str) -> None:
    """On a slow computer; the best of five, since this one may be busy."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    took: list[float] = []
    while len(took) < 5 and min(took, default=FIRST_TEXT) >= FIRST_TEXT:
        page = context.new_page()
        throttle = context.new_cdp_session(page)
        throttle.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(f"{address}chapters/00_reading.html")
        took.append(page.evaluate(PAINTED))
        page.close()
    assert min(took) < FIRST_TEXT
    context.close()


@page_test
def test_a_formula_that_comes_later_is_set_too(watched: Watched) -> None:
    """As a live cell and a widget's label bring them."""
    page = settled(watched, "07_delta")
    made = page.evaluate(
        """async () => {
          const place = document.createElement("p");
          place.textContent = "$\\delta^L = \\nabla_a C$";
          document.querySelector("article").append(place);
          await typeset(place);
          return [place.querySelectorAll("mjx-container").length,
                  place.querySelectorAll("mjx-merror").length];
        }"""
    )
    assert made == [1, 0]
    assert watched.troubles == []


@page_test
def test_a_finger_finds_a_slider(browser: Browser, address: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = settled(Watched(context.new_page(), address), "03_network")
    handle = page.locator(".noUi-handle").first
    handle.evaluate("e => e.scrollIntoView({ block: 'center' })")
    hit = """(e, [x, y]) => {
      const { left, top, width, height } = e.getBoundingClientRect();
      return e.contains(document.elementFromPoint(
        left + width / 2 + x, top + height / 2 + y));
    }"""
    for way in ([18, 0], [-18, 0], [0, 14], [0, -14]):
        assert handle.evaluate(hit, way), way
    context.close()


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


def its_text_is_set(page: Page, stem: str) -> None:
    """Formulas are formulas, and drawings are there."""
    text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
    shown = page.locator("mjx-container[display='true']").count()
    assert shown >= len(displays(text))
    assert page.locator("mjx-merror").count() == 0
    assert not re.search(r"\$\$|\\frac|\\sigma", page.inner_text("article"))
    if not stem.startswith("0"):
        return
    assert page.locator("figure.picture svg").count() > 0
    for svg in page.locator("figure.picture svg").all():
        if svg.is_visible():
            assert svg.bounding_box()["width"] > 50


def it_fits_every_screen(page: Page) -> None:
    """No page scrolls sideways, and no formula, in a solution neither."""
    page.evaluate(UNFOLD)
    for width in (320, 360, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(TOO_WIDE) == [], f"at {width}"


def its_first_picture_fills_the_column(page: Page) -> None:
    """Its letters are large enough on a phone, and none of it is cut."""
    opening = page.locator("figure.picture").first
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        found = opening.evaluate(PICTURE)
        assert found["alone"] and found["width"] > 0.99 * found["column"]
        assert width < 1000 or found["width"] >= 680
        assert found["letters"] > 10.5
        assert found["room"] > -found["letters"] / 4  # air of a line of text
        assert found["caption"] == found["text"]


def still(stem: str) -> bool:
    """Has this page an experiment whose frames are drawn beforehand?"""
    notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4)
    return "widgets" in notebook.metadata


def a_control_moves_without_a_kernel(page: Page) -> None:
    caption = page.locator(".widget-vbox figcaption:visible").first
    before = caption.inner_text()
    box = page.locator(".explored").first
    if box.locator(".thumbnails").count():
        control = box.locator(".widget-toggle-button").first
        control.press("Enter")
        expect(control).to_have_attribute("aria-pressed", "true")
    else:
        control = box.locator(".noUi-handle").first
        assert control.get_attribute("aria-label")
        now, top = (
            control.get_attribute(f"aria-value{a}") for a in ("now", "max")
        )
        control.press("ArrowLeft" if now == top else "ArrowRight")
    page.wait_for_function(
        "before => [...document.querySelectorAll('.widget-vbox figcaption')]"
        ".filter(e => e.offsetParent)[0].innerText !== before",
        arg=before,
    )
    control = page.locator(":focus")  # it has stayed
    frame = page.locator(".experiment").filter(has=control)
    page.wait_for_function(
        "e => e.querySelector('.experiment-said').textContent === "
        "[...e.querySelectorAll('figcaption')].filter(c => c.offsetParent)"
        ".map(c => c.textContent).join(' ')",
        arg=frame.element_handle(),
    )


@page_test
@pytest.mark.parametrize("stem", STEMS)
def test_a_page(another: Watched, stem: str) -> None:
    """In one visit, since opening a page takes longest."""
    page = settled(another, stem)
    its_text_is_set(page, stem)
    if still(stem):
        a_control_moves_without_a_kernel(page)
    if stem[:2].isdigit():
        its_first_picture_fills_the_column(page)
    it_fits_every_screen(page)
    assert another.troubles == []


@page_test
def test_an_edge_says_what_a_cell_grows(watched: Watched) -> None:
    """An open cell has a tag, a folded one a title; no line of text."""
    page = settled(watched, "07_delta")
    edges = page.locator(".edge").all_inner_texts()
    assert {"bp/delta.py", "check", "your turn"} <= set(edges)
    folds = page.locator("div.cell details.hide summary").all_inner_texts()
    assert "How this is drawn: bp/experiments/delta.py" in folds
    assert "Code: verdict" in folds
    assert "This cell grows" not in page.inner_text("article")


@page_test
def test_solutions_are_folded_and_open(watched: Watched) -> None:
    page = settled(watched, "07_delta")
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


@page_test
def test_the_picture_of_the_readme_is_of_the_site(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    """`make picture` takes pictures of the kind and size that are shown."""
    assert "\npicture: site " in (ROOT / "Makefile").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    picture.take(browser, address, tmp_path)
    for name in picture.FILES.values():
        assert f'"{name}"' in readme
        taken = (tmp_path / name).read_bytes()[:24]
        assert taken == (ROOT / name).read_bytes()[:24], "kind and size"
    size = 'width="{width}" height="{height}"'.format(**picture.SIZE)
    assert size in readme
    light, dark = ((tmp_path / n).read_bytes() for n in picture.FILES.values())
    assert light != dark


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
