"""axe-core on a page: what keeps readers out."""

import tempfile
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from website import fetch

RUN = """async (rules) => {
  const how = { resultTypes: ["violations"] };
  if (rules) how.runOnly = { type: "rule", values: rules };
  const { violations } = await axe.run(how);
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target }) => `${impact} ${id}: ${target}`));
}"""


@cache
def script() -> str:
    with tempfile.TemporaryDirectory() as folder:
        fetch.gather(Path(folder), [fetch.AXE])
        return (Path(folder) / "axe" / "axe.min.js").read_text("utf-8")


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds, by its default rules or those named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(script())
    return page.evaluate(RUN, rules)
