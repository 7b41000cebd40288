"""Guard 3: what is printed holds; and the tool that says so is sharp."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

from conftest import ROOT
from formulas import measure, notation, world
from formulas.__main__ import verdicts
from formulas.check import check, states_nothing
from formulas.evaluate import Evaluator
from formulas.extract import Display, displays
from slips import slips

pytestmark = pytest.mark.guard("3 book rules")
TEXTS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.md"))
TRUE = ROOT / "tests" / "formulas" / "true.md"
ids = [path.stem for path in TEXTS]


def found(path: Path) -> list[Display]:
    return displays(path.read_text("utf-8"))


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_every_labelled_formula_holds_as_printed(path: Path) -> None:
    said = verdicts(path)
    assert [v.label for v in said] == [d.label for d in found(path) if d.label]
    assert not [str(v) for v in said if v.state in {"false", "not understood"}]
    excused = [v for v in said if v.state == "not checked"]
    assert len(excused) <= 1
    assert all(len(v.why.split()) >= 5 for v in excused), "give a reason"


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_unlabelled_displays_state_nothing(path: Path) -> None:
    """An example in numbers may go without a label; its sums are right."""
    for display in found(path):
        if display.label is None:
            assert states_nothing(display), display.latex
            if not re.search(r"pmatrix|bmatrix", display.latex):
                assert check(display, path.stem).state == "holds"


# Slips that make a formula which is true as well, and why it is.
TRUE_ANYWAY = {
    ("eq-digits-distance", "+ for −"): (
        2,  # in the norm, and in the sum
        "the ones of y and v never meet, so y + v is as long as y − v",
    ),
    ("eq-neuron-own", "an index for another"): (
        1,
        "σ′(z_k) where j = k is σ′(z_j)",
    ),
    ("eq-bp1-index", "an index for another"): (
        1,
        "in the sum over k only the term with k = j is not zero",
    ),
    ("eq-bp1-matrix", "a transpose lost"): (
        1,
        "the Jacobian is diagonal, and so its own transpose",
    ),
    ("eq-bp3-index", "an index for another"): (
        2,  # in the first line, and in the second
        "in the sum over k only the term with k = j is not zero",
    ),
    ("eq-bp3-matrix", "a transpose lost"): (
        1,
        "the Jacobian is the identity, and so its own transpose",
    ),
    ("eq-descent-index", "a sum ended early"): (
        1,
        "true as well of a change in all layers but the last",
    ),
    ("eq-descent-index", "a number off by one"): (
        3,
        "true as well of a change in fewer layers, or fewer weights",
    ),
    ("eq-weights-all", "a sum lost"): (
        2,  # over j, and over k
        "true as well of a change in one row, or in one column, alone",
    ),
    ("eq-regularisation-l2", "indices swapped"): (
        1,
        "a sum over all weights does not care which index is which",
    ),
    ("eq-regularisation-l1", "indices swapped"): (
        1,
        "a sum over all weights does not care which index is which",
    ),
    ("eq-regularisation-mask", "an index for another"): (
        2,  # in the mean, and in the variance
        "every entry of a mask is drawn in the same way",
    ),
    ("eq-regularisation-noise-linear", "− for +"): (
        1,
        "noise is as likely to be taken away as to be added",
    ),
}


def test_planted_slips_are_caught(capsys: pytest.CaptureFixture[str]) -> None:
    planted, survived = 0, []
    for path in TEXTS:
        for display in found(path):
            if not display.label:
                continue
            for name, latex in slips(display.latex):
                planted += 1
                verdict = check(replace(display, latex=latex), path.stem)
                if verdict.state == "holds":
                    survived.append((display.label, name))
    caught = 1 - len(survived) / planted
    with capsys.disabled():
        print(
            f"\n{planted} slips planted in the chapters, {caught:.1%} caught"
        )
    assert planted >= 400
    assert caught >= 0.99
    counts = {key: survived.count(key) for key in survived}
    assert counts == {key: n for key, (n, _) in TRUE_ANYWAY.items()}


@pytest.mark.parametrize(
    "display", displays(TRUE.read_text("utf-8")), ids=lambda d: d.label
)
def test_true_formulas_in_other_spellings_hold(display: Display) -> None:
    verdict = check(display)
    assert verdict.state == "holds", str(verdict)


def test_slips_in_equations_that_are_to_come() -> None:
    """The other three equations, before their chapters are written."""
    for display in displays(TRUE.read_text("utf-8")):
        if re.match(r"(batch-)?(bp\d|nabla|jacobian|second)", display.label):
            for name, latex in slips(display.latex):
                verdict = check(replace(display, latex=latex))
                assert verdict.state != "holds", (name, latex)


@pytest.mark.parametrize(
    ("latex", "state", "words"),
    [
        # false, and how it is told
        (r"C = \lVert y - a^L \rVert^2", "false", "is not"),
        (r"\delta^L = a^L - y", "false", "is not"),
        (r"a^l = \sigma(z^{l-1})", "false", r"shapes \(3, 1\) and \(5, 1\)"),
        (r"z^l_j = \sum_k w^l_{kj} a^{l-1}_k + b^l_j", "false", "runs over"),
        (r"z^l_j = \sum_j w^l_{jk} a^{l-1}_k", "false", "j is free in one"),
        (r"C = \sum_k C", "false", "never used"),
        (
            r"C = \frac12 \sum_{j=1}^{m} (y_j - a^L_j)^2",
            "false",
            "from 1 to 7",
        ),
        (r"\Delta^L = a^L_j - y_j", "not understood", "which sample"),
        (r"\delta^l = 0", "false", "is not|shapes"),
        (
            r"\Delta C \approx 2 \, \delta^l_j \, \Delta z^l_j",
            "false",
            "10 ti",
        ),
        (r"a^l = \sigma(z^l) , \quad l = 0, \dots, L", "false", "is printed"),
        (r"a^l = \sigma(z^l) , \quad l = 2, \dots, L", "false", "is printed"),
        (r"C > 1", "false", ">"),
        (r"\frac13 \approx 0.34", "false", "not about"),
        (r"a^{L+1} = a^{L+1}", "false", "applies to no layer"),
        (r"a^l_j - a^l_j = z^l_j - z^l_j", "false", "zero everywhere"),
        (
            r"\begin{aligned} \delta^L &= \nabla_a C \odot \sigma'(z^L) \\"
            r" &= (a^L + y) \odot \sigma'(z^L) \end{aligned}",
            "false",
            "step 2",
        ),
        (
            r"\sigma(z_j) = \begin{cases} a_j & \text{if } z_j < 99 , \\"
            r" 0 & \text{otherwise.} \end{cases}",
            "false",
            "never occurs",
        ),
        # not understood, and what would be
        (r"a^l = f(z^l)", "not understood", "f: say above: % where: f is a"),
        (r"\sigma^2(z^l_j) = (a^l_j)^2", "not understood", r"\(sigma\(…\)\)"),
        (r"(a^l)' = 1", "not understood", "a prime on no function"),
        (r"a^l_j = \sigma z^l_j", "not understood", "sigma of what"),
        (r"z^l + b^l", "not understood", "a statement needs an ="),
        (r"\sigma(z^l_j) = O(1)", "not understood", "with h a number"),
        (r"\oint z^l = 1", "not understood", "has no meaning here"),
        (r"\Delta C = \delta^l_j \Delta z^l_j", "not understood", "approx"),
        (
            r"\frac{\partial C}{\partial \delta^l} = 1",
            "not und",
            "nothing can",
        ),
        (r"A^l = a^l \mathbf 1^\top", "not understood", "which sample"),
        (r"z^l = \frac{w^l a^{l-1}", "not understood", "a } is missing"),
    ],
)
def test_verdicts(latex: str, state: str, words: str) -> None:
    verdict = check(Display(latex, 1, "eq-test"))
    assert verdict.state.startswith(state), str(verdict)
    assert re.search(words, verdict.why), verdict.why


@pytest.mark.parametrize(
    ("latex", "state", "words"),
    [
        (r"\operatorname{E}(s_i) = \frac{m}{N}", "holds", ""),
        (r"\operatorname{E}(c_i) = \operatorname{E}(s_i)", "holds", ""),
        (r"\operatorname{E}(\hat g - \bar g) = 0", "holds", ""),
        (
            r"\operatorname{Var}(2 s_i) = 4 \operatorname{Var}(s_i)",
            "holds",
            "",
        ),
        (
            r"\operatorname{Var}(s_i) = \frac mN \bigl( 1 - \frac mN \bigr)",
            "holds",
            "",
        ),
        (r"\operatorname{E}(s_i s_k) = \frac{m^2}{N^2}", "false", "is not"),
        (r"\operatorname{E}(g_i) = g_i", "not understood", "nothing in it"),
        (r"\operatorname{E}(s_i c_i) = 0", "not understood", "one draw"),
    ],
)
def test_means_over_a_draw(latex: str, state: str, words: str) -> None:
    """E and Var are over all outcomes of what a chapter says is drawn."""
    verdict = check(Display(latex, 1, "eq-test"), "11_minibatch")
    assert verdict.state == state, str(verdict)
    assert re.search(words, verdict.why), verdict.why


NUMBERS = ("u, v are numbers",)


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{u}{v - v} = u v",
        r"\frac{u}{v - v} = \frac{u}{v - v}",
        r"\frac{v - v}{v - v} = \frac{v - v}{v - v}",
        r"\frac{a^l_j}{a^l_j - a^l_j} = w^l_{jk}",
        r"\ln(v - v) = -3 C",
        r"\ln(v - v) < C",
        r"\frac{1}{(v - v)^2} > C",
        r"\frac{1}{v - v} \ne C",
        r"(v - v)^{-1} = u",
        r"\frac{1}{\frac{1}{v - v}} = 0",
        r"e^{-\frac{1}{(v - v)^2}} = 0",
        r"\sigma\bigl( \frac{1}{(v - v)^2} \bigr) = 1",
        r"10^{400} = 10^{500}",
        r"e^{1000 + v^2} = u",
        rf"{10**400} = {10**401}",
        r"\sum_{k} \frac{z^l_k - z^l_k}{z^l_k - z^l_k} = u",
        r"\sum_{k=1}^{\frac{1}{v - v}} k = u",
        r"\prod_k \ln(z^l_k - z^l_k) = u",
        r"\operatorname{argmax}_j \frac{z^l_j}{v - v} = 1",
        r"u = \begin{cases} u & \text{if } \frac{1}{v - v} > 0 , \\"
        r" 0 & \text{otherwise.} \end{cases}",
        r"\lVert \ln(a^l - a^l) \rVert = u",
        r"\frac{\partial}{\partial u} \frac{u}{v - v} = v",
        r"\frac{1}{v - v} \approx 0.3",
        r"\Delta C \approx \frac{1}{v - v} \Delta z^l_j",
        r"\frac{u}{v - v} = v + O(u^2)",
    ],
)
def test_what_is_not_finite_is_false(latex: str) -> None:
    verdict = check(Display(latex, 1, "eq-test", where=NUMBERS))
    assert verdict.state == "false", str(verdict)


def test_displays_are_found_wherever_myst_has_them() -> None:
    text = r"""
