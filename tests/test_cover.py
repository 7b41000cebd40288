"""Guards 4, 7 and 7b: the cover, its numbers, its files, and in a browser."""

import json
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from bp.algorithm import backprop
from bp.cost import quadratic_cost_gradient
from bp.delta import output_error
from bp.digits import load_digits, one_hot
from bp.experiments.handwriting import count_ink, dots_of
from bp.network import Network, forward
from bp.recursion import propagate_error
from bp.training import accuracy
from built import Watched
from conftest import ROOT
from contents import parts
from cover import book, network, thumbnails
from cover.digits import by_label
from cover.vector import shapes
from test_site import CONTRAST, file_test, page_test, read

function_test = pytest.mark.guard("4 functions")
WIDTHS = [320, 360, 390, 768, 900, 1100, 1280, 1920]
CLOSE = 5e-6  # of the largest number of an array: float32


# --- What is made of the book.


@function_test
def test_the_cards_are_the_table_of_contents() -> None:
    cards = book.parts()
    stems = [[chapter.stem for chapter in part.chapters] for part in cards]
    assert stems[:-1] == parts()[:-1]
    assert stems[-1] == ["00_reading", *parts()[-1]]
    for chapter in (c for part in cards for c in part.chapters):
        text = (ROOT / "chapters" / f"{chapter.stem}.md").read_text("utf-8")
        assert f"\n# {chapter.title}\n" in text
        assert chapter.question.endswith("?" if chapter.number else ("?", "."))


@function_test
def test_a_chapter_that_asks_nothing_has_its_first_sentence(
    tmp_path: Path,
) -> None:
    path = tmp_path / "20_new.md"
    path.write_text(
        "---\na: b\n---\n\n# New *things*\n\nThey are $\\delta$s. So.\n",
        "utf-8",
    )
    found = book.read("20_new.ipynb", tmp_path)
    assert (found.title, found.question) == ("New things", "They are δs.")
    assert found.number == 20


@function_test
def test_each_card_has_a_picture() -> None:
    for part in book.parts():
        for chapter in part.chapters:
            drawn = thumbnails.thumbnail(chapter)
            assert len(drawn) <= thumbnails.MOST
            assert len(list(shapes(drawn))) > 0 or str(chapter.number) in drawn
            if thumbnails.first_picture(chapter):
                assert "<text" not in drawn, "drawn from the chapter's own"


@function_test
def test_a_chapter_without_a_picture_shows_its_number(tmp_path: Path) -> None:
    folder = tmp_path / "chapters"
    folder.mkdir()
    (folder / "20_new.ipynb").write_text('{"cells": []}', "utf-8")
    new = book.Chapter("20_new", "New", "Is it?")
    assert ">20</text>" in thumbnails.thumbnail(new, tmp_path)


@function_test
def test_a_path_is_read_as_a_browser_reads_it() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"><g transform="translate(1 2)'
        ' scale(2)"><path d="M0 0h1v1l-1 0zm3 3C3 4 4 4 4 3"/></g></svg>'
    )
    (shape,) = shapes(svg)
    square, arc = shape.lines
    assert square.tolist() == [[1, 2], [3, 2], [3, 4], [1, 4], [1, 2]]
    assert arc[0].tolist() == [7, 8] and arc[-1].tolist() == [9, 8]
    assert arc[:, 1].max() == 9.5


# --- The numbers of the page, and those of bp.

RUN = """async ({wishes, drawings}) => {
  const from = name => import(new URL(`_static/cover/${name}.js`, location));
  const {DATA} = await from('data');
  const {unpack, digits} = await from('unpack');
  const {forward, backprop, step} = await from('core');
  const {inkOf} = await from('ink');
  const net = unpack(DATA.net), all = digits(DATA.digits);
  const list = v => Array.from(v ?? []), lists = v => v.map(list);
  const runs = wishes.map(([i, d]) => {
    const y = new Float32Array(10);
    y[d] = 1;
    const r = backprop(net, all[i].x, y);
    const other = {w: [...net.w], b: [...net.b]};
    step(other, r, DATA.eta);
    return {
      ...Object.fromEntries(['z', 'a', 'delta', 'w', 'b'].map(
        name => [name, lists(r[name])])),
      cost: r.cost, after: backprop(other, all[i].x, y).cost,
    };
  });
  const best = a => a.indexOf(Math.max(...a));
  const right = all.filter(
    s => best(forward(net, s.x).a[2]) === s.label).length;
  return {net: DATA.net, runs, right, labels: all.map(s => s.label),
    x: all.map(s => list(s.x)), ink: drawings.map(d => list(inkOf(d)))};
}"""


