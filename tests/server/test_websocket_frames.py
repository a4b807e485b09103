"""Frames are counted before they are messages: pongs, pieces of messages, and whatever comes before connection_init."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette

from api.server.connections import Awaited
from api.server.wire_limits import WireLimits
from tests.api.serving import app_for
from tests.api.toy import Desk
from tests.server.wire import Client, Wire, wired

pytestmark = pytest.mark.usefixtures("parser")

TEXT, CONTINUATION, PONG, FINAL = 0x01, 0x00, 0x0A, 0x80
INIT = {"type": "connection_init"}
MIB = 1024 * 1024


def frame(opcode: int, payload: bytes = b"") -> bytes:
    """A frame as clients send it, masked with zeros."""
    size = len(payload)
    if size < 126:
        head = bytes([opcode, 0x80 | size])
    elif size < 65_536:
        head = bytes([opcode, 0x80 | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([opcode, 0x80 | 127]) + size.to_bytes(8, "big")
    return head + bytes(4) + payload


def message(content: object, padding: int = 0) -> bytes:
    return frame(TEXT | FINAL, json.dumps(content).encode() + b" " * padding)


PONGS = frame(PONG | FINAL)
EMPTY = frame(CONTINUATION)


class Socket:
    """A WebSocket that speaks in frames."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, *frames: bytes) -> None:
        await self._client.send(b"".join(frames))

    async def receive(self) -> Any:
        """The next message."""
        return json.loads(await self._payload(TEXT))

    async def closed(self) -> tuple[int, str]:
        """The code and the reason with which the server closes."""
        payload = await self._payload(0x08)
        assert await self._client.rest() == b""
        return int.from_bytes(payload[:2], "big"), payload[2:].decode()

    async def _payload(self, opcode: int) -> bytes:
        first, size = await self._client.read(2)
        assert first == FINAL | opcode
        return await self._client.read(int.from_bytes(await self._client.read(2), "big") if size == 126 else size)


@asynccontextmanager
async def opened(wire: Wire, *, initialised: bool = True) -> AsyncIterator[Socket]:
    async with wire.client() as client:
        await client.send(handshake())
        assert (await client.read(12)).startswith(b"HTTP/1.1 101")
        while await client.read(1) != b"\n" or await client.read(2) != b"\r\n":
            pass
        socket = Socket(client)
        if initialised:
            await socket.send(message(INIT))
            assert await socket.receive() == {"type": "connection_ack"}
        yield socket


