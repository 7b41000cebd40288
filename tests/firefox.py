"""Firefox, driven over WebDriver BiDi: as much of it as the tests need."""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import websocket

# No start page, and no other host for anything.
PREFERENCES = """
user_pref("browser.startup.page", 0);
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("network.proxy.no_proxies_on", "127.0.0.1");
"""


class Firefox:
    """One headless Firefox with one tab; close it after use."""

    def __init__(self, command: str, profile: Path) -> None:
        (profile / "user.js").write_text(PREFERENCES, "utf-8")
        said = profile / "said.txt"
        with said.open("w", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                [command, "--headless", "--no-remote", "--profile", profile]
                + ["--remote-debugging-port", "0", "about:blank"],
                stderr=file,
            )
        listening = re.compile(r"BiDi listening on (ws://\S+)")
        end = time.monotonic() + 120
        while not (found := listening.search(said.read_text("utf-8"))):
            assert time.monotonic() < end, said.read_text("utf-8")
            time.sleep(0.1)
        self.line = websocket.create_connection(
            f"{found[1]}/session", suppress_origin=True, timeout=300
        )
        self.asked = 0
        self.ask("session.new", capabilities={})
        tree = self.ask("browsingContext.getTree")
        self.tab = tree["contexts"][0]["context"]

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        self.asked += 1
        message = {"id": self.asked, "method": method, "params": params}
        self.line.send(json.dumps(message))
        while (answer := json.loads(self.line.recv())).get("id") != self.asked:
            pass
        assert answer["type"] == "success", answer
        return answer["result"]

    def open(self, address: str) -> None:
        self.ask(
            "browsingContext.navigate",
            context=self.tab,
            url=address,
            wait="complete",
        )

    def evaluate(self, expression: str) -> Any:
        """The value of some JavaScript in the page."""
        found = self.ask(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(JSON.stringify)",
            target={"context": self.tab},
            awaitPromise=True,
        )
        assert found["type"] == "success", found
        return json.loads(found["result"].get("value", "null"))

    def wait(self, expression: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.evaluate(expression):
            assert time.monotonic() < end, f"never: {expression}"
            time.sleep(0.2)

    def close(self) -> None:
        self.line.close()
        self.process.terminate()
        self.process.wait()
