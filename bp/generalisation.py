"""What is gained

Written by the chapter chapters/21_generalisation.md: edit it there, not here.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bp.digits import as_columns
from bp.minima import as_network, as_vector
from bp.network import Network, check_network
from bp.reading import as_numbers, check_callable
from bp.training import GradientRule

__all__ = ["mean_gain", "rule_hessian"]


def mean_gain(before: ArrayLike, after: ArrayLike) -> tuple[float, float]:
    """Mean of after - before, pair by pair, and its standard error.

    Both of one shape, two pairs or more.  Raises ValueError if not.
    """
    first, then = as_numbers(before, "before"), as_numbers(after, "after")
    if first.ndim != 1 or first.shape != then.shape or first.size < 2:
        raise ValueError(
            f"before and after have the shapes {first.shape} and "
            f"{then.shape}, expected a row of two pairs or more: give one "
            "number for each run, before and after"
        )
    gain = then - first
    error = gain.std(ddof=1) / np.sqrt(gain.size)
    return float(gain.mean()), float(error)


def rule_hessian(
    rule: GradientRule, network: Network, x: ArrayLike, y: ArrayLike
) -> NDArray[np.float64]:
    """Second derivatives of what a rule is the gradient of, shape (P, P).

    By complex steps of the rule, a column for each parameter, in the order
    of `as_vector`; for L2 that is eq-generalisation-hessian.
    """
    check_callable(rule, "rule")
    check_network(network)
    x, y = as_columns(x, "x"), as_columns(y, "y")
    theta, columns = as_vector(network), []
    for unit in np.eye(theta.size):
        step = theta + 1e-30j * unit[:, None]
        moved = as_network(step, network.sizes, network.f)
        columns.append(as_vector(rule(moved, x, y)).imag / 1e-30)
    return np.hstack(columns)
