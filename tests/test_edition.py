"""Guard 7d: the PDF, the ePub and the slides, made once, as a reader does."""

import functools
import html
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Browser
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

import licences
import terms
from conftest import ROOT
from contents import captions, listed
from cover import book
from edition import front, narrow, tex, writer
from formulas.extract import displays
from links import read
from website import fetch, starts

pytestmark = [
    pytest.mark.guard("7d edition"),
    pytest.mark.together("edition"),
]
SITE = "https://book.example/"
STEMS = [stem for stem in listed() if re.match(r"\d\d_", stem)]
INDEX = "Index of terms"
OPF = "{http://www.idpf.org/2007/opf}"
SCRIPT = ROOT / "tools" / "edition" / "make.py"


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all three, and `said.txt`."""
    import fcntl  # which Windows has not

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # one for all workers
    folder, said = shared / "edition", shared / "edition" / "said.txt"
    folder.mkdir(exist_ok=True)
    with (shared / "edition.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            result = subprocess.run(
                [sys.executable, str(SCRIPT), "pdf", "epub", "slides"]
                + ["--to", str(folder)],
                env=os.environ | {"BOOK_SITE": SITE},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
            )
            said.write_text(result.stdout, "utf-8")
    return folder


@pytest.fixture(scope="session")
def pdf(edition: Path) -> PdfReader:
    said = (edition / "said.txt").read_text("utf-8")
    assert (edition / "pdf" / "book.pdf").exists(), said
    return PdfReader(edition / "pdf" / "book.pdf")


@pytest.fixture(scope="session")
def chapters(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the ePub, unpacked."""
    target = tmp_path_factory.mktemp("epub")
    said = (edition / "said.txt").read_text("utf-8")
    assert (edition / "epub" / "book.epub").exists(), said
    shutil.unpack_archive(edition / "epub" / "book.epub", target, "zip")
    return target / "chapters"


def test_each_says_what_it_does_and_how_large_it_is(edition: Path) -> None:
    said = (edition / "said.txt").read_text("utf-8")
    for kind in ("pdf", "epub", "slides"):
        assert f"Making the {kind} (a minute or two)\n" in said
    made = re.findall(r"It is \S+, ([\d.]+) MB, made in \d+ s\.", said)
    sizes = [float(size) for size in made]
    assert len(sizes) == 3
    assert 1 < sizes[0] < 20 and 0.2 < sizes[1] < 10 and 1 < sizes[2] < 20


# The PDF


def outline(items: list, depth: int = 0) -> Iterator[tuple[int, str]]:
    for item in items:
        if isinstance(item, list):
            yield from outline(item, depth + 1)
        else:
            title = re.sub(r"^[\d.]+\s+", "", item.title)
            yield depth, title.replace("’", "'")  # as it is set


def test_the_outline_has_each_part_page_and_section(pdf: PdfReader) -> None:
    found = list(outline(pdf.outline))
    pages = [s for s in listed() if s not in {"access", "terms"}]
    titles = [book.read(f"chapters/{stem}.ipynb").title for stem in pages]
    wanted = Counter([*captions(), *titles, INDEX])
    assert wanted <= Counter(title for _, title in found)
    for stem in STEMS:
        text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
        text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
        at = found.index(next(f for f in found if f[1] == titles[0]))
        titles.pop(0)
        depth = found[at][0]
        inside = []
        for level, title in found[at + 1 :]:
            if level <= depth:
                break
            inside.append(title) if level == depth + 1 else None
        sections = re.findall(r"^## (.+)$", text, re.M)
        solved = "Solutions" in inside
        assert len(inside) == len(sections) + solved, stem


def links(pdf: PdfReader) -> Iterator[DictionaryObject]:
    for page in pdf.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            if link["/Subtype"] == "/Link":
                yield link


def test_each_link_of_the_pdf_leads_somewhere(
    pdf: PdfReader, chapters: Path
) -> None:
    """To a page of it, to the site's page and place, or to the web."""
    pages = {page.indirect_reference.idnum for page in pdf.pages}
    inside, moves, seen = 0, 0, functools.cache(read)
    for link in links(pdf):
        if "/Dest" in link:
            target = link["/Dest"].get_object()
            assert target[0].idnum in pages
            inside += 1
            continue
        url = link["/A"].get_object()["/URI"]
        parts = urllib.parse.urlsplit(url)
        assert parts.scheme == "https" or parts.scheme == "http", url
        if parts.path.startswith("/chapters/") and url.startswith(SITE):
            page = chapters / f"{Path(parts.path).stem}.xhtml"
            assert parts.fragment in seen(page).ids, url
            moves += 1
    assert inside > 1000
    assert moves >= sum(map(experiments, STEMS))


