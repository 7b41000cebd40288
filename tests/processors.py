"""numpy as it is on an older processor, in this process alone.

The kernels in which the notebooks are compared use whatever this machine
has.  The process of the tests takes the oldest kernels and loops there are,
and each chapter, which runs here anyway, has to print the same.
"""

import os
import re
import subprocess
import sys

NEWER = """
from numpy._core import _multiarray_umath as m
print(*(f for f in m.__cpu_dispatch__ if m.__cpu_features__[f]))
"""
PLOT = re.compile(r'<svg class="plot".*?</svg>', re.S)


def pretend() -> None:
    """Import numpy so that it takes this for a processor of 2008."""
    if "numpy" in sys.modules:
        return  # too late, as a test will say
    asked = [sys.executable, "-c", NEWER]
    newer = subprocess.run(asked, capture_output=True, text=True, check=True)
    older = {
        "NPY_DISABLE_CPU_FEATURES": newer.stdout.strip(),
        "OPENBLAS_CORETYPE": "Nehalem",
    }
    before = {name: os.environ.get(name) for name in older}
    os.environ.update(older)
    import numpy  # noqa: F401

    for name, value in before.items():  # what is started here is itself again
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def without_plots(text: str) -> str:
    """matplotlib's letters differ between its versions."""
    return PLOT.sub("a plot, drawn by matplotlib", text)
