"""axe-core, which finds what people with disabilities could not use: injected by tests, no part of the page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

# https://github.com/dequelabs/axe-core, Mozilla Public License 2.0, as its npm package holds it.
[AXE] = Path(__file__).parents[1].glob("vendor/axe-core-*/axe.min.js")
FAULTS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(" ")).slice(0, 5)]);
}"""


def faults(page: Page) -> list[Any]:
    """The serious faults of what is on screen, of a page to which AXE was added."""
    violations: list[Any] = page.evaluate(FAULTS)
    return violations
