"""How many connections are accepted, in all and of one address."""

import logging
from ipaddress import ip_network

import pytest
from structlog.testing import capture_logs

from api.errors import Code
from api.server.connections import Connections, OpenConnection
from api.server.rate_limited_log import RateLimitedLines
from api.server.wire_refusal import WireRefusal
from tests.server.wire import Clock


class FakeTransport:
    """A connection of which only its end matters."""

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        return


class FakeOwner:
    """Notes why it had to end its connection."""

    def __init__(self) -> None:
        self.ended: WireRefusal | None = None

    def end(self, refusal: WireRefusal) -> None:
        self.ended = refusal


def admitted(connections: Connections, host: str | None) -> OpenConnection | WireRefusal:
    return connections.admit(FakeTransport(), FakeOwner(), host)  # type: ignore[arg-type]


def taken(connections: Connections, host: str | None, tries: int) -> int:
    """How many of some connections of a host are taken."""
    return sum(isinstance(admitted(connections, host), OpenConnection) for _ in range(tries))


@pytest.mark.parametrize(
    ("descriptors", "most"), [(-1, 4_096), (1_000_000, 4_096), (1_024, 896), (256, 128), (144, 16), (20, 16)]
)
def test_there_are_fewer_connections_than_descriptors(descriptors: int, most: int) -> None:
    connections = Connections(descriptors=descriptors)
    for _ in range(5_000):
        connection = admitted(connections, "127.0.0.1")
        assert isinstance(connection, OpenConnection)
        connections.wait(connection, None)
        if len(connections) == most:
            break
    assert admitted(connections, "127.0.0.1") == WireRefusal(
        503, Code.UNAVAILABLE, "The server has no room for another connection; come again later."
    )


@pytest.mark.parametrize(
    ("descriptors", "host", "address"),
    [
        (-1, "192.0.2.7", "192.0.2.7"),
        (-1, "::ffff:192.0.2.7", "192.0.2.7"),
        (-1, "2001:db8::7", "2001:db8::/64"),
        (-1, "fe80::7%eth0", "fe80::/64"),
    ],
)
def test_of_one_address_a_hundred_are_taken(descriptors: int, host: str, address: str) -> None:
    connections = Connections(descriptors=descriptors)
    assert taken(connections, host, 101) == 100
    assert admitted(connections, host) == WireRefusal(
        503, Code.UNAVAILABLE, f"The server has no room for another connection from {address}."
    )
    assert isinstance(admitted(connections, "192.0.2.8"), OpenConnection)


def test_a_network_of_ipv6_addresses_counts_as_one() -> None:
    connections = Connections(descriptors=-1)
    assert taken(connections, "2001:db8::1", 60) + taken(connections, "2001:db8::2", 60) == 100
    assert taken(connections, "2001:db8:0:1::1", 1) == 1


def test_one_address_has_no_more_than_half_of_all() -> None:
    connections = Connections(descriptors=256)
    assert (taken(connections, "192.0.2.7", 100), taken(connections, "192.0.2.8", 100)) == (64, 64)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "10.1.2.3", "::ffff:10.1.2.3", "fd00::7", None])
def test_behind_loopback_and_trusted_proxies_there_may_be_any_number_of_clients(host: str | None) -> None:
    trusted = [ip_network("10.0.0.0/8"), ip_network("fd00::7")]
    assert taken(Connections(descriptors=-1, trusted=trusted), host, 1_000) == 1_000


def test_a_connection_that_ends_makes_room() -> None:
    connections = Connections(descriptors=-1)
    watches = [admitted(connections, "192.0.2.7") for _ in range(100)]
    assert isinstance(watches[50], OpenConnection)
    connections.leave(watches[50].transport)
    assert (taken(connections, "192.0.2.7", 2), len(connections)) == (1, 100)


def test_the_log_says_every_ten_seconds_how_many_connections_were_ended() -> None:
    clock = Clock()
    connections = Connections(descriptors=144, clock=clock)
    with capture_logs() as lines:
        for _ in range(30):
            taken(connections, "127.0.0.1", 20)
            clock.now += 1
            connections.end_overdue()
    counted = [(line["event"], line["limit"], line["ended_to_make_room"]) for line in lines]
    assert counted == [("connection limit reached", 16, number) for number in (4, 200, 200)]


def test_lines_that_clients_cause_are_logged_once_in_ten_seconds() -> None:
    clock = Clock()
    rate_limited = RateLimitedLines("Invalid", clock)
    messages = []
    for second in range(25):
        for text in ("Invalid request", "something else"):
            record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, text, (), None)
            if rate_limited.filter(record) and text == "Invalid request":
                messages.append((second, record.getMessage()))
            assert text == "Invalid request" or rate_limited.filter(record)
        clock.now += 1
    assert messages == [
        (0, "Invalid request"),
        (10, "Invalid request (9 more since the last such line)"),
        (20, "Invalid request (9 more since the last such line)"),
    ]
