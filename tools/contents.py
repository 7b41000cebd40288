"""The table of contents: which pages are of the book, in which order."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def parts(root: Path = ROOT) -> list[list[str]]:
    """The pages of each part; the first page is before all of them."""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    files = [[entry["file"] for entry in p["chapters"]] for p in toc["parts"]]
    return [[Path(file).stem for file in part] for part in files]


def captions(root: Path = ROOT) -> list[str]:
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    return [part["caption"] for part in toc["parts"]]


def listed(root: Path = ROOT) -> list[str]:
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    first = Path(toc["root"]).stem
    return [first, *(stem for part in parts(root) for stem in part)]
