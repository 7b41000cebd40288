"""Guard 7: what is too wide for a phone is parted where it may be."""

import pytest
from docutils import nodes

from website import edges, parted

pytestmark = pytest.mark.guard("7 site")


def test_a_name_is_parted_behind_a_joint_and_in_a_table_alone() -> None:
    name = '<span class="pre">bp.loop.by_name(0.5)</span>'
    (cell,) = parted.CELL.findall(f"{name}<table><td>{name} _a.b</td></table>")
    found = parted.CELL.sub(parted.parted, cell)
    assert "bp.<wbr>loop.<wbr>by_<wbr>name(0.5)" in found
    assert found.count("<wbr>") == 3


def test_a_formula_keeps_the_mark_behind_it() -> None:
    text = [nodes.Text("so "), nodes.math("", "a"), nodes.Text(", then b")]
    line = nodes.paragraph("", "", *text, nodes.math("", "c"))
    parted.keep_marks(None, line, "page")
    first, kept, rest, last = line.children
    assert kept["classes"] == ["kept"]
    assert [part.astext() for part in kept.children] == ["a", ","]
    assert (first, rest) == ("so ", " then b")
    assert isinstance(last, nodes.math)


@pytest.mark.parametrize(("said", "lines"), [("right\n", 1), ("a b\nc d", 0)])
def test_one_line_of_output_may_be_parted(said: str, lines: int) -> None:
    block = nodes.literal_block("", said)
    tree = nodes.container("", block, classes=["cell_output"])
    parted.mark_lines(None, tree)
    assert block["classes"].count("one-line") == lines


def test_an_opened_fold_still_says_what_it_is() -> None:
    output = nodes.container(classes=["cell_output"])
    cell = nodes.container("", output, classes=["cell"], hide_mode="input")
    edges.name_edges(None, nodes.section("", cell))
    assert cell["prompt_show"] == "Code: what is below"
    assert cell["prompt_hide"] == cell["prompt_show"]
