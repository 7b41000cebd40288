"""Guard 3c: every number and claim of the prose; and the tool is sharp."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest

from claims import ratchet
from claims.arithmetic import agree, chains, pairs, value_of
from claims.evaluate import Evaluator
from claims.numerals import numerals
from claims.report import Report, book_facts
from claims.sentences import sentences
from conftest import ROOT
from number_slips import planted
from runs import attends, watched

pytestmark = pytest.mark.guard("3c prose")
FOLDER = ROOT / "chapters"
STEMS = sorted(p.stem for p in FOLDER.glob("[0-9][0-9]_*.md"))


@attends
class Prose(Evaluator):
    """Evaluates the checks of a chapter in the run that all share."""

    def __init__(self, stem: str) -> None:
        self.report = Report(FOLDER / f"{stem}.md", book_facts(FOLDER))
        super().__init__(self.report.page, self.report.checks)


@pytest.mark.together("run of {chapter}")
@pytest.mark.parametrize("stem", STEMS)
def test_the_prose_is_bound(stem: str) -> None:
    """No check is false; no more is open than was, and that is written."""
    report = watched(stem, Prose).report
    false = [f"{p.line}: {p.said}" for p in report.problems() if p.false]
    assert false == []
    found, allowed = ratchet.open_in(report), ratchet.stored().get(stem, 0)
    assert len(found) <= allowed, "\n".join(found)
    assert len(found) == allowed, "fewer are open: `make chapters` stores it"


def test_planted_slips_are_caught(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[tuple[str, bool]] = Counter()
    for stem in STEMS:
        judge = Report(FOLDER / f"{stem}.md", book_facts(FOLDER)).judge
        counts.update((kind, hit) for kind, hit, _, _ in planted(judge))
    shares = {}
    for kind in sorted({kind for kind, _ in counts}):
        hit, missed = counts[kind, True], counts[kind, False]
        shares[kind] = f"{kind} {hit / (hit + missed):.1%}"
    total = sum(counts.values())
    caught = sum(n for (_, hit), n in counts.items() if hit)
    with capsys.disabled():
        print(f"\n{total} slips in numbers, {caught / total:.1%} caught: ")
        print(", ".join(shares.values()))
    assert total > 1000
    assert caught / total >= 0.97


# What the tool reads as a number, and what fits it.


@pytest.mark.parametrize(
    "text, value, fits, not_",
    [
        ("it is 0.13 here", 0.13, [0.1296, 0.13, 0.1349], [0.1351, 0.124]),
        ("costs 26 000 steps", 26000, [26000], [26400]),
        ("costs some 26 000 steps", 26000, [26418, 25600], [25000, 26600]),
        ("about 2750 times", 2750, [2745.1, 2754], [2744, 2756]),
        ("a share of 59 % then", 59, [0.59, 0.594, 59.4], [0.6, 0.58]),
        ("a gap of 1.9 points", 1.9, [0.019, 1.94], [0.02]),
        ("it is −0.05 now", -0.05, [-0.05, -0.0476], [0.05]),
        ("it is 2·10⁻⁶ now", 2e-6, [2e-6, 1.6e-6], [1.4e-6]),
        ("to 1e-12 or so", 1e-12, [1e-12], [2e-12]),
        ("is about 10⁻¹⁵ big", 1e-15, [1.3e-15], [2e-15]),
        ("three times as much", 3, [2.6, 3.4], [2.4, 3.6]),
        ("ten times smaller", 10, [9.6, 10.4], [9, 11]),
        ("a hundred times less", 100, [96, 104], [90, 110]),
        ("two and a half times as high", 2.5, [2.52], [3.1]),
        ("half of them", 0.5, [0.46, 0.54], [0.4, 0.6]),
        ("a third less", 1 / 3, [0.31, 0.36], [0.29, 0.41]),
        ("about one run in six ends", 1 / 6, [0.155, 0.17], [0.14, 0.2]),
        ("nine in ten of them", 0.9, [0.87, 0.94], [0.8, 0.97]),
        ("a 50-fold gain", 50, [48, 52], [40, 60]),
        ("two hundred runs", 200, [200], [201]),
    ],
)
def test_rounding(
    text: str, value: float, fits: list[float], not_: list[float]
) -> None:
    (n,) = numerals(text)
    assert n.value == pytest.approx(value)
    assert all(n.fits(x) for x in fits)
    assert not any(n.fits(x) for x in not_)


@pytest.mark.parametrize(
    "text",
    [
        "a network 64-30-10 of float32",
        "layers 2 and 3, and chapters 1 to 10",
        "the 3s, the 20th and a 1-D array",
        "one can tell at once",
    ],
)
def test_no_quantity(text: str) -> None:
    assert numerals(text) == ()


@pytest.mark.parametrize(
    "latex, true",
    [
        (r"0.6 \cdot 0.01 = 0.006", True),
        (r"0.9 \cdot 0.144 = 0.129", False),
        (r"\tfrac12 \cdot (0.81 + 0.81) / 4 = 0.2025", True),
        (r"\delta = \tfrac49 \cdot \tfrac13 = \tfrac{4}{27} = 0.148", True),
        (r"w = \ln 9 = 2.197", True),
        (r"\sigma(-10) = 0.00005", True),
        (r"0.8^5 = 0.34", False),
        (r"64 \cdot 30 + 30 \cdot 10 = 2220", True),
        (r"2 / 0.57 = 3.6", False),
        (r"1 - 0.9^{100} \approx 1.00", True),
    ],
)
def test_arithmetic(latex: str, true: bool) -> None:
    found = [agree(*pair) for sides in chains(latex) for pair in pairs(sides)]
    assert all(found) == true


def test_letters_are_no_numbers() -> None:
    assert value_of(r"2 v_{jk}") is None
    assert value_of(r"4n + 1") is None
    assert not [*map(list, map(pairs, chains(r"0 < \eta \mu < 2")))][0]


# What is bound, and what is not, on a page of one cell.

SOURCE = "x = 0.1296\nprint(f'{x:.3f}', 'of 7')"
SEEN = ":::{admonition} What there was to see\n"


def problems(
    folder: Path,
    prose: str,
    source: str = SOURCE,
    output: str = "0.130 of 7\n",
) -> list[str]:
    text = f"# T\n\n## S\n\n```{{code-cell}} ipython3\n{source}\n```\n"
    path = folder / "01_t.md"
    path.write_text(f"{text}\n{prose}\n", "utf-8")
    code = nbformat.v4.new_code_cell(source)
    shown = nbformat.v4.new_output("stream", name="stdout", text=output)
    code.outputs = [shown]
    notebook = nbformat.v4.new_notebook(cells=[code])
    nbformat.write(notebook, path.with_suffix(".ipynb"))
    (folder / "bibliography.md").write_text(
        "# B\n\n## Nielsen (2015)\n", "utf-8"
    )
    return [problem.said for problem in Report(path, []).run().problems()]


@pytest.mark.parametrize(
    "prose",
    [
        "It is 0.13, and 0.1296 in full.",  # printed, and in the code
        "It is 0.26.\n% 0.26 = 2 * x",
        "It is about 26 %, twice as much.\n% 26 % = 2 * x; twice = 2 * x / x",
        "All are small.\n% so: x < 1",
        'All are small.\n% so "All are": x < 1',
        "He has 95.42 %.\n% quoted: 95.42 % (Nielsen 2015, chapter 1)",
        "Take 0.77.\n% given: 0.77",
        "It says 0.26.\n% 0.26 in f'{2 * x:.2f}'",
        "So $2 \\cdot 0.13 = 0.26$.",
        "Two things:\n\n- one\n- the other",
        "Two kinds:\n\n| a | b |\n|:--|:--|\n| 1 | 2 |\n| 3 | 4 |",
        "It comes [later](02_u.ipynb), in a later chapter.",
        "The cell above prints it.",
        "Above, it was 0.130.",
        "It is often said, as in [N (1)](bibliography.ipynb#n-1).",
        f"{SEEN}It is 0.13 there.\n:::",
        f'{SEEN}It never grows.\n% so "never grows": x < 1\n:::',
        f'{SEEN}A hill in mist.\n% said: "hill in mist"\n:::',
        f'{SEEN}It is never 0.26.\n% 0.26 = 2 * x; so "never": x < 1\n:::',
    ],
)
def test_green(tmp_path: Path, prose: str) -> None:
    assert problems(tmp_path, prose) == []


@pytest.mark.parametrize(
    "prose, said",
    [
        ("It is 0.14.", "open: 0.14"),
        ("It is 0.27.\n% 0.26 = 2 * x", "no 0.26 in the prose above"),
        ("It is 0.27.\n% 0.27 = 2 * x", "0.27 is 0.2592"),
        ("All are large.\n% so: x > 1", "is not so"),
        ('All are.\n% so "None are": x < 1', 'no "None are" in the prose'),
        ("All are large.\n% so: True", "no reason"),
        ("All are large.\n% so: 1 < 2", "no reason"),
        ("So $2 \\cdot 0.13 = 0.27$.", "false: 0.27"),
        ("It is 400.\n% 400 = 400", "no reason"),
        ("It is 0.26.\n% 0.26 = 2 * x\nMore.", "parts the paragraph"),
        ("He has 95.42 %.\n% quoted: 95.42 %", "say: quoted"),
        ("He has 9.5 %.\n% quoted: 9.5 % (Nobody 2015)", "bibliography"),
        ("Ten times as much.", "open: Ten times"),
        ("It is 0.26.\n% 0.26 is 2 * x", "not understood"),
        ("It is 0.26.\n% 0.26 = 2 *", "no Python"),
        ("It is 0.26.\n% 0.26 = 2 * q", "NameError"),
        ("It is 0.26.\n% below: 0.26 = 2 * x", "no cell below"),
        (f"It is 0.26.\n% 0.26 = 2 * x{' + 0 * x' * 12}", "are a cell"),
        ("Three things:\n\n- one\n- the other", "Three, and 2 entries"),
        ("3 kinds:\n\n| a |\n|:--|\n| b |", "3, and 1 entries"),
        ("That comes in a later chapter.", '"a later chapter" is no link'),
        ("The table above has it.", "nothing like that is there"),
        ("Above, it was 0.267.", "0.267 does not stand above"),
        ("It is often said.", "by whom?"),
        (f"{SEEN}It goes down.\n:::", "a sentence without a check"),
        (f"{SEEN}It is 0.13, never more.\n:::", '"never" is quoted by no'),
        (
            f'{SEEN}It mostly grows.\n% so "never": x < 1\n:::',
            'no "never" in the prose above',
        ),
    ],
)
def test_red(tmp_path: Path, prose: str, said: str) -> None:
    found = problems(tmp_path, prose)
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    "source, output, said",
    [
        ("print('some 25 of', 3)", "some 25 of 3\n", "25 is typed"),
        ("x = 25\nprint('some 25 of', x)", "some 25 of 25\n", ""),
        ("print(f'{3:25.3f}')", f"{3:25.3f}\n", ""),
        ("x = 3\nprint('small:', x < 4)", "small: True\n", "True or False"),
        ("x = 3\nprint(x, x < 4)", "3 True\n", ""),
        ("x = 3\nprint('odd:', x in [3])", "odd: True\n", ""),
    ],
)
def test_prints(tmp_path: Path, source: str, output: str, said: str) -> None:
    found = problems(tmp_path, "", source, output)
    assert bool(found) == bool(said)
    assert said in "".join(found)


def test_docstrings_are_read(tmp_path: Path) -> None:
    source = 'def f():\n    """Takes 11 MB."""\n\n\nprint(0.5)'
    assert problems(tmp_path, "", source, "0.5\n") == ["open: 11"]


def test_a_check_that_moves_the_state_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "01_t.md"
    cells = ["r = [3, 4]", "print(r.pop())"]
    text = [f"```{{code-cell}} ipython3\n{c}\n```\n" for c in cells]
    check = "\nIt has 4, so twelve.\n% 4, twelve = r.pop(), 12 * len(r)\n\n"
    path.write_text("# T\n\n" + check.join(text), "utf-8")
    code = [nbformat.v4.new_code_cell(c) for c in cells]
    shown = nbformat.v4.new_output("stream", name="stdout", text="4\n")
    code[1].outputs = [shown]
    nbformat.write(
        nbformat.v4.new_notebook(cells=code), path.with_suffix(".ipynb")
    )
    found = [p.said for p in Report(path, []).run().problems()]
    assert found == ["cell 2 printed something else than stored"]


# A sentence of chapter 05, altered by hand.


def altered(tmp_path: Path, old: str, new: str) -> list[str]:
    """What is false or open when words of chapter 05 are changed."""
    for kind in ("md", "ipynb"):
        source = (FOLDER / f"07_delta.{kind}").read_text("utf-8")
        (tmp_path / f"07_delta.{kind}").write_text(source, "utf-8")
    path = tmp_path / "07_delta.md"
    text = path.read_text("utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), "utf-8")
    bibliography = (FOLDER / "bibliography.md").read_text("utf-8")
    (tmp_path / "bibliography.md").write_text(bibliography, "utf-8")
    report = Report(path, book_facts(FOLDER)).run()
    return [problem.said for problem in report.problems()]


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("about 2750 times", "about 2760 times", "no 2750 in the prose"),
        ("true change is 0.029", "true change is 0.058", "open: 0.058"),
        ("always positive:", "mostly positive:", "is always positive"),
        ("these four lines", "these five lines", "five, and 4 entries"),
        (
            "in [One layer back](08_recursion.ipynb).",
            "in a later chapter.",
            '"a later chapter" is no link',
        ),
    ],
    ids=["digit", "factor two", "word", "count", "promise"],
)
def test_an_altered_sentence_turns_red(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """A digit, a factor of two, a word, a count, the link of a promise."""
    assert any(said in problem for problem in altered(tmp_path, old, new))


# What a reader of the page sees: no comment, no paragraph parted.


def paragraphs(text: str) -> list[str]:
    from formulas.extract import parser

    rendered = parser().render(text)
    return re.findall(r"<(p|li|td)>(.*?)</\1>", rendered, re.S)


@pytest.mark.parametrize("stem", STEMS)
def test_comments_part_no_paragraph(stem: str) -> None:
    text = (FOLDER / f"{stem}.md").read_text("utf-8")
    body = text.partition("---\n\n")[2]
    bare = re.sub(r"^\s*% .*\n", "", body, flags=re.M)
    assert paragraphs(body) == paragraphs(bare)
    assert not [p for p in paragraphs(body) if re.search(r"^% ", p[1], re.M)]


def test_a_sentence_ends_where_it_ends(tmp_path: Path) -> None:
    problems(tmp_path, "It is so, e.g. There. Then 0.5. And $x$. *Now* it is.")
    report = Report(tmp_path / "01_t.md", [])
    texts = [s.text for s in sentences(report.page)]
    assert texts == [
        "It is so, e.g. There.",
        "Then 0.5.",
        "And $x$.",
        "*Now* it is.",
    ]


@pytest.mark.parametrize("twin", [None, b"", b"{", b"\xff", b"<<<<<<< HEAD\n"])
def test_a_text_that_is_no_chapter_is_told(tmp_path: Path, twin: Any) -> None:
    text = tmp_path / "a text.md"
    text.write_text("# Twelve times 12\n", "utf-8")
    if twin is not None:
        text.with_suffix(".ipynb").write_bytes(twin)
    command = [sys.executable, "-m", "tools.claims", text]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 2 and not run.stderr
    assert run.stdout.startswith(str(text)) and run.stdout.count("\n") == 1
