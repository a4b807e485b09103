"""Discord, Telegram, Slack, mail, ntfy and others, through apprise, to servers on this machine."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message as Mail
from email.parser import BytesParser
from ipaddress import ip_network
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from api.application.notifications.messages import TEST, Channel, Message, NotDelivered
from api.notifications import apprise
from api.notifications.apprise import Apprise
from api.notifications.apprise_process import Guard, problem_with
from api.notifications.reachable import ForbiddenAddress, Network
from domain.validation import Invalid
from tests.notifications.receiver import Answer, Receiver
from tests.processes import free_port, until

# The library looks for a module that Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

LOOPBACK: list[Network] = [ip_network("127.0.0.0/8"), ip_network("::1")]
NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
MESSAGE = Message("e0001", "trade.closed", NOON, NOON, "ACME long closed", "With a gain: +1 €. Account default.", {})
ORDER = {"title": MESSAGE.title, "body": MESSAGE.text}


async def send(url: str, private: list[Network] = LOOPBACK) -> None:
    """Send the message as a desk does."""
    async with Apprise(private).channel(url, None) as channel:
        await channel.send(MESSAGE)


async def problem_at(url: str, private: list[Network] = LOOPBACK) -> str:
    """Why the message does not arrive."""
    with pytest.raises(NotDelivered) as caught:
        await send(url, private)
    return str(caught.value)


async def test_a_message_goes_to_any_server_that_takes_json() -> None:
    with Receiver() as receiver:
        await send(f"json://127.0.0.1:{receiver.port}/topsecret")
    [posted] = receiver.taken
    assert (posted.path, posted.json["title"], posted.json["message"]) == ("/topsecret", MESSAGE.title, MESSAGE.text)


async def test_a_message_goes_to_ntfy() -> None:
    taken = b'{"id":"1","event":"message"}'
    with Receiver(lambda _: Answer(200, {"Content-Type": "application/json"}, taken)) as receiver:
        await send(f"ntfy://127.0.0.1:{receiver.port}/mytopic")
    [posted] = receiver.taken
    assert posted.json == {"topic": "mytopic", "title": MESSAGE.title, "message": MESSAGE.text}


class Mailbox:
    """What a mail server has taken."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Mail]] = []

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        self.mails.append((envelope.rcpt_tos, BytesParser().parsebytes(envelope.content)))
        return "250 OK"


@contextmanager
def a_mail_server() -> Iterator[tuple[int, Mailbox]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port, mailbox
    finally:
        controller.stop()


async def test_a_message_goes_to_a_mailbox() -> None:
    with a_mail_server() as (port, mailbox):
        await send(f"mailto://127.0.0.1:{port}/?from=desk@papertape.example&to=me@papertape.example&mode=insecure")
    [(recipients, mail)] = mailbox.mails
    assert (recipients, mail["Subject"]) == (["me@papertape.example"], MESSAGE.title)
    parts = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_maintype() == "text"]
    assert any(MESSAGE.text in bytes(part).decode() for part in parts if isinstance(part, bytes))


DISCORD = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general"


@pytest.mark.parametrize(
    ("service", "attribute", "url", "path"),
    [
        (NotifyDiscord, "notify_url", DISCORD, "/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"),
        (NotifyTelegram, "notify_url", TELEGRAM, "/bot123456789:abcdefg_hijklmnop/sendMessage"),
        (NotifySlack, "webhook_url", SLACK, "/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"),
    ],
)
def test_a_message_takes_the_form_that_a_service_wants(
    monkeypatch: pytest.MonkeyPatch, service: Any, attribute: str, url: str, path: str
) -> None:
    """The services' own addresses are in apprise, which is told of one on this machine."""
    with Receiver(lambda _: Answer(200, {"Content-Type": "application/json"}, b"ok")) as receiver:
        here = f"http://127.0.0.1:{receiver.port}"
        monkeypatch.setattr(service, attribute, f"{here}/bot" if service is NotifyTelegram else here)
        assert problem_with({"url": url, "message": ORDER}) is None
    [posted] = receiver.taken
    assert posted.path == path
    said = json.dumps(posted.json, ensure_ascii=False)
    assert MESSAGE.title in said
    assert "With a gain: +1 €. Account default." in said


@pytest.mark.parametrize("url", [DISCORD, TELEGRAM, SLACK, "mailto://user:password@gmail.com", "ntfy://mytopic"])
async def test_only_the_scheme_of_a_service_is_shown(url: str) -> None:
    address = await Apprise([]).address(url)
    assert (address.shown, address.secret) == (f"{url.partition(':')[0]}://…", None)


@pytest.mark.parametrize("url", ["nothing://host/path", "discord://", "tgram://nonsense"])
async def test_a_url_that_apprise_cannot_use_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        await Apprise([]).address(url)
    reason = "apprise knows no such service, or the URL lacks something that the service needs"
    assert caught.value.message == f"`url` cannot be sent to: {reason}"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("json://127.0.0.1/topsecret", "127.0.0.1"),
        ("ntfy://192.168.0.9:8080/mytopic", "192.168.0.9"),
        ("jsons://[fd00::1]/", "fd00::1"),
        ("mailto://user:topsecret@gmail.com?smtp=10.0.0.1", "10.0.0.1"),
    ],
)
async def test_an_address_that_nothing_is_sent_to_is_refused_at_once(url: str, address: str) -> None:
    with pytest.raises(Invalid) as caught:
        await Apprise([]).address(url)
    reason = f"{address} is no address of the internet: serve --notify-private {address} allows it"
    assert caught.value.message == f"`url` cannot be sent to: {reason}"
    allowed = [ip_network(address), *LOOPBACK]
    assert (await Apprise(allowed).address(url)).shown == f"{url.partition(':')[0]}://…"


