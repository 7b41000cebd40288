"""What products are enough for

Written by the chapter chapters/94_krylov.md: edit it there, not here.
"""

from functools import cache

import numpy as np

from bp.digits import Array
from bp.experiments.kit import COLOUR, Picture, axes, plot
from bp.experiments.minima import stored_ends

__all__ = ["seen_by", "draw_seen"]


@cache
def seen_by(many: int) -> tuple[list[Array], Array]:
    """Eigenvalues that 1, 2, …, many products show, and all that there are.

    The matrix has the eigenvalues of a digit network's Hessian; turned into
    its eigenvectors it is diagonal, which a random column does not notice.
    """
    values = np.array(stored_ends()[0]["first"]["eigenvalues"])
    q = np.random.default_rng(0).normal(size=values.size)
    columns, seen = [q / np.linalg.norm(q)], []
    for _ in range(many):
        product = values * columns[-1]
        for _ in range(2):
            for old in columns:
                product = product - (old @ product) * old
        columns.append(product / np.linalg.norm(product))
        basis = np.array(columns[:-1])
        seen.append(np.linalg.eigvalsh(basis * values @ basis.T))
    return seen, values


def draw_seen(products: int) -> Picture:
    """What some products show of 2260 eigenvalues."""
    seen, values = seen_by(40)
    found = seen[products - 1]
    ax = axes(5.2, 2.9)
    for height, row, colour in [(0, values, "C"), (1, found, "w")]:
        low, high = height - 0.25, height + 0.25
        ax.vlines(row, low, high, color=COLOUR[colour], linewidth=1)
    ax.set(xlabel="eigenvalue", yticks=[0, 1], ylim=(-0.6, 1.6))
    ax.set_yticklabels(["all", "seen"])
    ax.set_title(f"After {products} products")
    gap = max(1 - found[-1] / values[-1], 0.0)
    off = f"{gap:.0e} of itself too small" if gap > 1e-15 else "to all digits"
    text = f"Of {values.size} eigenvalues from {values[0]:.3f} to "
    text += f"{values[-1]:.3f}, {products} products show {found.size}; the "
    text += f"largest is {found[-1]:.3f}, {off}, the lowest "
    return plot(ax, f"{text}{round(found[0], 4) + 0:.4f}.".replace(" -", " −"))
