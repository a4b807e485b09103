"""A market that speaks lines of JSON over a WebSocket, from a thread of its own."""

import json
from datetime import datetime
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Self

from websockets.sync.server import Server, ServerConnection, serve


class LineMarket:
    """Sends lines to whoever connects, one client after the other; used with `with`."""

    def __init__(self) -> None:
        self._lines: Queue[str | None] = Queue()
        self._server: Server = serve(self._send, "127.0.0.1", 0)
        self._thread = Thread(target=self._server.serve_forever)

    @property
    def url(self) -> str:
        """Where it is found."""
        host, port = self._server.socket.getsockname()[:2]
        return f"ws://{host}:{port}/"

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
