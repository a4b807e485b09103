"""What is told, in which order, and what becomes of what does not arrive."""

from datetime import timedelta

import pytest

from tests.api.desk import DAY, OPENING, Trader, instant
from tests.notifications.desks import (
    MovingWall,
    a_trader,
    notifying_desk,
    patient,
    state,
    tell,
    until_kept,
    until_taken,
)
from tests.notifications.receiver import Answer, Receiver, failing_every
from tests.processes import until, until_found
from tests.service.desks import verified

ALL = ("OPENED", "TARGET_1", "CLOSED", "REFUSED", "HALTED")


async def some_events(trader: Trader) -> None:
    """A position that reaches target 1 and is stopped out, a refusal, and a halt."""
    await trader.a_long(target2="110")
    await trader.see(trader.a_bar(OPENING, "100", "104.5", close="104"))
    await trader.see(trader.a_bar(OPENING + DAY, "97", "104", close="97"))
    await trader.send(quantity="5000", timestamp=instant(OPENING + 2 * DAY), marketPrice="97", stopLoss="90")
    await trader.do("updateSettings", settings={"maxDrawdownPercent": "0.01"})


async def cursors(trader: Trader) -> list[str]:
    """The cursors of an account's journal, the oldest first."""
    answer = await trader.client.ask(
        "query ($name: String!) { activity(account: $name, first: 100) { nodes { cursor } } }", name=trader.account
    )
    return [node["cursor"] for node in answer["activity"]["nodes"]][::-1]


async def test_each_event_is_told_once_in_order_under_its_cursor(database_url: str) -> None:
    with Receiver() as receiver:
        async with notifying_desk(database_url) as client:
            trader = await a_trader(client)
            await tell(client, receiver, *ALL)
            await some_events(trader)
            await until_taken(receiver, 5)
            assert [posted.json["type"] for posted in receiver.taken] == [
                "position.opened",
                "position.target1",
                "trade.closed",
                "signal.refused",
                "account.halted",
            ]
            known = await cursors(trader)
            places = [known.index(cursor) for cursor in receiver.ids]
            assert places == sorted(set(places))
            assert [posted.json["data"]["cursor"] for posted in receiver.taken] == receiver.ids
            await until_kept(client, 5)
            standing = await state(client)
            assert (standing["pending"], standing["failed"], standing["lastError"]) == (0, 0, None)
        await verified(database_url)


async def test_a_message_says_in_a_sentence_and_in_figures_what_happened(sqlite_url: str) -> None:
    with Receiver() as receiver:
        async with notifying_desk(sqlite_url) as client:
            trader = await a_trader(client)
            await tell(client, receiver, *ALL)
            await some_events(trader)
            await until_taken(receiver, 5)
    opened, reached, closed, refused, halted = (posted.json for posted in receiver.taken)
    assert opened["timestamp"] == "2024-01-02T14:30:00Z"
    assert opened["data"]["title"] == "ACME long opened"
    assert opened["data"]["text"] == ("Bought 100 at 100.02, stop 98, target 104, second target 110. Account default.")
    assert (opened["data"]["stopLoss"], opened["data"]["openRisk"]) == ("98", "202")
    assert reached["data"]["title"] == "ACME long reached target 1"
    assert reached["data"]["text"] == "50 left at 104 with +198.50 USD, 50 are open, stop 98. Account default."
    assert closed["data"]["title"] == "ACME long closed with +46.03 USD"
    assert closed["data"]["text"] == "100 from 100.02 to 100.4903, stop loss, +0.23 R. Account default."
    assert closed["data"]["rMultiple"] == "0.227871287129"
    assert refused["data"]["title"] == "ACME long refused"
    assert refused["data"]["code"] == "TRADE_RISK_EXCEEDED"
    assert halted["data"]["text"].startswith("It takes no more signals: the drawdown, from ")


