"""What a page links to and loads, and the places that it has."""

from html.parser import HTMLParser
from pathlib import Path


class Tags(HTMLParser):
    """What a page links to, what it loads, and the ids it has."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        has = {key: value or "" for key, value in attrs}
        self.ids |= {has[key] for key in ("id", "name") if key in has}
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        if tag in {"script", "img", "iframe", "source"} and "src" in has:
            self.loads.append(has["src"])
        if tag == "link" and has.get("rel") in {"stylesheet", "icon"}:
            self.loads.append(has["href"])


def read(path: Path) -> Tags:
    tags = Tags()
    tags.feed(path.read_text("utf-8"))
    return tags
