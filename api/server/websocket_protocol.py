"""WebSocket connections: uvicorn's protocol over websockets, with bounds on frames before they are messages.

Pongs, pings and the empty pieces of an unfinished message never reach the application: only here can they be counted.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import ProtocolError
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from api.graphql.transport.frames import EXTENSION
from api.server.bounded_reads import BoundedReads
from api.server.connections import Awaited, Connections, OpenConnection
from api.server.graceful_close import GracefulClose
from api.server.library_internals import ASGISendEvent
from api.server.wire_limits import WireLimits
from api.server.wire_refusal import WireRefusal

_HELD_BYTES = 8 * 1024
_ACKNOWLEDGED = '{"type":"connection_ack"'


class BoundedFrames(ServerProtocol):
    """The frames of one connection, which is closed as soon as there are too many."""

    def __init__(self, limits: WireLimits, max_size: int, clock: Callable[[], float]) -> None:
        super().__init__(max_size=limits.message_before_init)
        self._limits = limits
        self._max_size = max_size
        self._clock = clock
        self.is_open = False
        self._frames = 0
        self._fragments = 0
        self._allowed: float = limits.small_frames_at_once
        self._counted_at = clock()

    def open(self) -> None:
        """Take whole messages, and many frames, from here on."""
        self.is_open = True
        self.max_message_size = self._max_size

    def recv_frame(self, frame: Frame) -> None:
        """Take a frame. Raises ProtocolError, which ends the parsing of all that came with it."""
        if reason := self._excess(frame):
            self.fail(CloseCode.POLICY_VIOLATION, reason)
            raise ProtocolError(reason)
        super().recv_frame(frame)

    def _excess(self, frame: Frame) -> str | None:
        """Why a frame is one too many."""
        limits = self._limits
        self._frames += 1
        if not self.is_open and self._frames > limits.frames_before_init:
            return f"More than {limits.frames_before_init} frames before connection_init"
        if frame.opcode is Opcode.TEXT or frame.opcode is Opcode.BINARY:
            self._fragments = 0
        if len(frame.data) >= limits.small:
            return None
        if frame.opcode is Opcode.CONT:
            self._fragments += 1
            if self._fragments > limits.small_fragments:
                return f"A message in more than {limits.small_fragments} fragments of less than {limits.small} bytes"
        return None if self._is_allowed() else f"More than {limits.small_frames_per_second} small frames a second"

    def _is_allowed(self) -> bool:
        now, limits = self._clock(), self._limits
        earned = (now - self._counted_at) * limits.small_frames_per_second
        self._allowed, self._counted_at = min(limits.small_frames_at_once, self._allowed + earned) - 1, now
        return self._allowed >= 0


class WebSocketProtocol(WebSocketsSansIOProtocol, BoundedReads):
    """One connection; it holds little for a client that does not read: there may be hundreds of them."""

    conn: BoundedFrames

    def __init__(self, *arguments: Any, connections: Connections, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = BoundedFrames(connections.limits, self.config.ws_max_size, connections.clock)
        self._connections = connections
        self._open_connection: OpenConnection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection over from HTTP; let whoever sends wait once the kernel and a few events more are full."""
        self._open_connection = self._connections.hand_over(transport, self)
        self._connections.wait(self._open_connection, Awaited.FIRST_MESSAGE)
        transport.set_write_buffer_limits(high=_HELD_BYTES)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._connections.leave(self._open_connection.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        if self.throws_away(data):
            return
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # Headers that websockets does not take, though HTTP did: uvicorn would wait without end.
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
        self._note()

    def handle_connect(self, event: Request) -> None:
        """Offer to the application to write frames as they are."""
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][EXTENSION] = self  # type: ignore[assignment]

    @property
    def is_writable(self) -> bool:
        """Whether the client reads as fast as it is written to."""
        return self.writable.is_set()

    async def until_writable(self) -> None:
        """Return when it does again, or is gone."""
        await self.writable.wait()

    def write_frames(self, frames: bytes) -> None:
        """Write whole frames; to a client that is gone, or is told to go, nothing."""
        if not self.close_sent and not self.disconnected:
            self.transport.write(frames)

    async def send(self, message: ASGISendEvent) -> None:
        """Send for the application; only its acknowledgement opens the connection, no pong that comes before it."""
        await super().send(message)
        if not self.conn.is_open and str(message.get("text")).startswith(_ACKNOWLEDGED):
            self.conn.open()
            self._note()

    def _note(self) -> None:
        if self.conn.is_open and self._closing is None:
            is_whole = self.conn.current_size is None and not self.conn.reader.buffer
            self._connections.wait(self._open_connection, None if is_whole else Awaited.REST_OF_MESSAGE)

    def pause_writing(self) -> None:
        """The client does not read as fast as it is sent to."""
        super().pause_writing()
        self._open_connection.unread_since = self._connections.clock()

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        self._open_connection.unread_since = None

    def handle_ping(self) -> None:
        """Answer a ping, unless the client reads no answers."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def end(self, refusal: WireRefusal) -> None:
        """End the connection, saying why."""
        self.conn.fail(CloseCode.TRY_AGAIN_LATER, refusal.message)
        self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        """End the connection, the reason for which has been given to `conn`."""
        close = self.conn.close_sent
        if self._closing is not None or close is None:
            self.transport.close()
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": close.code, "reason": close.reason})
        self.close_sent = self.disconnected = True
        self.stop_keepalive()
        self.transport.write(b"".join(self.conn.data_to_send()))
        self._closing = GracefulClose(self.transport)
        self._connections.wait(self._open_connection, Awaited.CLOSE)
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(self._connections.limits.unread_body, self.transport.close)
