"""HTTP/1.1 connections over h11, where there is no httptools, with bounds on what comes in small pieces."""

import re
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.errors import Code, PapertapeError
from api.server.bounded_reads import BoundedReads
from api.server.connections import Awaited, Connections
from api.server.http_connection import HttpConnection
from api.server.library_internals import BufferedServerConnection, ReceiveBuffer, stop_keepalive
from api.server.wire_limits import WireLimits
from api.server.wire_refusal import WireRefusal

_WITH_BLANK_LINE = re.compile(rb"\r?\n|.*?\n\r?\n", re.DOTALL)
_LONGEST_QUOTE = 200


class OverLimit(PapertapeError, h11.RemoteProtocolError):
    """More than a client may send."""


class BoundedBuffer(ReceiveBuffer):
    """What h11 has received and not yet read; it is where heads, trailers and chunks can be counted before they cost.

    h11 itself bounds only what is incomplete: a head or trailer of 60 000 lines that comes at once, or a hundred
    thousand chunks of a byte, would be parsed to the end before anything else of the server could run.
    """

    def __init__(self, limits: WireLimits) -> None:
        super().__init__()
        self._limits = limits
        self._chunks = 0
        self._received = 0

    def maybe_extract_lines(self) -> list[bytearray] | None:
        """The lines of a head or of a trailer, once all have come."""
        self._chunks = self._received = 0
        limits = self._limits
        if len(self) > limits.head_size and not _WITH_BLANK_LINE.match(bytes(self)[: limits.head_size]):
            raise OverLimit(f"its head or trailer is longer than {limits.head_size} bytes", error_status_hint=431)
        lines = super().maybe_extract_lines()
        if lines is not None and len(lines) > limits.head_lines:
            raise OverLimit(f"its head or trailer has more than {limits.head_lines} lines", error_status_hint=431)
        return lines

    def maybe_extract_next_line(self) -> bytearray | None:
        """The line that begins a chunk."""
        line = super().maybe_extract_next_line()
        if line is not None:
            self._chunks += 1
            if self._chunks > self._limits.small_chunks + self._received // self._limits.small:
                raise OverLimit(
                    f"its body comes in too many chunks of less than {self._limits.small} bytes; send larger ones"
                )
        return line

    def maybe_extract_at_most(self, count: int) -> bytearray | None:
        """Some of a body."""
        part = super().maybe_extract_at_most(count)
        self._received += len(part or b"")
        return part


class BoundedRequests(BufferedServerConnection):
    """The requests of one connection; `refusal` says why there are no more."""

    def __init__(self, limits: WireLimits) -> None:
        super().__init__(limits.head_size, BoundedBuffer(limits))
        self.refusal = WireRefusal(400, Code.BAD_REQUEST, "The request is not HTTP/1.1.")

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """What comes next. Raises RemoteProtocolError where the client breaks the rules, or a bound."""
        try:
            event = super().next_event()
            if isinstance(event, h11.Request):
                _check_framing(event)
        except h11.RemoteProtocolError as problem:
            code = Code.LIMIT_EXCEEDED if isinstance(problem, OverLimit) else Code.BAD_REQUEST
            reason = str(problem).partition(": bytearray(")[0]
            message = f"The request cannot be read: {reason[:_LONGEST_QUOTE]}."
            self.refusal = WireRefusal(problem.error_status_hint, code, message)
            raise
        return event


class HttpProtocol(HttpConnection, H11Protocol, BoundedReads):
    """One connection, for as long as it speaks HTTP."""

    conn: BoundedRequests

    def __init__(self, *arguments: Any, connections: Connections, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = BoundedRequests(connections.limits)
        self._connections = connections

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        if self.throws_away(data):
            return
        super().data_received(data)
        self.note()

    def on_response_complete(self) -> None:
        """Go on to the next request."""
        super().on_response_complete()
        self.note()

    def send_400_response(self, msg: str) -> None:
        """Turn down what is no request."""
        self.end(self.conn.refusal)

    def shutdown(self) -> None:
        """End the connection once it has been answered."""
        if self._closing is None:
            super().shutdown()
        else:
            self.transport.close()

    def stop_keepalive(self) -> None:
        """Stop the timer by which uvicorn ends a connection without requests, if it runs."""
        stop_keepalive(self)

    def awaits_an_answer(self) -> bool:
        """Whether the client has begun to ask for something, and the answer to it has not begun."""
        has_asked = self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0] != b""
        return has_asked and self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}

    def awaited(self) -> Awaited | None:
        """What the client owes."""
        if self.conn.their_state is h11.SEND_BODY:
            return Awaited.UNREAD_BODY if self.conn.our_state is h11.DONE else Awaited.BODY
        if self.conn.their_state is not h11.IDLE:
            return None
        if self.conn.trailing_data[0]:
            return Awaited.HEAD
        return Awaited.FIRST_BYTE if self.cycle is None else Awaited.NEXT_REQUEST


def _check_framing(request: h11.Request) -> None:
    """Two lengths of one body are how requests are smuggled past a proxy that believes the other one."""
    names = {name for name, _ in request.headers}
    if {b"content-length", b"transfer-encoding"} <= names:
        raise h11.RemoteProtocolError("it has both Content-Length and Transfer-Encoding")
