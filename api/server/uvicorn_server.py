"""Running the application under uvicorn until a signal asks it to stop."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from api.garbage import collect_seldom
from api.graphql.transport.http import GraphQLApp
from api.server.accelerators import http_protocol
from api.server.connections import Connections, Network
from api.server.descriptors import DescriptorWatch
from api.server.memory import MemoryTrim
from api.server.rate_limited_log import limit_log_rate
from api.server.running_desk import RunningDesk
from api.server.websocket_protocol import WebSocketProtocol

_GRACE_SECONDS = 10
_NOTIFY_SECONDS = 1
_PING_SECONDS = 15
_ACCEPTED_AT_ONCE = 16
_QUEUED = 2_048
_TURN_SECONDS = 0.0005


class StoppableServer(uvicorn.Server):
    """uvicorn, which exits with success when asked to."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, and leave it at that: a server that was asked to stop has not failed."""
        handled = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Server(StoppableServer):
    """uvicorn, which ends streams first, waits for mutations that were begun, and exits with success when asked to."""

    def __init__(
        self,
        desk: RunningDesk,
        *,
        trusted: Sequence[Network] = (),
        before_shutdown: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        connections = Connections(trusted=trusted)
        super().__init__(config(desk.app, connections, self._look_after_clients))
        self._graphql: GraphQLApp = desk.graphql
        self._before_shutdown = before_shutdown
        self._memory_trim = MemoryTrim()
        self._descriptors = DescriptorWatch()
        self._connections = connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Leave to the garbage collector what comes from here on, and let threads take turns quickly.

        The writer decides in a thread of its own: the event loop must not wait five milliseconds after each answer that
        it sends until the interpreter is its again.
        """
        limit_log_rate()
        collect_seldom()
        sys.setswitchinterval(_TURN_SECONDS)
        await super().startup(sockets)
        for listener in sockets or ():
            # What asyncio accepts before anything else may run is one figure, how many may wait to be accepted another.
            listener.listen(_QUEUED)

    async def _look_after_clients(self) -> None:
        self._connections.end_overdue()
        self._descriptors.look()
        self._memory_trim.trim_if_many_left(len(self._connections))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End streams as their protocols ask before connections are closed."""
        if self._before_shutdown is not None:
            await self._before_shutdown()
        await self._graphql.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._graphql.drain(), _GRACE_SECONDS)
        await super().shutdown(sockets)


def config(
    app: ASGIApp,
    connections: Connections,
    notify: Callable[[], Awaitable[None]],
    *,
    lifespan: Literal["on", "off"] = "off",
    grace_seconds: int = _GRACE_SECONDS,
) -> uvicorn.Config:
    """How uvicorn serves an application to clients that may be slow, many or hostile."""
    return uvicorn.Config(
        app,
        interface="asgi3",
        lifespan=lifespan,
        log_config=None,
        access_log=False,
        server_header=False,
        headers=[("x-content-type-options", "nosniff")],
        timeout_graceful_shutdown=grace_seconds,
        proxy_headers=False,
        backlog=_ACCEPTED_AT_ONCE,
        http=partial(http_protocol(), connections=connections),  # type: ignore[arg-type]
        ws=partial(WebSocketProtocol, connections=connections),  # type: ignore[arg-type]
        ws_max_size=4 * 1024 * 1024,
        ws_per_message_deflate=False,
        ws_ping_interval=_PING_SECONDS,
        ws_ping_timeout=_PING_SECONDS,
        callback_notify=notify,
        timeout_notify=_NOTIFY_SECONDS,
    )
