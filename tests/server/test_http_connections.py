"""Clients that are silent or slow over HTTP are ended in time; those that are merely busy are not."""

import asyncio
import socket
from contextlib import AsyncExitStack

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.server.body_pieces import BodyInPieces
from api.server.connections import Awaited
from api.server.wire_limits import WireLimits
from tests.processes import until
from tests.server.wire import small_buffers, wired

pytestmark = pytest.mark.usefixtures("parser")

GET = b"GET /now HTTP/1.1\r\nHost: desk\r\n\r\n"
POST = b"POST /body HTTP/1.1\r\nHost: desk\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"POST /body HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = 4_000_000
NO_ROOM = (503, "UNAVAILABLE", "The server has no room for another connection; come again later.")


async def now(request: Request) -> PlainTextResponse:
    return PlainTextResponse("now")


async def body(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def large(request: Request) -> PlainTextResponse:
    return PlainTextResponse("x" * LARGE)


async def for_ever(request: Request) -> PlainTextResponse:
    while not await request.is_disconnected():
        await request.receive()
    return PlainTextResponse("too late")


APP = Starlette(
    routes=[
        Route("/now", now, methods=["GET", "POST"]),
        Route("/body", body, methods=["POST"]),
        Route("/large", large),
        Route("/for-ever", for_ever),
    ]
)


def text(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


async def test_a_client_that_sends_nothing_is_closed_without_a_response() -> None:
    async with wired(APP) as wire, wire.client() as client:
        wire.pass_time(10)
        await wire.awaits(Awaited.FIRST_BYTE)
        wire.pass_time(0.1)
        assert await client.rest() == b""
        assert len(wire.connections) == 0


async def test_a_head_has_ten_seconds_however_often_a_byte_of_it_comes() -> None:
    async with wired(APP) as wire, wire.client() as client:
        for byte in GET[:11]:
            await client.send(bytes([byte]))
            await wire.awaits(Awaited.HEAD)
            wire.pass_time(1)
        message = "The server waited 10 s for the rest of the request's head."
        assert await client.refusal() == (408, "BAD_REQUEST", message)


async def test_a_client_that_disconnects_while_it_is_refused_harms_nobody_else() -> None:
    async with wired(APP) as wire:
        with socket.create_connection(("127.0.0.1", wire.port)) as client:
            client.sendall(b"GET ")
            await wire.awaits(Awaited.HEAD)
        wire.pass_time(10.1)
        await until(lambda: len(wire.connections) == 0)


async def test_a_refused_client_is_not_asked_for_its_body() -> None:
    has_left = asyncio.Event()

    async def reads(request: Request) -> None:
        try:
            await request.body()
        except ClientDisconnect:
            has_left.set()

    app = Starlette(routes=[Route("/body", reads, methods=["POST"])])
    async with wired(app) as wire, wire.client() as client:
        await client.send(CHUNKED[:-2] + b"Expect: 100-continue\r\n\r\nno chunk\r\n")
        assert await client.refusal() == (400, "BAD_REQUEST", "The request cannot be read: illegal chunk header.")
        await until(has_left.is_set)


async def test_an_answer_without_a_body_comes_before_the_refusal_of_what_was_sent_behind_its_request() -> None:
    async with wired(APP) as wire, wire.client() as client:
        await client.send(GET.replace(b"GET", b"HEAD") + b"\x01garbage\r\n\r\n")
        answer, _, refusal = (await client.rest()).partition(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert refusal.startswith(b"HTTP/1.1 400 Bad Request\r\n")


async def test_a_body_has_a_minute() -> None:
    async with wired(APP) as wire, wire.client() as client:
        await client.send(POST + b"x")
        await wire.awaits(Awaited.BODY)
        wire.pass_time(60)
        await client.send(b"xxxxxxxxx")
        assert text(await client.answer()) == b"10"
        await client.send(POST + b"x")
        await wire.awaits(Awaited.BODY)
        wire.pass_time(60.1)
        message = "The server waited 60 s for the rest of the request's body."
        assert await client.refusal() == (408, "BAD_REQUEST", message)


async def test_a_client_that_waits_for_the_server_is_not_timed_out() -> None:
    async with wired(APP) as wire, wire.client() as client:
        await client.send(b"GET /for-ever HTTP/1.1\r\nHost: desk\r\n\r\n")
        await wire.awaits(None)
        wire.pass_time(86_400)
        await wire.awaits(None)


async def test_a_body_that_nobody_reads_is_taken_for_five_seconds() -> None:
    async with wired(APP) as wire, wire.client() as client:
        await client.send(POST.replace(b"/body", b"/now"))
        assert text(await client.answer()) == b"now"
        await wire.awaits(Awaited.UNREAD_BODY)
        wire.pass_time(5)
        await wire.awaits(Awaited.UNREAD_BODY)
        wire.pass_time(0.1)
        assert await client.rest() == b""


async def test_an_answer_that_is_not_read_is_held_by_the_piece_and_given_up_after_half_a_minute() -> None:
    loop = asyncio.get_running_loop()
    with small_buffers() as unconnected:
        async with wired(BodyInPieces(APP)) as wire:
            await loop.sock_connect(unconnected, ("127.0.0.1", wire.port))
            await loop.sock_sendall(unconnected, b"GET /large HTTP/1.1\r\nHost: desk\r\n\r\n")
            await until(lambda: [connection.unread_since for connection in wire.watches()] == [wire.clock.now])
            assert 0 < sum(connection.transport.get_write_buffer_size() for connection in wire.watches()) <= 128 * 1024
            wire.pass_time(30)
            await wire.awaits(None)
            wire.pass_time(0.1)
            await until(lambda: len(wire.connections) == 0)


async def test_the_end_of_a_last_answer_may_be_taken_as_slowly_as_the_rest_of_it() -> None:
    loop = asyncio.get_running_loop()
    with small_buffers() as unconnected:
        async with wired(APP) as wire:
            await loop.sock_connect(unconnected, ("127.0.0.1", wire.port))
            await loop.sock_sendall(unconnected, b"GET /large HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n")
            await until(lambda: [connection.transport.is_closing() for connection in wire.watches()] == [True])
            wire.pass_time(0)
            wire.pass_time(30)
            await wire.awaits(Awaited.CLOSE)
            wire.pass_time(0.1)
            await until(lambda: len(wire.connections) == 0)


async def test_a_large_answer_that_is_read_is_whole() -> None:
    async with wired(BodyInPieces(APP)) as wire, wire.client() as client:
        await client.send(b"GET /large HTTP/1.1\r\nHost: desk\r\n\r\n")
        assert len(text(await client.answer())) == LARGE
        wire.pass_time(31)
        await client.send(GET)
        assert text(await client.answer()) == b"now"


async def test_the_connection_idle_for_longest_makes_room() -> None:
    async with wired(APP, descriptors=144) as wire, AsyncExitStack() as stack:
        silent = [await stack.enter_async_context(wire.client()) for _ in range(8)]
        keeping = await stack.enter_async_context(wire.client())
        await keeping.send(GET)
        assert text(await keeping.answer()) == b"now"
        silent += [await stack.enter_async_context(wire.client()) for _ in range(7)]
        for client in silent:
            newcomer = await stack.enter_async_context(wire.newcomer())
            await newcomer.send(GET)
            assert text(await newcomer.answer()) == b"now"
            assert (await client.rest(), len(wire.connections)) == (b"", 16)
        await keeping.send(GET)
        assert text(await keeping.answer()) == b"now"


async def test_a_connection_ended_in_the_middle_of_a_request_gets_the_reason_and_is_closed_at_once() -> None:
    async with wired(APP, descriptors=144) as wire, AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(wire.client()) for _ in range(16)]
        for client in slow:
            await client.send(b"GET ")
        await wire.awaits(*[Awaited.HEAD] * 16)
        for client in slow:
            newcomer = await stack.enter_async_context(wire.newcomer())
            assert await client.refusal() == NO_ROOM
            await newcomer.send(b"GET ")
            await until(lambda: len(wire.connections) == 16)


async def test_where_no_connection_can_make_room_the_new_one_is_refused() -> None:
    async with wired(APP, descriptors=144) as wire, AsyncExitStack() as stack:
        for _ in range(16):
            busy = await stack.enter_async_context(wire.client())
            await busy.send(b"GET /for-ever HTTP/1.1\r\nHost: desk\r\n\r\n")
        await wire.awaits(*[None] * 16)
        newcomer = await stack.enter_async_context(wire.newcomer())
        assert await newcomer.refusal() == NO_ROOM
        assert len(wire.connections) == 16


OF_PARSERS = {
    "httptools": ("Transfer-Encoding can't be present with Content-Length", "Invalid method encountered"),
    "h11": ("it has both Content-Length and Transfer-Encoding", "illegal request line"),
}
"""What each parser says of two lengths of one body, and of no request at all."""


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (
            b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 100 + b"\r\n",
            (431, "LIMIT_EXCEEDED", "its head or trailer has more than 100 lines"),
        ),
        (
            b"GET / HTTP/1.1\r\na: " + b"x" * 16_384 + b"\r\n\r\n",
            (431, "LIMIT_EXCEEDED", "its head or trailer is longer than 16384 bytes"),
        ),
        (
            b"GET / HTTP/1.1\r\na: " + b"x" * 16_384,
            (431, "LIMIT_EXCEEDED", "its head or trailer is longer than 16384 bytes"),
        ),
        (
            CHUNKED + b"0\r\n" + b"a: b\r\n" * 101 + b"\r\n",
            (431, "LIMIT_EXCEEDED", "its head or trailer has more than 100 lines"),
        ),
        (
            CHUNKED + b"1\r\nx\r\n" * 65,
            (400, "LIMIT_EXCEEDED", "its body comes in too many chunks of less than 1024 bytes; send larger ones"),
        ),
        (CHUNKED + b"-1\r\n", (400, "BAD_REQUEST", "illegal chunk header")),
        (
            CHUNKED.replace(b"chunked", b"gzip, chunked"),
            (501, "BAD_REQUEST", "Only Transfer-Encoding: chunked is supported"),
        ),
        (b"GET / HTTP/1.1\r\n\r\n", (400, "BAD_REQUEST", "Missing mandatory Host: header")),
        (
            b"GET / HTTP/1.1\r\nHost: desk\r\nHost: desk\r\n\r\n",
            (400, "BAD_REQUEST", "Found multiple Host: headers"),
        ),
    ],
)
async def test_a_malformed_request_is_refused_and_ends_the_connection(
    request_: bytes, refusal: tuple[int, str, str]
) -> None:
    status, code, reason = refusal
    async with wired(APP) as wire, wire.client() as client:
        await client.send(request_)
        assert await client.refusal() == (status, code, f"The request cannot be read: {reason}.")


