"""All that an edition consists of, named and with checksums, in `dist/`."""

import hashlib
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent)]
from make import make  # noqa: E402


def project() -> dict[str, str]:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    found: dict[str, str] = tomllib.loads(text)["project"]
    return found


def archive(folder: Path, target: Path) -> None:
    """A folder in a zip file that is the same whenever it is made."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as whole:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = f"{target.stem}/{path.relative_to(folder).as_posix()}"
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            whole.writestr(info, path.read_bytes())


def release() -> list[Path]:
    name, version = project()["name"], project()["version"]
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir()
    print("Building the wheel and the source archive", flush=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(dist), str(ROOT)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    stem = f"{name}-{version}"
    for kind in ("pdf", "epub"):
        shutil.copy(make(kind), dist / f"{stem}.{kind}")
    archive(make("slides").parent, dist / f"{stem}-slides.zip")
    print("Building the site (a few minutes the first time)", flush=True)
    subprocess.run(
        [sys.executable, str(ROOT / "tools" / "website" / "build.py")],
        check=True,
    )
    archive(ROOT / "_build" / "html", dist / f"{stem}-site.zip")
    made = sorted(dist.iterdir())
    sums = [
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}" for p in made
    ]
    (dist / "SHA256SUMS").write_text("\n".join(sums) + "\n", "utf-8")
    return [*made, dist / "SHA256SUMS"]


if __name__ == "__main__":
    for path in release():
        print(f"{path.stat().st_size / 1e6:7.1f} MB  {path.relative_to(ROOT)}")
