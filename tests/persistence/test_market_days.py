"""The days of market data, and what they say of a session's (R38), held against the market data itself."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from api.persistence import tables
from api.persistence.projections.market_days import MarketDays, repeats_hour
from api.persistence.reports import session_records
from api.persistence.session_days import session_days
from domain.engine.views import SessionRecord
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.state import Market
from domain.market.update import MarketUpdate
from tests.builders import FREE, D, a_bar, a_quote, a_signal, at
from tests.service.desks import Trader, rows, running_writer, verified

_START = at("2024-03-04 22:00")
_MINUTES = (1, 1, 7, 20, 60, 200)
_PAUSES = (0, 0, 0, 1, 5, 30)
_LONG_PAUSES = (0, 1, 5, 90, 300, 1_500)


def updates_of(chance: random.Random, symbol: str) -> Iterator[MarketUpdate]:
    """Bars and quotes of a symbol without end, each kind in its own time: bars may be days behind."""
    bars = quotes = _START
    while True:
        if chance.random() < 0.6:
            start = bars + timedelta(minutes=chance.choice(_PAUSES), seconds=chance.randrange(60))
            bars = start + timedelta(minutes=chance.choice(_MINUTES))
            yield Bar(symbol, start, bars, D(100), D(101), D(99), D(100))
        else:
            quotes += timedelta(minutes=chance.choice(_LONG_PAUSES), seconds=chance.randrange(60))
            yield Quote(symbol, quotes, D(100))


@pytest.mark.parametrize("seed", range(40))
def test_what_repeats_an_hour_changes_no_row(seed: int) -> None:
    chance = random.Random(seed)
    market, repeating = Market("AAPL"), 0
    all_days, changing = MarketDays(), MarketDays()
    for ordinal, update in zip(range(1, 300), updates_of(chance, "AAPL"), strict=False):
        if market.is_late(update):
            continue
        all_days.add(update, ordinal)
        if repeats_hour(update, market):
            repeating += 1
        else:
            changing.add(update, ordinal)
        market = market.passed(update)
    assert list(changing.rows()) == list(all_days.rows())
    assert repeating > 10


def the_days(connection: Connection, record: SessionRecord) -> set[date]:
    """Of the market data of what the session signalled, all that was applied in it; and the days of its curve."""
    signalled = tables.signalled.c
    theirs = select(signalled.symbol).where(
        signalled.account_id == record.account_id, signalled.session == record.session.number
    )
    equities = tables.equity_days.c
    moments: list[datetime] = []
    for table, start in ((tables.bars, tables.bars.c.start), (tables.quotes, tables.quotes.c.time)):
        query = select(start).where(table.c.symbol.in_(theirs), table.c.ordinal > record.began)
        query = query.where(table.c.retracted.is_(None))
        moments += connection.execute(
            query if record.ended is None else query.where(table.c.ordinal < record.ended)
        ).scalars()
    observed = select(equities.day).where(
        equities.account_id == record.account_id, equities.session == record.session.number
    )
    return {record.session.zone.day_of(moment) for moment in moments} | {
        *connection.execute(observed).scalars(),
        *record.growth.days,
    }


def told_and_real(connection: Connection) -> list[tuple[list[date], list[date]]]:
    records = [record for name in ("here", "there") for record in session_records(connection, name, limit=100)]
    return [
        ([end.day for end in session_days(connection, record)], sorted(the_days(connection, record)))
        for record in records
    ]


async def live(chance: random.Random, here: Trader, there: Trader) -> None:
    """Sessions that begin and end between bars and quotes of two symbols; some of these are taken back."""
    markets = {symbol: updates_of(chance, symbol) for symbol in ("AAPL", "IBM")}
    for number in range(1, 60):
        symbol = chance.choice(["AAPL", "IBM"])
        trader = chance.choice([here, there])
        batch = [next(markets[symbol]) for _ in range(chance.choice([1, 1, 6]))]
        await trader.bars(*[update for update in batch if isinstance(update, Bar)])
        await trader.quotes(*[update for update in batch if isinstance(update, Quote)])
        if chance.random() < 0.3:
            await trader.send(a_signal(symbol=symbol, quantity="1", stop=None, target=None, timestamp=None), number)
        if chance.random() < 0.2:
            await trader.reset()
        if chance.random() < 0.05:
            await trader.retract(symbol, batch[-1].start)


@pytest.mark.parametrize("seed", range(12))
async def test_a_sessions_days_are_those_of_its_data(sqlite_url: str, seed: int) -> None:
    await lived(sqlite_url, seed)


async def test_a_sessions_days_are_those_of_its_data_on_postgresql(postgres_url: str) -> None:
    await lived(postgres_url, 100)


async def lived(url: str, seed: int) -> None:
    settings: dict[str, Any] = {**FREE, "max_heat_percent": D(5_000)}
    async with running_writer(url) as desk:
        here, there = desk.trader("here"), desk.trader("there")
        await here.enable(**settings)
        await there.enable(**settings, timezone="Asia/Kolkata")
        await live(random.Random(seed), here, there)
        async with desk.engine.connect() as connection:
            pairs = await connection.run_sync(told_and_real)
    assert len(pairs) > 4
    for told, real in pairs:
        assert told == real
    await verified(url)


async def test_bars_of_one_hour_write_its_day_twice_at_most(sqlite_url: str) -> None:
    async with running_writer(sqlite_url) as desk:
        trader = desk.trader()
        await trader.enable()
        for minute in range(10, 20):
            await trader.bars(a_bar(f"09:{minute}", minutes=1))
            await trader.quotes(a_quote(f"09:{minute + 1}", "100"))
        days = await rows(desk.engine, tables.market_days)
    assert [(row["kind"], row["hours"]) for row in days] == [("BAR", 1 << 9), ("QUOTE", 1 << 9)]
    assert days[0]["first"] < days[1]["first"]