@pytest.mark.parametrize(
    ("number", "request_"), [(0, CHUNKED.replace(b"Transfer", b"Content-Length: 1\r\nTransfer")), (1, b"HELLO\r\n\r\n")]
)
async def test_what_the_parser_refuses_ends_the_connection(number: int, request_: bytes, parser: str) -> None:
    async with wired(APP) as wire, wire.client() as client:
        await client.send(request_)
        reason = OF_PARSERS[parser][number]
        assert await client.refusal() == (400, "BAD_REQUEST", f"The request cannot be read: {reason}.")


async def test_a_refused_client_may_send_for_five_more_seconds_and_gets_the_reason() -> None:
    async with wired(APP) as wire, wire.client() as client:
        client.writer.write(CHUNKED + b"1\r\nx\r\n" * 1_000_000)
        assert (await client.answer()).startswith(b"HTTP/1.1 400 ")
        wire.pass_time(5)
        await wire.awaits(Awaited.UNREAD_BODY)
        wire.pass_time(0.1)
        await until(lambda: len(wire.connections) == 0)


async def test_chunks_that_carry_something_are_read() -> None:
    async with wired(APP) as wire, wire.client() as client:
        for number, piece in ((63, b"1\r\nx\r\n"), (1_000, b"400\r\n" + b"x" * 1_024 + b"\r\n")):
            await client.send(CHUNKED + piece * number + b"0\r\n\r\n")
        assert text(await client.answer()) == b"63"
        assert text(await client.answer()) == b"1024000"


