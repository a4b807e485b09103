"""A market that speaks lines of JSON over a WebSocket, from a thread of its own; and markets that say nothing."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Self

from websockets.sync.server import Server, ServerConnection, serve


@contextmanager
def a_silent_market() -> Iterator[str]:
    """The address of a market that can be connected to, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield _url(listening)


@contextmanager
def no_market() -> Iterator[str]:
    """An address at which every connection is refused at once: its port is taken, but nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield _url(taken)


def _url(market: socket.socket) -> str:
    host, port = market.getsockname()
    return f"ws://{host}:{port}/"


class LineMarket:
    """Sends lines to whoever connects, one client after the other; used with `with`."""

    def __init__(self) -> None:
        self._lines: Queue[str | None] = Queue()
        self._server: Server = serve(self._send, "127.0.0.1", 0)
        self._thread = Thread(target=self._server.serve_forever)

    @property
    def url(self) -> str:
        """Where it is found."""
        return _url(self._server.socket)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.put(None)
        self._server.shutdown()
        self._thread.join()

    def _send(self, client: ServerConnection) -> None:
        while (line := self._lines.get()) is not None:
            client.send(line)

    def send(self, line: str) -> None:
        """Send a line."""
        self._lines.put(line)

    def send_bar(self, symbol: str, start: datetime, end: datetime, price: str) -> None:
        """Send a bar that stays at a price."""
        figures = dict.fromkeys(("open", "high", "low", "close"), price)
        self.send(json.dumps({"symbol": symbol, "start": start.isoformat(), "end": end.isoformat(), **figures}))
