"""Build the site; with --serve, show it on this computer."""

import argparse
import contextlib
import functools
import http.server
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
PORT = 8000


# With these a browser lets a page share memory with its worker.
ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Sends each file as what it is, whatever this computer is told."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".css": "text/css",
        ".html": "text/html",
        ".ipynb": "application/json",
        ".js": "text/javascript",
        ".json": "application/json",
        ".mjs": "text/javascript",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
    }

    def end_headers(self) -> None:
        for name, value in ISOLATED.items():
            self.send_header(name, value)
        super().end_headers()

    def log_request(self, *_: object) -> None:
        pass  # only what goes wrong


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *where: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # it went away
            super().handle_error(*where)


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


def server(port: int | None, folder: Path) -> Server:
    """On a port; on 8000, else on any that is free, where none is given."""
    handler = functools.partial(Handler, directory=str(folder))
    make = functools.partial(Server, RequestHandlerClass=handler)
    if port is not None:
        return make(("127.0.0.1", port))
    try:
        return make(("127.0.0.1", PORT))
    except OSError as error:
        print(f"Port {PORT} cannot be had ({error.strerror}): another one.")
        return make(("127.0.0.1", 0))


def serve(port: int | None, folder: Path = SITE) -> None:
    if not (folder / "index.html").is_file():
        sys.exit(f"There is no site in {folder}: `make site` builds it.")
    try:
        found = server(port, folder)
    except (OSError, OverflowError) as error:
        sys.exit(f"Port {port} cannot be had ({error}): give another --port.")
    with found:
        print(f"The book is at http://127.0.0.1:{found.server_port}/")
        print("Press Ctrl+C to stop.", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            found.serve_forever()
        print()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--port", type=int)
    options = parser.parse_args()
    if options.serve:
        serve(options.port)
        return 0
    try:
        code = build().returncode
    except FileNotFoundError:
        sys.exit("Jupyter Book is not installed here: `make site` installs it")
    if code:
        return code
    print(f"\nThe site is in {SITE.relative_to(ROOT)}; `make serve` shows it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
