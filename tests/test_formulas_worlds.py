"""Guard 3: the worlds in which formulas are evaluated can be nudged."""

import re
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

from conftest import ROOT
from formulas.evaluate import Evaluator
from formulas.functions import FUNCTIONS
from formulas.slopes import TINY
from formulas.tree import Number, Symbol
from formulas.world import World
from formulas.worlds.network import SHAPES, SIZES, Network

pytestmark = pytest.mark.guard("3 book rules")
FOLDER = ROOT / "tools" / "formulas" / "worlds"
FILES = sorted(p for p in FOLDER.glob("*.py") if p.stem != "__init__")


def every_world() -> list[type[World]]:
    modules = [import_module(f"formulas.worlds.{p.stem}") for p in FILES]
    return [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, World)
        and kind.__module__ == module.__name__
    ]


of_every_world = pytest.mark.parametrize(
    "kind", every_world(), ids=lambda k: f"{k.__module__}.{k.__name__}"
)


@of_every_world
def test_a_complex_nudge_is_a_real_one(kind: type[World]) -> None:
    """Everything that comes after it moves as differences say it does: no
    step loses the imaginary part, or stands on an edge."""
    h, rng = 1e-6, np.random.default_rng(5)
    for seed in range(kind.networks):
        world = kind(seed, 0, kind.many)
        plain = world.run()
        for key, value in plain.items():
            entry = tuple(int(rng.integers(n)) for n in np.shape(value))
            step = np.zeros(np.shape(value))
            step[entry] = 1
            run = world.run({key: 1j * TINY * step})
            up, down = (world.run({key: s * h * step}) for s in (1, -1))
            for name in plain:
                slope = np.imag(run[name]) / TINY
                there = (up[name] - down[name]) / (2 * h)
                scale = 1 + np.max(np.abs(there), initial=0)
                wrong = np.max(np.abs(slope - there), initial=0)
                assert wrong < 1e-6 * scale, (key, entry, name)


@of_every_world
def test_one_of_the_outcomes_comes_out(kind: type[World]) -> None:
    """The chances of the outcomes of each draw add up to 1."""
    for seed in range(kind.networks):
        for draw in kind(seed, 0, kind.many).draws:
            assert abs(sum(outcome.chance for outcome in draw) - 1) < 1e-12


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_worlds_know_nothing_of_the_book_s_code(path: Path) -> None:
    """But for the digits, which are what the chapter speaks of."""
    taken = re.search(r"^\s*(from|import) bp\b", path.read_text("utf-8"), re.M)
    assert not taken or path.stem == "digits"


def test_slopes_that_the_tool_relies_on() -> None:
    """σ′ and σ″, δ and ∂C/∂w of its own network, by finite differences."""
    h = 1e-5
    for name, forms in FUNCTIONS.items():
        z = np.linspace(0.5 if name == r"\ln" else -4.1, 4, 41)
        for f, slope in pairwise(forms):
            there = (f(z + h) - f(z - h)) / (2 * h)
            assert np.abs(there - slope(z)).max() < 1e-8
    on = Evaluator(Network(0, samples=7))
    for l in (1, 2, 3):
        delta = on.value(Symbol(r"\Delta", (Number(str(l)),)))
        for j, i in np.ndindex(*delta.shape):
            step = np.zeros(delta.shape)
            step[j, i] = h
            up, down = (
                on.world.run({("z", l): s})["C", i + 1] for s in (step, -step)
            )
            assert abs(delta[j, i] - (up - down) / (2 * h)) < 1e-9


def test_all_widths_differ() -> None:
    for sizes in SIZES:
        assert len({*sizes, Network.many}) == len(sizes) + 1


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
            r"\$(\\?[a-zA-Z]+)(?:\^l)?(?:_\{?\w+\}?)?\$",
            cells[0].partition(";")[0],  # then those of a batch
        )
        shapes = re.findall(r"\$(\([^$]*\))\$", cells[2 % len(cells)])
        if shapes and names:
            rows |= dict(zip(names, shapes, strict=True))
    return rows


@pytest.mark.parametrize("stem", ["00_reading", "03_network"])
def test_the_printed_notation_is_the_tool_s(stem: str) -> None:
    rows = table_rows(stem)
    assert {"w", "b", "z", "a"} <= set(rows)
    for name, shape in rows.items():
        assert shape == SHAPES[name], name


def test_the_table_s_shapes_are_those_of_the_arrays() -> None:
    for name, shape in SHAPES.items():
        on = Evaluator(Network(0, samples=7 if "m" in shape else 1))
        sizes = on.world.sizes
        for marks in on.world.forms[name]:
            l = int(marks[0]) if marks else 0
            numbers = {"n_l": sizes[l], "n_{l-1}": sizes[max(l - 1, 0)]}
            numbers |= {"n_0": sizes[0], "n_L": sizes[-1], "m": 7, "1": 1}
            symbol = Symbol(name, tuple(Number(str(m)) for m in marks))
            said = shape.strip("()").split(", ")
            assert np.shape(on.value(symbol)) == tuple(
                numbers[s] for s in said
            )
