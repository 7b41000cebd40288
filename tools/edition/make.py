"""Make the PDF, the ePub or the slides of the book, from what is stored."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FILES = {"pdf": ("paper", "book.pdf"), "epub": ("epub", "book.epub")}
sys.path.insert(0, str(HERE))


def make(kind: str, folder: Path = ROOT / "_build") -> Path:
    """The file made; what goes wrong, a warning too, stops it."""
    print(f"Making the {kind} (about a minute)", flush=True)
    if kind == "slides":
        import slides

        return slides.make(folder / "slides")
    builder, name = FILES[kind]
    target = folder / kind
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
        + ["-a", "-b", builder, "-d", str(folder / "doctrees")]
        + ["-c", str(HERE), str(ROOT), str(target)],
        check=True,
    )
    return target / name


def size(made: Path) -> float:
    """In MB; of a page, with what lies beside it."""
    page = made.suffix == ".html"
    files = filter(Path.is_file, made.parent.rglob("*")) if page else [made]
    return sum(file.stat().st_size for file in files) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="+", choices=[*FILES, "slides"])
    parser.add_argument("--to", type=Path, default=ROOT / "_build")
    options = parser.parse_args()
    for kind in options.kinds:
        try:
            made = make(kind, options.to)
        except subprocess.CalledProcessError as error:
            return error.returncode  # what is wrong stands above
        print(f"It is {os.path.relpath(made)}, {size(made):.1f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
