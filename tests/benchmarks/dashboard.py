"""The dashboard with 500 positions and 50 updates a second: long tasks, frames, memory. It asserts nothing."""

import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.browser.chromium import chromium_path
from tests.processes import Server, serving

SYMBOLS = [f"SYM{number:02}" for number in range(50)]
POSITIONS = 500
UPDATES_A_SECOND = 50
AT_A_TIME = 10
LOOK_SECONDS = 20
OPENING = datetime(2024, 3, 4, 15, tzinfo=UTC)

ENABLE = """mutation { enable(input: { settings: {
  startingCapital: "100000000", maxHeatPercent: "100", maxCampaignRiskPercent: "100" } }) { errors { message } } }"""
QUOTES = "mutation($input: IngestQuotesInput!) { ingestQuotes(input: $input) { applied } }"
EXECUTE = "mutation($input: ExecuteSignalInput!) { executeSignal(input: $input) { errors { message } } }"

WATCH = """() => {
  window.longTasks = []; window.frames = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => longTasks.push(entry.duration)))
    .observe({ type: "longtask" });
  let before = performance.now();
  const next = (now) => { frames.push(now - before); before = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""


def quotes(seconds: int) -> list[dict[str, str]]:
    """One price of every symbol, a second of market time later each time."""
    stamp = (OPENING + timedelta(seconds=seconds)).isoformat()
    return [
        {"symbol": symbol, "time": stamp, "price": str(100 + (seconds * 7 + place) % 20 / 10)}
        for place, symbol in enumerate(SYMBOLS)
    ]


def fill(server: Server) -> None:
    server.query(ENABLE)
    server.query(QUOTES, input={"quotes": quotes(0)})
    for number in range(POSITIONS):
        levels = {"side": "LONG", "stopLoss": "50", "target1": "900", "quantity": str(1 + number % 90)}
        server.query(EXECUTE, input={"symbol": SYMBOLS[number % len(SYMBOLS)], **levels})


def feed(server: Server, done: threading.Event) -> None:
    """Some quotes at a time, evenly, until it is over."""
    started, sent = time.monotonic(), 0
    while not done.is_set():
        place = sent % len(SYMBOLS)
        batch = quotes(1 + sent // len(SYMBOLS))[place : place + AT_A_TIME]
        server.query(QUOTES, input={"quotes": batch})
        sent += len(batch)
        done.wait(max(0.0, started + sent / UPDATES_A_SECOND - time.monotonic()))
    print(f"{sent} updates in {time.monotonic() - started:.0f} s")  # noqa: T201


def memory(session: CDPSession) -> float:
    """What the page's heap holds after a collection, MiB."""
    session.send("HeapProfiler.collectGarbage")
    usage: dict[str, Any] = session.send("Runtime.getHeapUsage")
    return float(usage["usedSize"]) / 2**20


def look(page: Page, session: CDPSession, seconds: int) -> Iterator[dict[str, Any]]:
    """The page's figures, span by span."""
    for passed in range(0, seconds, LOOK_SECONDS):
        page.evaluate("() => { longTasks.length = 0; frames.length = 0; }")
        page.wait_for_timeout(LOOK_SECONDS * 1_000)
        tasks, frames = page.evaluate("() => [longTasks, frames]")
        yield {
            "after s": passed + LOOK_SECONDS,
            "frames/s": round(len(frames) / LOOK_SECONDS, 1),
            "median gap ms": round(statistics.median(frames), 1),
            "p99 gap ms": round(statistics.quantiles(frames, n=100)[98], 1),
            "longest gap ms": round(max(frames), 1),
            "long tasks": len(tasks),
            "longest task ms": round(max(tasks, default=0.0), 1),
            "heap MiB": round(memory(session), 1),
        }


def main(seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, serving("--clock", "market", folder=Path(folder)) as server:
        fill(server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path())
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(server.url.removesuffix("graphql"))
            page.wait_for_selector(f'[data-test=table-positions] table[aria-rowcount="{POSITIONS + 1}"]')
            session = page.context.new_cdp_session(page)
            page.evaluate(WATCH)
            done = threading.Event()
            feeding = threading.Thread(target=feed, args=(server, done))
            feeding.start()
            for figures in look(page, session, seconds):
                print(json.dumps(figures))  # noqa: T201
            done.set()
            feeding.join()
            browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 180)
