"""Chromium, which the machine has installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright


@contextmanager
def a_chromium() -> Iterator[Browser]:
    """A browser. While Playwright runs, no other asyncio loop can run in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=[
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                # Nothing but this machine is reached. A route of Playwright's would cost as much as the page itself.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


def chromium_path() -> str:
    """Where it is, or its part without windows, at half the CPU; with neither the test is skipped, but in CI."""
    found = (shutil.which(name) for name in ("chromium-headless-shell", "chromium", "chromium-browser"))
    path = os.environ.get("PAPERTAPE_TEST_CHROMIUM") or next(filter(None, found), None)
    if path is None:
        reason = "no Chromium found: install it, or name it in PAPERTAPE_TEST_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
