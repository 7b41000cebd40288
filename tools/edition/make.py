"""Make the PDF, the ePub or the slides of the book, from what is stored."""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FILES = {"pdf": ("paper", "book.pdf"), "epub": ("epub", "book.epub")}
sys.path[:0] = [str(HERE), str(HERE.parent)]
from patience import heard  # noqa: E402


def make(kind: str, folder: Path = ROOT / "_build") -> Path:
    """The file made; what goes wrong, a warning too, stops it."""
    began = time.monotonic()
    print(f"Making the {kind} (a minute or two)", flush=True)
    with heard():
        made = slides(folder) if kind == "slides" else by_sphinx(kind, folder)
    taken = time.monotonic() - began
    inside = made.is_relative_to(ROOT)
    where = made.relative_to(ROOT) if inside else made
    said = f"It is {where}, {size(made):.1f} MB"
    print(f"{said}, made in {taken:.0f} s.", flush=True)
    return made


def slides(folder: Path) -> Path:
    import slides

    return slides.make(folder / "slides")


def by_sphinx(kind: str, folder: Path) -> Path:
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
            make(kind, options.to)
        except subprocess.CalledProcessError as error:
            return error.returncode  # what is wrong stands above
    return 0


if __name__ == "__main__":
    sys.exit(main())