def handshake(*headers: str) -> bytes:
    lines = (
        "GET /graphql HTTP/1.1",
        "Host: desk",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
        *headers,
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


@asynccontextmanager
async def a_desk(limits: WireLimits | None = None) -> AsyncIterator[Wire]:
    async with wired(Starlette(routes=app_for(Desk()).routes()), limits) as wire:
        yield wire


async def ping(socket: Socket) -> None:
    await socket.send(message({"type": "ping"}))
    assert await socket.receive() == {"type": "pong"}


@pytest.mark.parametrize("frames", [PONGS * 100_000, frame(TEXT) + EMPTY * 100_000])
async def test_frames_before_connection_init_are_bounded(frames: bytes) -> None:
    async with a_desk() as wire, opened(wire, initialised=False) as socket:
        await socket.send(frames)
        assert await socket.closed() == (1008, "More than 32 frames before connection_init")


async def test_thirty_two_frames_may_come_before_and_with_connection_init() -> None:
    async with a_desk() as wire, opened(wire, initialised=False) as socket:
        await socket.send(PONGS * 31, message(INIT))
        assert await socket.receive() == {"type": "connection_ack"}


async def test_the_first_message_is_small_and_later_ones_are_not() -> None:
    async with a_desk() as wire:
        async with opened(wire, initialised=False) as socket:
            await socket.send(message(INIT, padding=65_536))
            assert (await socket.closed())[0] == 1009
        await wire.awaits()
        async with opened(wire) as socket:
            await socket.send(message({"type": "ping"}, padding=4 * MIB - 100))
            assert await socket.receive() == {"type": "pong"}
            await socket.send(message({"type": "ping"}, padding=4 * MIB))
            assert (await socket.closed())[0] == 1009


async def test_a_message_comes_in_sixty_four_small_pieces_at_most() -> None:
    async with a_desk() as wire, opened(wire) as socket:
        await socket.send(frame(TEXT, b'{"type":'), EMPTY * 63, frame(CONTINUATION | FINAL, b'"ping"}'))
        assert await socket.receive() == {"type": "pong"}
        await socket.send(frame(TEXT), EMPTY * 65)
        assert await socket.closed() == (1008, "A message in more than 64 fragments of less than 1024 bytes")


async def test_a_large_message_may_come_in_many_large_pieces() -> None:
    async with a_desk() as wire, opened(wire) as socket:
        pieces = frame(CONTINUATION, b" " * 1_024) * 2_000
        await socket.send(frame(TEXT, b'{"type":'), pieces, frame(CONTINUATION | FINAL, b'"ping"}'))
        assert await socket.receive() == {"type": "pong"}


async def test_large_messages_that_end_with_a_small_piece_are_counted_one_by_one() -> None:
    async with a_desk() as wire, opened(wire) as socket:
        pieces = frame(TEXT, b'{"type":' + b" " * 1_024), frame(CONTINUATION | FINAL, b'"ping"}')
        for _ in range(65):
            await socket.send(*pieces)
            assert await socket.receive() == {"type": "pong"}


async def test_a_ping_does_not_stand_for_connection_init() -> None:
    async with a_desk() as wire, opened(wire, initialised=False) as socket:
        await ping(socket)
        await wire.awaits(Awaited.FIRST_MESSAGE)
        await socket.send(message({"type": "ping"}, padding=65_536))
        assert (await socket.closed())[0] == 1009


async def test_small_frames_are_counted_by_the_second() -> None:
    async with a_desk() as wire, opened(wire) as socket:
        await socket.send(PONGS * 998)
        await ping(socket)
        wire.clock.now += 1
        await socket.send(PONGS * 499)
        await ping(socket)
        await socket.send(PONGS)
        assert await socket.closed() == (1008, "More than 500 small frames a second")


async def test_a_refused_client_may_send_on_and_gets_the_reason() -> None:
    async with a_desk() as wire, opened(wire) as socket:
        await socket.send(PONGS * 1_001)
        await wire.awaits(Awaited.CLOSE)
        await socket.send(PONGS * 10_000)
        assert await socket.closed() == (1008, "More than 500 small frames a second")


async def test_the_deadline_for_the_first_message_comes_whatever_the_application_does() -> None:
    async with a_desk() as wire, opened(wire, initialised=False) as socket:
        wire.pass_time(15)
        await wire.awaits(Awaited.FIRST_MESSAGE)
        wire.pass_time(0.1)
        assert await socket.closed() == (1013, "The server waited 15 s for the first message.")


async def test_an_initialised_connection_may_be_silent() -> None:
    async with a_desk() as wire, opened(wire) as socket:
        wire.pass_time(86_400)
        await ping(socket)


@pytest.mark.parametrize("started", [frame(TEXT, b"{"), message({"type": "ping"})[:-1]])
async def test_a_message_that_was_begun_has_a_minute(started: bytes) -> None:
    async with a_desk() as wire, opened(wire) as socket:
        await socket.send(started)
        await wire.awaits(Awaited.REST_OF_MESSAGE)
        wire.pass_time(60)
        await wire.awaits(Awaited.REST_OF_MESSAGE)
        wire.pass_time(0.1)
        assert await socket.closed() == (1013, "The server waited 60 s for the rest of a message.")


async def test_a_handshake_that_websockets_cannot_read_is_answered() -> None:
    async with a_desk() as wire, wire.client() as client:
        await client.send(handshake(f"X: {'x' * 9_000}"))
        assert (await client.rest()).startswith(b"HTTP/1.1 431 ")
