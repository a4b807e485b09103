"""What is told that is no event of the journal: days that are over, and feeds that are lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from api.application.feed_states import FeedState, FeedStatus
from tests.api.desk import DAY, OPENING, Client, Trader, instant
from tests.notifications.desks import MovingWall, a_trader, notifying_desk, patient, tell, until_kept, until_taken
from tests.notifications.receiver import Receiver
from tests.processes import until

MIDNIGHT = datetime(2024, 1, 2, tzinfo=UTC)


async def a_day(trader: Trader, number: int, price: str) -> None:
    """A whole day's bar at a price."""
    start = MIDNIGHT + number * DAY
    await trader.see(trader.a_bar(start, price, price))


def days_told(receiver: Receiver) -> list[tuple[str, str, int]]:
    """Day, P&L and trades of each summary."""
    figures = [posted.json["data"] for posted in receiver.taken]
    return [(data["day"], data["pnl"], data["trades"]) for data in figures]


async def test_each_day_on_which_something_was_held_is_summed_up_once_it_is_over(database_url: str) -> None:
    with Receiver() as receiver:
        async with notifying_desk(database_url) as client:
            trader = await a_trader(client, useRealisticFills=False)
            await tell(client, receiver, "DAILY")
            await trader.a_long(timestamp=instant(MIDNIGHT), target1="150")
            for number, price in enumerate(("101", "103", "102")):
                await a_day(trader, number, price)
            await until_taken(receiver, 2)
            await trader.do("closeAll")
            await a_day(trader, 3, "102")
            await until_taken(receiver, 3)
            assert days_told(receiver) == [
                ("2024-01-02", "100", 0),
                ("2024-01-03", "200", 0),
                ("2024-01-04", "-100", 0),
            ]
            await a_day(trader, 4, "102")
            await a_day(trader, 5, "102")
            await until_taken(receiver, 4)
            assert days_told(receiver)[3] == ("2024-01-05", "0", 1)
        first = receiver.taken[0].json
        assert first["type"] == "account.day"
        assert first["data"]["title"] == "2024-01-02: +100.00 USD"
        text = "Equity 100,100.00 USD at its end; 0 trades closed, 0 won. Account default."
        assert first["data"]["text"] == text
        assert len(set(receiver.ids)) == 4


async def test_a_day_is_told_in_the_zone_of_its_account_and_only_from_when_somebody_wanted_it(sqlite_url: str) -> None:
    with Receiver() as receiver:
        async with notifying_desk(sqlite_url) as client:
            trader = await a_trader(client, useRealisticFills=False, timezone="Asia/Tokyo")
            other = await a_trader(client, "other", "OTHER")
            await trader.a_long(timestamp=instant(MIDNIGHT), target1="150")
            await other.a_long(timestamp=instant(MIDNIGHT), target1="150")
            await a_day(trader, 0, "101")
            await a_day(trader, 1, "103")
            await tell(client, receiver, "DAILY", accounts=["default"])
            await a_day(trader, 2, "102")
            await a_day(trader, 3, "104")
            await until_taken(receiver, 2)
            assert days_told(receiver) == [("2024-01-04", "-100", 0), ("2024-01-05", "200", 0)]


async def test_a_day_of_a_market_that_is_closed_at_midnight_is_over_when_the_desk_is_quiet(sqlite_url: str) -> None:
    wall = MovingWall()
    with Receiver() as receiver:
        async with notifying_desk(sqlite_url, wall=wall) as client:
            trader = await a_trader(client, useRealisticFills=False)
            await tell(client, receiver, "DAILY")
            today = wall().replace(hour=0, minute=0, second=0, microsecond=0)
            await trader.a_long(timestamp=instant(today), target1="150")
            await trader.see(trader.a_bar(today, "101", "101", end=instant(today + timedelta(seconds=1))))
            wall.pass_time(days=1)
            await until_taken(receiver, 1)
            assert days_told(receiver) == [(str(today.date()), "100", 0)]


