"""Open the book in JupyterLab, on the reader's own copies: `make lab`.

Readers work in `my/`.  A chapter is copied there once, and again only while
the copy is still as it was printed; a copy that was edited is never touched.
What was copied is remembered in `my/.printed.json`.

    python tools/lab/open.py [arguments for jupyter lab …]
    python tools/lab/open.py --reset 05_delta
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "tools" / "lab"
FIRST = "00_reading.ipynb"
VIEW = "application/vnd.jupyter.widget-view+json"


def digest(path: Path) -> str:
    """Of what the cells say; running a page does not change it."""
    cells = nbformat.read(path, 4).cells
    said = repr([(cell.cell_type, cell.source) for cell in cells])
    return hashlib.sha256(said.encode()).hexdigest()


def hand_out(page: Path, copy: Path) -> None:
    """Copy a page, and sign it so that its stored pictures show.

    Sliders that move without a kernel are for the site; in JupyterLab they
    would look broken until the page is run, so the still pictures stay.
    """
    notebook = nbformat.read(page, 4)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(VIEW, None)
    nbformat.write(notebook, copy)
    NotebookNotary().sign(notebook)


def bring_copies(book: Path, mine: Path) -> dict[str, list[str]]:
    """Copy what is missing or still as printed; what was done, by kind."""
    mine.mkdir(exist_ok=True)
    record = mine / ".printed.json"
    printed = json.loads(record.read_text()) if record.exists() else {}
    done: dict[str, list[str]] = {"new": [], "renewed": [], "behind": []}
    for page in sorted(book.glob("*.ipynb")):
        copy, now = mine / page.name, digest(page)
        if not copy.exists():
            kind = "new"
        elif printed.get(page.name) == now:
            continue  # nothing has changed in the book
        elif printed.get(page.name) == digest(copy):
            kind = "renewed"
        else:
            done["behind"].append(page.stem)
            continue
        hand_out(page, copy)
        printed[page.name] = now
        done[kind].append(page.stem)
    record.write_text(json.dumps(printed, indent=1))
    return done


def reset(chapter: str, book: Path, mine: Path) -> str:
    """Put a chapter back as printed; the reader's version stays beside."""
    stem = chapter.removesuffix(".ipynb")
    copy = mine / f"{stem}.ipynb"
    if not (book / copy.name).exists():
        known = " ".join(sorted(p.stem for p in book.glob("*.ipynb")))
        raise SystemExit(f"No chapter {chapter!r}: give one of {known}")
    kept = ""
    if copy.exists():
        n = 1
        while (aside := mine / f"{stem}.mine-{n}.ipynb").exists():
            n += 1
        copy.rename(aside)
        kept = f"; your version is now {aside.name}"
    bring_copies(book, mine)
    return f"{copy.name} is as printed{kept}."


def tell(done: dict[str, list[str]]) -> None:
    if done["new"]:
        print(f"Copied into my/: {' '.join(done['new'])}")
    if done["renewed"]:
        print(f"Renewed in my/, unchanged by you: {' '.join(done['renewed'])}")
    for stem in done["behind"]:
        print(
            f"{stem}: the book has a newer version; yours is kept.  "
            f"To see the new one: make reset CHAPTER={stem}"
        )


def lab(mine: Path, arguments: list[str]) -> int:
    """JupyterLab with the book's settings; the reader's own stay as is."""
    paths = [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    command = [sys.executable, "-m", "jupyterlab", str(mine / FIRST)]
    command += [f"--config={SETTINGS / 'config.py'}", *arguments]
    print("Opening JupyterLab; press Ctrl+C here twice to stop it", flush=True)
    try:
        return subprocess.run(command).returncode
    except KeyboardInterrupt:
        return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reset", metavar="CHAPTER", help="e.g. 05_delta")
    parser.add_argument("--my", type=Path, default=ROOT / "my")
    options, rest = parser.parse_known_args()
    if options.reset is not None:
        print(reset(options.reset, ROOT / "chapters", options.my))
        return 0
    tell(bring_copies(ROOT / "chapters", options.my))
    return lab(options.my, rest)


if __name__ == "__main__":
    sys.exit(main())
