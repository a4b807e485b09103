"""`python -m tests.attacks.healthy HOST PORT TOKEN`: a client that asks something small all the time.

It asks by turns on a connection that it keeps and on a new one, until its standard input ends, and then writes how
long it waited, as JSON. It fails if it is not answered.
"""

import json
import math
import select
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 20
WARM_UP = 4
BODY = b'{"query":"{ __typename }"}'


@dataclass(frozen=True)
class Waits:
    """How long answers took, in seconds."""

    answers: int
    worst: float
    p99: float
    median: float


class Client:
    """Asks over a connection that it keeps, and over new ones."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._address = (host, port)
        self._request = (
            f"POST /graphql HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        ).encode() + BODY
        self._kept = self._connection()

    def _connection(self) -> socket.socket:
        connection = socket.create_connection(self._address, timeout=PATIENCE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def wait(self) -> Iterator[float]:
        """Seconds that the next answers took, for as long as they are taken."""
        while True:
            started = time.monotonic()
            self._ask(self._kept)
            yield time.monotonic() - started
            started = time.monotonic()
            with self._connection() as connection:
                self._ask(connection)
            yield time.monotonic() - started

    def _ask(self, connection: socket.socket) -> None:
        connection.sendall(self._request)
        answer = b""
        while not answer.endswith(b"}"):
            part = connection.recv(65_536)
            if not part:
                raise ConnectionError(f"the server closed the connection after {answer!r}")
            answer += part
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise ConnectionError(f"the server answered {answer!r}")


def main(host: str, port: str, token: str) -> None:
    answers = Client(host, int(port), token).wait()
    for _ in range(WARM_UP):
        next(answers)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    waits = [next(answers)]
    while not select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
        waits.append(next(answers))
    waits.sort()
    p99 = waits[math.ceil(0.99 * len(waits)) - 1]
    json.dump(asdict(Waits(len(waits), waits[-1], p99, statistics.median(waits))), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
