"""How targets are added, shown and removed, what is refused, and that no secret is told twice."""

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.application.notifications.delivery import PATIENCE
from api.authorization.principal import Principal, Scope
from api.errors import Forbidden
from tests.api.desk import Client
from tests.notifications.desks import STATES, a_trader, notifying_desk, state, tell
from tests.notifications.receiver import Answer, Receiver
from tests.processes import until_found
from tests.service.desks import verified

SECRETS = ("topsecret", "geheim", "whsec_")


async def refusal_of(client: Client, **content: Any) -> tuple[str, list[str], str]:
    """Code, field and sentence of the one refusal of a target."""
    wanted = {"name": "phone", "url": "https://1.1.1.1/", "events": ["OPENED"], **content}
    payload = await client.do("addNotification", **wanted)
    assert (payload["notification"], payload["secret"]) == (None, None)
    [error] = payload["errors"]
    return error["code"], error["field"], error["message"]


async def test_a_target_is_shown_without_its_url_and_its_secret_once(database_url: str) -> None:
    with Receiver() as receiver:
        async with notifying_desk(database_url) as client:
            await client.do("enable", account="mine")
            added = await tell(client, receiver, "CLOSED", "OPENED", accounts=["mine", "mine"])
            shown = added["notification"]
            assert added["secret"].startswith("whsec_")
            assert (shown["name"], shown["destination"]) == ("phone", f"http://127.0.0.1:{receiver.port}/…")
            assert (shown["events"], shown["accounts"]) == (["OPENED", "CLOSED"], ["mine"])
            assert (shown["sent"], shown["pending"], shown["failed"], shown["lastSent"]) == (0, 0, 0, None)
            assert await state(client) == shown
            answers = [
                await client.ask(STATES),
                await client.do("testNotification", name="phone"),
                await client.do("removeNotification", name="phone"),
            ]
            assert [word for word in SECRETS if word in json.dumps(answers)] == []
            assert (await client.ask(STATES))["notifications"] == []


