"""The drawings that an output shows, each to stand by itself on paper."""

import re

from bs4 import BeautifulSoup, Tag

INK, SIZE = "#222222", "font-size:15px"


def drawings(html: str) -> list[tuple[list[str], str]]:
    """For each picture its drawings (SVG), and what is said below.

    An experiment shows what it stores for where its sliders stand at first.
    """
    soup, found = BeautifulSoup(html, "html.parser"), []
    for figure in soup.select("figure.picture"):
        svgs = [alone(svg) for svg in figure.find_all("svg")]
        caption = figure.find("figcaption")
        found.append(
            (svgs, caption.get_text(" ", strip=True) if caption else "")
        )
    return found


def alone(svg: Tag) -> str:
    """A drawing that needs no page: no variable, no inherited colour."""
    if "wide" in svg.get("class", []):  # as wide as its place
        width, height = str(svg["viewbox"]).split()[2:]
        svg["style"], svg["width"], svg["height"] = SIZE, width, height
    else:
        del svg["style"]
    text = str(svg).replace("viewbox=", "viewBox=")
    text = re.sub(r"var\(--pst-color-background,.*?white\)\)", "white", text)
    text = re.sub(r"calc\((\d+px)\*var\(--grow,1\)\)", r"\1", text)
    return text.replace("currentColor", INK)
