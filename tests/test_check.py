"""Guard 3: an author's first hour, and what is said of a chapter's faults."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

import rules
from copies import make_chapters
from website import starts

pytestmark = pytest.mark.guard("3 book rules")
DRAFT = """# What is half?

A first thought, in which 35 of 94 numbers are open.

$$ \\sigma(z^l_j) = a^l_j $$ (eq-half-activation)

```{code-cell} ipython3
:tags: [bp]

def halve(x: float) -> float:
    \"\"\"Half of x (eq-half-activation).\"\"\"
    return x / 2
```

```{code-cell} ipython3
print(halve(3))
```
"""
LACKS = """
1: 0 exercises, in place of three to six
1: `_toc.yml` names the chapter not: once, in order
1: its last sections should be Exercises, What we have now, References
1: no box *Before and after* in the margin
1: no exercise has the title *Find the bug*
1: no exercise in code: no cell has a tag verdict:ex-…
1: no experiment: no cell has the tag `experiment`
1: no folded box *What there was to see*
1: no picture stands before the first section
1: no tests/test_half.py for bp/half.py
1: nothing is cited
1: the map in 00_reading has no link to the chapter
3: nothing shows or binds *35*
3: nothing shows or binds *94*
5: no check cell for eq-half-activation
7: no line *This cell grows* `bp/half.py` above the cell
11: nothing shows or binds *Half*
"""


def run(copy: Path, tool: str, *how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(copy / "tools" / tool), *how],
        cwd=copy,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_a_draft_is_run_whatever_it_lacks(first_chapters: Path) -> None:
    """One formula, one cell of bp, in no list yet."""
    folder = first_chapters / "chapters"
    draft = folder / "98_half.md"
    draft.write_text(DRAFT, "utf-8")
    said = run(first_chapters, "check.py", "half", "--list")
    assert said.stdout.startswith("98_half has no notebook yet: run `make cha")

    assert make_chapters(first_chapters).returncode == 0
    cells = nbformat.read(draft.with_suffix(".ipynb"), 4).cells
    assert cells[-1].outputs[0].text == "1.5\n"
    assert "def halve" in (first_chapters / "bp" / "half.py").read_text(
        "utf-8"
    )
    assert "98_half" not in (folder / "results.md").read_text("utf-8")

    said = run(first_chapters, "check.py", "98", "--list")
    lines = [f"chapters/98_half.md:{line}" for line in LACKS.split("\n")[1:-1]]
    assert said.stdout.splitlines() == [*lines, "17 things to do in 98_half"]
    assert said.returncode == 1

    toc = first_chapters / "_toc.yml"
    listed = yaml.safe_load(toc.read_text("utf-8"))
    listed["parts"][0]["chapters"].append({"file": "chapters/98_half.ipynb"})
    toc.write_text(yaml.safe_dump(listed), "utf-8")
    assert make_chapters(first_chapters).returncode == 0
    page = (folder / "results.md").read_text("utf-8")
    card = "- `eq-half-activation`: `halve`\n- as printed: holds\n"
    assert f"{card}- in a cell: not yet\n" in page


def said_of(page: rules.Page) -> list[str]:
    return [words for rule in rules.RULES for _, words in rule(page)]


def first(page: rules.Page, tag: str) -> nbformat.NotebookNode:
    return next(page.tagged(tag))[0].cell


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{eq}`eq-bp1`", "{eq}`eq-bp9`", "has the label eq-bp9"),
        (":class: margin", ":class: tip", "no box *Before and after*"),
        ("to see\n:class: dropdown", "to see", "no folded box *What there"),
        ("## References", "## Sources", "its last sections should be Ex"),
        ("{exercise} Find the bug", "{exercise} Find", "*Find the bug*"),
        ("end · derivation · 10 min · easy", "end", "the end* has no mark"),
        ("· derivation · 10", "· 10", "at the end* has no kind: derivation"),
        ("· derivation · 10", "· riddle · 10", "the end · riddle* has no kin"),
        ("· derivation · 10", "· derivation · 12", "end* takes 12 min: 5, 10"),
        ("· derivation · 10", "· code · 10", "marked code, and has no verdic"),
        ("derivation and code", "derivation", "derivation, and has a verdict"),
        (":label: ex-delta-bug", ":label: ex-b", "no folded solution of ex-b"),
        (":label: ex-delta-bug", ":label: ex-b", "of ex-delta-bug, which nob"),
        (
            "](05_cost.ipynb)",
            "](05_costs.ipynb)",
            "05_costs, which is no page",
        ),
        ("[What one neuron", "[What a neuron", "[What a neuron does] is not"),
        ("[Nielsen (2015)]", "[Nielsen (2016)]", "no heading of the bibliog"),
        ("(eq-bp1-batch)", "(eq-bp1)", "the label eq-bp1 is used 2 times"),
        ("(eq-bp1-batch)", "(eq-bp7)", "checks eq-bp1-batch, which is no l"),
        ("(eq-bp1-batch)", "(eq-bp7)", "no check cell for eq-bp7"),
        ("(eq-bp1-batch)", "(eq-b-c)", "eq-b-c should begin eq-delta-"),
    ],
)
def test_a_fault_in_the_text_is_named(old: str, new: str, said: str) -> None:
    page = rules.Page("07_delta")
    assert old in page.text
    page.text = page.text.replace(old, new)
    assert any(said in words for words in said_of(page))


def test_an_open_cell_is_short_and_a_verdict_folded() -> None:
    """Of every kind of cell: of bp, of a check, of an experiment."""
    page = rules.Page("07_delta")
    assert said_of(page) == []
    for code in page.code:
        code.cell.source = "\n".join(["pass"] * 31)
        code.cell.metadata["tags"] = ["verdict:ex-delta-saturated"]
    lines = list(rules.open_cells_are_short(page))
    assert len(lines) == len(page.code)
    assert lines[0][1] == "31 lines in an open cell: at most 30"
    assert len(list(rules.verdicts_are_folded(page))) == len(page.code)
    for code in page.code:
        code.cell.metadata["tags"].append("hide-input")
    assert not list(rules.open_cells_are_short(page))
    assert not list(rules.verdicts_are_folded(page))


def test_a_chapter_begins_with_a_picture() -> None:
    """A picture that comes later does not count."""
    page = rules.Page("07_delta")
    opening = next(c for c in page.code if "figcaption" in repr(c.cell))
    opening.cell.outputs = []
    said = [words for _, words in rules.it_begins_with_a_picture(page)]
    assert said == ["no picture stands before the first section"]


def test_a_check_has_its_place(tmp_path: Path) -> None:
    """After its formula, in the same section."""
    page = rules.Page("07_delta")
    display = "$$ (eq-delta-hadamard)"
    for where, said in [
        ("## Exercises", "the check of eq-bp1 comes before it"),
        ("# What", "the check of eq-bp1 is in another section"),
    ]:
        page = rules.Page("07_delta")
        assert display in page.text
        formula = "\n$$ C = C $$ (eq-bp1)\n\n"
        rest = page.text.replace("$$ (eq-bp1)\n", "$$\n")
        page.text = rest.replace(where, formula + where, 1)
        assert said in said_of(page)


OUTPUT = nbformat.v4.new_output


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (OUTPUT("stream", name="stderr", text="!"), "prints a warning"),
        (OUTPUT("error", ename="Wrong"), "stops with Wrong"),
        (OUTPUT("stream", text="/home/me"), "prints a place of this machine"),
        (OUTPUT("stream", text="at 0x7f00ff"), "prints an address in memory"),
    ],
)
def test_a_fault_in_an_output_is_named(
    output: nbformat.NotebookNode, said: str
) -> None:
    page = rules.Page("07_delta")
    page.code[0].cell.outputs.append(output)
    assert said_of(page) == [said]


def test_a_fault_in_a_cell_is_named() -> None:
    page = rules.Page("07_delta")
    page.code[1].cell.execution_count = 7
    first(page, "check:").source = "1 == 1"
    first(page, "check:eq-bp1-batch").metadata.tags += ["check:eq-bp1"]
    first(page, "verdict:").metadata.tags = []
    first(page, "bp").metadata.tags += ["experiment"]
    assert said_of(page) == [
        "the check of eq-delta-definition asserts nothing",
        "the check of eq-delta-nudge asserts nothing",
        "a second check cell for eq-bp1",
        "no exercise in code: no cell has a tag verdict:ex-…",
        "*When every output depends on every input* is marked derivation and "
        "code, and has no verdict",
        "no line *This cell grows* `bp/experiments/delta.py` above the cell",
        "has not run in its turn: `make chapters`",
    ]


def test_a_fault_in_an_experiment_is_named() -> None:
    page = rules.Page("07_delta")
    (call, *_) = (c.cell for c in page.code if starts.calls(c.cell.source))
    call.metadata.tags = []
    call.source = call.source.replace("y=", "y=wanted or ")
    at = page.notebook.cells.index(call)
    page.notebook.cells[at - 1].source += "\n\nA word between."
    page.notebook.cells[at + 1].source = "And so it was."
    assert said_of(page) == [
        "no bold question right above the experiment",
        "no *What there was to see* below the experiment",
        "the call of `explore` has no tag `hide-input`",
        "the experiment needs wanted of the page above: "
        "let bp/experiments/delta.py have it",
    ]


def test_an_empty_chapter_lacks_all_its_parts() -> None:
    page = rules.Page("07_delta")
    page.text = "# Nothing\n"
    page.notebook = nbformat.v4.new_notebook()
    named = {r.__name__ for r in rules.RULES if list(r(page))}
    assert named == {
        "exercises_are_solved",
        "it_has_all_its_parts",
        "citations_are_in_the_bibliography",
        "it_begins_with_a_picture",
    }
