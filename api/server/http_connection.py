"""What an HTTP connection does whichever library parses its requests: it is admitted, watched, and ended in time."""

import asyncio
from abc import abstractmethod
from typing import Any

from uvicorn.protocols.utils import get_remote_addr

from api.server.connections import Awaited, Connections, OpenConnection
from api.server.graceful_close import GracefulClose
from api.server.wire_refusal import WireRefusal


class HttpConnection(asyncio.BaseProtocol):
    """To be put before one of uvicorn's protocols, and that before `BoundedReads`."""

    cycle: Any
    transport: asyncio.Transport
    _connections: Connections
    _closing: GracefulClose | None
    _open_connection: OpenConnection | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to serve, if there is room."""
        host, _ = get_remote_addr(transport) or (None, None)
        admitted = self._connections.admit(transport, self, host)
        if isinstance(admitted, WireRefusal):
            transport.write(admitted.answer())
            transport.close()
            return
        self._open_connection = admitted
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._open_connection is not None:
            self._connections.leave(self._open_connection.transport)
            super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read as fast as it is sent to."""
        super().pause_writing()
        if self._open_connection is not None:
            self._open_connection.unread_since = self._connections.clock()

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if self._open_connection is not None:
            self._open_connection.unread_since = None

    def end(self, refusal: WireRefusal) -> None:
        """End the connection; a client whose request is under way and unanswered gets the reason."""
        self.stop_keepalive()
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.waiting_for_100_continue = False
            self.cycle.message_event.set()
        if self._open_connection is None or self._closing is not None or not self.awaits_an_answer():
            self.transport.close()
            return
        self.transport.write(refusal.answer())
        self._closing = GracefulClose(self.transport)
        self._connections.wait(self._open_connection, Awaited.UNREAD_BODY)

    def note(self) -> None:
        """Tell the connections what is awaited of the client now."""
        if self._open_connection is not None and self._closing is None and self.transport.get_protocol() is self:
            self._connections.wait(self._open_connection, self.awaited())

    @abstractmethod
    def awaited(self) -> Awaited | None:
        """What the client owes."""

    @abstractmethod
    def awaits_an_answer(self) -> bool:
        """Whether the client has begun to ask for something, and the answer to it has not begun."""

    @abstractmethod
    def stop_keepalive(self) -> None:
        """Stop the timer by which uvicorn ends a connection without requests, if it runs."""
