"""The front of the book, on paper and as the cover of the ePub.

Its picture is that of the site, standing still: a network that reads a
digit, and the error on its way back.
"""

import sys
import tempfile
from pathlib import Path

import matplotlib
import typst
from bs4 import BeautifulSoup

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
from pictures import alone, as_spelled  # noqa: E402

from bp.experiments.kit import COLOUR  # noqa: E402
from cover.still import still  # noqa: E402
from cover.write import PROMISE, an, opening  # noqa: E402

TYPST = (HERE / "front.typ").read_text("utf-8")
CALL = '#front(sys.inputs.title, sys.inputs.promise, "", "front.svg")\n'
FONTS = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
DAY = {  # the site's names for its colours
    "a": COLOUR["a"],
    "delta": COLOUR["delta"],
    "line": "#d8dde4",
    "paper": "#ffffff",
    "soft": "#586373",
    "td": "#c0352e",
}


def draw(folder: Path) -> None:
    """The site's picture as a file, without what only a page knows."""
    page = still(opening())
    for name, colour in DAY.items():
        page = page.replace(f"var(--{name})", colour)
    svg = BeautifulSoup(page, "html.parser").svg
    assert svg
    whole = as_spelled(alone(svg), page)
    (folder / "front.svg").write_text(whole, "utf-8")


def told() -> str:
    """What the front shows, for whoever does not see it."""
    seen = opening()
    return (
        f"A network reads a handwritten {seen.meant} as {an(seen.read)}; "
        "the error goes back through its weights. Below stand the four "
        "equations of backpropagation."
    )


def cover(title: str) -> bytes:
    """The front as a PNG."""
    with tempfile.TemporaryDirectory() as name:
        draw(Path(name))
        source = Path(name) / "front.typ"
        source.write_text(TYPST + CALL, "utf-8")
        made: bytes = typst.compile(
            source,
            format="png",
            ppi=220,
            font_paths=[FONTS],
            sys_inputs={"title": title, "promise": PROMISE},
        )
    return made
