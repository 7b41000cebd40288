"""Run the benchmarks, print their tables, keep their numbers in bp/data/.

python benchmarks/run.py            # those that take seconds, see NAMES
python benchmarks/run.py starts     # or any module here that has `measure`
The others train for minutes, and run only when they are named.
"""

import importlib
import json
import sys
from pathlib import Path

from timing import Row, restart_clean, surroundings

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "bp" / "data"
NAMES = "imports sliders live step products memory growth peers".split()
ALREADY = {"what", "median", "quartiles", "net", "m", "dtype", "peer"}
ALREADY |= {"xor", "digits", "misread", "sizes", "end", "noise", "penalties"}


def line(row: Row) -> str:
    """What, median, quartiles; its goal and whether that was met; the rest."""
    middle = row["median"]
    low, high = row["quartiles"]
    text = f"  {row['what']:44} {middle:8.2f}  [{low:.2f} to {high:.2f}]"
    if "at_most" in row:
        met = "" if middle <= row["at_most"] else ", NOT MET"
        text += f"  goal: at most {row['at_most']:.2f}{met}"
    if "at_least" in row:
        met = "" if middle >= row["at_least"] else ", NOT MET"
        text += f"  goal: at least {row['at_least']:.2f}{met}"
    rest = [
        f"{name} {value:.2f}"
        if isinstance(value, float)
        else f"{name} {value}"
        for name, value in row.items()
        if name not in ALREADY | {"at_most", "at_least", "turns", "runs"}
    ]
    return text + ("   " + ", ".join(rest) if rest else "")


def main(names: list[str]) -> None:
    for name in names or NAMES:
        module = importlib.import_module(name)
        print(module.__doc__, flush=True)
        rows = module.measure()
        print("\n".join(map(line, rows)), end="\n\n", flush=True)
        text = json.dumps({**surroundings(), "rows": rows}, indent=1)
        (RESULTS / f"{name}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    restart_clean()
    main(sys.argv[1:])
