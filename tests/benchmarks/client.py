"""A light load generator: HTTP/1.1 over connections that are kept, each of which waits for its answer.

It costs less than the servers that it measures, which a full client does not.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

PATIENCE_SECONDS = 300


class Connection(asyncio.Protocol):
    """Sends requests one after another, until there are none or it is time to stop."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self._buffer = b""
        self._requests: Iterator[bytes] = iter(())
        self._deadline = 0.0
        self._done: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def start(self, requests: Iterator[bytes], deadline: float) -> asyncio.Future[None]:
        """Begin to send; done when the last answer is there."""
        self.answers = []
        self._requests, self._deadline = requests, deadline
        self._done = asyncio.get_running_loop().create_future()
        self._send_next()
        return self._done

    def _send_next(self) -> None:
        assert self._transport is not None
        assert self._done is not None
        request = next(self._requests, None) if time.perf_counter() < self._deadline else None
        if request is None:
            self._done.set_result(None)
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < (length := _content_length(head)):
            return
        assert len(body) == length, "more than one answer"
        self._buffer = b""
        self.answers.append(body if head.startswith(b"HTTP/1.1 200") else head + body)
        self._send_next()

    def connection_lost(self, problem: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionError("the server closed the connection"))

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()


def _content_length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0])


def post(path: str, body: bytes) -> bytes:
    """A request with JSON in it."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


def get(path: str) -> bytes:
    """A request without a body."""
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()


@asynccontextmanager
async def connections(port: int, number: int) -> AsyncIterator[Sequence[Connection]]:
    """So many open connections to a server on this machine."""
    loop = asyncio.get_running_loop()
    pairs = [await loop.create_connection(Connection, "127.0.0.1", port) for _ in range(number)]
    try:
        yield [connection for _, connection in pairs]
    finally:
        for _, connection in pairs:
            connection.close()


async def load(
    clients: Sequence[Connection], requests: Sequence[Iterator[bytes]], seconds: float = 1e9
) -> tuple[list[bytes], float]:
    """All answers to what clients sent at once for so long, or until their requests ended; and the seconds it took."""
    started = time.perf_counter()
    pairs = zip(clients, requests, strict=True)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*(client.start(own, started + seconds) for client, own in pairs))
    taken = time.perf_counter() - started
    return [answer for client in clients for answer in client.answers], taken