async def test_requests_that_come_together_are_answered_in_turn() -> None:
    async with wired(APP) as wire, wire.client() as client:
        await client.send(GET * 50 + POST + b"x" * 10)
        assert [text(await client.answer()) for _ in range(51)] == [b"now"] * 50 + [b"10"]


async def test_a_longer_head_may_be_allowed() -> None:
    async with wired(APP, WireLimits(head_lines=201)) as wire, wire.client() as client:
        await client.send(GET[:-2] + b"a: b\r\n" * 199 + b"\r\n")
        assert text(await client.answer()) == b"now"


async def test_requests_that_come_together_in_chunks_are_cut_where_they_end() -> None:
    chunked = CHUNKED + b"5\r\nabcde\r\n3;note=x\r\nfgh\r\n0\r\nx-trailer: 1\r\n\r\n"
    async with wired(APP) as wire, wire.client() as client:
        await client.send((chunked + GET) * 20)
        assert [text(await client.answer()) for _ in range(40)] == [b"8", b"now"] * 20
        for byte in chunked + GET:
            await client.send(bytes([byte]))
        assert [text(await client.answer()) for _ in range(2)] == [b"8", b"now"]


async def test_a_body_may_hold_what_looks_like_a_request() -> None:
    async with wired(APP) as wire, wire.client() as client:
        await client.send(POST.replace(b"10", b"%d" % len(GET)) + GET + POST + b"\r\n" * 5)
        assert [text(await client.answer()) for _ in range(2)] == [b"%d" % len(GET), b"10"]


async def test_a_request_that_would_rather_speak_another_protocol_is_answered_in_this_one() -> None:
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    async with wired(APP) as wire, wire.client() as client:
        await client.send((POST[:-2] + upgrade + b"\r\n" + b"x" * 10) * 2)
        assert [text(await client.answer()) for _ in range(2)] == [b"10"] * 2


async def test_a_trailer_adds_no_header() -> None:
    seen = asyncio.get_running_loop().create_future()

    async def names(request: Request) -> PlainTextResponse:
        await request.body()
        seen.set_result(request.headers.keys())
        return PlainTextResponse("seen")

    async with wired(Starlette(routes=[Route("/body", names, methods=["POST"])])) as wire, wire.client() as client:
        await client.send(CHUNKED + b"0\r\nauthorization: Bearer x\r\n\r\n")
        assert text(await client.answer()) == b"seen"
    assert seen.result() == ["host", "transfer-encoding"]