def chosen() -> list[tuple[int, int]]:
    """Twenty test digits in the page's order; right and wrong wishes."""
    _, test = load_digits()
    rng, order = np.random.default_rng(0), by_label(test)
    places = rng.permutation(len(order))[:20]
    return [
        (int(i), int(test.label[order[i]] if n % 2 else rng.integers(10)))
        for n, i in enumerate(places)
    ]


def drawings() -> list[list[list[list[int]]]]:
    """Strokes of many points and of one, and more than 80."""
    rng = np.random.default_rng(0)
    sizes = ((30,), (1,), (200, 40), (7, 2, 1), (161,))
    return [
        [rng.integers(20, 180, (n, 2)).cumsum(axis=0).tolist() for n in some]
        for some in sizes
    ]


def told(page: Page, address: str) -> dict[str, Any]:
    page.goto(address)
    asked = {"wishes": chosen(), "drawings": drawings()}
    return page.evaluate(RUN, asked)


def of_bp(net: Network, x: np.ndarray, d: int) -> dict[str, Any]:
    y = one_hot(d)
    run, slopes = forward(net, x), backprop(net, x, y)
    delta2 = output_error(quadratic_cost_gradient(run.a[2], y), run.z[2])
    stepped = Network(
        {l: net.w[l] - network.ETA * slopes.w[l] for l in net.w},
        {l: net.b[l] - network.ETA * slopes.b[l] for l in net.b},
    )
    return {
        "z": run.z,
        "a": {l: run.a[l] for l in (1, 2)},
        "delta": {1: propagate_error(net.w[2], delta2, run.z[1]), 2: delta2},
        "w": slopes.w,
        "b": slopes.b,
        "cost": slopes.cost,
        "after": backprop(stepped, x, y).cost,
    }


def off(mine: Any, right: Any) -> float:
    mine, right = np.ravel(mine), np.ravel(right)
    return float(np.abs(mine - right).max() / np.abs(right).max())


def differences(found: dict[str, Any]) -> dict[str, float]:
    """The largest of each array, relative to its largest number."""
    _, test = load_digits()
    order, worst = by_label(test), {}
    net = network.unpacked(found["net"])
    for (i, d), run in zip(chosen(), found["runs"], strict=True):
        wanted = of_bp(net, test.x[:, [order[i]]], d)
        for name, right in wanted.items():
            layers = (
                right.items() if isinstance(right, dict) else [("", right)]
            )
            for l, array in layers:
                mine = run[name][l] if l else run[name]
                key = f"{name}{l}"
                worst[key] = max(worst.get(key, 0.0), off(mine, array))
    return worst


@page_test
def test_the_page_computes_what_bp_computes(watched: Watched) -> None:
    found = told(watched.page, watched.address)
    assert watched.troubles == []
    worst = differences(found)
    assert len(worst) == 12
    assert max(worst.values()) < CLOSE, worst
    _, test = load_digits()
    order = by_label(test)
    assert np.array_equal(np.array(found["x"]).T, test.x[:, order])
    assert found["labels"] == test.label[order].tolist()
    net = network.unpacked(found["net"])
    assert found["right"] == network.count_right(net, test)
    for strokes, ink in zip(drawings(), found["ink"], strict=True):
        x = count_ink(dots_of([np.array(s, float) for s in strokes]))
        assert np.array_equal(np.array(ink), x.ravel())


MUTANTS = {  # of core.js: in a line, what becomes what
    "the sign of the first": ("a[L][j] - y[j]", "y[j] - a[L][j]"),
    "the weights not turned in the second": (
        "net.w[l][j * m + k] * delta[l][j]",
        "net.w[l][k * delta[l].length + j] * delta[l][j]",
    ),
    "the slope of a in place of z": (
        "sum * sigmaPrime(z)",
        "sum * sigmaPrime(a[l - 1][k])",
    ),
    "a bias that hears its input": (
        "b[l] = delta[l];",
        "b[l] = delta[l].map((d, j) => d * a[l][j]);",
    ),
    "the activation of the wrong end": (
        "a[l - 1][i % m])",
        "a[l - 1][Math.floor(i / m) % m])",
    ),
}


