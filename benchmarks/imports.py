"""What does `import bp` cost, as a share of `import numpy`?"""

import statistics
import subprocess
import sys
import time

RUNS = 15
STATEMENTS = ("pass", "import numpy", "import bp")


def seconds(statement: str) -> float:
    """Time of a fresh interpreter that runs one statement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def measure() -> list[dict[str, object]]:
    """Interleaved, so that a slow moment of the machine meets all alike."""
    times: dict[str, list[float]] = {s: [] for s in STATEMENTS}
    for run in range(RUNS + 1):
        for statement in STATEMENTS:
            took = seconds(statement)
            if run:  # the first one compiles
                times[statement].append(took)
    ratios = [
        (bp - bare) / (numpy - bare)
        for bare, numpy, bp in zip(*times.values(), strict=True)
    ]
    low, _, high = statistics.quantiles(ratios, n=4)
    return [
        {
            "what": "import bp / import numpy",
            "median": statistics.median(ratios),
            "quartiles": [low, high],
        }
    ]
