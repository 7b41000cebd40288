"""What a chapter lacks, and whatever guard it can break: `make check`.

    python tools/check.py 07_delta

First the sentences, each with its line; then the tests, in which the same
would fail, and the outputs of the chapter's cells once more.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat

sys.path.insert(0, str(Path(__file__).parent))
import chapters  # noqa: E402
import rules  # noqa: E402
from claims import ratchet  # noqa: E402
from claims.report import Report  # noqa: E402
from formulas.__main__ import verdicts  # noqa: E402


def stem_of(given: str) -> str:
    """The chapter that is meant by 05, delta, 07_delta or its file."""
    known = sorted(path.stem for path in chapters.CHAPTERS.glob("[0-9]*.md"))
    said = Path(given).stem
    found = [s for s in known if said in (s, s[:2], s[3:])]
    if len(found) != 1:
        sys.exit(f"CHAPTER={given}: give one of {' '.join(known)}")
    return found[0]


def unsettled(stem: str) -> str | None:
    """What `make chapters` has still to do, before anything can be said."""
    text = chapters.CHAPTERS / f"{stem}.md"
    twin = text.with_suffix(".ipynb")
    if not twin.exists():
        return "has no notebook yet"
    stored = nbformat.read(twin, 4)
    written = jupytext.read(text, fmt="md:myst")
    if chapters.cells_of(written) != chapters.cells_of(stored):
        return "has twins that differ"
    mark = chapters.fingerprint(stored, chapters.number_of(stem))
    if stored.metadata.get("book", {}).get("ran") != mark:
        return "has changed since it ran"
    return None


def formulas_hold(page: rules.Page) -> rules.Lacks:
    for verdict in verdicts(chapters.CHAPTERS / f"{page.stem}.md"):
        if verdict.state in {"false", "not understood"}:
            yield verdict.line, str(verdict)


def prose_is_bound(page: rules.Page) -> rules.Lacks:
    """What is false in the prose; what is open, if more than is allowed."""
    report = Report(chapters.CHAPTERS / f"{page.stem}.md")
    problems = report.problems()
    allowed = ratchet.stored().get(page.stem, 0)
    more = sum(not problem.false for problem in problems) > allowed
    for problem in problems:
        if problem.false or more:
            number = problem.said.removeprefix("open: ")
            known = number == problem.said
            said = number if known else f"nothing shows or binds *{number}*"
            yield problem.line, said


def lacks(stem: str) -> Iterator[str]:
    page = rules.Page(stem)
    found = [lack for rule in rules.RULES for lack in rule(page)]
    found += [*formulas_hold(page), *prose_is_bound(page)]
    for line, words in sorted(found):
        yield f"chapters/{stem}.md:{line}: {words}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapter", help="such as 07_delta")
    parser.add_argument("--list", action="store_true", help="run no test")
    options = parser.parse_args()
    stem = stem_of(options.chapter)
    if what := unsettled(stem):
        print(f"{stem} {what}: run `make chapters` first")
        return 1
    found = list(lacks(stem))
    print("\n".join(found) or f"{stem} lacks nothing.")
    n = len(found)
    if n:
        print(f"{n} thing{'s' * (n > 1)} to do in {stem}")
    if options.list:
        return bool(found)
    print(flush=True)
    tests = ["--nbval", "--by-guard", f"--chapter={stem}"]
    command = [sys.executable, "-m", "pytest", "--no-header", *tests]
    return subprocess.run(command, cwd=rules.ROOT).returncode or bool(found)


if __name__ == "__main__":
    sys.exit(main())