@page_test
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_equation_is_noticed(
    browser: Browser, site: Path, address: str, mutant: str
) -> None:
    right, wrong = MUTANTS[mutant]
    text = (site / "_static" / "cover" / "core.js").read_text("utf-8")
    assert text.count(right) == 1
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.route(
        "**/core.js",
        lambda route: route.fulfill(
            body=text.replace(right, wrong), content_type="text/javascript"
        ),
    )
    found = differences(told(page, address))
    context.close()
    assert max(found.values()) > 1000 * CLOSE


@function_test
def test_rounding_costs_no_digit_in_a_hundred() -> None:
    _, test = load_digits()
    exact = network.trained()
    packed = network.packed(exact)
    assert len(json.dumps(packed)) < 30_000
    rounded = network.unpacked(packed)
    assert accuracy(exact, test.x, test.y) > 0.97
    lost = network.count_right(exact, test) - network.count_right(
        rounded, test
    )
    assert lost <= len(test.label) / 100
    i = network.opening(rounded, test)
    answer = forward(rounded, test.x[:, [i]]).a[2]
    assert answer.argmax() != test.label[i], "there is something to learn"
    steps = network.steps_to_learn(rounded, test.x[:, [i]], test.y[:, [i]])
    assert 3 <= steps < 10


# --- The files of the built site.


def size_of(png: Path) -> tuple[int, int]:
    content = png.read_bytes()
    assert content.startswith(b"\x89PNG")
    return struct.unpack(">II", content[16:24])


@file_test
def test_the_cover_is_the_first_page_and_small(site: Path) -> None:
    html = (site / "index.html").read_text("utf-8")
    folder = site / "_static" / "cover"
    loaded = [*folder.glob("*.js"), folder / "style.css", site / "index.html"]
    pictures = [path.stat().st_size for path in folder.glob("*.svg")]
    first = sum(path.stat().st_size for path in loaded)
    assert first < 80_000, "without the cards' pictures, which come later"
    assert len(pictures) == sum(len(part) for part in parts()) + 1
    assert html.count('loading="lazy"') == len(pictures)
    assert re.search(r'name="description" content="[^"]{60,170}"', html)
    image = re.search(r'og:image" content="([^"]+)"', html)[1]
    assert size_of(site / image) == (1200, 630)


@file_test
def test_every_page_leads_to_the_cover(site: Path) -> None:
    for path in [*site.glob("chapters/*.html"), site / "search.html"]:
        links = read(path).links
        at = "../index.html" if path.parent != site else "index.html"
        assert at in links, path.name


# --- In a browser.


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[..., Watched]]:
    """Open the cover, with whatever a context can be told."""
    contexts = []

    def open_cover(**how: Any) -> Watched:
        contexts.append(browser.new_context(**how))
        watched = Watched(contexts[-1].new_page(), address)
        watched.page.goto(address)
        return watched

    yield open_cover
    for context in contexts:
        context.close()


QUIET = {"reduced_motion": "reduce"}
LOWEST = """() => Math.max(...['.eqs', '.stage', '.go'].map(
  part => document.querySelector(part).getBoundingClientRect().bottom))"""


@page_test
def test_the_first_screen_holds_what_a_stranger_asks(
    opened: Callable[..., Watched],
) -> None:
    page = opened(**QUIET).page
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(100)
        assert page.evaluate(LOWEST) <= height
    said = page.locator(".words").inner_text()
    for word in ("Backpropagation", "free", "Python", "install", "Start"):
        assert word in said
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(100)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
    heights = page.eval_on_selector_all(
        ".answer, #clear, #again", "all => all.map(e => e.offsetHeight)"
    )
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(100)
    heights += page.eval_on_selector_all(
        ".answer, #clear, #again, .eqs button",
        "all => all.map(e => e.offsetHeight)",
    )
    assert min(heights[12:]) >= 32, "fingers are thick"


