"""WebSockets of clients, spoken in frames: they cost less than the servers that they measure."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.faults.bad_clients import text_frame

_SMALL = 126


class Socket:
    """One WebSocket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, message: object) -> None:
        """Send a message."""
        self._writer.write(text_frame(message))

    async def receive(self) -> dict[str, Any]:
        """The next message; pings of the server are passed over, those too that say where a stream begins."""
        while True:
            first, size = await self._reader.readexactly(2)
            if size == _SMALL:
                size = int.from_bytes(await self._reader.readexactly(2))
            payload = await self._reader.readexactly(size)
            if first == 0x81:
                message: dict[str, Any] = json.loads(payload)
                if message.keys() != {"type", "payload"}:
                    return message


@asynccontextmanager
async def socket(port: int) -> AsyncIterator[Socket]:
    """An open WebSocket to a server on this machine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_handshake())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        yield Socket(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def sockets(port: int, number: int) -> AsyncIterator[list[Socket]]:
    """So many, opened one after another."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(socket(port)) for _ in range(number)]


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
