"""Running the application under uvicorn until a signal asks it to stop."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api.bootstrap import Desk
from api.graphql.http import GraphQLApp
from api.memory import Returning

_GRACE_SECONDS = 10
_LOOK_SECONDS = 1
_PING_SECONDS = 15
_HELD_BYTES = 8 * 1024


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's, which holds little for a client that does not read: there may be hundreds of them."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let whoever sends wait once the kernel and a few events more are full."""
        transport.set_write_buffer_limits(high=_HELD_BYTES)
        super().connection_made(transport)


class Server(uvicorn.Server):
    """uvicorn, which ends streams first, waits for mutations that were begun, and exits with success when asked to."""

    def __init__(self, desk: Desk, before_shutdown: Callable[[], Awaitable[None]] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                desk.app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                ws=WebSocketProtocol,
                ws_max_size=4 * 1024 * 1024,
                ws_per_message_deflate=False,
                ws_ping_interval=_PING_SECONDS,
                ws_ping_timeout=_PING_SECONDS,
                callback_notify=self._look_at_memory,
                timeout_notify=_LOOK_SECONDS,
            )
        )
        self._graphql: GraphQLApp = desk.graphql
        self._before_shutdown = before_shutdown
        self._memory = Returning()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, and leave it at that: a server that was asked to stop has not failed."""
        handled = (signal.SIGINT, signal.SIGTERM)
        before = {each: signal.signal(each, self.handle_exit) for each in handled}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Leave to the garbage collector what comes from here on: full collections are short, and come soon."""
        gc.collect()
        gc.freeze()
        await super().startup(sockets)

    async def _look_at_memory(self) -> None:
        self._memory.look(len(self.server_state.connections))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End streams with their protocols' own words before connections are closed."""
        if self._before_shutdown is not None:
            await self._before_shutdown()
        await self._graphql.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._graphql.drain(), _GRACE_SECONDS)
        await super().shutdown(sockets)