async def test_no_secret_is_logged_whatever_goes_wrong(
    database_url: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logged, Receiver(lambda _: Answer(500)) as receiver:
        async with notifying_desk(database_url) as client:
            trader = await a_trader(client)
            await tell(client, receiver, "OPENED")
            await trader.a_long()

            async def is_failing() -> bool:
                return bool((await state(client))["lastError"])

            await until_found(is_failing, "it did not fail")
            assert (await client.do("testNotification", name="phone"))["problem"] == "it answered 500"
            document = "mutation ($i: AddNotificationInput!) { addNotification(input: $i) { secret } }"
            for content in ({}, {"events": ["EATEN"]}, {"events": ["OPENED"], "name": 1}, {"events": [], "x": 1}):
                wrong = {"name": "x", "url": receiver.url, **content}
                assert (await client.answer(document, i=wrong))["errors"] != []
    assert "notifications do not arrive" in [entry["event"] for entry in logged]
    written = "".join(capfd.readouterr()) + caplog.text + repr(logged)
    assert [word for word in SECRETS if word in written] == []


async def test_targets_are_no_part_of_the_record(database_url: str) -> None:
    with Receiver() as receiver:
        async with notifying_desk(database_url) as client:
            before = await client.stored()
            await tell(client, receiver, "OPENED")
            after = await client.stored()
            assert after == before | {"notification_targets": 1}
            await client.do("enable")
            exported = json.dumps(await client.ask("{ activity { nodes { kind } } }"))
            assert [word for word in SECRETS if word in exported] == []
        await verified(database_url)


async def test_what_cannot_be_sent_to_is_refused_and_nothing_is_kept(sqlite_url: str) -> None:
    async with notifying_desk(sqlite_url, private="") as client:
        before = await client.stored()
        name = "name must have 1 to 64 letters, digits, dots, hyphens or underscores, and begin with a letter or digit"
        url = "url must be SCHEME://…, of visible characters of ASCII only; escape others, as %20 for a space"
        refused: list[tuple[dict[str, Any], str, str]] = [
            ({"name": ""}, "name", name),
            ({"name": "a\nb"}, "name", name),
            ({"name": "x" * 65}, "name", name),
            ({"url": ""}, "url", url),
            ({"url": "1.1.1.1"}, "url", url),
            ({"url": "https://1.1.1.1/\r\nX: y"}, "url", url),
            ({"url": "https://1.1.1.1/\u0000"}, "url", url),
            ({"url": "https://1.1.1.1/ü"}, "url", url),
            ({"url": "https://1.1.1.1/" + "x" * 2_000}, "url", "url must have at most 2000 characters"),
            ({"events": []}, "events", "events must name at least one"),
            ({"accounts": []}, "accounts", "accounts must name one, or be left out for all"),
            ({"accounts": ["my,account"]}, "accounts", "accounts holds what can be no account's name"),
            ({"accounts": ["x"] * 101}, "accounts", "accounts must name at most 100"),
            ({"url": "http://1.1.1.1/"}, "url", "url must be of https: http would tell it to all on the way"),
        ]
        for content, field, message in refused:
            assert await refusal_of(client, **content) == ("INVALID_INPUT", [field], message)
        message = "there is no account 'nope': enable creates it (R35)"
        assert await refusal_of(client, accounts=["nope"]) == ("ACCOUNT_NOT_FOUND", ["accounts"], message)
        assert (await refusal_of(client, url="https://127.0.0.1/"))[2] == (
            "url leads to an address where nothing is sent: 127.0.0.1 is no address of the internet: "
            "serve --notify-private 127.0.0.1 allows it"
        )
        assert await client.stored() == before


async def test_a_name_is_used_once_and_there_are_not_too_many(sqlite_url: str) -> None:
    async with notifying_desk(sqlite_url, patience=PATIENCE) as client:
        for number in range(100):
            await tell(client, "https://1.1.1.1/", "HALTED", name=f"n{number}")
        message = "there is a notification 'n7' already: remove it first"
        assert await refusal_of(client, name="n7") == ("INVALID_INPUT", ["name"], message)
        message = "there are 100 notifications, and no more may be: remove one first"
        assert await refusal_of(client) == ("INVALID_INPUT", ["name"], message)
        assert (await client.do("removeNotification", name="n7"))["removed"] is True
        await tell(client, "https://1.1.1.1/", "HALTED", name="n7")


@pytest.mark.parametrize("mutation", ["removeNotification", "testNotification"])
async def test_a_target_that_is_not_there_is_named(database_url: str, mutation: str) -> None:
    async with notifying_desk(database_url) as client:
        [error] = (await client.do(mutation, name="nobody"))["errors"]
        assert (error["code"], error["message"]) == ("INVALID_INPUT", "there is no notification 'nobody'")
        [error] = (await client.do(mutation, name="no\u0000body"))["errors"]
        assert error["message"].startswith("name must have 1 to 64 letters")


async def test_a_test_that_does_not_arrive_says_why_and_changes_nothing(sqlite_url: str) -> None:
    with Receiver(lambda _: Answer(404)) as receiver:
        async with notifying_desk(sqlite_url) as client:
            await tell(client, receiver, "OPENED")
            before = await state(client)
            payload = await client.do("testNotification", name="phone")
            assert (payload["delivered"], payload["problem"]) == (False, "it answered 404")
            assert payload["notification"] == before == await state(client)


async def test_who_may_only_read_changes_nobody_that_is_told(sqlite_url: str) -> None:
    async with notifying_desk(sqlite_url) as client:
        reader, notifications = Principal("a reader", frozenset({Scope.READ})), client.desk.services.notifications
        with pytest.raises(Forbidden):
            await notifications.remove(reader, "phone")
        with pytest.raises(Forbidden):
            await notifications.test(reader, "phone")
