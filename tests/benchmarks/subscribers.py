"""Many subscribers over WebSockets, which cost little: they count what they are sent, and read none of it."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

PATIENCE_SECONDS = 120
_AT_ONCE = 16
_EVENT = b'"OPENED"'
_UPGRADED = b"HTTP/1.1 101"
_ACKNOWLEDGED = b'"connection_ack"'
_BEGUN = b'"cursor"'
_OPENING = (
    "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: {key}\r\n\r\n"
)


class Subscriber(asyncio.Protocol):
    """One connection, which sends a subscription, if it has one, once it is acknowledged."""

    def __init__(self, document: str | None, received: Callable[[int], None]) -> None:
        self._document = document
        self._received = received
        self._seen = b""
        self._settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(_OPENING.format(key=key).encode())

    def data_received(self, data: bytes) -> None:
        # A mark may be cut in two by the network.
        seen = self._seen + data
        if count := seen.count(_EVENT):
            self._received(count)
        if not self._settled.done():
            self._settle(seen)
        self._seen = seen[seen.rfind(_EVENT) + len(_EVENT) :][-64:] if count else seen[-64:]

    def _settle(self, seen: bytes) -> None:
        if _BEGUN in seen or (_ACKNOWLEDGED in seen and self._document is None):
            self._settled.set_result(None)
        elif _UPGRADED in seen:
            self._transport.write(_masked({"type": "connection_init"}))
        elif _ACKNOWLEDGED in seen and self._document is not None:
            payload = {"query": self._document}
            self._transport.write(_masked({"type": "subscribe", "id": "1", "payload": payload}))

    async def settled(self) -> None:
        """Return when it is acknowledged and, if it has a subscription, was told where that begins."""
        await self._settled

    def close(self) -> None:
        """Go."""
        self._transport.close()


class Crowd:
    """All subscribers of a server, and how often they were sent an event."""

    def __init__(self, subscribers: int) -> None:
        self.subscribers = subscribers
        self._received = 0
        self._expected = 0
        self._all = asyncio.Event()

    def received(self, count: int) -> None:
        """Some were sent."""
        self._received += count
        if self._received >= self._expected:
            self._all.set()

    def expect(self, events: int) -> None:
        """Begin to wait for so many events for each."""
        self._all.clear()
        self._expected = self._received + events * self.subscribers

    async def served(self) -> None:
        """Return when all were sent what was expected."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._all.wait()
        assert self._received == self._expected, "more than there were events"


@asynccontextmanager
async def crowd(port: int, number: int, document: Callable[[int], str] | None = None) -> AsyncIterator[Crowd]:
    """So many connections, each with a subscription to the document of its number, or with none."""
    together, subscribers = Crowd(number), list[Subscriber]()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def join(index: int) -> None:
        async with gate:
            asked = None if document is None else document(index)
            _, subscriber = await asyncio.get_running_loop().create_connection(
                lambda: Subscriber(asked, together.received), "127.0.0.1", port
            )
            subscribers.append(subscriber)
            await subscriber.settled()

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*map(join, range(number)))
    try:
        yield together
    finally:
        for subscriber in subscribers:
            subscriber.close()


def _masked(message: dict[str, Any]) -> bytes:
    """A frame as a client sends it, under a mask of zeros."""
    body = json.dumps(message).encode()
    size = bytes((0x80 | len(body),)) if len(body) < 126 else bytes((0x80 | 126,)) + len(body).to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + body
