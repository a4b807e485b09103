"""What a page is watched for, and how long it is waited for."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page

PATIENCE_MS = 15_000
"""How long a page is waited for, which shares its machine with much else."""


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
        page.on("request", lambda request: self._check(request.url, host))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.messages.append(f"console {message.type}: {message.text}")

    def _check(self, url: str, host: str) -> None:
        if not _is_own(url, host):
            self.messages.append(f"foreign request: {url}")


def _is_own(url: str, host: str) -> bool:
    return urlsplit(url).scheme == "data" or urlsplit(url).netloc == host
