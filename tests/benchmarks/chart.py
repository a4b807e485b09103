"""The dashboard's chart of 100 000 bars: when it is open, what panning and zooming cost. It asserts nothing."""

import json
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import chromium_path
from tests.processes import Server, serving

BARS = 100_000
AT_A_TIME = 500
OPENING = datetime(2024, 1, 1, tzinfo=UTC)
DRAGS = 25
MOVES_A_DRAG = 40
PIXELS_A_MOVE = 25
ZOOMS = 8

INGEST = "mutation($input: IngestBarsInput!) { ingestBars(input: $input) { applied } }"
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => longTasks.push(entry.duration)))
  .observe({ type: "longtask", buffered: true });
new MutationObserver(() => {
  if (document.querySelector("[data-test=market]")) window.askedAt ??= performance.now();
  if (document.querySelector("[data-test=candles] canvas")) window.openedAt ??= performance.now();
}).observe(document, { subtree: true, childList: true });
"""


def bars() -> Iterator[dict[str, str]]:
    """A walk of bars of a minute, the same each time."""
    chance, close = random.Random(1), 100.0
    for number in range(BARS):
        opened, close = close, max(5.0, close + chance.gauss(0, 0.05))
        high, low = max(opened, close) + 0.02, min(opened, close) - 0.02
        start = OPENING + timedelta(minutes=number)
        ends = {"start": start.isoformat(), "end": (start + timedelta(minutes=1)).isoformat()}
        prices = {"open": opened, "high": high, "low": low, "close": close}
        yield {"symbol": "MINUTES", **ends, **{name: f"{price:.2f}" for name, price in prices.items()}}


def fill(server: Server) -> None:
    server.query("mutation { enable { errors { message } } }")
    everything = list(bars())
    for first in range(0, BARS, AT_A_TIME):
        server.query(INGEST, input={"bars": everything[first : first + AT_A_TIME]})


def costs(page: Page, what: str) -> dict[str, Any]:
    """The long tasks since they were last asked for."""
    tasks: list[float] = page.evaluate("longTasks.splice(0)")
    candles = page.locator("[data-test=candles]")
    return {
        "what": what,
        "long tasks": len(tasks),
        "longest task ms": round(max(tasks, default=0.0), 1),
        "bars": candles.get_attribute("data-bars"),
        "interval": candles.get_attribute("data-interval"),
    }


def pan(page: Page) -> None:
    """Drag towards the past, again and again."""
    box = page.locator("[data-test=candles]").bounding_box()
    assert box is not None
    left, top = box["x"] + 200, box["y"] + 100
    for _ in range(DRAGS):
        page.mouse.move(left, top)
        page.mouse.down()
        for moves in range(MOVES_A_DRAG):
            page.mouse.move(left + moves * PIXELS_A_MOVE, top)
        page.mouse.up()


def zoom(page: Page) -> None:
    for _ in range(ZOOMS):
        page.locator("[data-test=market-more]").click()
        time.sleep(0.5)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, serving("--clock", "market", folder=Path(folder)) as server:
        fill(server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path())
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(WATCH)
            page.goto(server.url.removesuffix("graphql"))
            page.wait_for_selector("[data-test=candles] canvas")
            asked, drawn = page.evaluate("[askedAt, openedAt]")
            opened = {"page open after ms": round(asked), "chart open after more ms": round(drawn - asked)}
            print(json.dumps(opened | costs(page, "open")))  # noqa: T201
            page.locator("[data-test=candles]").scroll_into_view_if_needed()
            for act in (pan, zoom):
                act(page)
                print(json.dumps(costs(page, act.__name__)))  # noqa: T201
            browser.close()


if __name__ == "__main__":
    main()
