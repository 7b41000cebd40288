"""Say, as variables of the shell, which Pyodide is the newest.

    export $(python tools/live/newest.py)      # then: make site

What is said of a version is the checksum of its npm package, in which are the
checksums of its wheels.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from website.fetch import npm  # noqa: E402


def newest(folder: Path) -> tuple[str, str]:
    """Its version and the SHA-256 of its npm package."""
    command = [npm(), "pack", "pyodide@latest", "--json"]
    said = subprocess.run(
        [*command, "--pack-destination", str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    (packed,) = json.loads(said.stdout)
    archive = (folder / packed["filename"]).read_bytes()
    return packed["version"], hashlib.sha256(archive).hexdigest()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        version, sha256 = newest(Path(folder))
    print(f"BP_PYODIDE_VERSION={version}")
    print(f"BP_PYODIDE_SHA256={sha256}")