async def test_the_name_of_this_machine_is_refused_at_once() -> None:
    with pytest.raises(Invalid, match=r" is no address of the internet: serve --notify-private .* allows it$"):
        await Apprise([]).address("json://localhost/")


async def test_where_apprise_is_missing_it_is_said_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise, "find_spec", lambda _: None)
    with pytest.raises(Invalid, match=r"needs apprise: pip install 'papertape\[notify\]'"):
        await Apprise([]).address(DISCORD)


async def test_nothing_is_sent_to_this_machine_unless_that_is_allowed() -> None:
    with Receiver() as receiver:
        for host in ("127.0.0.1", "localhost"):
            problem = await problem_at(f"json://{host}:{receiver.port}/", private=[])
            assert problem.endswith("is no address of the internet: serve --notify-private 127.0.0.1 allows it")
    assert receiver.attempts == []


async def test_a_redirect_is_not_followed() -> None:
    with Receiver() as other, Receiver(lambda _: Answer(302, {"Location": other.url})) as receiver:
        assert "302" in await problem_at(f"json://127.0.0.1:{receiver.port}/")
    assert other.attempts == []


async def test_who_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise, "_PATIENCE_SECONDS", 2.0)
    with Receiver(lambda _: Answer(hangs=True)) as receiver:
        problem = await problem_at(f"json://127.0.0.1:{receiver.port}/?rto=60")
        assert problem == "it did not answer within 2 s"
        assert len(receiver.attempts) == 1


@pytest.mark.parametrize("status", [401, 500])
async def test_what_went_wrong_is_told_without_the_secrets_of_the_url(status: int) -> None:
    with Receiver(lambda _: Answer(status)) as receiver:
        problem = await problem_at(f"json://user:topsecret@127.0.0.1:{receiver.port}/geheim/pass-word?:Key=hidden-one")
    assert f"error={status}" in problem
    assert [word for word in ("topsecret", "geheim", "pass-word", "hidden-one") if word in problem] == []


def test_programs_and_sockets_of_this_machine_are_refused() -> None:
    guard = Guard([])
    for event, arguments in (
        ("subprocess.Popen", ("terminal-notifier",)),
        ("os.system", ("true",)),
        ("socket.connect", (None, "/run/dbus/system_bus_socket")),
        ("socket.connect", (None, ("127.0.0.1", 25))),
        ("socket.sendto", (None, ("::1", 514, 0, 0))),
    ):
        with pytest.raises(ForbiddenAddress):
            guard(event, arguments)
        assert guard.refusal is not None
    guard = Guard([])
    guard("socket.connect", (None, ("1.1.1.1", 443)))
    guard("open", ("/etc/hosts",))
    assert guard.refusal is None


async def test_what_sends_knows_no_setting_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would be connected to, whatever is behind it."""
    with Receiver() as receiver, Receiver() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        await send(f"json://127.0.0.1:{receiver.port}/")
    assert (len(receiver.taken), len(proxy.attempts)) == (1, 0)


class Orders:
    """Stands in for the processes that send: what is ordered for a host that `hangs` is never done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[str] = []
        monkeypatch.setattr(apprise, "_done", self._done)
        monkeypatch.setattr(apprise, "_AT_ONCE", 1)

    async def _done(self, order: Mapping[str, Any]) -> None:
        self.begun.append(order["url"])
        if "hangs" in order["url"]:
            await asyncio.Event().wait()

    @asynccontextmanager
    async def pending(self, channel: Channel) -> AsyncIterator[None]:
        """While a message hangs that has had its turn."""
        count = len(self.begun)
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(channel.send(MESSAGE))
            await until(lambda: len(self.begun) > count, "it had no turn")
            yield
            assert not sending.done()
            sending.cancel()


async def test_what_waits_for_others_that_hang_is_sent_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = Orders(monkeypatch)
    monkeypatch.setattr(apprise, "_PATIENCE_SECONDS", 0.05)
    urls = ["json://hangs/1", "json://hangs/2", "json://hangs/3", "json://well"]
    service = Apprise([])
    ends = await asyncio.gather(*(service.send(url, MESSAGE) for url in urls), return_exceptions=True)
    assert [str(end) for end in ends] == ["it did not answer within 0.05 s"] * 3 + ["None"]
    assert orders.begun == urls


async def test_what_hangs_holds_up_neither_a_new_target_nor_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    orders, service = Orders(monkeypatch), Apprise([])
    async with service.channel("json://hangs", None) as hanging, orders.pending(hanging):
        assert (await service.address("json://well")).shown == "json://…"
        await service.send("json://well", replace(MESSAGE, type=TEST))
    assert orders.begun == ["json://hangs", "json://well", "json://well"]


async def test_what_has_hung_holds_up_nobody_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    orders, service = Orders(monkeypatch), Apprise([])
    async with service.channel("json://hangs", None) as hanging:
        with monkeypatch.context() as patch:
            patch.setattr(apprise, "_PATIENCE_SECONDS", 0.05)
            with pytest.raises(NotDelivered):
                await hanging.send(MESSAGE)
        async with orders.pending(hanging):
            await service.send("json://well", MESSAGE)
    assert orders.begun == ["json://hangs", "json://hangs", "json://well"]
