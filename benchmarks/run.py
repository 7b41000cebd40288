"""Run the benchmarks, print their tables, keep their numbers as JSON.

python benchmarks/run.py [imports sliders …]
"""

import importlib
import json
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def table(rows: list[dict[str, object]]) -> str:
    lines = []
    for row in rows:
        low, high = row["quartiles"]
        lines.append(
            f"  {row['what']:36} {row['median']:8.2f}   "
            f"half of the runs from {low:.2f} to {high:.2f}"
        )
    return "\n".join(lines)


def main(names: list[str]) -> None:
    every = sorted(p.stem for p in HERE.glob("*.py") if p.stem != "run")
    for name in names or every:
        module = importlib.import_module(name)
        print(module.__doc__, flush=True)
        rows = module.measure()
        print(table(rows), end="\n\n")
        stored = {
            "date": date.today().isoformat(),
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "machine": platform.machine(),
            "rows": rows,
        }
        path = HERE / "results" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