async def test_a_new_target_is_told_of_what_happens_from_then_on(database_url: str) -> None:
    with Receiver() as receiver:
        async with notifying_desk(database_url) as client:
            trader = await a_trader(client)
            await trader.a_long()
            await tell(client, receiver, "OPENED", "CLOSED")
            await trader.do("closeAll")
            await until_taken(receiver, 1)
            assert [posted.json["type"] for posted in receiver.taken] == ["trade.closed"]


async def test_a_target_is_told_only_of_its_accounts_and_events(database_url: str) -> None:
    with Receiver() as receiver, Receiver() as other:
        async with notifying_desk(database_url) as client:
            mine = await a_trader(client, "mine")
            theirs = await a_trader(client, "theirs", "OTHER")
            await tell(client, receiver, "CLOSED", accounts=["mine"])
            await tell(client, other, "OPENED", "CLOSED", name="other")
            for trader in (theirs, mine):
                await trader.a_long()
                await trader.do("closeAll")
            await until_taken(receiver, 1)
            await until_taken(other, 4)
            told = [(posted.json["type"], posted.json["data"]["account"]) for posted in receiver.taken]
            assert told == [("trade.closed", "mine")]


async def test_what_fails_is_sent_again_and_nothing_overtakes_it(database_url: str) -> None:
    with Receiver(failing_every(3)) as receiver:
        async with notifying_desk(database_url) as client:
            trader = await a_trader(client)
            await tell(client, receiver, "OPENED", "CLOSED")
            for _ in range(10):
                await trader.a_long()
                await trader.do("closeAll")
            await until_taken(receiver, 20)
            known = await cursors(trader)
            places = [known.index(cursor) for cursor in receiver.ids]
            assert (len(places), places) == (20, sorted(set(places)))
            attempted = [posted.id for posted in receiver.attempts]
            assert list(dict.fromkeys(attempted)) == receiver.ids
            assert len(attempted) == 29


async def test_a_target_that_fails_says_since_when_and_why(sqlite_url: str) -> None:
    with Receiver(lambda _: Answer(503)) as receiver:
        async with notifying_desk(sqlite_url, patience=patient(first_pause=600, longest_pause=600)) as client:
            trader = await a_trader(client)
            await tell(client, receiver, "OPENED")
            await trader.a_long()
            await trader.a_long()

            async def is_failing() -> bool:
                return bool((await state(client))["attempts"])

            await until_found(is_failing, "it did not fail")
            standing = await state(client)
            assert (standing["pending"], standing["attempts"], standing["lastError"]) == (2, 1, "it answered 503")
            assert standing["failingSince"] < standing["nextAttempt"]
            await until_found(lambda: pending_is(client, 2), "it was not counted")


async def pending_is(client: object, count: int) -> bool:
    """Whether so many are pending by the metrics."""
    response = await client.http.get("/metrics")  # type: ignore[attr-defined]
    return f'papertape_notifications_pending{{target="phone"}} {float(count)}' in response.text


async def test_a_test_that_arrives_lets_what_waits_be_sent_at_once(database_url: str) -> None:
    with Receiver(lambda count: Answer(500) if count == 1 else Answer()) as receiver:
        async with notifying_desk(database_url, patience=patient(first_pause=600, longest_pause=600)) as client:
            trader = await a_trader(client)
            await tell(client, receiver, "OPENED")
            await trader.a_long()
            await until(lambda: len(receiver.attempts) == 1)

            async def is_failing() -> bool:
                return bool((await state(client))["attempts"])

            await until_found(is_failing, "the failure was not kept")
            payload = await client.do("testNotification", name="phone")
            assert (payload["delivered"], payload["problem"], payload["errors"]) == (True, None, [])
            await until_taken(receiver, 2)
            assert [posted.json["type"] for posted in receiver.taken] == ["test", "position.opened"]


