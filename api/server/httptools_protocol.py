"""HTTP/1.1 connections over httptools, a parser in C that knows no bounds: `RequestPieces` has them."""

import re
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.errors import Code
from api.server.bounded_reads import BoundedReads
from api.server.connections import Awaited, Connections
from api.server.http_connection import HttpConnection
from api.server.joined_writes import JoinedWrites
from api.server.library_internals import stop_keepalive
from api.server.request_pieces import Part, RequestPieces, UnreadableRequest
from api.server.wire_refusal import WireRefusal

_UPGRADE = b"\nupgrade:"
_FOREIGN_UPGRADE = re.compile(rb"^upgrade:(?![ \t]*websocket[ \t]*\r?\n)[^\n]*\n", re.IGNORECASE | re.MULTILINE)


class HttpProtocol(HttpConnection, HttpToolsProtocol, BoundedReads):
    """One connection, for as long as it speaks HTTP. A request is parsed when the one before it has been answered."""

    def __init__(self, *arguments: Any, connections: Connections, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._pieces = RequestPieces(connections.limits)
        self._connections = connections
        self._is_unreadable = False

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        if self.throws_away(data):
            return
        stop_keepalive(self)
        self._pieces.add(data)
        self._parse()
        self.note()

    def on_headers_complete(self) -> None:
        """Begin to answer a request. Raises UnreadableRequest, which ends the parsing."""
        stop_keepalive(self)
        length = _body_length(self.headers, self.parser.get_http_version())
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.transport = self._answer = JoinedWrites(self.transport, self.loop)
        self._pieces.begin_body(length)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of a head; those of a trailer tell the application nothing."""
        if self._pieces.part is Part.HEAD:
            super().on_header(name, value)

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self._pieces.begin_head()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on to the next request."""
        self._answer.flush()
        super().on_response_complete()
        if self._pieces:
            self._parse()
        self.note()

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
        if self._is_between_requests():
            return self._is_unreadable or bool(self._pieces)
        return not self.cycle.response_started

    def awaited(self) -> Awaited | None:
        """What the client owes."""
        if self._pieces.part is not Part.HEAD:
            return Awaited.UNREAD_BODY if self.cycle.response_complete else Awaited.BODY
        if not self._is_between_requests():
            return None
        if self._pieces:
            return Awaited.HEAD
        return Awaited.FIRST_BYTE if self.cycle is None else Awaited.NEXT_REQUEST

    def _is_between_requests(self) -> bool:
        return self._pieces.part is Part.HEAD and (self.cycle is None or self.cycle.response_complete)

    def _parse(self) -> None:
        """Parse what there is of a request, unless the one before it has not been answered."""
        try:
            while not self.transport.is_closing():
                is_head = self._pieces.part is Part.HEAD
                if is_head and not self._is_between_requests():
                    if self._pieces:
                        self.flow.pause_reading()
                    return
                if (piece := self._pieces.take()) is None:
                    return
                self.parser.feed_data(_without_foreign_upgrade(piece) if is_head else piece)
        except httptools.HttpParserUpgrade:
            if self._is_between_requests():
                self.handle_websocket_upgrade()
        except (httptools.HttpParserError, UnreadableRequest) as problem:
            self.logger.warning("Invalid HTTP request received.")
            self._is_unreadable = True
            self.end(_refusal(problem))


def _without_foreign_upgrade(head: bytes) -> bytes:
    """A head without what asks for a protocol that is not spoken here: httptools would leave its body unread."""
    return _FOREIGN_UPGRADE.sub(b"", head) if _UPGRADE in head.lower() else head


def _body_length(headers: list[tuple[bytes, bytes]], version: str) -> int | None:
    """The length of a request's body; None if it comes in chunks. httptools has checked that it has only one."""
    names = [name for name, _ in headers]
    if version != "1.0" and b"host" not in names:
        raise UnreadableRequest("Missing mandatory Host: header")
    if names.count(b"host") > 1:
        raise UnreadableRequest("Found multiple Host: headers")
    fields = dict(headers)
    coding = fields.get(b"transfer-encoding")
    if coding is None:
        return int(fields.get(b"content-length", 0))
    if coding.lower() != b"chunked" or names.count(b"transfer-encoding") > 1:
        raise UnreadableRequest("Only Transfer-Encoding: chunked is supported", 501)
    return None


def _refusal(problem: Exception) -> WireRefusal:
    if isinstance(problem, httptools.HttpParserCallbackError):
        cause = problem.__context__
        problem = cause if isinstance(cause, UnreadableRequest) else UnreadableRequest("illegal target")
    reason = f"The request cannot be read: {problem}."
    if isinstance(problem, UnreadableRequest):
        return WireRefusal(problem.status, problem.code, reason)
    return WireRefusal(400, Code.BAD_REQUEST, reason)
