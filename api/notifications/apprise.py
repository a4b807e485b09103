"""Discord, Telegram, Slack, mail, ntfy and a hundred more, by the URLs of https://github.com/caronc/apprise.

Each message is sent by a process of its own (api.notifications.apprise_process): what hangs is ended, what answers
without end runs out of memory there, and none of it takes time from those who trade here. Only so many run at once;
what hung the last time and what somebody waits for have turns of their own, so that what hangs holds up neither.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

from api.application.notifications.messages import TEST, Address, Channel, Message, NotDelivered
from api.notifications.reachable import Network
from domain.validation import Invalid, require

_PATIENCE_SECONDS = 20.0
_AT_ONCE = 4
_HUNG_AT_ONCE = 2
_AWAITED_AT_ONCE = 2
_PROGRAM = "from api.notifications.apprise_process import main; main()"
_MISSING = "`url` is of a service that needs apprise: pip install 'papertape[notify]'"
_PASSED_ON = ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Of the environment: no settings of ours, and no proxies, behind which nothing could be checked."""


class _Hung(NotDelivered):
    """What a message was sent to has hung."""


class Apprise:
    """URLs of whatever scheme apprise knows."""

    def __init__(self, private: Sequence[Network]) -> None:
        self._private = [str(network) for network in private]
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._turns_of_hung = asyncio.Semaphore(_HUNG_AT_ONCE)
        self._turns_of_awaited = asyncio.Semaphore(_AWAITED_AT_ONCE)

    async def address(self, url: str) -> Address:
        """What a URL names: more than its scheme may be secret. Raises Invalid."""
        require(find_spec("apprise") is not None, _MISSING, "url")
        try:
            await self._have_done({"url": url}, self._turns_of_awaited)
        except NotDelivered as problem:
            raise Invalid(f"`url` cannot be sent to: {problem}", "url") from None
        return Address(f"{url.partition('://')[0].lower()}://…")

    @asynccontextmanager
    async def channel(self, url: str, secret: str | None) -> AsyncIterator[Channel]:
        """The way to a URL."""
        yield _Service(self, url)

    async def send(self, url: str, message: Message, *, has_hung: bool = False) -> None:
        """Send a message once it is its turn. Raises NotDelivered."""
        order = {"url": url, "message": {"title": message.title, "body": message.text}}
        turns = self._turns_of_hung if has_hung else self._turns
        await self._have_done(order, self._turns_of_awaited if message.type == TEST else turns)

    async def _have_done(self, order: Mapping[str, Any], turns: asyncio.Semaphore) -> None:
        try:
            async with turns, asyncio.timeout(_PATIENCE_SECONDS):
                await _done({**order, "private": self._private})
        except TimeoutError:
            raise _Hung(f"it did not answer within {_PATIENCE_SECONDS:g} s") from None


class _Service:
    """Sends messages to a URL."""

    def __init__(self, apprise: Apprise, url: str) -> None:
        self._apprise = apprise
        self._url = url
        self._has_hung = False

    async def send(self, message: Message) -> None:
        """Send a message. Raises NotDelivered."""
        try:
            await self._apprise.send(self._url, message, has_hung=self._has_hung)
        except NotDelivered as problem:
            self._has_hung = isinstance(problem, _Hung)
            raise
        self._has_hung = False


async def _done(order: Mapping[str, Any]) -> None:
    """Have a process do what is ordered; it is ended in any case. Raises NotDelivered."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _PROGRAM),
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        answer, _ = await process.communicate(json.dumps(order).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    problem = _problem_in(answer)
    if problem is not None:
        raise NotDelivered(problem)


def _problem_in(answer: bytes) -> str | None:
    try:
        problem: str | None = json.loads(answer)["problem"]
    except (ValueError, KeyError):
        return "what sends it broke off"
    return problem
