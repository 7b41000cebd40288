"""Build the site; with --serve, show it on this computer."""

import argparse
import functools
import http.server
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"


def build(target: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Build with warnings as errors; into `target`/_build if given, silently.

    What was said is then in the result.
    """
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build"]
    command += [str(ROOT), "-W", "-n", "--keep-going"]
    if target:
        command += ["--path-output", str(target)]
    return subprocess.run(
        command,
        stdout=subprocess.PIPE if target else None,
        stderr=subprocess.STDOUT if target else None,
        text=True,
        encoding="utf-8",
    )


def serve(port: int) -> None:
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=str(SITE)
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as s:
        print(f"The book is at http://127.0.0.1:{s.server_port}/")
        print("Press Ctrl+C to stop.", flush=True)
        try:
            s.serve_forever()
        except KeyboardInterrupt:
            print()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    if options.serve:
        serve(options.port)
        return 0
    if code := build().returncode:
        return code
    print(f"\nThe site is in {SITE.relative_to(ROOT)}; `make serve` shows it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
