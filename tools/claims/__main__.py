"""Hold the prose of chapters to what computes it.

    python -m tools.claims [--list] [chapters/10_weights.md …]

A line for each problem, then one for each chapter; exits with 1 if there is
a problem.  `--list` shows the sentences with a word of generality or cause
that no check binds, and what their section prints.
"""

import argparse
import sys
import time
from pathlib import Path

from tools import sources

from .report import Report

CHAPTERS = Path("chapters")


def show(path: Path, report: Report, listing: bool) -> int:
    """Print what a chapter lacks; how many problems it has."""
    problems = report.problems()
    for problem in problems:
        print(f"{path}:{problem.line}: {problem.said}")
    for sentence, words, beside in report.unbound() if listing else ():
        where = f"{path}:{sentence.line.number}"
        print(f"{where}: {', '.join(words)}: {sentence.text}")
        print(f"    beside: {beside or 'nothing printed'}")
    return len(problems)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.claims")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args(arguments)
    paths = given.files or sorted(CHAPTERS.glob("[0-9]*.md"))
    for path in paths:
        twin = path.with_suffix(".ipynb")
        if path.suffix != ".md" or not (path.is_file() and twin.is_file()):
            print(f"{path}: give the text twins of chapters, NN_name.md")
            return 2
        try:
            sources.text(path)
            sources.cells(sources.text(twin))
        except sources.Unreadable as why:
            print(f"{path}, or its notebook, cannot be read: {why}")
            return 2
    bad = 0
    for path in paths:
        start = time.perf_counter()
        report = Report(path).run()
        bad += show(path, report, given.list)
        counts = ", ".join(f"{n} {k}" for k, n in report.counts().items())
        seconds = time.perf_counter() - start
        print(f"{path.stem}: {counts}; {seconds:.1f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
