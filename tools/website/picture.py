"""Take the README's pictures from the built site: the cover, day and night."""

import os
import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from website import build  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SIZE = {"width": 1280, "height": 760}
FILES = {"light": "picture.png", "dark": "picture-dark.png"}


def take(browser: "Browser", address: str, folder: Path) -> None:
    """Put both pictures into the folder; nothing moves in them."""
    for scheme, name in FILES.items():
        context = browser.new_context(
            viewport=SIZE, color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(address)
        page.locator("html.js").wait_for()
        page.screenshot(path=folder / name)
        context.close()


def main() -> None:
    from playwright.sync_api import sync_playwright

    names = ["chromium", "chromium-browser", "google-chrome"]
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, names)), None
    )
    if not found:
        sys.exit("No Chromium found: install one or set CHROMIUM")
    with build.server(0, build.SITE) as server, sync_playwright() as p:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = p.chromium.launch(
            executable_path=found, args=["--no-sandbox"]
        )
        take(browser, f"http://127.0.0.1:{server.server_port}/", ROOT)
        browser.close()
        server.shutdown()
    print(f"Taken: {', '.join(FILES.values())}")


if __name__ == "__main__":
    main()
