"""What a network can be

Written by the chapter chapters/04_approximation.md: edit it there, not here.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from bp.digits import Array
from bp.network import Network
from bp.reading import as_numbers, as_real, as_whole, check_callable

__all__ = ["bump_network"]


def _heights(f: Callable[[Array], ArrayLike], middles: Array) -> Array:
    """What f says in the middle of each bump, as a column."""
    check_callable(f, "f")
    found = as_numbers(f(middles), "f(x)")
    if found.shape != middles.shape:
        raise ValueError(
            f"f(x) has shape {found.shape} for x of shape {middles.shape}, "
            "expected the same: write f with numpy's functions"
        )
    if not np.isfinite(found).all():
        at = middles[~np.isfinite(found)][0]
        raise ValueError(f"f({at:.3g}) is not finite, expected a number")
    return found


def bump_network(
    f: Callable[[Array], ArrayLike], n: int, sharpness: float = 0.5
) -> Network:
    """A network whose z[2] follows f on [0, 1] (eq-approximation-sum).

    f takes and returns columns; it is asked at the middles of n bumps on
    [0, 1] and two more beyond each end, from −3/(2n) to 1 + 3/(2n).  So the
    network is 1-2(n + 4)-1; the larger the sharpness, the steeper its steps.
    Raises TypeError when f is no function, n no whole number, or sharpness
    or f(x) not numbers; ValueError when n or sharpness is not positive, and
    where f(x) is not finite or not of the shape of x.
    """
    n = as_whole(n, "n", 1)
    s = 10 * n * as_real(sharpness, "sharpness", 0.5, above=True)
    p = np.arange(-2, n + 3)[:, np.newaxis] / n  # the edges
    h = _heights(f, (p[:-1] + p[1:]) / 2)
    steps = np.concatenate([p[:-1], p[1:]])  # where bumps begin, and end
    return Network(
        w={1: np.full(steps.shape, s), 2: np.concatenate([h, -h]).T},
        b={1: -s * steps, 2: np.zeros((1, 1))},
    )
