"""Guards 3 and 7: the marks of exercises, and the page *For teachers*."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

import marks
import needs
import teachers
from conftest import ROOT
from teachers import Book
from website import needed

pytestmark = pytest.mark.guard("3 book rules")
site_test = pytest.mark.guard("7 site")
TEXT = """# A chapter

:::{admonition} Before and after
:class: margin
You need δ from [A](01_a.ipynb) to [C](03_c.ipynb), and [D](04_d.ipynb).
What [E](05_e.ipynb) tells is used.
You leave with [F](06_f.ipynb).
% term: δ
:::

Ten words stand here that are read by a reader.

```{code-cell} ipython3
x = 1
```

```{code-cell} ipython3
:tags: [hide-input]

y = "not one of these words is read by a reader"
```

```{exercise} Where the time goes · derivation and code · 15 min · hard
:label: ex-a-time

Not read.
```

````{solution} ex-a-time
:class: dropdown

Not read.
```python
not_read = 1
```
````

```{exercise} Find the bug · 5 min · easy
:label: ex-a-bug

Not read.
```

## References

Not read.
"""


@pytest.fixture(scope="module")
def book() -> Book:
    return Book()


def test_a_title_says_what_an_exercise_is() -> None:
    first, bug = marks.exercises("05_a", TEXT)
    assert (first.name, first.label) == ("Where the time goes", "ex-a-time")
    assert (first.kind, first.minutes) == ("derivation and code", 15)
    assert (first.level, first.asks_code) == ("hard", True)
    assert TEXT.splitlines()[first.line - 1].startswith("```{exercise} Where")
    assert (bug.name, bug.kind) == (marks.BUG, "find the bug")
    assert not list(first.lacks()) + list(bug.lacks())


@pytest.mark.parametrize(
    "mark",
    [
        "",
        " · 15 min · hard",
        " · derivation · hard",
        " · derivation · 15 min",
        " · derivation · 15 minutes · hard",
        " · derivation · 15 min · difficult",
        " · find the bug · 15 min · hard",
        " · derivation · 0 min · hard",
        " · derivation · 65 min · hard",
        " - derivation - 15 min - hard",
    ],
)
def test_a_mark_that_is_none_is_named(mark: str) -> None:
    text = TEXT.replace(" · derivation and code · 15 min · hard", mark)
    first, _ = marks.exercises("05_a", text)
    assert len(list(first.lacks())) == 1


def test_a_name_comes_without_its_mark() -> None:
    title = "What the average minimises"
    mark = "derivation · 15 min · medium"
    assert marks.split(f"{title} · {mark}") == (title, mark)
    assert marks.split(title) == (title, "")


def test_a_box_says_what_is_needed() -> None:
    """A range has all between its ends; what comes later is no need."""
    empty = dict.fromkeys(["01_a", "02_b", "03_c", "04_d", "06_f"], "")
    found = needs.needs({**empty, "05_e": "", "07_g": TEXT})
    assert found["07_g"] == ["01_a", "02_b", "03_c", "04_d"]
    assert needs.before_and_after(TEXT)[1] == "You leave with [F](06_f.ipynb)."


def test_what_is_needed_by_way_of_another_is_not_direct() -> None:
    found = {"a": [], "b": ["a"], "c": ["a", "b"], "d": ["a"]}
    assert needs.before("c", found) == {"a", "b"}
    assert needs.direct(found) == {"a": [], "b": ["a"], "c": ["b"], "d": ["a"]}


def test_only_what_is_read_takes_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text and open cells: not exercises, folds and sources."""
    monkeypatch.setattr(teachers, "PACE", 1)
    shown = TEXT.split("```{code-cell} ipython3\n:tags")[0].split("% term")
    words = " ".join(shown).split()
    assert abs(teachers.reading(TEXT) - len(words)) < 5
    assert teachers.reading(TEXT.replace("Not read.", "No. " * 99)) == (
        teachers.reading(TEXT)
    )
    longer = TEXT.replace("Ten words", "word " * 100)
    assert teachers.reading(longer) > teachers.reading(TEXT) + 90


@pytest.mark.any_chapter
def test_every_chapter_says_both(book: Book) -> None:
    for stem, text in book.texts.items():
        need, leave = needs.before_and_after(text)
        assert need.startswith("You need"), stem
        assert leave, stem
    assert not [s for s in book.texts if s in needs.before(s, book.needs)]


def out_of_order(weeks: list[list[str]], found: needs.Needs) -> list[str]:
    """What a plan has before something that it needs, or without it."""
    taken = [stem for week in weeks for stem in week]
    return [
        f"{stem} before {other}"
        for n, stem in enumerate(taken)
        for other in found[stem]
        if other not in taken[:n]
    ]


