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

from api.codec.commands import CommandKind
from api.codec.encoding import ENCODING
from api.persistence import tables
from api.persistence.mappers import values_of
from api.persistence.projections.trade_stats import trade_stats_values
from domain.analytics.stats import Dimension, TradeStats
from domain.engine.observer import ObservedEquity, Observer
from domain.portfolio.hour import Hour
from domain.portfolio.watermarks import EquityWatermarks
from tests.loop_engine import LoopConnection, LoopEngine

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
SYMBOLS = [f"SYM{number}" for number in range(20)]
PATTERNS = ["SPRING", "SOS", "LPS", "UTAD"]
CAMPAIGNS = [f"campaign-{number}" for number in range(50)]
REASONS = ["STOP_LOSS", "TARGET_1", "MANUAL"]
CAPITAL = 100_000_00000000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60_000_000
_DAY = 24 * 60
_ALL_DAY = 0xFFFFFF
_HELD_MINUTES = 60
_RISK = 200_00000000
_SHARE = 1_00000000
_PRICE = 100_00000000

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


@dataclass(frozen=True, slots=True)
class History:
    """Where things stand in a history of so many minutes, each of which brings a quote: its command comes first, then
    the quote, an entry, and an exit."""

    after: int
    minutes: int

    @property
    def newest(self) -> int:
        """Where it ends."""
        return self.command(self.minutes) - 1

    def command(self, minute: int) -> int:
        """The ordinal of a minute's command."""
        return self.after + 1 + 4 * minute

    def commands(self) -> Iterator[Row]:
        kind = CommandKind.INGEST_QUOTES.value
        for minute in range(self.minutes):
            time = _time(minute)
            yield (self.command(minute), None, kind, ENCODING, "{}", time, time, None, None, None, None)

    def quotes(self) -> Iterator[Row]:
        random = Random(3)
        for minute in range(self.minutes):
            command, price = self.command(minute), _PRICE + random.randrange(-_SHARE, _SHARE)
            yield (command + 1, command, SYMBOLS[minute % 20], _time(minute), price, minute // 20 + 1, None)


@dataclass(slots=True)
class Trades:
    """The rows of many trades, of their positions and of their fills, and their sums."""

    account_id: UUID
    count: int
    history: History
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
                minute = number + (place - 1) * _HELD_MINUTES
                journaled = self.history.command(minute) + 1 + place
                first = (UUID(int=number), place, _time(minute), reason, *[100_00000000] * 5, 50_000_000, 0)
                yield (*first, False, False, journaled)

    def positions(self) -> Iterator[Row]:
        """What each trade held, which nobody reads as a whole."""
        for number in range(1, self.count + 1):
            key = UUID(int=number)
            first = (key, key, self.account_id, 1, number, number + 10, SYMBOLS[number % 20], "STOCK", _side(number))
            kept = (None, None, None, False, "{}", "CLOSED", 100_00000000, 0, _time(number))
            amounts = (_PRICE, 100 * _PRICE, 0, 50_000_000, 0, 98_00000000, "[]", 110_00000000, None)
            yield (*first, *kept, *amounts, 0, 1_00000000, 2_00000000, None)

    def _trade(self, number: int, earned: int, *, is_live: bool) -> Row:
        key, entered = UUID(int=number), _time(number)
        symbol, pattern, campaign = SYMBOLS[number % 20], PATTERNS[number % 4], CAMPAIGNS[number % 50]
        side, reason = _side(number), REASONS[number % 3]
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
        prices = (100_00000000, entered, 100_00000000, 98_00000000, _time(number + _HELD_MINUTES), 101_00000000)
        first = (key, key, self.account_id, 1, number + 10, symbol, side, pattern, campaign, is_live)
        return (*first, *prices, reason, earned, 1_00000000, 2_00000000)


@dataclass(slots=True)
class Curve:
    """What is kept of a curve of many points, a minute apart: its hours, its days, and its watermarks."""

    count: int
    watermarks: EquityWatermarks = field(default_factory=lambda: EquityWatermarks.start(_money(CAPITAL)))
    hours: dict[datetime, Hour] = field(default_factory=dict)
    days: dict[date, Decimal] = field(default_factory=dict)

    def observe(self) -> None:
        """Watch an equity that wanders, a day at a time: nobody needs all points at once."""
        random, equity, last = Random(2), CAPITAL, None
        for first in range(0, self.count, _DAY):
            observer = Observer(ObservedEquity.of(self.watermarks, last))
            for minute in range(first, min(first + _DAY, self.count)):
                equity = max(1_000_00000000, equity + random.randrange(-20_00000000, 20_10000000))
                time = BEGAN + timedelta(minutes=minute)
                observer.observe(time, time.date(), equity)
            self.watermarks, last = observer.observed.watermarks, observer.observed.hour
            self.hours |= observer.growth.hours
            self.days |= observer.growth.days


async def write_record(engine: LoopEngine, account_id: UUID, trades: int, points: int) -> None:
    """Give session 1 of an account that has just been enabled a record of so many trades and points."""
    async with engine.connect() as connection:
        known = (await connection.execute(select(tables.desk.c.ordinal))).scalar_one()
    history = History(known, max(points, trades + _HELD_MINUTES + 1))
    record, curve = Trades(account_id, trades, history), Curve(points)
    curve.observe()
    url = engine.sync_engine.url
    for table, rows in (
        (tables.commands, history.commands()),
        (tables.quotes, history.quotes()),
        (tables.markets, ((symbol, None) for symbol in SYMBOLS)),
        (tables.trades, iter(record)),
        (tables.positions, record.positions()),
        (tables.fills, record.fills()),
    ):
        await _load(url, table, rows)
    async with engine.begin() as connection:
        await _keep(connection, account_id, curve)
        await _insert(connection, tables.signalled, ((account_id, 1, symbol) for symbol in SYMBOLS))
        whole = (history.command(0), _ALL_DAY)
        await _insert(
            connection, tables.market_days, ((symbol, "QUOTE", day, *whole) for symbol in SYMBOLS for day in curve.days)
        )
        stats = [
            trade_stats_values((account_id, 1, place[0].value, place[1]), sums.stats())
            for place, sums in record.sums.items()
        ]
        await connection.execute(tables.trade_stats.insert(), stats)
        await _close(connection, record, curve)


async def _keep(connection: LoopConnection, account_id: UUID, curve: Curve) -> None:
    """The rows of a curve's hours and days."""
    place = {"account_id": account_id, "session": 1}
    hours = [{**place, "hour": start, **values_of(hour, tables.equity_hours)} for start, hour in curve.hours.items()]
    days = [{**place, "day": day, "equity": equity} for day, equity in curve.days.items()]
    await connection.execute(tables.equity_hours.insert(), hours)
    await connection.execute(tables.equity_days.insert(), days)


async def _close(connection: LoopConnection, record: Trades, curve: Curve) -> None:
    """The figures in the session's own rows, and the desk's, whose record ends here."""
    whole, newest = record.sums[Dimension.ALL, ""].stats(), record.history.newest
    totals = {"trades": whole.trades, "wins": whole.wins, "losses": whole.losses, "r_total": whole.r_total}
    await connection.execute(update(tables.sessions).values(realized_pnl=whole.realized_pnl, **totals))
    watched = values_of(curve.watermarks, tables.watermarks)
    await connection.execute(update(tables.watermarks).values(ordinal=newest, **watched))
    await connection.execute(update(tables.desk).values(ordinal=newest))


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


def _time(minute: int) -> int:
    """A minute's start, in microseconds since 1970."""
    return (BEGAN - _EPOCH) // timedelta(microseconds=1) + minute * _MINUTE


def _side(number: int) -> str:
    return "SHORT" if PATTERNS[number % 4] == "UTAD" else "LONG"


def _money(count: int) -> Decimal:
    return Decimal(count).scaleb(-8)
