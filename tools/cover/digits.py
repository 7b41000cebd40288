"""The test digits, as short as the cover's script can read them."""

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np

from bp.digits import Samples

# What stands for a pair: no letter of a pixel, and nothing to be escaped.
SIGNS = [chr(c) for c in range(33, 127) if not 97 <= c <= 113]
SIGNS = [sign for sign in SIGNS if sign not in '"\\<>&@']


def by_label(samples: Samples) -> np.ndarray:
    """The places of the samples, in the page's order."""
    return np.argsort(samples.label, kind="stable")


def spelled(samples: Samples) -> dict[str, Any]:
    """Pixels as letters a to q for 0 to 16, then frequent pairs as a sign.

    Pixel after pixel, down the columns: so what is alike stands together.
    """
    whole = np.round(samples.x[:, by_label(samples)] * 16).astype(int)
    columns = whole.reshape(8, 8, -1).transpose(1, 0, 2).ravel()
    text, pairs = "".join(chr(97 + v) for v in columns), ""
    for sign in SIGNS:
        found = Counter(a + b for a, b in pairwise(text))
        pair = found.most_common(1)[0][0]
        pairs += sign + pair
        text = text.replace(pair, sign)
    counts = np.bincount(samples.label).tolist()
    return {"count": counts, "pairs": pairs, "pixels": text}
