"""Make the PDF, the ePub or the slides of the book, from what is stored."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FILES = {"pdf": ("paper", "book.pdf"), "epub": ("epub", "book.epub")}


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


def main() -> None:
    for kind in sys.argv[1:]:
        made = make(kind)
        size = made.stat().st_size / 1e6
        print(f"It is {made.relative_to(ROOT)}, {size:.1f} MB.")


if __name__ == "__main__":
    main()
