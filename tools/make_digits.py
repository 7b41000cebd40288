"""How bp/data/digits.npz was made; needs scikit-learn, run once by hand.

The pixels and labels are the 1797 test images of the UCI data set "Optical
Recognition of Handwritten Digits" in their published order, as scikit-learn
ships them; `order` is the permutation that the book's split uses.
"""

import numpy as np
from sklearn.datasets import load_digits

data = load_digits()
np.savez_compressed(
    "bp/data/digits.npz",
    pixels=data.data.astype(np.uint8),
    label=data.target.astype(np.uint8),
    order=np.random.default_rng(0).permutation(1797).astype(np.uint16),
)
