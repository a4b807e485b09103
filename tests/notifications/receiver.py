"""A server on this machine that takes what is posted to it, or does not, from a thread of its own."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted: to where, with which headers (in small letters), what, and when it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    came_at: float

    @property
    def id(self) -> str:
        """The id of a webhook."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        """What it says."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """How something is answered: `hangs` until the receiver is closed."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs: bool = False


Behaviour = Callable[[int], Answer]
"""How what comes as the first, the second … (from 1 on) is answered."""


class Receiver:
    """Listens on a port of 127.0.0.1; used with `with`."""

    def __init__(self, behave: Behaviour = lambda _: Answer(), port: int = 0) -> None:
        self.behave = behave
        self.attempts: list[Posted] = []
        self.taken: list[Posted] = []
        self._closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """A URL with a secret in it."""
        return f"http://127.0.0.1:{self.port}/topsecret/path?key=geheim"

    @property
    def ids(self) -> list[str]:
        """The ids of what was taken, in the order in which it came."""
        return [posted.id for posted in self.taken]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # its sender was killed in the middle: nothing was sent
                headers = {name.lower(): value for name, value in self.headers.items()}
                posted = Posted(self.path, headers, body, time.time())
                receiver.attempts.append(posted)
                answer = receiver.behave(len(receiver.attempts))
                if answer.hangs:
                    receiver._closing.wait()
                    return
                if answer.status < 300:
                    receiver.taken.append(posted)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
                pass

        return Handler


def failing_every(number: int) -> Behaviour:
    """One of so many is answered with 500."""
    return lambda count: Answer(500) if count % number == 0 else Answer()
