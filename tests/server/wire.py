"""A server with deadlines and bounds, on a clock that tests move, and clients that speak in bytes."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.server.accelerators import http_protocol
from api.server.connections import Awaited, Connections, OpenConnection
from api.server.websocket_protocol import WebSocketProtocol
from api.server.wire_limits import WireLimits
from tests.api.serving import Server
from tests.processes import until

PATIENCE_SECONDS = 10


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """A connection that sends and reads bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> bytes:
        """The head and the body of an answer with a content length."""
        head = await self._in_time(self._reader.readuntil(b"\r\n\r\n"))
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        return head + await self._in_time(self._reader.readexactly(length))

    async def refusal(self) -> tuple[int, str, str]:
        """The error in an answer after which the server closes the connection."""
        head, _, body = (await self.rest()).partition(b"\r\n\r\n")
        [error] = json.loads(body)["errors"]
        lines = head.split(b"\r\n")
        assert {b"connection: close", b"cache-control: no-store", b"x-content-type-options: nosniff"} <= set(lines)
        return int(lines[0].split()[1]), error["extensions"]["code"], error["message"]

    async def read(self, size: int) -> bytes:
        """So many bytes."""
        return await self._in_time(self._reader.readexactly(size))

    async def rest(self) -> bytes:
        """All that comes until the server closes the connection."""
        return await self._in_time(self._reader.read())

    async def _in_time(self, reading: Any) -> bytes:
        read: bytes = await asyncio.wait_for(reading, PATIENCE_SECONDS)
        return read


class Wire:
    """A running server, and the clock that it uses."""

    def __init__(self, port: int, connections: Connections, clock: Clock) -> None:
        self.port = port
        self.connections = connections
        self.clock = clock

    @asynccontextmanager
    async def client(self, **options: Any) -> AsyncIterator[Client]:
        """A connection that the server has taken, in addition to those it had."""
        taken = len(self.connections)
        async with self.newcomer(**options) as client:
            await until(lambda: len(self.connections) > taken)
            yield client

    @asynccontextmanager
    async def newcomer(self, **options: Any) -> AsyncIterator[Client]:
        """A connection that the server may take or not."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, **options)
        try:
            yield Client(reader, writer)
        finally:
            writer.transport.abort()

    def watches(self) -> list[OpenConnection]:
        """What the server knows of its connections, in their order."""
        return list(self.connections._open.values())

    async def awaits(self, *awaited: Awaited | None) -> None:
        """Wait until this is what the server waits for, on its connections in their order."""
        await asyncio.sleep(0)  # a connection that was just ended is among them until the loop comes round
        await until(lambda: tuple(connection.awaited for connection in self.watches()) == awaited)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and the server look."""
        self.clock.now += seconds
        self.connections.end_overdue()


@asynccontextmanager
async def wired(
    app: ASGIApp, limits: WireLimits | None = None, *, descriptors: int = -1, **options: Any
) -> AsyncIterator[Wire]:
    """A server of an application."""
    clock = Clock()
    connections = Connections(limits, descriptors=descriptors, clock=clock)
    config = uvicorn.Config(
        app,
        log_level="critical",
        lifespan="off",
        timeout_graceful_shutdown=2,
        http=partial(http_protocol(), connections=connections),  # type: ignore[arg-type]
        ws=partial(WebSocketProtocol, connections=connections),  # type: ignore[arg-type]
        ws_max_size=4 * 1024 * 1024,
        ws_per_message_deflate=False,
        **options,
    )
    async with Server(config).running() as address:
        yield Wire(int(address.rpartition(":")[2]), connections, clock)


def small_buffers() -> socket.socket:
    """A socket that takes little before its other side must wait."""
    unconnected = socket.socket()
    unconnected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    unconnected.setblocking(False)
    return unconnected
