"""Processes that share a database know the same of accounts' equity, whatever came between what they write (R37)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from api.persistence.cached_state import whole_desk
from api.persistence.database import Database
from api.persistence.desk_row import head
from domain.engine.state import Desk
from domain.market.quote import Quote
from domain.portfolio.settings import SettingsChanges
from tests.builders import FREE, D, a_signal
from tests.service.compared_desks import comparable
from tests.service.desks import RunningWriter, running_writer, verified

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
WALL = datetime(2044, 1, 1, tzinfo=UTC)
SETTINGS: SettingsChanges = {**FREE, "max_price_age_seconds": 10 * 366 * 86_400}


def minutes() -> Iterator[datetime]:
    return (START + timedelta(minutes=number) for number in count())


@asynccontextmanager
async def desks_on(url: str, number: int) -> AsyncIterator[list[RunningWriter]]:
    """Processes that share a database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running_writer(url, wall=lambda: WALL)) for _ in range(number)]


async def seen_by(desk: RunningWriter) -> Desk:
    """The desk as a process knows it, which follows what others wrote."""
    async with Database(desk.engine.sync_engine).transaction() as transaction:
        known = await desk.live.at(transaction.ask, await transaction.ask(head))
    assert known is not None
    return known


async def read_anew(desk: RunningWriter) -> Desk:
    async with desk.engine.connect() as connection:
        return await connection.run_sync(whole_desk)


async def buy(desk: RunningWriter, time: datetime, account: str = "default", number: int = 1) -> None:
    """Buy AAPL at 100, with a stop and a target that are far away."""
    request = a_signal(stop="1", target="10000", quantity="1", timestamp=None, market="100")
    request = replace(request, timestamp=time)
    trader = desk.trader(account)
    await trader.enable(**SETTINGS)
    await trader.send(request, number)


async def quote(desk: RunningWriter, time: datetime, symbol: str = "AAPL") -> None:
    result = await desk.trader().quotes(Quote(symbol, time, D(100) + time.minute % 3))
    assert result.ingested is not None
    assert result.ingested.applied == 1


async def test_prices_that_nobody_holds_keep_nobody_who_starts_anew_from_going_on(database_url: str) -> None:
    times = minutes()
    async with desks_on(database_url, 1) as (desk,):
        await buy(desk, next(times))
        await quote(desk, next(times))
        for _ in range(70):
            await quote(desk, next(times), "MSFT")
    async with desks_on(database_url, 1) as (desk,):
        await quote(desk, next(times))
        assert comparable(await seen_by(desk)) == comparable(await read_anew(desk))
    await verified(database_url)


async def test_prices_that_nobody_holds_keep_nobody_who_follows_from_going_on(database_url: str) -> None:
    times = minutes()
    async with desks_on(database_url, 2) as (writing, following):
        await buy(writing, next(times))
        await seen_by(following)
        for _ in range(70):
            await quote(writing, next(times), "MSFT")
        assert comparable(await seen_by(following)) == comparable(await seen_by(writing))
        await quote(following, next(times))
        assert comparable(await seen_by(following)) == comparable(await seen_by(writing))
    await verified(database_url)


async def test_who_began_at_other_times_leave_out_no_turn_of_an_account(database_url: str) -> None:
    """One has seen ten groups of bars more than the other, and neither writes the one at which it counts a turn."""
    times = minutes()
    async with desks_on(database_url, 1) as (first,):
        await buy(first, next(times))
        for _ in range(10):
            await quote(first, next(times))
        await first.trader().change(scale_out_percent=D(40))
        async with desks_on(database_url, 1) as (second,):
            for _ in range(53):
                await quote(first, next(times))
            await quote(second, next(times))
            for _ in range(60):
                await quote(first, next(times))
            assert comparable(await seen_by(first)) == comparable(await seen_by(second))
    await verified(database_url)


async def test_who_follows_many_groups_knows_what_he_knows_who_wrote_them(database_url: str) -> None:
    """Trades, halts and resets among them; both write at times, and another starts when all is done."""
    random, times = Random(7), minutes()
    names = ["ann", "bob", "cleo", "default"]
    async with desks_on(database_url, 2) as (first, second):
        for name in names:
            await buy(first, next(times), name)
        number = count(2)
        for step in range(180):
            desk = second if step % 60 > 50 else first
            trader, chosen = desk.trader(random.choice(names)), random.random()
            if chosen < 0.04:
                await trader.reset()
            elif chosen < 0.12:
                await buy(desk, next(times), trader.account, next(number))
            elif chosen < 0.16:
                await trader.change(max_drawdown_percent=random.choice([D("0.001"), None]))
                await trader.resume()
            else:
                await quote(desk, next(times), random.choice(["AAPL", "AAPL", "AAPL", "MSFT"]))
        wrote, followed, began = await seen_by(first), await seen_by(second), await read_anew(first)
        assert comparable(followed) == comparable(wrote) == comparable(began)
    await verified(database_url)


async def test_a_curve_of_many_hours_is_verified_up_to_where_it_is_stored(database_url: str) -> None:
    async with desks_on(database_url, 1) as (desk,):
        await buy(desk, START)
        for hour in range(1, 100):
            await quote(desk, START + timedelta(hours=hour))
    await verified(database_url)
