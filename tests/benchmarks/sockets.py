"""WebSockets of clients, spoken in frames: they cost less than the servers that they measure."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from tests.faults.bad_clients import text_frame

_TEXT, _PING, _PONG = 0x81, 0x89, 0x8A
_LONG = 126


class Socket(asyncio.Protocol):
    """One WebSocket; it answers pings, also while nobody waits for a message."""

    def __init__(self) -> None:
        self._buffer = b""
        self._messages: asyncio.Queue[bytes] = asyncio.Queue()
        self.opened = asyncio.Event()
        self._closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(_handshake())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.opened.is_set():
            head, blank, rest = self._buffer.partition(b"\r\n\r\n")
            if not blank:
                return
            assert head.startswith(b"HTTP/1.1 101 ")
            self._buffer = rest
            self.opened.set()
        while len(self._buffer) >= (end := _frame_end(self._buffer)):
            frame, self._buffer = self._buffer[:end], self._buffer[end:]
            self._take(frame[0], frame[4 if frame[1] == _LONG else 2 :])

    def connection_lost(self, problem: Exception | None) -> None:
        self._messages.put_nowait(b"the connection was lost")
        self._closed.set()

    def send(self, message: object) -> None:
        """Send a message."""
        self._transport.write(text_frame(message))

    async def receive(self) -> dict[str, Any]:
        """The next message."""
        message: dict[str, Any] = json.loads(await self._messages.get())
        return message

    async def close(self) -> None:
        """End the connection, and give back what it was held by."""
        self._transport.abort()
        await self._closed.wait()

    def _take(self, first: int, payload: bytes) -> None:
        if first == _TEXT:
            self._messages.put_nowait(payload)
        elif first == _PING:
            self._transport.write(bytes([_PONG, 0x80 | len(payload)]) + bytes(4) + payload)


@asynccontextmanager
async def connected(port: int, begin: Callable[[Socket], Awaitable[None]]) -> AsyncIterator[Socket]:
    """A WebSocket to a server on this machine, which begins in some way."""
    _, socket = await asyncio.get_running_loop().create_connection(Socket, "127.0.0.1", port)
    try:
        await socket.opened.wait()
        await begin(socket)
        yield socket
    finally:
        await socket.close()


def _frame_end(buffer: bytes) -> int:
    """How long the first frame is, or, while that is not known, more than there is."""
    if len(buffer) < 4:
        return 2 + buffer[1] if len(buffer) > 1 and buffer[1] < _LONG else 4
    return 4 + int.from_bytes(buffer[2:4]) if buffer[1] == _LONG else 2 + buffer[1]


def _handshake() -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = (
        "GET /graphql HTTP/1.1",
        "Host: 127.0.0.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()
