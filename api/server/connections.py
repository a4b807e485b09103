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

from api.server.refusals import Refusal
from api.server.wire_limits import WireLimits

log = structlog.get_logger(__name__)

Network = IPv4Network | IPv6Network

_NO_ROOM = Refusal(503, "UNAVAILABLE", "The server has no room for another connection; come again later.")
_SECONDS_BETWEEN_LINES = 10
_FEWEST = 16


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

    def end(self, refusal: Refusal) -> None:
        """End the connection, telling the client why if it has begun to ask for something."""


@dataclass(slots=True, eq=False)
class Watch:
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
        self._most = _most(self.limits, descriptors)
        self._most_per_address = min(self.limits.connections_per_address, self._most // 2)
        self._trusted = tuple(trusted)
        self._deadlines: dict[Awaited | None, float] = {
            Awaited.FIRST_BYTE: self.limits.first_byte,
            Awaited.HEAD: self.limits.head,
            Awaited.BODY: self.limits.body,
            Awaited.UNREAD_BODY: self.limits.unread_body,
            Awaited.FIRST_MESSAGE: self.limits.first_message,
            Awaited.REST_OF_MESSAGE: self.limits.rest_of_message,
            Awaited.CLOSE: self.limits.close,
        }
        self._watches: dict[asyncio.Transport, Watch] = {}
        self._by_address: Counter[str] = Counter()
        # In the order in which they began to keep the server waiting.
        self._asking: dict[Watch, None] = {}
        self._resting: dict[Watch, None] = {}
        self._refused = self._evicted = 0
        self._told = float("-inf")

    def __len__(self) -> int:
        return len(self._watches)

    def admit(self, transport: asyncio.Transport, owner: Owner, host: str | None) -> Watch | Refusal:
        """Take a new connection from a host, or say why it cannot be taken."""
        address = self._counted(host)
        if address is not None and self._by_address[address] >= self._most_per_address:
            self._refused += 1
            return Refusal(503, "UNAVAILABLE", f"The server has no room for another connection from {address}.")
        if len(self._watches) >= self._most and not self._make_room():
            self._refused += 1
            return _NO_ROOM
        watch = Watch(transport, owner, address)
        self._watches[transport] = watch
        if address is not None:
            self._by_address[address] += 1
        self.wait(watch, Awaited.FIRST_BYTE)
        return watch

    def hand_over(self, transport: asyncio.Transport, owner: Owner) -> Watch:
        """Let another protocol serve a connection from here on."""
        watch = self._watches[transport]
        watch.owner = owner
        return watch

    def wait(self, watch: Watch, awaited: Awaited | None) -> None:
        """Note what the server waits for on a connection, from now on if it is something else than before."""
        if awaited is watch.awaited:
            return
        self._forget(watch)
        watch.awaited, watch.since = awaited, self.clock()
        if awaited is not None:
            (self._resting if awaited is Awaited.NEXT_REQUEST else self._asking)[watch] = None

    def leave(self, transport: asyncio.Transport) -> None:
        """A connection has ended."""
        watch = self._watches.pop(transport)
        self._forget(watch)
        if watch.address is not None:
            self._by_address[watch.address] -= 1
            if not self._by_address[watch.address]:
                del self._by_address[watch.address]

    def look(self) -> None:
        """End what is overdue; to be called every second or so."""
        now = self.clock()
        for watch in tuple(self._watches.values()):
            if watch.transport.is_closing():
                self.wait(watch, Awaited.CLOSE)
            if watch.unread_since is not None and now - watch.unread_since > self.limits.unread_answer:
                watch.transport.abort()
            elif watch.awaited in self._deadlines and now - watch.since > self._deadlines[watch.awaited]:
                self._end_overdue(watch)
        self._tell(now)

    def _end_overdue(self, watch: Watch) -> None:
        if watch.awaited is Awaited.CLOSE:
            watch.transport.abort()
        elif watch.awaited is not None:
            awaited = f"{self._deadlines[watch.awaited]:g} s for {watch.awaited.value}"
            watch.owner.end(Refusal(408, "BAD_REQUEST", f"The server waited {awaited}, in vain."))

    def _make_room(self) -> bool:
        """Whether a connection could be ended."""
        for waiting in (self._asking, self._resting):
            for watch in waiting:
                self._evicted += 1
                self._forget(watch)
                watch.owner.end(_NO_ROOM)
                watch.transport.abort()
                return True
        return False

    def _forget(self, watch: Watch) -> None:
        self._asking.pop(watch, None)
        self._resting.pop(watch, None)

    def _counted(self, host: str | None) -> str | None:
        """The address under which a connection is counted; None if it is not."""
        if host is None:
            return None
        address = ip_address(host.partition("%")[0])
        if address.version == 6 and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if address.is_loopback or any(address in network for network in self._trusted):
            return None
        return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))

    def _tell(self, now: float) -> None:
        if (self._refused or self._evicted) and now - self._told >= _SECONDS_BETWEEN_LINES:
            log.warning(
                "connections are at their limit",
                open=len(self._watches),
                most=self._most,
                refused=self._refused,
                ended_to_make_room=self._evicted,
            )
            self._told, self._refused, self._evicted = now, 0, 0


def _most(limits: WireLimits, descriptors: int) -> int:
    """How many connections a process takes that may open so many descriptors (-1: as many as it likes)."""
    if descriptors < 0:
        return limits.connections
    return max(_FEWEST, min(limits.connections, descriptors - limits.spare_descriptors))
