"""Every open connection, what the server waits for on it, and which of them must go."""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from time import monotonic
from typing import Protocol

import structlog

from api.errors import Code
from api.server.wire_limits import WireLimits
from api.server.wire_refusal import WireRefusal

log = structlog.get_logger(__name__)

Network = IPv4Network | IPv6Network

_NO_ROOM = WireRefusal(503, Code.UNAVAILABLE, "The server has no room for another connection; come again later.")
_SECONDS_BETWEEN_LOG_LINES = 10
_FEWEST_CONNECTIONS = 16


class Awaited(Enum):
    """What a client owes the server; how long the server waits for the next request is uvicorn's business."""

    FIRST_BYTE = "the first byte"
    HEAD = "the rest of the request's head"
    BODY = "the rest of the request's body"
    UNREAD_BODY = "the rest of a body that nobody reads"
    NEXT_REQUEST = "the next request"
    FIRST_MESSAGE = "the first message"
    REST_OF_MESSAGE = "the rest of a message"
    CLOSE = "the end of the connection"


class Owner(Protocol):
    """The protocol that serves a connection."""

    def end(self, refusal: WireRefusal) -> None:
        """End the connection, telling the client why if it has begun to ask for something."""


@dataclass(slots=True, eq=False)
class OpenConnection:
    """One connection; `awaited` is None while it is the server's turn, or a stream is open."""

    transport: asyncio.Transport
    owner: Owner
    address: str | None
    awaited: Awaited | None = None
    since: float = 0
    unread_since: float | None = None


class Connections:
    """Takes connections while there is room, and ends those that keep the server waiting for too long.

    Room is below the number of descriptors that the process may open. Where there is none, the connection that has
    kept the server waiting longest makes room, first of those that have never sent a whole request; only where none
    does is the new one refused. Of one address (of IPv6 one /64) only so many are taken, but for loopback and
    `trusted`, behind which there may be many clients.
    """

    def __init__(
        self,
        limits: WireLimits | None = None,
        *,
        trusted: Sequence[Network] = (),
        descriptors: int | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.limits = limits or WireLimits()
        self.clock = clock
        if descriptors is None:
            descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._limit = _connection_limit(self.limits, descriptors)
        self._limit_per_address = min(self.limits.connections_per_address, self._limit // 2)
        self._trusted = tuple(trusted)
        self._deadlines = _deadlines(self.limits)
        self._open: dict[asyncio.Transport, OpenConnection] = {}
        self._by_address: Counter[str] = Counter()
        # In the order in which they began to keep the server waiting.
        self._mid_request: dict[OpenConnection, None] = {}
        self._between_requests: dict[OpenConnection, None] = {}
        self._refused = self._evicted = 0
        self._logged_at = float("-inf")

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, transport: asyncio.Transport, owner: Owner, host: str | None) -> OpenConnection | WireRefusal:
        """Take a new connection from a host, or say why it cannot be taken."""
        address = self._counted_address(host)
        if address is not None and self._by_address[address] >= self._limit_per_address:
            self._refused += 1
            return WireRefusal(503, Code.UNAVAILABLE, f"The server has no room for another connection from {address}.")
        if len(self._open) >= self._limit and not self._make_room():
            self._refused += 1
            return _NO_ROOM
        connection = OpenConnection(transport, owner, address)
        self._open[transport] = connection
        if address is not None:
            self._by_address[address] += 1
        self.wait(connection, Awaited.FIRST_BYTE)
        return connection

    def hand_over(self, transport: asyncio.Transport, owner: Owner) -> OpenConnection:
        """Let another protocol serve a connection from here on."""
        connection = self._open[transport]
        connection.owner = owner
        return connection

    def wait(self, connection: OpenConnection, awaited: Awaited | None) -> None:
        """Note what the server waits for on a connection, from now on if it is something else than before."""
        if awaited is connection.awaited:
            return
        self._forget(connection)
        connection.awaited, connection.since = awaited, self.clock()
        if awaited is not None:
            (self._between_requests if awaited is Awaited.NEXT_REQUEST else self._mid_request)[connection] = None

    def leave(self, transport: asyncio.Transport) -> None:
        """A connection has ended."""
        connection = self._open.pop(transport)
        self._forget(connection)
        if connection.address is not None:
            self._by_address[connection.address] -= 1
            if not self._by_address[connection.address]:
                del self._by_address[connection.address]

    def end_overdue(self) -> None:
        """End what is overdue; to be called every second or so."""
        now = self.clock()
        for connection in tuple(self._open.values()):
            if connection.transport.is_closing():
                self.wait(connection, Awaited.CLOSE)
            if connection.unread_since is not None and now - connection.unread_since > self.limits.unread_answer:
                connection.transport.abort()
            elif connection.awaited in self._deadlines and now - connection.since > self._deadlines[connection.awaited]:
                self._end_overdue(connection)
        self._log_turned_away(now)

    def _end_overdue(self, connection: OpenConnection) -> None:
        if connection.awaited is Awaited.CLOSE:
            connection.transport.abort()
        elif connection.awaited is not None:
            awaited = f"{self._deadlines[connection.awaited]:g} s for {connection.awaited.value}"
            connection.owner.end(WireRefusal(408, Code.BAD_REQUEST, f"The server waited {awaited}."))

    def _make_room(self) -> bool:
        """Whether a connection could be ended."""
        for waiting in (self._mid_request, self._between_requests):
            for connection in waiting:
                self._evicted += 1
                self._forget(connection)
                connection.owner.end(_NO_ROOM)
                connection.transport.abort()
                return True
        return False

    def _forget(self, connection: OpenConnection) -> None:
        self._mid_request.pop(connection, None)
        self._between_requests.pop(connection, None)

    def _counted_address(self, host: str | None) -> str | None:
        """The address under which a connection is counted; None if it is not."""
        if host is None:
            return None
        address = ip_address(host.partition("%")[0])
        if address.version == 6 and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if address.is_loopback or any(address in network for network in self._trusted):
            return None
        return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))

    def _log_turned_away(self, now: float) -> None:
        if (self._refused or self._evicted) and now - self._logged_at >= _SECONDS_BETWEEN_LOG_LINES:
            log.warning(
                "connection limit reached",
                open=len(self._open),
                limit=self._limit,
                refused=self._refused,
                ended_to_make_room=self._evicted,
            )
            self._logged_at, self._refused, self._evicted = now, 0, 0


def _deadlines(limits: WireLimits) -> dict[Awaited | None, float]:
    """How long the server waits for each thing, in seconds."""
    return {
        Awaited.FIRST_BYTE: limits.first_byte,
        Awaited.HEAD: limits.head,
        Awaited.BODY: limits.body,
        Awaited.UNREAD_BODY: limits.unread_body,
        Awaited.FIRST_MESSAGE: limits.first_message,
        Awaited.REST_OF_MESSAGE: limits.rest_of_message,
        Awaited.CLOSE: limits.close,
    }


def _connection_limit(limits: WireLimits, descriptors: int) -> int:
    """How many connections a process takes that may open so many descriptors (-1: as many as it likes)."""
    if descriptors < 0:
        return limits.connections
    return max(_FEWEST_CONNECTIONS, min(limits.connections, descriptors - limits.spare_descriptors))