def experiments(stem: str) -> int:
    cells = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4).cells
    return sum(starts.calls(c.source) for c in cells if c.cell_type == "code")


def test_the_index_names_each_term(pdf: PdfReader) -> None:
    last = "".join(page.extract_text() for page in pdf.pages[-4:])
    shown = re.sub(r"\s", "", last[last.index(INDEX) :])
    for term in terms.terms(terms.texts(ROOT)):
        assert re.sub(r"\s", "", term.forms[0]) in shown, term


def test_its_fonts_are_in_it_and_named_with_their_licences(
    pdf: PdfReader,
) -> None:
    found = set()
    for page in pdf.pages:
        fonts = page["/Resources"].get_object().get("/Font", {})
        for font in map(lambda f: f.get_object(), fonts.values()):
            (part,) = font["/DescendantFonts"]
            kept = part.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(kept), font["/BaseFont"]
            found.add(font["/BaseFont"].split("+")[-1].split("-")[0])
    imprint = re.sub(r"\s", "", pdf.pages[1].extract_text())
    named = {
        "LibertinusSerif": "OpenFontLicence",
        "NewCMMath": "GUST",
        "DejaVuSans": "BitstreamVera",
        "DejaVuSansMono": "BitstreamVera",
    }
    assert found <= set(named)
    for name in found:
        assert name.replace("NewCMMath", "NewComputerModern") in imprint
        assert named[name] in imprint


def test_its_front_has_the_title_the_promise_and_the_picture(
    edition: Path, pdf: PdfReader
) -> None:
    shown = re.sub(r"\s", "", pdf.pages[0].extract_text())
    for said in ("Backpropagation,derivedandrun", front.PROMISE, "64pixels"):
        assert re.sub(r"\s", "", said) in shown
    assert "var(" not in (edition / "pdf" / "front.svg").read_text("utf-8")


def test_what_leads_to_a_formula_is_on_its_page(edition: Path) -> None:
    text = (edition / "pdf" / "book.typ").read_text("utf-8")
    assert text.count("\n#announced[") > 100
    (first,) = re.findall(r".*adds? up:\];?\n\n#display", text)[:1]
    assert first.startswith("#announced[")


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text))