def imported(book: Book) -> needs.Needs:
    """The chapters that have written what a chapter's open cells import."""
    by_name = {stem[3:]: stem for stem in book.texts if stem < "90"}
    found = {}
    for stem, text in book.texts.items():
        cells = [
            c for c in teachers.CELL.findall(text) if "hide-input" not in c
        ]
        names = re.findall(r"^from bp\.(\w+) import", "\n".join(cells), re.M)
        others = {by_name[name] for name in names if name in by_name}
        found[stem] = sorted(others - {stem})
    return found


@pytest.mark.any_chapter
@pytest.mark.parametrize("name", teachers.plans())
def test_a_plan_has_each_chapter_after_all_that_it_needs(
    book: Book, name: str
) -> None:
    weeks = teachers.plans()[name]
    taken = [stem for week in weeks for stem in week]
    assert len(set(taken)) == len(taken) and set(taken) <= set(book.texts)
    assert out_of_order(weeks, book.needs) == []
    assert out_of_order(weeks, imported(book)) == []
    words = {"Six": 6, "Fourteen": 14}
    assert len(weeks) == words[name.split()[0]]


def test_a_plan_out_of_order_is_noticed(book: Book) -> None:
    weeks = [week for week in teachers.plans().values()][0]
    assert out_of_order([*weeks[1:], weeks[0]], book.needs)
    assert out_of_order(weeks[1:], book.needs)


@pytest.mark.any_chapter
def test_the_page_names_every_exercise_once(book: Book) -> None:
    page = teachers.teachers()
    asked = book.exercises(book.texts)
    links = re.findall(r"\]\((\d\d_\w+)\.ipynb#(ex-[\w-]+)\)", page)
    assert sorted(links) == sorted((one.stem, one.label) for one in asked)
    in_all = teachers.spent(sum(one.minutes for one in asked))
    assert f"They are {len(asked)}: " in page and f"{in_all}." in page


def test_a_week_says_its_time(book: Book) -> None:
    week = ["09_biases", "10_weights"]
    minutes = sum(one.minutes for one in book.exercises(week))
    said = "\n".join(teachers.plan("A week", [week, ["99_none"]], book))
    assert f"exercises of {teachers.spent(minutes)}." in said
    assert "99_none" not in said and "\n2. " not in said
    assert list(map(teachers.spent, (20, 60, 65))) == [
        "20 min",
        "1 h",
        "1 h 5 min",
    ]


def test_no_line_of_the_graph_runs_through_another_chapter(
    book: Book,
) -> None:
    wanted = needs.direct(book.needs)
    row = {stem: n for n, stem in enumerate(wanted)}
    lane = needed.lanes(list(needed.branches(wanted)), row)
    held = {stem: b for b in lane for stem in b.holds}
    drawn = [pair for b in lane for pair in pairwise(b.stops())]
    assert sorted(drawn) == sorted((o, s) for s in wanted for o in wanted[s])
    for branch, here in lane.items():
        start, end = (row[s] for s in (branch.stops()[0], branch.stops()[-1]))
        for stem, other in held.items():
            if other != branch and lane[other] == here:
                assert not start < row[stem] < end, f"{branch} through {stem}"


def test_the_graph_is_a_drawing_with_a_text(book: Book) -> None:
    titles = dict.fromkeys(book.texts, "A & B")
    tree = ElementTree.fromstring(needed.drawing(book.needs, titles))
    names = [node.tag.rpartition("}")[2] for node in tree.iter()]
    assert names.count("circle") == names.count("text") == len(book.texts)
    assert needed.figure().count("<circle") == sum(
        stem < "90" for stem in book.texts
    )
    assert tree.attrib["role"] == "img" and tree.attrib["aria-label"]


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@site_test
@pytest.mark.together("site")
def test_a_mark_stands_beside_its_title_and_not_in_the_solution(
    site: Path, book: Book
) -> None:
    for stem in ("07_delta", "20_regularisation"):
        page = soup(site / "chapters" / f"{stem}.html")
        for one in book.asked[stem]:
            title = page.find(id=one.label).find(class_="admonition-title")
            mark = title.find(class_="exercise-mark").extract().get_text()
            assert mark.endswith(f"{one.minutes} min · {one.level}")
            assert title.get_text().strip().endswith(f"({one.name})")
        for solved in page.select(".solution .admonition-title"):
            assert " min" not in solved.get_text()


@site_test
@pytest.mark.together("site")
def test_each_figure_is_a_file_that_is_shown_with_its_licence(
    site: Path,
) -> None:
    page = soup(site / "chapters" / "teachers.html")
    (link,) = page.find_all("a", href="../figures/index.html")
    assert page.select_one("figure.needs svg[aria-label]")
    folder = site / "figures"
    every = soup(folder / "index.html")
    assert "CC BY 4.0" in every.get_text()
    shown = [image["src"] for image in every.find_all("img")]
    assert sorted(shown) == sorted(p.name for p in folder.glob("*.svg"))
    for name in shown:
        drawn = ElementTree.parse(folder / name).getroot()
        assert drawn.tag == "{http://www.w3.org/2000/svg}svg", name
    assert len({name[:2] for name in shown}) == len(
        list((ROOT / "chapters").glob("[0-9]*.md"))
    )
