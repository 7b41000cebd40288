"""The drawings that an output shows, each to stand by itself on paper."""

import re

from bs4 import BeautifulSoup, Tag
from matplotlib.colors import to_hex, to_rgb

INK = "#222222"
SPACE = "http://www.w3.org/2000/svg"
LETTERS = "font-family:'DejaVu Sans',sans-serif"  # their widths were planned
SIZE = "font-size:15px"  # of a drawing that is as wide as its place
GROWING = re.compile(r"calc\(([\d.]+px) ?\* ?var\(--grow, ?1\)\)")
CAPITALS = re.compile(r"(?<=[<\s/])[a-z]+[A-Z][A-Za-z]*(?=[\s>=])")
PAGE = re.compile(r"var\(--pst-color-background,.*?white\)\)")
MIXED = re.compile(
    r"color-mix\(in srgb, ?(#\w{6}|[a-z]+) (\d+)%, ?currentColor\)", re.I
)


def drawings(html: str) -> list[tuple[list[str], str]]:
    """For each picture its drawings (SVG), and what is said below.

    An experiment shows what it stores for where its sliders stand at first.
    """
    soup, found = BeautifulSoup(html, "html.parser"), []
    for shown in soup.select("figure.picture"):
        svgs, caption = shown.find_all("svg"), shown.find("figcaption")
        said = caption.get_text(" ", strip=True) if caption else ""
        found.append(([as_spelled(alone(svg), html) for svg in svgs], said))
    return found


def alone(svg: Tag) -> str:
    """A drawing that needs no page: no variable, no inherited colour."""
    svg["xmlns"], svg["style"] = SPACE, LETTERS
    width, height = map(float, str(svg["viewbox"]).split()[2:])
    if "width" not in svg.attrs:  # it is as wide as its place
        svg["style"] += f";{SIZE}"
        svg["width"] = width
    if "height" not in svg.attrs:
        svg["height"] = float(svg["width"]) * height / width
    text = PAGE.sub("white", GROWING.sub(r"\1", str(svg)))
    return MIXED.sub(mixed, text).replace("currentColor", INK)


def as_spelled(svg: str, html: str) -> str:
    """With the capitals of names such as viewBox, which HTML ignores."""
    for name in set(CAPITALS.findall(html)):
        svg = re.sub(rf"(?<=[<\s/]){name.lower()}(?=[\s>=])", name, svg)
    return svg


def mixed(found: re.Match[str]) -> str:
    """The colour that a page would mix of a colour and its ink."""
    share, pairs = (
        int(found[2]) / 100,
        zip(to_rgb(found[1]), to_rgb(INK), strict=True),
    )
    return to_hex([share * c + (1 - share) * ink for c, ink in pairs])
