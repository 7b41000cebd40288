"""The worlds of the chapters: `worlds/network.py` is that of `03_network`,
whatever its number.

A chapter without a file lives in the plain `Network` of that file.  A file
may hold several worlds: `Chapter` is the chapter's own, and `% world: adam`
above a display picks `Adam`, up to the next heading; `% world: network` picks
the plain one from anywhere.
"""

import importlib
import re
from importlib.util import find_spec

from ..tree import NotUnderstood
from ..world import World
from .network import Network


def find(chapter: str, setting: str = "") -> type[World]:
    """The world in which a display of a chapter is read."""
    file = re.sub(r"^\d+_", "", chapter)
    known = file.isidentifier() and find_spec(f"{__name__}.{file}")
    if setting == "network" or not (known or setting):
        return Network
    name = setting.title().replace(" ", "") or "Chapter"
    there = importlib.import_module(f"{__name__}.{file}") if known else None
    found = getattr(there, name, None)
    if not (isinstance(found, type) and issubclass(found, World)):
        raise NotUnderstood(setting, f"no such world in worlds/{file}.py")
    return found