async def test_a_message_is_given_up_after_a_day_and_the_next_goes_on(database_url: str) -> None:
    wall = MovingWall()
    with Receiver(lambda _: Answer(500)) as receiver:
        async with notifying_desk(database_url, wall=wall) as client:
            trader = await a_trader(client)
            await tell(client, receiver, "OPENED")
            await trader.a_long()
            await until(lambda: len(receiver.attempts) >= 3)
            wall.pass_time(hours=23)
            await trader.a_long()
            await until(lambda: len(receiver.attempts) >= 10)
            first = receiver.attempts[0].id
            assert {posted.id for posted in receiver.attempts} == {first}
            wall.pass_time(hours=2)
            await until(lambda: receiver.attempts[-1].id != first, "the next did not go on")
            receiver.behave = lambda _: Answer()
            await until_taken(receiver, 1)
            known = await cursors(trader)
            assert known.index(receiver.ids[0]) > known.index(first)

            await until_kept(client, 1)
            standing = await state(client)
            assert (standing["sent"], standing["failed"], standing["pending"]) == (1, 1, 0)
            assert instant(wall() - timedelta(hours=1)) < standing["givenUpSince"] <= standing["lastSent"]
            assert (standing["givenUpReason"], standing["lastError"]) == ("it answered 500", None)
            figures = (await client.http.get("/metrics")).text
            assert 'papertape_notifications_sent_total{target="phone"} 1.0' in figures
            assert 'papertape_notifications_failed_total{target="phone"} 1.0' in figures


async def test_who_answers_410_is_left_alone_until_a_test_arrives(sqlite_url: str) -> None:
    with Receiver(lambda count: Answer(410) if count == 1 else Answer()) as receiver:
        async with notifying_desk(sqlite_url) as client:
            trader = await a_trader(client)
            await tell(client, receiver, "OPENED", "CLOSED")
            await trader.a_long()

            async def is_stopped() -> bool:
                return bool((await state(client))["stopped"])

            await until_found(is_stopped, "it was not stopped")
            await trader.do("closeAll")
            standing = await state(client)
            assert (standing["pending"], standing["lastError"]) == (2, "it answered 410: it wants no more")
            assert len(receiver.attempts) == 1
            await client.do("testNotification", name="phone")
            await until_taken(receiver, 3)
            types = [posted.json["type"] for posted in receiver.taken]
            assert types == ["test", "position.opened", "trade.closed"]
            assert (await state(client))["stopped"] is False


async def test_who_asks_for_a_pause_gets_it(sqlite_url: str) -> None:
    wall = MovingWall()
    with Receiver(lambda _: Answer(429, {"Retry-After": "300"})) as receiver:
        async with notifying_desk(sqlite_url, wall=wall, patience=patient(longest_pause=600)) as client:
            trader = await a_trader(client)
            await tell(client, receiver, "OPENED")
            await trader.a_long()

            async def next_attempt() -> str | None:
                found: str | None = (await state(client))["nextAttempt"]
                return found

            shown = await until_found(next_attempt, "it did not wait")
            assert instant(wall()) < shown
            assert (await state(client))["lastError"] == "it answered 429"


@pytest.mark.parametrize("removes", [False, True])
async def test_a_desk_that_stops_goes_on_where_it_was_and_tells_those_that_are_left(
    database_url: str, removes: bool
) -> None:
    with Receiver(lambda _: Answer(500)) as receiver:
        async with notifying_desk(database_url) as client:
            trader = await a_trader(client)
            await tell(client, receiver, "OPENED")
            await trader.a_long()
            await until(lambda: len(receiver.attempts) >= 2)
            if removes:
                assert (await client.do("removeNotification", name="phone"))["removed"] is True
        receiver.behave = lambda _: Answer()
        async with notifying_desk(database_url) as client:
            trader = Trader(client, "default", "ACME")
            await tell(client, receiver, "CLOSED", name="other")
            await trader.do("closeAll")
            await until_taken(receiver, 1 if removes else 2)
            types = [posted.json["type"] for posted in receiver.taken]
            assert sorted(types) == (["trade.closed"] if removes else ["position.opened", "trade.closed"])