@page_test
def test_it_plays_by_itself_once(browser: Browser, address: str) -> None:
    """Each equation lights as it plays; then the answer is better."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    watched = Watched(context.new_page(), address)
    page = watched.page
    page.clock.install()
    page.goto(address)
    lit: list[int] = []
    for _ in range(400):
        page.clock.run_for(100)
        now = page.evaluate(
            "[...document.querySelectorAll('.eqs li')]"
            ".findIndex(e => e.classList.contains('lit')) + 1"
        )
        lit += [now] if now and now not in lit[-1:] else []
        if "Now you" in page.locator("#say").inner_text():
            break
    said = page.locator("#say").inner_text()
    assert lit == [1, 2, 3, 4]
    assert re.search(r"After \d steps it reads a \d with 0\.[89]", said)
    before, after = map(
        float, re.findall(r"from (\S+) to (\S+?)\.? ", said)[0]
    )
    assert after < before / 4
    assert watched.troubles == []
    context.close()


def draw_three(page: Page) -> None:
    at = page.locator("#pad").bounding_box()
    points = [(32, 22), (50, 15), (66, 25), (62, 40), (48, 48)]
    points += [(66, 57), (68, 75), (50, 86), (30, 78)]
    places = [
        (at["x"] + at["width"] * x / 100, at["y"] + at["height"] * y / 100)
        for x, y in points
    ]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


@page_test
@pytest.mark.parametrize("width", [390, 1280])
def test_a_drawn_digit_is_read_and_learned(
    opened: Callable[..., Watched], width: int
) -> None:
    watched = opened(viewport={"width": width, "height": 844}, **QUIET)
    page, say = watched.page, watched.page.locator("#say")
    page.get_by_role("button", name="Draw a digit").click()
    assert page.evaluate("document.activeElement.id") == "pad"
    draw_three(page)
    page.get_by_text("reads a 3").first.wait_for()
    heard = page.locator("#answers tbody tr")
    page.wait_for_function(
        "document.querySelector('#live').textContent.includes('a 3')"
    )
    assert heard.count() == 10
    values = [
        float(v) for v in heard.locator("td:nth-child(2)").all_inner_texts()
    ]
    assert int(np.argmax(values)) == 3
    page.get_by_role("button", name="I meant an 8").click()
    page.wait_for_function("say.textContent.startsWith('After')")
    assert re.search(r"Of 360 test digits it now reads \d+", say.inner_text())
    assert page.locator("[aria-pressed=true]").inner_text() == "8"
    page.get_by_role("button", name="reset").click()
    assert say.inner_text().startswith("As it was trained")
    page.locator("#pad").press("4")
    page.wait_for_function("say.textContent.includes('next comes')")
    assert watched.troubles == []


@page_test
def test_nothing_moves_for_those_who_want_it_so(
    opened: Callable[..., Watched],
) -> None:
    page = opened(**QUIET).page
    page.wait_for_timeout(900)
    assert "The error goes back" in page.locator("#say").inner_text()
    first = page.locator("canvas").screenshot()
    page.wait_for_timeout(500)
    assert page.locator("canvas").screenshot() == first


@page_test
def test_without_scripts_there_is_a_picture_and_the_text(
    opened: Callable[..., Watched],
) -> None:
    page = opened(java_script_enabled=False).page
    still = page.locator("#board > svg")
    assert still.is_visible() and still.bounding_box()["width"] > 500
    assert "read as" in still.get_attribute("aria-label")
    assert not page.locator("#draw").is_visible()
    assert page.locator(".cards a").first.is_visible()


@page_test
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_by_day_and_night(
    opened: Callable[..., Watched], scheme: str
) -> None:
    page = opened(color_scheme=scheme, **QUIET).page
    words = "h1, .promise, .whom, .go *, .eq span, .eqs a, .say, .say span, "
    words += ".small button:enabled, .cards b, .cards i, .cards span span"
    for element in page.locator(words).all():
        assert element.evaluate(CONTRAST) > 4.5, element.inner_text()
    names = page.eval_on_selector_all(
        "button, a, [tabindex='0']",
        "all => all.map(e => e.ariaLabel || e.textContent.trim())",
    )
    assert all(names)


@page_test
def test_the_cards_pictures_come_when_they_are_near(
    opened: Callable[..., Watched],
) -> None:
    watched = opened(viewport={"width": 1280, "height": 800}, **QUIET)
    page = watched.page
    page.locator(".cards img").last.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].at(-1).naturalWidth > 0")
    for image in page.locator(".cards img").all():
        image.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].every(i => i.naturalWidth)")
    assert watched.troubles == []
