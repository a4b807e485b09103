"""A TCP proxy between a desk and its PostgreSQL that can cut connections or stop passing data."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import make_url

_CHUNK = 65_536


class Proxy:
    """Passes connections on to a server, from a thread of its own."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy")
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._is_silent = self._is_cut = False
        self.port = 0
        self.accepted = 0

    def start(self) -> None:
        """Begin to listen, on a free port."""
        self._thread.start()
        self._call(self._listen())

    def close(self) -> None:
        """End everything."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """End all connections, and refuse new ones."""
        self._call(self._cut())

    def silence(self) -> None:
        """Pass nothing on, and keep all connections; one that has lost data stays silent."""
        self._is_silent = True

    def restore(self) -> None:
        """Accept connections again, and pass on data on those that have lost none."""
        self._call(self._listen())

    def _call(self, action: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(action, self._loop).result(10)

    async def _listen(self) -> None:
        self._is_silent = self._is_cut = False
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        self._is_cut = True
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                if not self._is_cut:
                    await self._pass_on(reader, writer)
        finally:
            writer.transport.abort()
            self._connections.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(*self._target)
        is_deaf = self._is_silent

        def passes() -> bool:
            nonlocal is_deaf
            is_deaf = is_deaf or self._is_silent
            return not is_deaf

        try:
            ways = [_pump(reader, server_writer, passes), _pump(server_reader, writer, passes)]
            pumps = [asyncio.ensure_future(way) for way in ways]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            server_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passes: Callable[[], bool]) -> None:
    while data := await reader.read(_CHUNK):
        if passes():
            writer.write(data)
            await writer.drain()


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before a database's server, and the URL that leads through it."""
    target = make_url(url)
    proxy = Proxy(target.host or "127.0.0.1", target.port or 5432)
    proxy.start()
    try:
        through = target.set(host="127.0.0.1", port=proxy.port)
        yield proxy, through.render_as_string(hide_password=False)
    finally:
        proxy.close()
