"""Webhooks in the Standard Webhooks form, to endpoints that take them and to such as do not."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from api.application.notifications.messages import Channel, Message, NotDelivered
from api.notifications import webhook
from api.notifications.checked_connections import trusted_authorities
from api.notifications.reachable import ForbiddenAddress, Network, require_reachable
from api.notifications.webhook import Webhooks
from domain.validation import Invalid
from tests.notifications.receiver import Answer, Receiver
from tests.processes import until

LOOPBACK: list[Network] = [ip_network("127.0.0.0/8"), ip_network("::1")]
NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
A_SECRET = "whsec_AAAA"  # noqa: S105 - of nobody
MESSAGE = Message("e0001", "trade.closed", NOON, NOON, "Closed", "With a gain: +1 €.", {"symbol": "ACME"})


@asynccontextmanager
async def a_channel(url: str, private: list[Network] = LOOPBACK, secret: str = A_SECRET) -> AsyncIterator[Channel]:
    async with Webhooks(private).channel(url, secret) as channel:
        yield channel


async def problem_at(url: str, private: list[Network] = LOOPBACK) -> NotDelivered:
    """Why the message does not arrive."""
    async with a_channel(url, private) as channel:
        with pytest.raises(NotDelivered) as caught:
            await channel.send(MESSAGE)
    return caught.value


async def test_what_arrives_is_verified_by_the_library_of_the_standard() -> None:
    with Receiver() as receiver:
        address = await Webhooks(LOOPBACK).address(receiver.url)
        assert address.shown == f"http://127.0.0.1:{receiver.port}/…"
        assert address.secret is not None
        async with a_channel(receiver.url, secret=address.secret) as channel:
            await channel.send(MESSAGE)
    [posted] = receiver.taken
    assert posted.path == "/topsecret/path?key=geheim"
    assert posted.headers["content-type"] == "application/json"
    assert posted.id == "e0001"
    assert Webhook(address.secret).verify(posted.body, dict(posted.headers)) == {
        "type": "trade.closed",
        "timestamp": "2024-01-02T12:00:00Z",
        "data": {"symbol": "ACME", "title": "Closed", "text": "With a gain: +1 €."},
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(address.secret).verify(posted.body.replace(b"ACME", b"ACNE"), dict(posted.headers))


async def test_each_target_has_a_secret_of_its_own() -> None:
    with Receiver() as receiver:
        secrets = {(await Webhooks(LOOPBACK).address(receiver.url)).secret for _ in range(3)}
    assert len(secrets) == 3
    assert all(str(secret).startswith("whsec_") for secret in secrets)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(500), "it answered 500"),
        (Answer(400), "it answered 400"),
        (Answer(410), "it answered 410: it wants no more"),
        (Answer(302, {"Location": "http://127.0.0.1/elsewhere"}), "it answered 302: redirects are not followed"),
        (Answer(503, {"Retry-After": "17"}), "it answered 503"),
    ],
)
async def test_an_answer_that_takes_nothing_is_named(answer: Answer, reason: str) -> None:
    with Receiver(lambda _: answer) as receiver:
        problem = await problem_at(receiver.url)
    assert str(problem) == reason
    assert problem.is_gone is (answer.status == 410)
    assert problem.retry_after == float(answer.headers.get("Retry-After", 0))
    assert len(receiver.attempts) == 1


async def test_who_hangs_is_waited_for_no_longer_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_PATIENCE_SECONDS", 0.2)
    with Receiver(lambda _: Answer(hangs=True)) as receiver:
        assert str(await problem_at(receiver.url)) == "it did not answer within 0.2 s"


async def test_of_a_long_answer_only_a_part_is_read() -> None:
    with Receiver(lambda _: Answer(200, body=b"x" * 50_000_000)) as receiver:
        async with a_channel(receiver.url) as channel:
            await channel.send(MESSAGE)
            await channel.send(MESSAGE)
        await until(lambda: len(receiver.taken) == 2)


async def test_nobody_listens() -> None:
    with Receiver() as receiver:
        url = receiver.url
    assert str(await problem_at(url)).startswith("it cannot be reached: ")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104 - which is an address of this machine
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:127.0.0.1",
        "::7f00:1",
        "::127.0.0.2",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "64:ff9b:1:7f00:0:100::",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:101:101::f5ff:fffe",
        "fec0::1",
        "feff::1",
        "4000::1",
        "192.0.0.192",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_address_that_is_not_of_the_internet_is_refused_unless_it_is_named(address: str) -> None:
    with pytest.raises(ForbiddenAddress, match=r"is no address of the internet: serve --notify-private .* allows it"):
        require_reachable(address, [])
    require_reachable(address, [ip_network("0.0.0.0/0"), ip_network("::/0")])


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "2606:4700:4700::1111",
        "::ffff:1.1.1.1",
        "::ffff:0:1.1.1.1",
        "::1.1.1.1",
        "64:ff9b::101:101",
        "2002:101:101::1",
    ],
)
def test_an_address_of_the_internet_is_not(address: str) -> None:
    require_reachable(address, [])


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://127.0.0.1:1/", "`url` leads to an address where nothing is sent: 127.0.0.1 is no address"),
        ("https://localhost/", "`url` leads to an address where nothing is sent: "),
        ("https://[::ffff:10.0.0.1]/", "`url` leads to an address where nothing is sent: 10.0.0.1 is no address"),
        ("https://[::127.0.0.2]/", "`url` leads to an address where nothing is sent: 127.0.0.2 is no address"),
        ("https://0x7f000001/", "`url` leads to an address where nothing is sent: 127.0.0.1 is no address"),
        ("http://1.1.1.1/", "`url` must be of https: http would tell it to all on the way"),
        ("https:///path", "`url` must be https://HOST/… with a host and, if it likes, a port"),
        (f"https://{'a' * 254}/", "`url` must be https://HOST/… with a host and, if it likes, a port"),
        ("https://host:99999/", "`url` must be https://HOST/… with a host and, if it likes, a port"),
        ("https://[host/", "`url` must be https://HOST/… with a host and, if it likes, a port"),
        ("https://user:pass@1.1.1.1/", "`url` of a webhook holds no user or password"),
    ],
)
async def test_a_url_that_nothing_is_sent_to_is_refused_at_once(url: str, complaint: str) -> None:
    with pytest.raises(Invalid) as caught:
        await Webhooks([]).address(url)
    assert caught.value.message.startswith(complaint)
    assert caught.value.field == "url"


async def test_a_name_that_leads_elsewhere_the_next_time_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of DNS rebinding: an address of the internet when it is looked at, this machine's when it is used."""
    answers = iter(["1.1.1.1", "127.0.0.1", "127.0.0.1"])

    def lookup(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with Receiver() as receiver:
        monkeypatch.setattr("socket.getaddrinfo", lookup)
        url = f"https://rebinding.example:{receiver.port}/"
        assert (await Webhooks([]).address(url)).shown == f"https://rebinding.example:{receiver.port}/…"
        reason = "127.0.0.1 is no address of the internet: serve --notify-private 127.0.0.1 allows it"
        assert str(await problem_at(url, [])) == reason
        assert receiver.attempts == []


async def test_a_host_that_is_not_found_is_named_without_its_path() -> None:
    problem = str(await problem_at("https://nobody.invalid/topsecret"))
    assert problem == "it cannot be reached: the host nobody.invalid was not found"


async def test_a_server_without_a_good_certificate_is_not_told() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert str(await problem_at(f"https://127.0.0.1:{port}/")).startswith("it cannot be reached: ")


async def test_certificates_are_read_once_and_only_for_https(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[ssl.SSLContext] = []

    def reading(make: Callable[[], ssl.SSLContext] = ssl.create_default_context) -> ssl.SSLContext:
        read.append(make())
        return read[-1]

    monkeypatch.setattr(ssl, "create_default_context", reading)
    trusted_authorities.cache_clear()
    with Receiver() as receiver:
        async with a_channel(receiver.url) as channel:
            await channel.send(MESSAGE)
        assert (len(receiver.taken), len(read)) == (1, 0)
        for _ in range(2):
            problem = await problem_at(receiver.url.replace("http:", "https:"))
            assert str(problem).startswith("it cannot be reached: ")
    assert len(read) == 1
