"""Guard 3: true formulas hold, however spelled; what is false is told."""

import re
from pathlib import Path

import pytest

from conftest import ROOT
from formulas.check import check
from formulas.extract import Display, displays

pytestmark = pytest.mark.guard("3 book rules")
FILES = sorted((ROOT / "tests" / "formulas").glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_true_formulas_hold(path: Path) -> None:
    """Of the chapters that are there and of those to come, and in other
    spellings; each file is read in the world of its name."""
    found = displays(path.read_text("utf-8"))
    verdicts = [check(display, path.stem) for display in found]
    assert verdicts
    assert not [str(v) for v in verdicts if v.state != "holds"]


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
            "not understood",
            "which sample",
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
    verdict = check(Display(latex, 1, "eq-test"), "minibatch")
    assert verdict.state == state, str(verdict)
    assert re.search(words, verdict.why), verdict.why


OF_OTHERS = [
    # conditions, offsets, times
    ("convolution", "", r"b = \sum_{u > 0} w_{uv}", "false", "is not"),
    (
        "attention",
        "",
        r"\frac{d}{P_{ij} - P_{ij}} = 2",
        "false",
        "a division by 0",
    ),
    (
        "convolution",
        "",
        r"z_{ij} = \sum_{u,v} w_{uv} \, x_{i-u,j-v} + b",
        "false",
        "component",
    ),
    (
        "convolution",
        "",
        r"\frac{\partial C}{\partial w_{uv}}"
        r" = \sum_{i,j} \delta_{ij} \, x_{i-u,j-v}",
        "false",
        "component",
    ),
    ("recurrence", "", r"h_t = \tanh(z_{t-1})", "false", "is not"),
    (
        "recurrence",
        "",
        r"\frac{\partial C}{\partial w} = \sum_{t=1}^{T} \delta_t \, h_t^\top",
        "false",
        "is not",
    ),
    (
        "recurrence",
        "gates",
        r"\frac{\partial c_t}{\partial c_{t-1}} = \operatorname{diag}(f_t)",
        "false",
        "is not",
    ),
    ("recurrence", "", r"h_t = \tanh(z)", "not und", "mark is missing"),
    ("optimisers", "adam", r"m_t = \beta_t m_{t-1}", "false", "no layer"),
    ("optimisers", "rprop", r"v_t = 0", "not und", "no such world"),
    (
        "attention",
        "language",
        r"\frac{\partial O_{ic}}{\partial X_{jk}} = 0 ,"
        r" \quad j = i + 2, \dots, m",
        "false",
        "elsewhere",
    ),
    ("attention", "", r"P = \sigma(S)", "false", "is not"),
    ("autodiff", "", r"\bar v_i \in v_i", "not und", "relation"),
    (
        "autodiff",
        "",
        r"\bar v_i = \sum_{j \,:\, i < j} \bar v_j"
        r" \, \frac{\partial v_j}{\partial v_i}",
        "false",
        "is not",
    ),
    (
        "normalisation",
        "",
        r"\frac{\partial \hat z_{ji}}{\partial z_{ji}} \Bigr|_{j} = 1",
        "not und",
        "hold a quantity",
    ),
    (
        "normalisation",
        "",
        r"\mu_j \Bigr|_{v} = 1",
        "not und",
        "held in which",
    ),
]


@pytest.mark.parametrize(
    ("chapter", "world", "latex", "state", "words"), OF_OTHERS
)
def test_verdicts_of_other_worlds(
    chapter: str, world: str, latex: str, state: str, words: str
) -> None:
    verdict = check(Display(latex, 1, "eq-test", world=world), chapter)
    assert verdict.state.startswith(state), str(verdict)
    assert any(w in verdict.why for w in words.split("|")), verdict.why


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
        r"\frac{\partial}{\partial u} \ln(-u^2)"
        r" = \frac{\partial}{\partial u} \ln(-u^2)",
        r"\frac{1}{v - v} \approx 0.3",
        r"\Delta C \approx \frac{1}{v - v} \Delta z^l_j",
        r"\frac{u}{v - v} = v + O(u^2)",
    ],
)
def test_what_is_not_finite_is_false(latex: str) -> None:
    verdict = check(Display(latex, 1, "eq-test", where=NUMBERS))
    assert verdict.state == "false", str(verdict)
