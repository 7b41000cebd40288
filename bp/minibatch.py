"""How many samples make a step

Written by the chapter chapters/11_minibatch.md: edit it there, not here.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["minibatches"]


def minibatches(
    n: int, size: int, rng: "np.random.Generator"
) -> Iterator[NDArray[np.intp]]:
    """One epoch: the indices 0, ..., n - 1 in random order, size at a time.

    Each index comes exactly once; the last batch is shorter when size does
    not divide n (eq-minibatch-short).  Raises TypeError when n or size is no
    whole number or rng no Generator, ValueError unless 1 <= size <= n.
    """
    for name, value in [("n", n), ("size", size)]:
        if not isinstance(value, int | np.integer):
            raise TypeError(
                f"{name} is {value!r}, expected a whole number: "
                f"write int({name})"
            )
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng is a {type(rng).__name__}, expected a random generator: "
            "write np.random.default_rng(0)"
        )
    if n < 1:
        raise ValueError(f"n is {n}, expected at least one sample")
    if not 1 <= size <= n:
        raise ValueError(f"size is {size}, expected 1 to {n}")
    order = rng.permutation(n)
    return (order[i : i + size] for i in range(0, n, size))
