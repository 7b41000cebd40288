"""numpy as it is on an older processor, for all but the notebook kernels.

The kernels in which the notebooks are compared use whatever this machine
has.  The tests themselves, and what they start, take the oldest kernels and
loops there are; each chapter runs here once anyway, and has to print the
same.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

DISABLED = "NPY_DISABLE_CPU_FEATURES"
KERNELS = "OPENBLAS_CORETYPE"
NEWER = """
from numpy._core import _multiarray_umath as m
print(*(f for f in m.__cpu_dispatch__ if m.__cpu_features__[f]))
"""
PLOT = re.compile(r'<svg class="plot".*?</svg>', re.S)
GIVEN = "BP_PROCESSOR_GIVEN"  # a worker is started by one that pretends
if GIVEN not in os.environ:
    found = {name: os.environ.get(name) for name in (DISABLED, KERNELS)}
    os.environ[GIVEN] = json.dumps(found)
given = json.loads(os.environ[GIVEN])


def pretend() -> None:
    """Let numpy, not imported yet, take this for a processor of 2008."""
    asked = [sys.executable, "-c", NEWER]
    whole = {n: v for n, v in os.environ.items() if n != DISABLED}
    newer = subprocess.run(
        asked,
        env=whole,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    names = f"{given[DISABLED] or ''} {newer.stdout}"
    os.environ[DISABLED] = " ".join(names.split())
    os.environ[KERNELS] = "Nehalem"


@contextlib.contextmanager
def itself() -> Iterator[None]:
    """What is started meanwhile uses all that this processor has."""
    older = {name: os.environ.pop(name) for name in given}
    os.environ.update({n: v for n, v in given.items() if v is not None})
    try:
        yield
    finally:
        os.environ.update(older)


def without_plots(text: str) -> str:
    """matplotlib's letters differ between its versions."""
    return PLOT.sub("a plot, drawn by matplotlib", text)
