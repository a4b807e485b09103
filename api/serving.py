"""Running the application under uvicorn until a signal asks it to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn

from api.bootstrap import Desk
from api.graphql.http import GraphQLApp

_GRACE_SECONDS = 10


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
                ws_max_size=4 * 1024 * 1024,
                ws_per_message_deflate=False,
            )
        )
        self._graphql: GraphQLApp = desk.graphql
        self._before_shutdown = before_shutdown

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

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End streams with their protocols' own words before connections are closed."""
        if self._before_shutdown is not None:
            await self._before_shutdown()
        await self._graphql.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._graphql.drain(), _GRACE_SECONDS)
        await super().shutdown(sockets)