def said_by(page: str, without: str) -> str:
    """The text of a page, but for some of its elements."""
    body = page[page.index("<body") :]
    body = re.sub(rf"<({without})\b.*?</\1>", " ", body, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def test_no_word_of_the_ebook_is_lost_on_paper(
    edition: Path, chapters: Path
) -> None:
    """Every paragraph, caption, cell and output has come through."""
    paper = words((edition / "pdf" / "book.typ").read_text("utf-8"))
    for stem in STEMS:
        page = (chapters / f"{stem}.xhtml").read_text("utf-8")
        lost = (
            words(re.sub("[\u200b\u00ad]", "", said_by(page, "math|svg")))
            - paper
        )
        assert lost <= {"Exercise"}, stem


def test_a_call_of_typst_ends_before_the_text_that_follows(
    pdf: PdfReader,
) -> None:
    text = "".join(page.extract_text() for page in pdf.pages[6:10])
    assert re.search(r"its bias; these\s+are\s+the numbers", text)


def test_each_drawing_is_there_and_needs_no_page(edition: Path) -> None:
    """Those of the figures; not the small ones of the controls."""
    shown = 0
    for stem in STEMS:
        for cell in nbformat.read(
            ROOT / "chapters" / f"{stem}.ipynb", 4
        ).cells:
            for output in cell.get("outputs", []):
                page = output.get("data", {}).get("text/html", "")
                for figure in page.split('<figure class="picture"')[1:]:
                    shown += figure.split("</figure>")[0].count("<svg")
    drawn = list((edition / "pdf" / "pictures").glob("*.svg"))
    assert len(drawn) == shown > 50
    of_a_page = r"var\(|calc\(|color-mix|currentColor|viewbox|clippath"
    for path in drawn:
        svg = path.read_text("utf-8")
        assert not re.search(of_a_page, svg), path.name
        own = re.match(r"<svg[^>]*", svg)[0]
        assert ' width="' in own and ' height="' in own, path.name


def test_code_parts_between_its_statements() -> None:
    source = "import a\n\n\n@b\ndef c():\n\n    return 1\n\n\nprint(c())"
    parts = writer.pieces(source)
    assert [p.strip("\n") for p in parts] == [
        "import a",
        "@b\ndef c():\n\n    return 1",
        "print(c())",
    ]
    assert "\n".join(parts) == source
    assert writer.pieces("pip install it") == ["pip install it"]


def test_formulas_keep_their_bars_close_and_lose_the_gaps() -> None:
    asked = {
        r"\lvert x \rvert": "lr(|x|)",
        "|x|": "lr(|x|)",
        r"\bigl\lVert x \bigr\rVert": "norm(x)",
        r"a \\[1ex] b": r"a \ b",
        r"a \odot b": "a dot.o b",
    }
    made = tex.typst([tex.plain(a) for a in asked])
    assert dict(zip(asked, made, strict=True)) == asked
    with pytest.raises(ValueError, match="frac"):
        tex.typst([r"\frac{1"])


# The ePub


def test_the_ebook_has_a_cover(chapters: Path) -> None:
    folder = chapters.parent
    listed = ElementTree.parse(folder / "content.opf").getroot()
    items = {item.get("id"): item for item in listed.iter(f"{OPF}item")}
    (item,) = (
        i for i in items.values() if i.get("properties") == "cover-image"
    )
    with Image.open(folder / item.get("href")) as image:
        assert image.format == "PNG" and image.height > 1600
        assert 1.3 < image.height / image.width < 1.7
    page = (folder / "epub-cover.xhtml").read_text("utf-8")
    shown = BeautifulSoup(page, "html.parser").img
    assert shown["src"] == item.get("href")
    assert shown["alt"].startswith("Backpropagation, derived and run. A net")
    first = next(listed.iter(f"{OPF}itemref")).get("idref")
    assert items[first].get("href") == "epub-cover.xhtml"


def test_each_picture_of_the_ebook_has_its_text(chapters: Path) -> None:
    shown = 0
    for path in chapters.glob("*.xhtml"):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for picture in page.select("figure.picture"):
            drawn = picture.select_one("[role=img]")
            said = page.find(id=drawn["aria-labelledby"]).get_text()
            assert len(said) > 10 and drawn.svg, path.name
            shown += 1
        assert all(image.get("alt") for image in page.find_all("img"))
    assert shown > 50


def test_a_long_formula_may_be_broken_before_its_relations() -> None:
    long = "<mi>abcdefgh</mi><mo>=</mo><mi>x</mi><mo>,</mo><mi>yz</mi>"
    whole = f'<math xmlns="{narrow.MATHML}">{long}<mo>&lt;</mo></math>'
    parts = narrow.parted(whole).split("<wbr/>")
    said = [re.sub(r"<[^>]+>", "", part) for part in parts]
    assert said == ["abcdefgh", "=x,", "yz", "&lt;"]
    assert all(part.startswith("<math xmlns=") for part in parts)
    for short in ("<mi>a</mi><mo>=</mo><mi>b</mi>", "<mi>abcdefghijklm</mi>"):
        whole = f'<math xmlns="{narrow.MATHML}">{short}</math>'
        assert narrow.parted(whole) == whole


NARROW = """() => [...document.querySelectorAll("p, pre, table, .display")]
  .filter(e => e.scrollWidth > e.clientWidth + 1)
  .map(e => e.textContent.slice(0, 60))"""


def test_the_ebook_fits_a_phone(chapters: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 412, "height": 844})
    wide = {}
    for path in sorted(chapters.glob("[0-9]*.xhtml")):
        page.goto(path.as_uri())
        if found := page.evaluate(NARROW):
            wide[path.stem] = found
    page.close()
    assert not wide


def test_epubcheck_finds_nothing(edition: Path, tmp_path: Path) -> None:
    if not (java := shutil.which("java")):
        pytest.skip("no java found: the ePub is checked by a program for it")
    fetch.gather(tmp_path, [fetch.EPUBCHECK])
    checker = tmp_path / "epubcheck" / "epubcheck.jar"
    result = subprocess.run(
        [
            java,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-jar",
            str(checker),
            str(edition / "epub" / "book.epub"),
        ]
        + ["--json", str(tmp_path / "said.json")],
        capture_output=True,
    )
    said = json.loads((tmp_path / "said.json").read_text("utf-8"))
    found = [m["ID"] + m["message"] for m in said["messages"]]
    assert found == [] and result.returncode == 0
    assert said["publication"]["title"] == "Backpropagation, derived and run"


