"""The bibliography: what the chapters cite, made from `references.bib`."""

import re
import sys
from pathlib import Path

from pybtex.backends.markdown import Backend
from pybtex.database import Entry, parse_file
from pybtex.style.formatting.plain import Style

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402
from contents import listed  # noqa: E402

FOLDER = tangle.ROOT / "chapters"
CITATION = re.compile(r"\[([^][]+)\]\(bibliography\.ipynb#([a-z0-9-]+)\)")


def slug(heading: str) -> str:
    """The anchor of a heading on the built page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def citation_names(entries: dict[str, Entry]) -> dict[str, str]:
    """How an entry is cited, such as Cybenko (1989), by its key."""
    names: dict[str, str] = {}
    for key, entry in entries.items():
        people = entry.persons.get("author") or entry.persons["editor"]
        last = [" ".join(p.prelast_names + p.last_names) for p in people]
        last = [re.sub(r"[{}]", "", name) for name in last]
        if len(last) > 3:
            who = f"{last[0]} et al."
        else:
            who = " and ".join([", ".join(last[:-1]), last[-1]][-len(last) :])
        year = entry.fields["year"]
        name, letter = f"{who} ({year})", "b"
        while name in names.values():
            name, letter = f"{who} ({year}{letter})", chr(ord(letter) + 1)
        names[key] = name
    return names


def citations(text: str) -> list[tuple[str, str]]:
    """The citations in a chapter's text: (words, anchor)."""
    return CITATION.findall(text)


def entries_in(folder: Path) -> dict[str, Entry]:
    return dict(parse_file(folder / "references.bib").entries)


def headings(folder: Path) -> list[str]:
    """What a chapter may cite, in the words of the citation."""
    return list(citation_names(entries_in(folder)).values())


def bibliography() -> str:
    entries = entries_in(FOLDER)
    names = citation_names(entries)
    cited: dict[str, list[str]] = {}
    for stem in (s for s in listed() if s[:2].isdigit()):
        text = (FOLDER / f"{stem}.md").read_text("utf-8")
        for _, anchor in dict.fromkeys(citations(text)):
            cited.setdefault(anchor, []).append(tangle.link(stem))
    style, backend = Style(), Backend()
    parts = [
        "# Bibliography\n\n"
        "Everything that the chapters cite, and what was read beside them, "
        "in alphabetical order."
    ]
    for key in sorted(names, key=lambda k: names[k].casefold()):
        entry = style.format_entry("", entries[key])
        reference = " ".join(entry.text.render(backend).split())
        parts.append(f"## {names[key]}\n\n{reference}")
        if where := cited.get(slug(names[key])):
            parts.append(f"Cited in {', '.join(where)}.")
    return "\n\n".join(parts) + "\n"
