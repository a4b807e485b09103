"""Clients that are idle, slow or chatty: what they send is cheap for them, and should be so for the server."""

import base64
import itertools
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from tests.attacks.harness import TOKEN, Attack, Target
from tests.faults.bad_clients import text_frame

CHUNK = b"1\r\nx\r\n"
PONG = b"\x8a\x80\0\0\0\0"
CONTINUATION = b"\x00\x80\0\0\0\0"
TEXT_BEGUN = b"\x01\x80\0\0\0\0"
ONE_SEND = 1 << 16
SUBSCRIBE = {"id": "1", "type": "subscribe", "payload": {"query": "subscription { tradeEvents { cursor } }"}}
COMPLETE = {"id": "1", "type": "complete"}


def quiet(target: Target) -> int:
    """No attack at all, for comparison."""
    time.sleep(target.sized(1, 5))
    return 0


def idle(target: Target) -> int:
    """Connections that send nothing, more than the server has descriptors."""
    count = target.sized(300, 600)
    with connected(target, count):
        time.sleep(target.sized(3, 30))
    return count


def slow_heads(target: Target) -> int:
    """Connections that send their head a byte at a time."""
    head = f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nX: {'x' * 200}".encode()
    with connected(target, 200) as connections:
        for byte, _ in zip(itertools.cycle(head), range(target.sized(10, 100)), strict=False):
            for connection in connections:
                send(connection, bytes([byte]))
            time.sleep(0.2)
    return len(connections)


def flood(target: Target, connections: int, opening: bytes, piece: bytes) -> int:
    """Connections that send one piece over and over, reopened when the server ends them; how many there were."""
    block = piece * max(ONE_SEND // len(piece), 1)
    until = time.monotonic() + target.sized(1, 14)
    with ExitStack() as stack:
        live = [stack.enter_context(opened(target, opening)) for _ in range(connections)]
        while time.monotonic() < until:
            for place, connection in enumerate(live):
                if not send(connection, block):
                    connection.close()
                    live[place] = stack.enter_context(opened(target, opening))
                    connections += 1
    return connections


def heads(number: int) -> Callable[[Target], int]:
    """Heads of thousands of lines."""
    return lambda target: flood(target, number, b"", request_head(*["a:"] * 15_000, method="GET"))


def pipelined(number: int) -> Callable[[Target], int]:
    """Requests without end, whose answers are not awaited; without the token only some are answered with 200."""
    return lambda target: flood(target, number, b"", request_head(method="GET").replace(b"/graphql", b"/readyz"))


def chunks(number: int) -> Callable[[Target], int]:
    """One-byte chunks of one endless body on each connection."""
    head = request_head(
        "Content-Type: application/json", f"Authorization: Bearer {TOKEN}", "Transfer-Encoding: chunked"
    )
    return lambda target: flood(target, number, head, CHUNK)


def pongs(number: int) -> Callable[[Target], int]:
    """Pongs before connection_init."""
    return lambda target: flood(target, number, handshake(), PONG)


def continuations(number: int) -> Callable[[Target], int]:
    """Empty continuations of a message that never ends."""
    return lambda target: flood(target, number, handshake() + TEXT_BEGUN, CONTINUATION)


def messages(number: int, *contents: object) -> Callable[[Target], int]:
    """Small messages without end by clients that have shown the token."""
    opening = handshake() + text_frame({"type": "connection_init", "payload": {"Authorization": f"Bearer {TOKEN}"}})
    return lambda target: flood(target, number, opening, b"".join(map(text_frame, contents)))


def unread_pages(target: Target) -> int:
    """Clients that ask for a large page and do not read it."""
    request = request_head(method="GET").replace(b"/graphql", b"/static/vendor/graphiql-4.1.2/graphiql.min.js")
    with ExitStack() as stack:
        for _ in range(target.sized(100, 500)):
            stack.enter_context(opened(target, request))
        time.sleep(target.sized(1, 40))
    return target.sized(100, 500)


@contextmanager
def connected(target: Target, count: int) -> Iterator[list[socket.socket]]:
    """Connections that are left alone."""
    with ExitStack() as stack:
        yield [stack.enter_context(opened(target)) for _ in range(count)]


@contextmanager
def opened(target: Target, opening: bytes = b"") -> Iterator[socket.socket]:
    """A connection that never waits, over which something was sent."""
    with socket.create_connection(target.address, timeout=60) as connection:
        connection.sendall(opening)
        connection.setblocking(False)
        yield connection


def send(connection: socket.socket, data: bytes) -> bool:
    """Send what the kernel takes; whether the server has not ended the connection yet."""
    try:
        connection.send(data)
        return connection.recv(ONE_SEND) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def request_head(*headers: str, method: str = "POST") -> bytes:
    """The head of a request."""
    return "\r\n".join((f"{method} /graphql HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")).encode()


def handshake() -> bytes:
    """The head that asks for a WebSocket."""
    key = base64.b64encode(os.urandom(16)).decode()
    return request_head(
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
        method="GET",
    )


ATTACKS = {
    "nothing, for comparison": Attack(quiet),
    "connections that send nothing": Attack(idle),
    "heads sent by the byte": Attack(slow_heads),
    "heads of 15 000 lines, 50 connections": Attack(heads(50)),
    "pipelined /readyz, 50 connections": Attack(pipelined(50)),
    "pages that are not read": Attack(unread_pages),
    "one-byte chunks, 1 connection": Attack(chunks(1)),
    "one-byte chunks, 50 connections": Attack(chunks(50)),
    "pongs before connection_init, 1 connection": Attack(pongs(1)),
    "pongs before connection_init, 50 connections": Attack(pongs(50)),
    "empty continuations, 1 connection": Attack(continuations(1)),
    "empty continuations, 50 connections": Attack(continuations(50)),
    "pings in messages, 20 connections": Attack(messages(20, {"type": "ping"})),
    "subscribe and complete, 20 connections": Attack(messages(20, SUBSCRIBE, COMPLETE)),
}
