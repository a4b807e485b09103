"""R38: the stats that are stored with each trade."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest_asyncio
from sqlalchemy import select

from api.database_url import database_url as url_of
from api.persistence import tables
from api.persistence.engines import write_engine
from api.persistence.mappers import record_from_row
from api.persistence.projections.trade_stats import Key, keys_of, load_trade_stats, with_trades
from domain.analytics.stats import Dimension, TradeStats, trade_stats
from domain.orders.side import Pattern, Side
from domain.portfolio.fill import FillReason
from domain.portfolio.trade import Trade
from tests.builders import D
from tests.databases import make_file
from tests.loop_engine import LoopEngine
from tests.trades import ACCOUNT, a_trade, numbered


@pytest_asyncio.fixture
async def engine(database_url: str) -> AsyncIterator[LoopEngine]:
    make_file(database_url)
    engine = LoopEngine(write_engine(url_of(database_url)))
    yield engine
    await engine.dispose()


async def keep(engine: LoopEngine, trades: list[Trade]) -> dict[Key, TradeStats]:
    """Store the stats of new trades as a group of commands does; all that is stored then."""
    async with engine.begin() as connection:
        for row in await connection.run_sync(lambda plain: list(with_trades(plain, trades))):
            key = [tables.trade_stats.c[name] == row[name] for name in ("account_id", "session", "dimension", "key")]
            await connection.execute(tables.trade_stats.delete().where(*key))
            await connection.execute(tables.trade_stats.insert().values(**row))
        stored = await connection.execute(select(tables.trade_stats))
        return {
            (row.account_id, row.session, row.dimension, row.key): record_from_row(TradeStats, row) for row in stored
        }


def any_trade(random: Random, number: int) -> Trade:
    side = random.choice(list(Side))
    return a_trade(
        f"{random.uniform(-500, 500):.8f}" if random.random() < 0.9 else "0",
        number=number,
        side=side,
        stop=random.choice(("98", "97")) if side is Side.LONG else "103",
        minutes=random.randrange(10_000),
        symbol=random.choice(("AAPL", "MSFT", "IBM")),
        pattern=random.choice((None, *Pattern)),
        campaign=random.choice((None, "spring", "autumn")),
        reason=random.choice(list(FillReason)[1:]),
        is_live=random.random() < 0.5,
        commission="1.25",
        slippage="0.00000001",
    )


async def test_stats_kept_group_by_group_equal_those_of_all_trades(engine: LoopEngine) -> None:
    random = Random(11)
    trades = [any_trade(random, number) for number in range(400)]
    kept, done = {}, 0
    while done < len(trades):
        size = random.randrange(1, 60)
        kept = await keep(engine, trades[done : done + size])
        done += size
    wanted = {key for trade in trades for key in keys_of(trade)}
    assert kept == {key: trade_stats(trade for trade in trades if key in keys_of(trade)) for key in wanted}


async def test_a_bar_may_close_a_trade_in_each_of_two_thousand_accounts(engine: LoopEngine) -> None:
    """More keys than a database takes in one query."""
    trades = [replace(a_trade("1", campaign="spring"), account_id=UUID(int=number)) for number in range(2_000)]
    async with engine.begin() as connection:
        rows = await connection.run_sync(lambda plain: list(with_trades(plain, trades)))
    assert len(rows) == 2_000 * len(keys_of(trades[0]))


async def test_sums_beyond_one_amount_are_kept_exactly(engine: LoopEngine) -> None:
    for number in range(3):
        await keep(engine, numbered(["9999999999.99999999", "-9999999999.99999998"]))
        async with engine.begin() as connection:
            stats = (await connection.run_sync(load_trade_stats, ACCOUNT, 1, [Dimension.ALL]))[Dimension.ALL, ""]
        times = Decimal(number + 1)
        assert stats.gross_profit == D("9999999999.99999999") * times
        assert stats.realized_pnl == D("0.00000001") * times
