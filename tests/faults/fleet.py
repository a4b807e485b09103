"""Servers that share a database and are killed in turn, and a client that retries until it is answered."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.faults.campaign import Request
from tests.processes import Server, serving

ANSWER_SECONDS = 30
GIVE_UP_SECONDS = 120
LOOK_AGAIN_SECONDS = 0.01


@dataclass
class Place:
    """The port of one server; a server that is killed is replaced by another on it."""

    server: Server
    is_up: bool = True


@dataclass
class Fleet:
    """Some servers on one database."""

    url: str
    folder: Path
    stack: ExitStack
    http: httpx.Client
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    _turns: Iterator[int] = field(default_factory=count)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def start(self, port: int = 0) -> Server:
        """Start a server that is ready."""
        options = ("--database-url", self.url, "--clock", "market", *self.options)
        return self.stack.enter_context(serving(*options, folder=self.folder, environment=self.environment, port=port))

    def send(self, request: Request) -> dict[str, Any]:
        """The payload from whichever server is up, retried until there is one.

        While servers are killed the only other answer may be UNAVAILABLE.
        """
        body = {"query": request.document, "variables": {"input": request.input}}
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while True:
            assert time.monotonic() < give_up, f"no answer within {GIVE_UP_SECONDS} s"
            answer = self._answer(body)
            if answer is None:
                self.count("unanswered")
            elif "errors" in answer:
                assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]
                self.count("unavailable")
            else:
                payload: dict[str, Any] = next(iter(answer["data"].values()))
                return payload

    def _answer(self, body: dict[str, Any]) -> dict[str, Any] | None:
        try:
            answer: dict[str, Any] = self.http.post(self._next_url(), json=body).json()
        except httpx.TransportError:
            return None
        return answer

    def _next_url(self) -> str:
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while not (up := [place for place in self.places if place.is_up]):
            assert time.monotonic() < give_up, f"no server came back within {GIVE_UP_SECONDS} s"
            time.sleep(LOOK_AGAIN_SECONDS)
        return up[next(self._turns) % len(up)].server.url

    def kill(self, number: int, after: float) -> None:
        """Kill a server without warning, and start another in its place."""
        place = self.places[number % len(self.places)]
        time.sleep(after)
        place.is_up = False
        place.server.kill()
        place.server = self.start(place.server.port)
        place.is_up = True
        self.count("kills")

    def count(self, what: str) -> None:
        """One more of something."""
        with self._counting:
            self.counted[what] += 1

    def stop(self) -> None:
        """Stop all servers as an operator would."""
        assert [place.server.stop() for place in self.places] == [0] * len(self.places)


@contextmanager
def fleet(
    url: str,
    folder: Path,
    servers: int = 1,
    options: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Fleet]:
    """A number of servers on a database."""
    with ExitStack() as stack:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        http = stack.enter_context(httpx.Client(timeout=ANSWER_SECONDS, limits=limits))
        fleet = Fleet(url, folder, stack, http, options, environment or {})
        fleet.places += [Place(fleet.start()) for _ in range(servers)]
        yield fleet
