"""A long record, written straight into the tables, as consistent as the desk would have left it."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import URL, Table, select, update

from api.persistence import tables
from api.persistence.projections.equity_hours import Hour, hour_values
from api.persistence.projections.trade_stats import trade_stats_values
from domain.analytics.stats import Dimension, TradeStats
from tests.loop_engine import LoopConnection, LoopEngine

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
SYMBOLS = [f"SYM{number}" for number in range(20)]
PATTERNS = ["SPRING", "SOS", "LPS", "UTAD"]
CAMPAIGNS = [f"campaign-{number}" for number in range(50)]
REASONS = ["STOP_LOSS", "TARGET_1", "MANUAL"]
CAPITAL = 100_000_00000000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60_000_000
_ALL_DAY = 0xFFFFFF
_RISK = 200_00000000
_CHUNK = 20_000

Row = tuple[Any, ...]


@dataclass(slots=True)
class Sums:
    """Running sums of trade stats, in units of 1e-8."""

    trades: int = 0
    wins: int = 0
    losses: int = 0
    profit: int = 0
    loss: int = 0
    run: int = 0
    longest: int = 0
    best: tuple[int, UUID] | None = None
    worst: tuple[int, UUID] | None = None

    def add(self, key: UUID, earned: int) -> None:
        """One more trade."""
        self.trades += 1
        self.wins += earned > 0
        self.losses += earned < 0
        self.profit += max(0, earned)
        self.loss += max(0, -earned)
        self.run = self.run + 1 if earned < 0 else 0
        self.longest = max(self.longest, self.run)
        if self.best is None or earned > self.best[0]:
            self.best = (earned, key)
        if self.worst is None or earned < self.worst[0]:
            self.worst = (earned, key)

    def stats(self) -> TradeStats:
        """The stats; every trade risked 200, took an hour and paid 1 in commission."""
        best, worst = self.best or (0, None), self.worst or (0, None)
        return TradeStats(
            trades=self.trades,
            wins=self.wins,
            losses=self.losses,
            gross_profit=_money(self.profit),
            gross_loss=_money(self.loss),
            commission=Decimal(self.trades),
            slippage=Decimal(2 * self.trades),
            r_total=Decimal(self.profit - self.loss) / _RISK,
            held=timedelta(hours=self.trades),
            losing_run=self.run,
            longest_losing_run=self.longest,
            best_pnl=_money(best[0]),
            best_trade=best[1],
            worst_pnl=_money(worst[0]),
            worst_trade=worst[1],
        )


@dataclass(slots=True)
class Trades:
    """The rows of many trades and of their fills, and their sums."""

    account_id: UUID
    count: int
    sums: dict[tuple[Dimension, str], Sums] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Row]:
        random = Random(1)
        for number in range(1, self.count + 1):
            earned = random.randrange(-200_00000000, 300_00000000, 1_000_000)
            yield self._trade(number, earned, is_live=number <= 1_000)

    def fills(self) -> Iterator[Row]:
        """An entry and an exit for each."""
        for number in range(1, self.count + 1):
            for place, reason in ((1, "ENTRY"), (2, REASONS[number % 3])):
                time = _micros(BEGAN) + number * _MINUTE + (place - 1) * 60 * _MINUTE
                yield (UUID(int=number), place, time, reason, *[100_00000000] * 5, 50_000_000, 0, False, False)

    def _trade(self, number: int, earned: int, *, is_live: bool) -> Row:
        key, entered = UUID(int=number), _micros(BEGAN) + number * _MINUTE
        symbol, pattern, campaign = SYMBOLS[number % 20], PATTERNS[number % 4], CAMPAIGNS[number % 50]
        side, reason = "SHORT" if pattern == "UTAD" else "LONG", REASONS[number % 3]
        places = [
            (Dimension.ALL, ""),
            (Dimension.SYMBOL, symbol),
            (Dimension.PATTERN, pattern),
            (Dimension.SIDE, side),
            (Dimension.CAMPAIGN, campaign),
            (Dimension.EXIT_REASON, reason),
            *([(Dimension.LIVE, "")] if is_live else []),
        ]
        for place in places:
            self.sums.setdefault(place, Sums()).add(key, earned)
        prices = (100_00000000, entered, 100_00000000, 98_00000000, entered + 60 * _MINUTE, 101_00000000)
        first = (key, key, self.account_id, 1, number + 10, symbol, side, pattern, campaign, is_live)
        return (*first, *prices, reason, earned, 1_00000000, 2_00000000)


@dataclass(slots=True)
class Points:
    """The rows of many points of a curve, a minute apart, and the last equity of each day."""

    account_id: UUID
    count: int
    days: dict[date, int] = field(default_factory=dict)
    peak: int = CAPITAL
    equity: int = CAPITAL
    worst: tuple[int, int] = (CAPITAL, CAPITAL)
    hours: dict[datetime, Hour] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Row]:
        random = Random(2)
        for number in range(self.count):
            self.equity = max(1_000_00000000, self.equity + random.randrange(-20_00000000, 20_10000000))
            self.peak = max(self.peak, self.equity)
            if self.equity * self.worst[0] < self.worst[1] * self.peak:
                self.worst = (self.peak, self.equity)
            time = BEGAN + timedelta(minutes=number)
            self.days[time.date()] = self.equity
            hour, known = time.replace(minute=0), _money(self.equity)
            self.hours[hour] = self.hours[hour].with_point(time, known) if time != hour else Hour.of(time, known)
            yield (self.account_id, 1, _micros(BEGAN) + number * _MINUTE, self.equity, self.peak)


async def write_record(engine: LoopEngine, account_id: UUID, trades: int, points: int) -> None:
    """Give session 1 of an account that has just been enabled a record of so many trades and points."""
    record, curve = Trades(account_id, trades), Points(account_id, points)
    await _load(engine.sync_engine.url, tables.trades, iter(record))
    await _load(engine.sync_engine.url, tables.fills, record.fills())
    await _load(engine.sync_engine.url, tables.equity_points, iter(curve))
    async with engine.begin() as connection:
        await _insert(connection, tables.equity_days, _days(account_id, curve))
        rows = [hour_values((account_id, 1, name), hour) for name, hour in curve.hours.items()]
        await connection.execute(tables.equity_hours.insert(), rows)
        await _insert(connection, tables.signalled, ((account_id, 1, symbol) for symbol in SYMBOLS))
        ordinal = (await connection.execute(select(tables.desk.c.ordinal))).scalar_one()
        whole = (ordinal + 1, ordinal + 2, _ALL_DAY)
        await _insert(
            connection, tables.market_days, ((symbol, day, *whole) for symbol in SYMBOLS for day in curve.days)
        )
        rows = [
            trade_stats_values((account_id, 1, place[0].value, place[1]), sums.stats())
            for place, sums in record.sums.items()
        ]
        await connection.execute(tables.trade_stats.insert(), rows)
        await _close(connection, record, curve)


async def _close(connection: LoopConnection, record: Trades, curve: Points) -> None:
    """The figures in the session's own rows."""
    whole = record.sums[Dimension.ALL, ""].stats()
    totals = {"trades": whole.trades, "wins": whole.wins, "losses": whole.losses, "r_total": whole.r_total}
    await connection.execute(update(tables.sessions).values(realized_pnl=whole.realized_pnl, **totals))
    equity, peak = _money(curve.equity), _money(curve.peak)
    worst = {"worst_peak": _money(curve.worst[0]), "worst_equity": _money(curve.worst[1])}
    last = BEGAN + timedelta(minutes=curve.count - 1)
    values = {"equity": equity, "peak": peak, "watched_peak": peak, **worst, "time": last, "day": last.date()}
    await connection.execute(update(tables.watermarks).values(**values))


def _days(account_id: UUID, curve: Points) -> Iterator[Row]:
    return ((account_id, 1, day, _money(equity)) for day, equity in curve.days.items())


async def _insert(connection: LoopConnection, table: Table, rows: Iterable[Row]) -> None:
    names = [column.name for column in table.c]
    await connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])


async def _load(url: URL, table: Table, rows: Iterator[Row]) -> None:
    """Insert rows by the database's fastest means."""
    if url.get_backend_name() == "sqlite":
        _load_sqlite(url, table, rows)
        return
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        await connection.copy_records_to_table(table.name, records=rows, columns=[column.name for column in table.c])
        await connection.execute(f"ANALYZE {table.name}")
    finally:
        await connection.close()


def _load_sqlite(url: URL, table: Table, rows: Iterator[Row]) -> None:
    sqlite3.register_adapter(UUID, lambda value: value.hex)
    connection = sqlite3.connect(url.database or "")
    try:
        marks = ", ".join("?" for _ in table.c)
        connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)  # noqa: S608 - names of our own
        connection.commit()
    finally:
        connection.close()


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)


def _money(count: int) -> Decimal:
    return Decimal(count).scaleb(-8)
