"""A count before a list or a table is the number of its entries."""

from collections.abc import Iterator

from .numerals import numerals
from .pages import Page
from .sentences import of_line

COUNTS = {"small", "word", "large", "digits"}


def miscounted(page: Page) -> Iterator[tuple[int, str]]:
    """Of the last sentence above a list; of several counts one must fit."""
    for block in page.blocks:
        if not block.entries or block.kind not in {"paragraph", "heading"}:
            continue
        line = block.lines[-1]
        *_, last = of_line(block, line)
        said = [n for n in numerals(last.bare) if n.kind in COUNTS]
        whole = [n for n in said if float(n.value).is_integer()]
        if whole and not any(n.value == block.entries for n in whole):
            yield (
                line.number,
                f"{whole[0].text}, and {block.entries} entries follow",
            )
