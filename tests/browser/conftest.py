"""The demo in a process of its own, and a browser that may reach nothing else."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.processes import Server, serving

PATIENCE_MS = 15_000
"""How long a page is waited for, which shares its machine with much else."""
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo desk that has traded already, and goes on."""
    with serving("--speed", "10", folder=tmp_path_factory.mktemp("demo"), command="demo") as demo:
        demo.until(_has_traded, "the demo closed no trade")
        yield demo.url.removesuffix("/graphql")
        assert demo.stop() == 0


def _has_traded(demo: Server) -> bool:
    counts = demo.query("{ positions(filter: { open: true }) { totalCount } trades { totalCount } }")
    return all(count["totalCount"] for count in counts.values())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Module scope: while Playwright runs, no other asyncio loop can run in this thread.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_chromium(),
            args=[
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@dataclass
class Complaints:
    """Console messages, errors, policy violations and foreign requests, which a sound page never causes."""

    messages: list[str] = field(default_factory=list)

    def watch(self, page: Page, base_url: str) -> None:
        host = urlsplit(base_url).netloc
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.messages.append(f"page error: {error}"))
        page.expose_function("reportViolation", lambda text: self.messages.append(f"policy violation: {text}"))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " (event) => window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"
        )
        page.on("websocket", lambda socket: self._check(socket.url, host))
        page.route("**/*", lambda route: route.continue_() if _is_own(route.request.url, host) else route.abort())
        page.on("request", lambda request: self._check(request.url, host))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.messages.append(f"console {message.type}: {message.text}")

    def _check(self, url: str, host: str) -> None:
        if not _is_own(url, host):
            self.messages.append(f"foreign request: {url}")


def _is_own(url: str, host: str) -> bool:
    return urlsplit(url).scheme == "data" or urlsplit(url).netloc == host


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def page(chromium: Browser, base_url: str, complaints: Complaints) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=base_url)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints.watch(page, base_url)
    yield page
    context.close()
    assert complaints.messages == []


def _chromium() -> str:
    path = os.environ.get("PAPERTAPE_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "no Chromium found: install it, or name it in PAPERTAPE_TEST_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