async def test_summaries_outlast_a_desk_that_stops(database_url: str) -> None:
    with Receiver() as receiver:
        async with notifying_desk(database_url) as client:
            trader = await a_trader(client, useRealisticFills=False)
            await tell(client, receiver, "DAILY")
            await trader.a_long(timestamp=instant(MIDNIGHT), target1="150")
            await a_day(trader, 0, "101")
            await a_day(trader, 1, "102")
            await until_kept(client, 1)
        async with notifying_desk(database_url) as client:
            trader = Trader(client, "default", "ACME")
            await a_day(trader, 2, "104")
            await until_taken(receiver, 2)
        assert [day for day, _, _ in days_told(receiver)] == ["2024-01-02", "2024-01-03"]


@asynccontextmanager
async def a_fed_desk(url: str, receiver: Receiver, wall: MovingWall) -> AsyncIterator[tuple[Client, FeedState]]:
    """A desk with a feed that does what a test says."""
    async with notifying_desk(url, wall=wall, patience=patient(feed_lost=60)) as client:
        feed = FeedState("json", ("ACME",), wall)
        client.desk.services.feeds.add(feed)
        yield client, feed


def types_told(receiver: Receiver) -> list[str]:
    return [posted.json["type"] for posted in receiver.taken]


async def test_a_feed_that_is_lost_and_back_is_told_once_each_time(database_url: str) -> None:
    wall = MovingWall()
    with Receiver() as receiver:
        async with a_fed_desk(database_url, receiver, wall) as (client, feed):
            await client.do("enable")
            await tell(client, receiver, "FEED_LOST", accounts=["default"])
            feed.become(FeedStatus.LIVE)
            for _ in range(2):
                told = len(receiver.taken)
                feed.become(FeedStatus.WAITING, "the connection ended")
                await pass_until(wall, lambda told=told: len(receiver.taken) > told)
                feed.become(FeedStatus.CONNECTING)
                feed.become(FeedStatus.CATCHING_UP)
                await until_taken(receiver, told + 2)
            assert types_told(receiver) == ["feed.lost", "feed.recovered"] * 2
            lost = receiver.taken[0].json["data"]
            assert (lost["feed"], lost["title"]) == ("json-1", "Feed json-1 is lost")
            assert lost["text"] == "No bars come: the connection ended."
            assert len(set(receiver.ids)) == 4


async def pass_until(wall: MovingWall, condition: object) -> None:
    """Let time pass, minute after minute, until a condition holds."""

    def passed() -> bool:
        wall.pass_time(minutes=1)
        return bool(condition())  # type: ignore[operator]

    await until(passed, "nothing was told")


async def test_a_feed_that_was_lost_when_the_desk_stopped_is_told_to_be_back(sqlite_url: str) -> None:
    wall = MovingWall()
    with Receiver() as receiver:
        async with a_fed_desk(sqlite_url, receiver, wall) as (client, feed):
            await tell(client, receiver, "FEED_LOST")
            feed.become(FeedStatus.FAILED)
            await pass_until(wall, lambda: receiver.taken)
            await until_kept(client, 1)
            assert receiver.taken[0].json["data"]["text"] == "No bars come: it does not connect."
        async with a_fed_desk(sqlite_url, receiver, wall) as (_, feed):
            feed.become(FeedStatus.LIVE)
            await until_taken(receiver, 2)
    assert types_told(receiver) == ["feed.lost", "feed.recovered"]


async def test_what_passes_within_a_minute_is_nobodys_concern(sqlite_url: str) -> None:
    wall = MovingWall()
    with Receiver() as receiver:
        async with a_fed_desk(sqlite_url, receiver, wall) as (client, feed):
            await tell(client, receiver, "FEED_LOST", "OPENED")
            trader = await a_trader(client)
            for status in (FeedStatus.LIVE, FeedStatus.WAITING, FeedStatus.CATCHING_UP, FeedStatus.CLOSED):
                feed.become(status)
                wall.pass_time(seconds=30)
            await trader.a_long(timestamp=instant(OPENING))
            await until_taken(receiver, 1)
    assert types_told(receiver) == ["position.opened"]
