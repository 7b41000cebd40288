"""How many samples make a step

Written by the chapter chapters/14_minibatch.md: edit it there, not here.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bp.reading import as_whole, check_rng

__all__ = ["minibatches"]


def minibatches(
    n: int, size: int, rng: "np.random.Generator"
) -> Iterator[NDArray[np.intp]]:
    """One epoch: the indices 0, ..., n - 1 in random order, size at a time.

    Each index comes exactly once; the last batch is shorter when size does
    not divide n.  Raises TypeError when n or size is no whole number or rng
    no Generator, ValueError unless 1 <= size <= n.
    """
    n = as_whole(n, "n", 1)
    size = as_whole(size, "size", 1, n)
    check_rng(rng)
    order = rng.permutation(n)
    return (order[i : i + size] for i in range(0, n, size))