def test_each_link_of_the_ebook_leads_somewhere(chapters: Path) -> None:
    pages = {p: read(p) for p in chapters.parent.rglob("*.xhtml")}
    assert len(pages) > len(STEMS)
    for path, tags in pages.items():
        for url in tags.links + tags.loads:
            parts = urllib.parse.urlsplit(url)
            if parts.scheme:
                assert url in tags.links and parts.scheme != "file", url
                continue
            target = (
                (path.parent / parts.path).resolve() if parts.path else path
            )
            assert target.exists(), f"{path.name}: {url}"
            if parts.fragment:
                assert parts.fragment in pages[target].ids, url


def test_the_ebook_has_each_chapter_with_its_formulas(chapters: Path) -> None:
    for stem in STEMS:
        text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
        page = (chapters / f"{stem}.xhtml").read_text("utf-8")
        shown = re.findall(r'id="equation-([\w-]+)">\s*<math', page)
        assert shown == [d.label for d in displays(text) if d.label], stem
        assert "<merror" not in page
        seen = said_by(page, "math|svg|pre|code")
        assert not re.search(r"\$\$|\\(?:frac|sigma)", seen)


# The slides


def exercises(stem: str) -> int:
    text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
    return len(re.findall(r"^`{3,}\{exercise\}", text, re.M))


def test_slides_have_all_of_a_chapter(edition: Path) -> None:
    folder = edition / "slides"
    assert sorted(p.stem for p in folder.glob("[0-9]*.html")) == sorted(STEMS)
    for stem in STEMS:
        page = (folder / f"{stem}.html").read_text("utf-8")
        title = html.escape(book.read(f"chapters/{stem}.ipynb").title)
        assert f"<section><h1>{title}</h1><p>" in page
        last = page.split("<section><h2>Exercises</h2></section>")[1]
        assert last.count("<section>") == exercises(stem), stem
        text = (ROOT / "chapters" / f"{stem}.md").read_text("utf-8")
        text = text.split("\n## Exercises\n")[0]
        labelled = [d.label for d in displays(text) if d.label]
        shown = re.findall(r"<section><math[^>]* display=.block", page)
        assert len(shown) == len(labelled), stem
        assert "<merror" not in page


def test_slides_ask_for_nothing_that_is_not_beside_them(
    edition: Path,
) -> None:
    folder = edition / "slides"
    for page in folder.glob("*.html"):
        tags = read(page)
        for url in tags.links + tags.loads:
            assert (folder / url).is_file(), f"{page.name}: {url}"
    for style in folder.rglob("*.css"):
        asked = re.findall(
            r"url\(['\"]?([^'\")]+)|@import ['\"]([^'\"]+)",
            style.read_text("utf-8"),
        )
        for url in map("".join, asked):
            found = url.startswith("data:") or (style.parent / url).is_file()
            assert found, f"{style.name}: {url}"


TOO_LARGE = """() => [...document.querySelectorAll(".slides section")]
  .filter(s => !s.querySelector("section")).filter((s) => {
    s.style.display = s.parentElement.style.display = "block";
    return s.scrollHeight > 700 || s.scrollWidth > 964;
  }).map(s => s.innerText.slice(0, 60))"""


def test_slides_fit(edition: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 960, "height": 700})
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "request",
        lambda r: troubles.append(r.url) if "file:" not in r.url[:5] else None,
    )
    for stem in STEMS:
        page.goto((edition / "slides" / f"{stem}.html").as_uri())
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        assert page.evaluate(TOO_LARGE) == [], stem
    page.close()
    assert [t for t in troubles if not t.startswith("data:")] == []


@pytest.mark.parametrize("kind", ["pdf", "epub"])
def test_what_is_in_it_has_its_licence(edition: Path, kind: str) -> None:
    """Fonts of the PDF, files of the ePub; no more, and no less."""
    made = licences.contents(edition / kind / f"book.{kind}")
    assert not [*licences.lacks(kind, made)]


def test_what_the_slides_hold_has_its_licence(edition: Path) -> None:
    """Fonts that are within a style, too."""
    made = licences.contents(edition / "slides")
    assert not [*licences.lacks("slides", [*made, "licences.md"])]
    named = {work.name for work in licences.works() if "slides" in work.files}
    assert (
        licences.embedded(edition / "slides") == {"Source Sans Pro"} <= named
    )
