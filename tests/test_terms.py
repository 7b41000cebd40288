"""Guard 3: nothing is used before the paragraph that teaches it."""

import pytest

import terms
from conftest import ROOT

pytestmark = pytest.mark.guard("3 book rules")

FIRST = """
# How it begins

A nudge is not yet known here.

:::{admonition} Before and after
You leave with a nudge.
:::

{early}

## A nudge

A *nudge* is a small push.
Two nudges are two.
% term: nudge | nudges
"""
HELD = {
    "a promise": "[A nudge](02_late.ipynb) comes later, a nudge.",
    "a formula": "There is $nudge$ and `nudge`.",
    "a part of a word": "Nudgeless, and re-nudge.",
    "a comment": "Nothing.\n% 2 = nudge",
}


def text(early: str, stem: str = "01_early") -> terms.Text:
    return terms.Text(stem, FIRST.replace("{early}", early))


@pytest.mark.parametrize("early", HELD.values(), ids=HELD)
def test_what_is_no_use_is_let_pass(early: str) -> None:
    late = terms.Text("02_late", FIRST.replace("{early}", "Nothing."))
    early_one = terms.Text("01_early", f"# A\n\n:::\n\n{early}\n")
    assert not list(terms.before(terms.terms((late,))[0], (early_one, late)))


@pytest.mark.parametrize("early", ["A nudge.", "Three\nNudges", "(nudge)"])
def test_a_use_before_is_named(early: str) -> None:
    chapters = (text(early), text("Nothing.", "02_next"))
    term = terms.terms(chapters)[0]
    line = 10 + early.count("\n")
    assert list(terms.before(term, chapters)) == [("01_early", line)]
    assert "“nudge” is used before" in terms.early(chapters)["01_early"][0][1]


def test_functions_of_numpy_are_plain_or_taught() -> None:
    cell = "```{code-cell} ipython3\nnp.einsum(np.abs(x))\n```\n"
    folded = cell.replace("\n", "\n:tags: [hide-input]\n", 1)
    chapter = terms.Text("01_early", f"# A\n\n{cell}\n{folded}")
    assert list(terms.untaught(chapter, set())) == [(4, "np.einsum")]
    assert not list(terms.untaught(chapter, {"np.einsum"}))


def test_a_word_of_the_trade_is_taught_somewhere() -> None:
    chapter = terms.Text("01_early", "# A\n\n:::\n\nThe variances.\n")
    assert terms.early((chapter,))["01_early"] == [
        (5, "no chapter teaches “variance”")
    ]


def test_every_term_is_on_its_page_once() -> None:
    page = terms.index()
    known = terms.terms(terms.texts(ROOT))
    assert page.count("\n- ") == len(known)
    forms = [form.lower() for term in known for form in term.forms]
    assert len(forms) == len(set(forms)), "a term is taught in two places"
