"""Guard 3: slips are caught, in the chapters and in formulas to come."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import tree_slips
import true_anyway
from conftest import ROOT
from formulas import worlds
from formulas.check import check_all, grammar_of
from formulas.compare import Failed, Verdict
from formulas.extract import Display, displays
from formulas.parse import read
from formulas.tree import NotUnderstood, Statement
from more_slips import MORE
from slips import RULES, Rule, slips

pytestmark = pytest.mark.guard("3 book rules")
TEXTS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.md"))
TO_COME = sorted((ROOT / "tests" / "formulas").glob("*.md"))
TO_COME = [path for path in TO_COME if path.stem != "true"]
Planted = Iterable[tuple[str, str, bool]]  # label, slip, is it caught?


def formulas(path: Path) -> list[Display]:
    """Those with a label, but for the same ones in other spellings."""
    found = displays(path.read_text("utf-8"))
    return [d for d in found if d.label and "-again-" not in d.label]


def statements(display: Display, chapter: str) -> list[Statement]:
    kind = worlds.find(chapter, display.world)
    return read(display.latex, grammar_of(kind, display))


def is_caught(some: list[Statement], display: Display, chapter: str) -> bool:
    kind = worlds.find(chapter, display.world)
    try:
        check_all(some, display, kind, Verdict("", 0, "holds"))
    except (Failed, NotUnderstood):
        return True
    return False


def in_latex(
    path: Path, rules: dict[str, Rule]
) -> Iterator[tuple[str, str, bool]]:
    for display in formulas(path):
        right = statements(display, path.stem)
        for name, latex in slips(display.latex, rules):
            planted = replace(display, latex=latex)
            try:
                wrong = statements(planted, path.stem)
            except NotUnderstood:
                yield str(display.label), name, True
                continue
            new = [s for s in wrong if s not in right]  # the others hold
            caught = is_caught(new, planted, path.stem)
            yield str(display.label), name, caught


def in_trees(path: Path) -> Iterator[tuple[str, str, bool]]:
    for display in formulas(path):
        for statement in statements(display, path.stem):
            for name, wrong in tree_slips.of(statement):
                caught = is_caught([wrong], display, path.stem)
                if caught or name != "swapped":  # two numbers may be
                    yield str(display.label), name, caught


def report(
    what: str,
    planted: Planted,
    true: true_anyway.Why,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Print the share; what survives is what is known to be true as well."""
    found = list(planted)
    survived = Counter((label, name) for label, name, ok in found if not ok)
    share = 1 - survived.total() / max(1, len(found))
    with capsys.disabled():
        print(f"\n{what}: {len(found)} slips, {share:.1%} caught", end=" ")
    labels = {label for label, _, _ in found}
    known = {key: n for key, (n, _) in true.items() if key[0] in labels}
    assert survived == known


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_in_the_chapters(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = in_latex(path, RULES)
    report(path.stem, planted, true_anyway.CHAPTERS, capsys)


@pytest.mark.parametrize("path", TO_COME, ids=lambda path: path.stem)
def test_in_formulas_to_come(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = in_latex(path, RULES | MORE)
    report(path.stem, planted, true_anyway.TO_COME, capsys)


@pytest.mark.parametrize("path", TO_COME, ids=lambda path: path.stem)
def test_in_what_was_read(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every node of every formula, changed in every way."""
    planted = in_trees(path)
    report(f"{path.stem}, read", planted, true_anyway.READ, capsys)
