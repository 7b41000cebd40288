"""The notation of the book, as data: what each symbol means.

The tables that the chapters print are compared with this one by a test.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A symbol: its kind, the lowest layer that has it, the shape printed."""

    name: str
    kind: str
    first: int | None
    shape: str
    whole: bool = False  # a capital: a column for each sample


TABLE = {
    entry.name: entry
    for entry in [
        Entry("w", "w", 1, "(n_l, n_{l-1})"),
        Entry("b", "b", 1, "(n_l, 1)"),
        Entry("z", "z", 1, "(n_l, 1)"),
        Entry("a", "a", 0, "(n_l, 1)"),
        Entry(r"\delta", "delta", 1, "(n_l, 1)"),
        Entry("Z", "z", 1, "(n_l, m)", whole=True),
        Entry("A", "a", 0, "(n_l, m)", whole=True),
        Entry(r"\Delta", "delta", 1, "(n_l, m)", whole=True),
        Entry("x", "a", None, "(n_0, 1)"),
        Entry("X", "a", None, "(n_0, m)", whole=True),
        Entry(r"\mu", "mu", 1, "(n_l, 1)"),  # a mask; 1 where nothing is
        Entry("y", "y", None, "(n_L, 1)"),
        Entry("Y", "y", None, "(n_L, m)", whole=True),
    ]
}
LAYERED = frozenset(e.name for e in TABLE.values() if e.first is not None)
FUNCTIONS = frozenset({"sigma", "exp", "ln", "diag", "E", "Var", "Im", "O"})
# What only makes sense for a batch: then C is the mean over the samples.
BATCH = {e.name for e in TABLE.values() if e.whole} | {"m", r"\mathbf 1"}
