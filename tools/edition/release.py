"""All that an edition consists of, named and with checksums, in `dist/`.

The folder is made anew each time.  What is not committed is refused: the
source archive, and with it what others can build again, would lack it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent)]
from make import make  # noqa: E402

from licences import contents, lacks, licences  # noqa: E402
from patience import heard  # noqa: E402

DIST = ROOT / "dist"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same archive from the same files


def project() -> dict[str, str]:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    found: dict[str, str] = tomllib.loads(text)["project"]
    return found


def git(*command: str) -> str:
    said = subprocess.run(
        ["git", *command],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    return said.stdout.strip()


def quietly(command: list[str], env: Mapping[str, str] = os.environ) -> None:
    """Run it; what it says is shown where it fails."""
    with heard():
        done = subprocess.run(
            command,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{' '.join(command)}: this failed")


def say(number: int, what: str) -> None:
    print(f"{number}/6  {what}", flush=True)


def archive(folder: Path, target: Path) -> None:
    """A folder as a zip file, below a folder of the file's name."""
    with zipfile.ZipFile(target, "w") as whole:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = f"{target.stem}/{path.relative_to(folder).as_posix()}"
            info = zipfile.ZipInfo(name, LONG_AGO)
            info.external_attr = 0o644 << 16
            whole.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)


def module(target: Path, source: Path = ROOT) -> list[Path]:
    """The wheel and its source archive."""
    when = {"SOURCE_DATE_EPOCH": git("log", "-1", "--format=%ct")}
    command = [sys.executable, "-m", "build", "--no-isolation"]
    quietly(
        [*command, "--outdir", str(target), str(source)],
        env=os.environ | when,
    )
    return sorted(target.iterdir())


def book(stem: str) -> None:
    """The whole repository as it was committed."""
    target = DIST / f"{stem}-book.zip"
    git("archive", f"--prefix={stem}/", f"--output={target}", "HEAD")


def licensed(kind: str, path: Path) -> Path:
    """Nothing goes out whose licence is not told."""
    if missing := [*lacks(kind, contents(path))]:
        sys.exit("\n".join([*missing, "Mend licences.yml."]))
    return path


def slides(stem: str) -> None:
    folder = make("slides").parent
    (folder / "licences.md").write_bytes(licences().encode() + b"\n")
    licensed("slides", folder)
    archive(folder, DIST / f"{stem}-slides.zip")


def site(stem: str) -> None:
    quietly([sys.executable, str(ROOT / "tools" / "website" / "build.py")])
    built = licensed("site", ROOT / "_build" / "html")
    archive(built, DIST / f"{stem}-site.zip")


def sums(folder: Path) -> str:
    """As `sha256sum --check` reads them."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
    )


def release() -> None:
    stem = "{name}-{version}".format(**project())
    print(f"An edition, {stem}: a quarter of an hour the first time")
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    say(1, "the wheel, and its source archive")
    licensed("wheel", module(DIST)[0])
    say(2, "the whole book, as it was committed")
    book(stem)
    for number, kind in enumerate(("pdf", "epub"), start=3):
        say(number, f"the {kind}")
        shutil.copy(licensed(kind, make(kind)), DIST / f"{stem}.{kind}")
    say(5, "the slides")
    slides(stem)
    say(6, "the site (some minutes)")
    site(stem)
    listed = sums(DIST)
    (DIST / "SHA256SUMS").write_bytes(listed.encode())


def main() -> None:
    if changed := git("status", "--porcelain"):
        sys.exit(f"Commit this first, or put it away:\n{changed}")
    began = time.monotonic()
    release()
    minutes = (time.monotonic() - began) / 60
    print(f"\nMade in {minutes:.0f} minutes, with checksums in SHA256SUMS:")
    for path in sorted(DIST.iterdir()):
        size = path.stat().st_size / 1e6
        print(f"{size:7.1f} MB  {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
