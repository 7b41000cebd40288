"""Guard 3: the formula tool finds what stands in a file, and says so."""

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from formulas.check import check
from formulas.extract import Display, displays

pytestmark = pytest.mark.guard("3 book rules")


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
% so: 2750 = what another tool reads
% world: adam

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
    assert [d.world for d in said[-2:]] == ["adam", ""]
    lines = text.split("\n")
    for number, d in enumerate(said[:2], start=1):
        assert f"a = {number}" in lines[d.line - 1]


def test_macros_are_written_out() -> None:
    macros: dict = {"vx": r"\mathbf{x}", "half": [r"\frac{#1}{2}", 1]}
    display = Display(r"\half{6} = 3", 1, "eq-test")
    assert check(display, macros=macros).state == "holds"


def run_tool(*paths: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.formulas", *map(str, paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_command_line(tmp_path: Path) -> None:
    chapter = ROOT / "chapters" / "07_delta.md"
    good = run_tool(chapter)
    assert good.returncode == 0
    assert "eq-bp1: holds at" in good.stdout
    assert "07_delta: 8 holds" in good.stdout
    text = chapter.read_text("utf-8")
    spoiled = tmp_path / "07_delta.md"
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
        f"{empty} has no display with a label.",
        f"{latin} is no text in UTF-8.",
        f"{book} is a notebook: give its text twin, {tmp_path / 'book.md'}.",
        f"{folder} is a folder: name its files.",
    ]
