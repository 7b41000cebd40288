"""How good it is, honestly

Written by the chapter chapters/17_trust.md: edit it there, not here.
"""

from math import sqrt

from bp.reading import as_real, as_whole

__all__ = ["wilson_interval"]


def wilson_interval(
    right: int, n: int, t: float = 1.96
) -> tuple[float, float]:
    """The probabilities that go with `right` of n (eq-trust-wilson).

    Those for which the share that was seen is within t standard deviations;
    by default that is so in about 95 of 100 tests.  Returns the lower and
    the upper end.  Raises ValueError unless 0 <= right <= n, n >= 1 and
    t > 0, and TypeError for shares: it takes counts.
    """
    n, t = as_whole(n, "n", 1), as_real(t, "t", 1.96, above=True)
    right = as_whole(right, "right", 0, n)
    share, unit = right / n, t**2 / n
    middle = (share + unit / 2) / (1 + unit)
    half = t * sqrt(share * (1 - share) / n + unit / (4 * n)) / (1 + unit)
    return max(0.0, middle - half), min(1.0, middle + half)