# Title

> In a quotation
>
> $$ a = 1 $$ (eq-quote)

- in a list

  $$ a = 2 $$ (eq-list)

````{exercise} One
:label: ex-one

```{math}
:label: eq-directive
a = 3
```

:::{admonition} Deeper
$$ a = 4 $$ (eq-deep)
:::
````

```{math} a = 5
---
label: eq-argument
---
```

\begin{align} a &= 6 \label{eq-ams} \end{align}

% not checked: only a test

$$
a = 7
$$ (eq-excused)

```python
$$ a = 8 $$ (eq-code)
```

% where: a is a number

$$ a = 9 $$

## Next

$$ a = 10 $$
"""
    said = displays(text)
    names = "quote list directive deep argument ams excused".split()
    labels: list[str | None] = [f"eq-{name}" for name in names]
    assert [d.label for d in said] == [*labels, None, None]
    assert [d.not_checked for d in said if d.not_checked] == ["only a test"]
    assert [d.where for d in said[-2:]] == [("a is a number",), ()]
    lines = text.split("\n")
    for number, d in enumerate(said[:2], start=1):
        assert f"a = {number}" in lines[d.line - 1]


def test_macros_are_written_out() -> None:
    macros: dict = {"vx": r"\mathbf{x}", "half": [r"\frac{#1}{2}", 1]}
    display = Display(r"\half{6} = 3", 1, "eq-test")
    assert check(display, macros=macros).state == "holds"


def test_slopes_that_the_tool_relies_on() -> None:
    """σ′ and σ″, δ and ∂C/∂w of its own network, by finite differences."""
    z, h = np.linspace(-4, 4, 41), 1e-5
    for f, slope in [
        (world.sigma, world.sigma_1),
        (world.sigma_1, world.sigma_2),
    ]:
        assert np.abs((f(z + h) - f(z - h)) / (2 * h) - slope(z)).max() < 1e-9
    on = Evaluator(world.World(0, 7), batch=True)
    for l in (1, 2, 3):
        for j, i in np.ndindex(*on.run().arrays["z", l].shape):
            step = np.zeros(on.run().arrays["z", l].shape)
            step[j, i] = h
            up, down = (
                on.world.run({("z", l): s}).costs for s in (step, -step)
            )
            slope = (up - down)[i] / (2 * h)
            assert abs(on.deltas(l)[j, i] - slope) < 1e-9


def test_all_widths_differ() -> None:
    for sizes in world.SIZES:
        assert len({*sizes, world.SAMPLES}) == len(sizes) + 1


def table_rows(stem: str) -> dict[str, str]:
    """Symbols and shapes in the tables that a chapter prints."""
    notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4)
    text = "\n".join(
        c.source for c in notebook.cells if c.cell_type == "markdown"
    )
    rows: dict[str, str] = {}
    for line in re.findall(r"^\| .* \|$", text, re.M):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        names = re.findall(
            r"\$(\\?[a-zA-Z]+)(?:\^l)?(?:_\{?\w+\}?)?\$", cells[0]
        )
        shapes = re.findall(r"\$(\([^$]*\))\$", cells[-1])
        if shapes and names:
            rows |= dict(zip(names, shapes, strict=True))
    return rows


@pytest.mark.parametrize("stem", ["00_reading", "03_network"])
def test_the_printed_notation_is_the_tool_s(stem: str) -> None:
    rows = table_rows(stem)
    assert {"w", "b", "z", "a"} <= set(rows)
    for name, shape in rows.items():
        assert shape == notation.TABLE[name].shape, name


def test_the_table_s_shapes_are_those_of_the_arrays() -> None:
    for batch in (False, True):
        on = Evaluator(world.World(0, 7 if batch else 1), batch)
        sizes = on.world.sizes
        for entry in notation.TABLE.values():
            if entry.whole is not batch:
                continue
            for l in range(entry.first or 0, on.world.depth + 1):
                n_l, below, m = sizes[l], sizes[max(l - 1, 0)], 7
                numbers = {"n_l": n_l, "n_{l-1}": below, "m": m, "1": 1}
                numbers |= {"n_0": sizes[0], "n_L": sizes[-1]}
                said = entry.shape.strip("()").split(", ")
                layer = 0 if entry.first is None else l
                array = on.array(entry.kind, layer)
                assert array.shape == tuple(numbers[s] for s in said)


def run_tool(*paths: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.formulas", *map(str, paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_command_line(tmp_path: Path) -> None:
    chapter = ROOT / "chapters" / "05_delta.md"
    good = run_tool(chapter)
    assert good.returncode == 0
    assert "eq-bp1: holds at" in good.stdout
    assert "05_delta: 8 holds" in good.stdout
    text = chapter.read_text("utf-8")
    spoiled = tmp_path / "05_delta.md"
    old = "\n\\delta^L = \\nabla_a C \\odot"
    assert text.count(old) == 1
    spoiled.write_text(text.replace(old, old.replace("= ", "= -")), "utf-8")
    bad = run_tool(spoiled)
    assert bad.returncode == 1
    assert "eq-bp1: false: " in bad.stdout


def test_a_file_that_cannot_be_evaluated_is_one_sentence(
    tmp_path: Path,
) -> None:
    """And the others are looked at all the same."""
    names = "none.md empty.md latin.md book.ipynb folder.md good.md"
    none, empty, latin, book, folder, good = (
        tmp_path / name for name in names.split()
    )
    empty.write_text("# A title\n\n$$ 1 = 2 $$\n", "utf-8")
    latin.write_bytes(b"# \xe9\n")
    book.write_text("{}", "utf-8")
    folder.mkdir()
    good.write_text("\ufeff$$ 1 + 1 = 2 $$ (eq-sum)\n", "utf-8")
    said = run_tool(none, empty, latin, book, folder, good)
    assert said.returncode == 2
    assert "eq-sum: holds" in said.stdout
    assert said.stderr.splitlines() == [
        f"{none} is not there.",
        f"{empty} has no displayed formula with a label.",
        f"{latin} is no text in UTF-8.",
        f"{book} is a notebook: give its text twin, {tmp_path / 'book.md'}.",
        f"{folder} is a folder: name its files.",
    ]


def test_what_a_check_cell_has_seen_is_noted(tmp_path: Path) -> None:
    """Of numbers, arrays with one entry, and decimals; `==` is exact."""
    source = (
        "import numpy as np\nfrom decimal import Decimal\n"
        "assert 3e-16 < 1e-15 and np.array([4e-16]) < 1e-14\n"
        'assert Decimal("2e-16") < Decimal("1e-12")\n'
        "assert 1 == 1 and all(2 < n for n in [3])"
    )
    cell = nbformat.v4.new_code_cell(source, id="one")
    cell.metadata["tags"] = ["check:eq-one", "check:eq-two"]
    exact = nbformat.v4.new_code_cell("assert 1 == 1", id="two")
    exact.metadata["tags"] = ["check:eq-three"]
    notebook = nbformat.v4.new_notebook(cells=[cell, exact])
    nbformat.write(notebook, tmp_path / "01_test.ipynb")
    seen = measure.in_cells(tmp_path / "01_test.ipynb")
    assert seen == {"eq-one": 4e-16, "eq-two": 4e-16, "eq-three": 0.0}
    assert measure.bound(measure.asserted(source)) == "below 1e-12"
    assert measure.bound(measure.asserted("assert 1 == 1")) == "exact"
