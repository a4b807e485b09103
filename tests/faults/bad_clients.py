"""`python -m tests.faults.bad_clients ADDRESS TOKEN COUNT KIND...`: subscribers that say `ready`, and never read again.

They are of each kind in turn: `busy` and `idle` ones follow over WebSockets what happens all the time or never; `sse`
ones follow the latter as server-sent events.
"""

import asyncio
import base64
import json
import os
import socket
import sys
from itertools import cycle, islice

SUBSCRIPTION = """subscription { positionEvents { cursor kind position {
id symbol status quantity openQuantity entryPrice stopLoss initialStopLoss target1 lastPrice lastPriceTime
unrealizedPnl realizedPnl commission slippage openRisk
fills { time reason quantity price rawPrice slippage commission gap ambiguous } } } }"""
IDLE = "subscription { tradeEvents { cursor } }"
_SMALL = 4_096


def messages(query: str = SUBSCRIPTION) -> tuple[dict[str, object], ...]:
    """What a client sends to subscribe."""
    return {"type": "connection_init"}, {"id": "1", "type": "subscribe", "payload": {"query": query}}


def text_frame(message: object) -> bytes:
    """A masked text frame, as clients send it; the mask is all zeros."""
    body = json.dumps(message).encode()
    size = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0x80 | 126]) + len(body).to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + body


async def connected(host: str, port: int) -> socket.socket:
    """A connection with a small buffer."""
    loop = asyncio.get_running_loop()
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
    connection.setblocking(False)
    await loop.sock_connect(connection, (host, port))
    return connection


async def head(connection: socket.socket) -> bytes:
    """The head of an answer, and nothing after it."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += await asyncio.get_running_loop().sock_recv(connection, 1)
    return answer


async def streaming(host: str, port: int, token: str) -> socket.socket:
    """A client of server-sent events that has read the head of the response, and nothing else."""
    connection, body = await connected(host, port), json.dumps({"query": IDLE})
    request = (
        f"POST /graphql HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    await asyncio.get_running_loop().sock_sendall(connection, request.encode())
    answer = await head(connection)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return connection


async def subscribed(host: str, port: int, token: str, query: str) -> socket.socket:
    """A WebSocket that has read the server's acknowledgement, and nothing else."""
    loop, connection = asyncio.get_running_loop(), await connected(host, port)
    key = base64.b64encode(os.urandom(16)).decode()
    handshake = (
        f"GET /graphql HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    await loop.sock_sendall(connection, handshake.encode())
    answer = await head(connection)
    assert answer.startswith(b"HTTP/1.1 101"), answer
    for message in messages(query):
        await loop.sock_sendall(connection, text_frame(message))
    return connection


async def client(kind: str, host: str, port: int, token: str) -> socket.socket:
    """A client of a kind."""
    if kind == "sse":
        return await streaming(host, port, token)
    return await subscribed(host, port, token, {"busy": SUBSCRIPTION, "idle": IDLE}[kind])


async def main(address: str, token: str, count: int, kinds: list[str]) -> None:
    host, port = address.split(":")
    wanted = islice(cycle(kinds), count)
    connections = await asyncio.gather(*(client(kind, host, int(port), token) for kind in wanted))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()
    del connections


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
