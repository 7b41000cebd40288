"""How the benchmarks measure: one thread, turn by turn, ratios.

The clock counts the processor's time in this process, not the wall's, so
that other programs on the machine do not count.  What is compared runs turn
by turn; of each turn the ratio is taken, and of the ratios the median.
"""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version

import numpy as np

Row = dict[str, object]
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}
UNSET = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_VERBOSE"]
UNSET += ["PYTHONDONTWRITEBYTECODE"]  # else every import compiles anew
NAMES = "bp numpy scikit-learn autograd torch jax jaxlib"


def restart_clean() -> None:
    """Begin again with one thread and the kernels that BLAS itself picks."""
    wanted = {k: v for k, v in os.environ.items() if k not in UNSET}
    wanted |= ONE_THREAD
    if wanted != dict(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.argv], wanted)


def surroundings() -> Row:
    """What the numbers depend on: versions, processor, BLAS, threads."""
    found: Row = {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": {},
    }
    for name in NAMES.split():
        try:
            found["versions"][name] = version(name)  # type: ignore[index]
        except PackageNotFoundError:
            continue
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return found | {"blas": "unknown: threadpoolctl is not installed"}
    keys = ("internal_api", "version", "architecture", "num_threads")
    pools = [{k: pool.get(k) for k in keys} for pool in threadpool_info()]
    return found | {"blas": pools}


def take_turns(
    works: Mapping[str, Callable[[], object]], seconds: float, least: int = 5
) -> dict[str, list[float]]:
    """Times of each work, a turn each, for that long, `least` turns or more.

    The first turn, in which caches fill, does not count.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    end = time.monotonic() + seconds
    turn = 0
    while turn <= least or time.monotonic() < end:
        for name, work in works.items():
            start = time.process_time()
            work()
            if turn:
                times[name].append(time.process_time() - start)
        turn += 1
    return times


def ratio(over: Sequence[float], under: Sequence[float]) -> Row:
    """Median and quartiles of the ratios, turn by turn."""
    ratios = [a / b for a, b in zip(over, under, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return {"median": middle, "quartiles": [low, high], "turns": len(ratios)}


def quartered(values: Sequence[float]) -> Row:
    """The median of what was found, and its quartiles."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    return {"median": middle, "quartiles": [low, high]}


def digits_like(
    sizes: Sequence[int], n: int, dtype: str = "f8"
) -> tuple[np.ndarray, np.ndarray]:
    """n samples in rows: pixels, four of five empty, and one-hot answers.

    How long a product takes does not depend on what the numbers are.
    """
    rng = np.random.default_rng(0)
    x = rng.random((n, sizes[0]), dtype=np.float32)
    x *= x > 0.8
    y = np.eye(sizes[-1])[rng.integers(sizes[-1], size=n)]
    return x.astype(dtype), y.astype(dtype)


def written(sizes: Sequence[int]) -> str:
    return "-".join(map(str, sizes))
