"""Guard 6: every experiment, at its defaults and at its sliders' ends."""

import math
from html import escape
from xml.etree import ElementTree

import pytest
from ipywidgets import (
    HTML,
    FloatSlider,
    SelectionSlider,
    Stack,
    ToggleButtons,
    VBox,
)

from bp.experiments import kit, reading
from conftest import ROOT
from processors import without_plots
from runs import Explored, run_of
from website import starts

pytestmark = [
    pytest.mark.guard("6 experiments"),
    pytest.mark.together("run of {chapter}"),
]
STEMS = sorted(p.stem for p in (ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))


def ends(control: object) -> list[object]:
    if isinstance(control, FloatSlider):
        # The page may say 6.999999999999999: no seed and no epoch.
        assert control.step % 1, "for whole numbers: choice"
        return [control.min, control.max]
    if isinstance(control, VBox):  # a field to draw on: nothing, two lines
        return ["", "40,15 160,15 90,190;70,105 150,105"]
    assert isinstance(control, SelectionSlider | ToggleButtons)
    values = [value for _, value in control._options_full]
    return [values[0], values[-1]]


def check_picture(picture: object) -> None:
    """Well-formed, without missing numbers, with a sentence beside it."""
    root = ElementTree.fromstring(picture.html)
    assert root.findall("./div/{http://www.w3.org/2000/svg}svg")
    assert root.find("div").get("aria-label") == picture.text
    assert root.find("figcaption").text == picture.text
    assert picture.text.strip().endswith(".")
    assert "nan" not in picture.svg.lower()


def check_stored(found: Explored) -> None:
    """What the page shows first is drawn again, on this processor."""
    shown = found.first()._repr_mimebundle_()
    if not found.still:
        shown["text/html"] = kit.form(found.controls) + shown["text/html"]
    (output,) = [o for o in found.cell.outputs if "data" in o]
    for kind, text in shown.items():
        assert without_plots(output.data[kind]) == without_plots(text)


def pictures(widget: object) -> list[str]:
    if isinstance(widget, HTML):
        return [widget.value]
    return [p for child in widget.children for p in pictures(child)]


def check_live(box: VBox, controls: dict[str, object]) -> None:
    """Each slider's callback changes the picture."""
    for control in controls.values():
        seen, first = {box.children[-1].value}, control.value
        for value in ends(control):
            control.value = value
            seen.add(box.children[-1].value)
        control.value = first
        assert len(seen) > 1, control.description


def check_frames(box: VBox, controls: dict[str, object]) -> None:
    """A picture for each position, all different, the default on top."""
    drawn = pictures(box.children[-1])
    assert len(drawn) == math.prod(len(c.options) for c in controls.values())
    assert len(drawn) <= 60
    assert len(set(drawn)) == len(drawn)
    pile = box.children[-1]
    for control in controls.values():
        assert isinstance(pile, Stack) and pile.selected_index == control.index
        pile = pile.children[pile.selected_index]


@pytest.mark.parametrize("stem", STEMS)
def test_experiments(stem: str) -> None:
    explored = run_of(stem).explored
    assert explored
    for found in explored:
        draw, controls = found.draw, found.controls
        check_stored(found)
        defaults = {name: c.value for name, c in controls.items()}
        check_picture(draw(**defaults))
        for name, control in controls.items():
            for value in ends(control):
                check_picture(draw(**{**defaults, name: value}))
        if found.still:
            check_frames(kit.frames(draw, controls), controls)
        else:
            check_live(kit.live(draw, controls), controls)


@pytest.mark.parametrize("stem", STEMS)
def test_an_experiment_starts_by_itself(
    stem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its imports and its cell alone, where the reader has moved it."""
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(kit, "display", lambda x, **_: shown.append(x))
    for found in run_of(stem).explored:
        name, control = next(iter(found.controls.items()))
        end = ends(control)[-1]
        last = len(control.options) - 1 if hasattr(control, "index") else end
        kit.moved[name] = last
        start = starts.start_of(stem, found.cell.source)
        exec(f"{start}\n{found.cell.source}", {})
        values = {n: c.value for n, c in found.controls.items()}
        wanted = found.draw(**{**values, name: end})
        assert shown[-1]["text/plain"] == wanted.text
        assert not kit.moved


@pytest.mark.parametrize("stem", STEMS)
def test_controls_stand_there_before_python(stem: str) -> None:
    """Each has its name, where it stands, and the ends that it has later."""
    for found in run_of(stem).explored:
        form = kit.form(found.controls)
        for name, control in found.controls.items():
            assert f'name="{name}"' in form
            if isinstance(control, ToggleButtons):
                assert form.count(f'name="{name}"') == len(control.options)
            elif isinstance(control, FloatSlider):
                assert f'min="{control.min}" max="{control.max}"' in form
            elif isinstance(control, SelectionSlider):
                assert f'max="{len(control.options) - 1}"' in form
            if not isinstance(control, VBox):
                assert escape(control.description) in form


def test_same_values_same_picture() -> None:
    """Pure: numbers in, picture out."""
    first, second = (reading.draw_middle(4) for _ in "ab")
    assert first == second
    ax, other = kit.axes(), kit.axes()
    assert kit.plot(ax, "A.") == kit.plot(other, "A.")


def test_the_book_has_one_palette() -> None:
    assert list(kit.COLOUR) == ["a", "z", "delta", "w", "C"]
    assert len(set(kit.COLOUR.values())) == 5
