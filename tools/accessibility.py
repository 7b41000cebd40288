"""The page *Access*: what is tested for readers by any means.

Each sentence is the docstring of a test, so that nothing is said that is not
tested.
"""

import ast
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tangle  # noqa: E402
from contents import listed  # noqa: E402
from website import fetch  # noqa: E402

TESTS = "tests/test_access.py"
HEAD = """# Access

The book is for all who want to read it: with a mouse, a finger or the
keyboard, on a phone, by night, by ear.
What stands below is tested on the built pages, in a browser, each time the
book is tested.
[axe-core](https://github.com/dequelabs/axe-core) {version} is a collection of
rules that find what keeps readers out."""
TAIL = """A machine finds some of what keeps a reader out, and misses the rest.
Nobody has yet read the whole book by ear: that a formula can be heard is
tested, not that it is clear."""


def constants(tree: ast.Module) -> dict[str, object]:
    """The capitals of a module that are written out there."""
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id.isupper()
    }


def access() -> str:
    tree = ast.parse((tangle.ROOT / TESTS).read_text("utf-8"))
    said = constants(tree)
    tests = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    claims = [
        f"- {ast.get_docstring(test)}"
        for test in tests
        if test.name.startswith("test_")
    ]
    pages, widths = said["PAGES"], said["WIDTHS"]
    assert isinstance(pages, tuple) and isinstance(widths, tuple)
    there = set(listed()) - {"access"}
    links = [tangle.link(stem) for stem in pages if stem in there]
    where = (
        f"The pages are the cover, {', '.join(links)} and this one, "
        f"each {' and '.join(map(str, widths))} pixels wide."
    )
    head = HEAD.format(version=fetch.AXE.version)
    return "\n\n".join([head, "\n".join(claims), where, TAIL]) + "\n"
