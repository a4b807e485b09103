"""What reports ask of the rows: a session's record, its days, its curve, its trades as they come."""

import operator
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.codec import from_json
from api.persistence.loading import chunks
from api.persistence.records import books_of, record_of, session_of
from api.persistence.tallying import load_tallies
from domain.account import Books, Marks, Session
from domain.matching import OtherTrade, told
from domain.performance import DayEnd, Dimension, Tally, day_ends, places_of
from domain.positions import FillReason, Trade, r_multiple
from domain.settings import Settings
from domain.validation import is_account_name, is_symbol, is_text

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as it stands or ended: its books, what watching the equity found, and where in history it lies."""

    account_id: UUID
    session: Session
    books: Books
    marks: Marks
    settings: Settings
    began: int
    ended: int | None


@dataclass(frozen=True, slots=True)
class TradeChoice:
    """Which trades of a session a report is about; what is None does not matter."""

    exited_from: datetime | None = None
    exited_to: datetime | None = None
    symbols: Sequence[str] | None = None
    pattern: str | None = None
    campaign_id: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it is about all trades."""
        return self == TradeChoice()

    @property
    def place(self) -> tuple[Dimension, str] | None:
        """The one tally that counts the chosen trades, if there is one."""
        if self.exited_from is not None or self.exited_to is not None:
            return None
        named = (
            *((Dimension.SYMBOL, each) for each in self.symbols or ()),
            *([] if self.pattern is None else [(Dimension.PATTERN, self.pattern)]),
            *([] if self.campaign_id is None else [(Dimension.CAMPAIGN, self.campaign_id)]),
        )
        return named[0] if len(named) == 1 and self.symbols != [] else None


async def session_records(
    connection: AsyncConnection, account: str, number: int | None = None, before: int | None = None, limit: int = 1
) -> list[SessionRecord]:
    """An account's sessions, the newest first: one by its number, or those before a number, or the current one."""
    if not is_account_name(account):
        return []
    accounts, sessions, marks = tables.accounts.c, tables.sessions, tables.marks
    joined = sessions.join(
        marks, and_(marks.c.account_id == sessions.c.account_id, marks.c.session == sessions.c.number)
    ).join(tables.accounts, accounts.id == sessions.c.account_id)
    query = select(sessions, marks).select_from(joined).where(accounts.name == account)
    if number is not None:
        query = query.where(sessions.c.number == number)
    if before is not None:
        query = query.where(sessions.c.number < before)
    rows = await connection.execute(query.order_by(sessions.c.number.desc()).limit(limit))
    return [_session_record(row) for row in rows]


def _session_record(row: Row[Any]) -> SessionRecord:
    return SessionRecord(
        account_id=row.account_id,
        session=session_of(row),
        books=books_of(row),
        marks=record_of(Marks, row, extremes={}),
        settings=from_json(row.settings, Settings),
        began=row.began,
        ended=row.ended,
    )


async def session_days(connection: AsyncConnection, record: SessionRecord) -> list[DayEnd]:
    """The session's days: those with data, applied in it, of a symbol it signalled (R38), and any others on which
    its equity was observed."""
    days = await _data_days(connection, record)
    equities = tables.equity_days.c
    query = select(equities.day, equities.equity).where(
        equities.account_id == record.account_id, equities.session == record.session.number
    )
    observed = {row.day: row.equity for row in await connection.execute(query)}
    return day_ends(record.session.starting_capital, days, observed)


async def _data_days(connection: AsyncConnection, record: SessionRecord) -> set[date]:
    """The days with data; in doubt are only those whose data began before the session and went on after its end."""
    days, signalled = tables.market_days.c, tables.signalled.c
    of_session = (
        select(days.day)
        .join(tables.signalled, signalled.symbol == days.symbol)
        .where(signalled.account_id == record.account_id, signalled.session == record.session.number)
        .where(days.last > record.began)
    )
    if record.ended is None:
        return set((await connection.execute(of_session.distinct())).scalars())
    of_session = of_session.where(days.first < record.ended)
    is_certain = or_(days.first > record.began, days.last < record.ended)
    found = set((await connection.execute(of_session.where(is_certain).distinct())).scalars())
    for row in await connection.execute(of_session.where(not_(is_certain)).add_columns(days.symbol)):
        if row.day not in found and await _has_data(connection, record, row.symbol, row.day):
            found.add(row.day)
    return found


async def _has_data(connection: AsyncConnection, record: SessionRecord, symbol: str, day: date) -> bool:
    """Whether data of a day was applied in a session, where data of that day came both before and after it."""
    start = datetime.combine(day, time(), UTC)
    for table, moment in ((tables.bars, tables.bars.c.start), (tables.quotes, tables.quotes.c.time)):
        query = select(table.c.ordinal).where(
            table.c.symbol == symbol,
            moment >= start,
            moment < start + timedelta(days=1),
            table.c.ordinal > record.began,
            tables.IS_LIVE,
        )
        if record.ended is not None:
            query = query.where(table.c.ordinal < record.ended)
        if (await connection.execute(query.limit(1))).first() is not None:
            return True
    return False


async def session_tallies(
    connection: AsyncConnection, record: SessionRecord, dimensions: Sequence[Dimension]
) -> dict[tuple[Dimension, str], Tally]:
    """A session's tallies, as they were kept with each trade."""
    return await load_tallies(connection, record.account_id, record.session.number, dimensions)


async def tally_trades(
    connection: AsyncConnection, record: SessionRecord, choice: TradeChoice, dimensions: Sequence[Dimension]
) -> dict[tuple[Dimension, str], Tally]:
    """The tallies of some dimensions of a session's chosen trades, counted anew."""
    found: dict[tuple[Dimension, str], Tally] = {}
    async for trade in _trades_in_order(connection, record, choice):
        for place in places_of(trade):
            if place[0] in dimensions:
                found[place] = found.get(place, Tally()).with_trade(trade)
    return found


async def trades_told(
    connection: AsyncConnection, record: SessionRecord, signals: Collection[UUID], others: int
) -> list[OtherTrade]:
    """A session's trades of some signals, and the first `others` of its other trades, as any tool could tell them."""
    found: list[OtherTrade] = []
    async for trade in _trades_in_order(connection, record, TradeChoice()):
        if others == 0:
            break
        if trade.signal_id not in signals:
            found.append(told(trade))
            others -= 1
    for chunk in chunks(sorted(signals)):
        found += [told(each) for each in await _trades_of_signals(connection, record, chunk)]
    return found


async def _trades_of_signals(
    connection: AsyncConnection, record: SessionRecord, signals: Sequence[UUID]
) -> list[Trade]:
    """A signal and the trade that it became have one id, and an index finds a client's signals."""
    known = tables.signals.c
    ids = select(known.id).where(known.account_id == record.account_id, known.signal_id.in_(signals))
    trades = tables.trades
    query = select(trades).where(trades.c.id.in_(ids), trades.c.session == record.session.number)
    return [record_of(Trade, row, fills=()) for row in await connection.execute(query.order_by(trades.c.seq))]


async def _trades_in_order(
    connection: AsyncConnection, record: SessionRecord, choice: TradeChoice
) -> AsyncIterator[Trade]:
    """A session's chosen trades in the order in which they were completed; fills are left out."""
    trades = tables.trades.c
    after: int | None = 0
    while after is not None:
        query = select(tables.trades).where(*_chosen(record, choice), trades.seq > after)
        rows = (await connection.execute(query.order_by(trades.seq).limit(_CHUNK))).all()
        for row in rows:
            yield record_of(Trade, row, fills=())
        after = rows[-1].seq if len(rows) == _CHUNK else None


def _chosen(record: SessionRecord, choice: TradeChoice) -> list[ColumnElement[bool]]:
    trades = tables.trades.c
    wanted: list[tuple[object, Callable[[], ColumnElement[bool]]]] = [
        (choice.exited_from, lambda: trades.exit_time >= choice.exited_from),
        (choice.exited_to, lambda: trades.exit_time < choice.exited_to),
        (choice.symbols, lambda: trades.symbol.in_([each for each in choice.symbols or () if is_symbol(each)])),
        (choice.pattern, lambda: trades.pattern == choice.pattern),
        (
            choice.campaign_id,
            lambda: trades.campaign_id.in_([each for each in [choice.campaign_id or ""] if is_text(each)]),
        ),
    ]
    found = [trades.account_id == record.account_id, trades.session == record.session.number]
    return found + [condition() for value, condition in wanted if value is not None]


async def excursions(connection: AsyncConnection, trade: Trade) -> tuple[Decimal, Decimal]:
    """The lowest and the highest price of a trade's life (R38): of what its position saw whole, and of its own fills.

    The bar that it left inside counts with the exit's price alone, for what came after the exit is not its own.
    """
    raw = [fill.raw_price for fill in trade.fills]
    left_inside = trade.exit_reason in _LEFT_INSIDE and not trade.fills[-1].gap
    bars, quotes = tables.bars.c, tables.quotes.c
    is_before = operator.lt if left_inside else operator.le
    found = select(func.min(bars.low), func.max(bars.high)).where(
        bars.symbol == trade.symbol,
        bars.start >= trade.entry_time,
        bars.start < trade.exit_time,
        is_before(bars.end, trade.exit_time),
        tables.IS_LIVE,
    )
    seen = select(func.min(quotes.price), func.max(quotes.price)).where(
        quotes.symbol == trade.symbol,
        quotes.time >= trade.entry_time,
        is_before(quotes.time, trade.exit_time),
        tables.IS_LIVE,
    )
    for query in (found, seen):
        raw += [each for each in (await connection.execute(query)).one() if each is not None]
    return min(raw), max(raw)


_LEFT_INSIDE = {FillReason.STOP_LOSS, FillReason.TARGET_1, FillReason.TARGET_2}


async def r_multiples(connection: AsyncConnection, record: SessionRecord, at_most: int) -> list[Decimal]:
    """The R multiples of a session's last timely trades."""
    trades = tables.trades.c
    query = select(trades.realized_pnl, trades.entry_price, trades.initial_stop, trades.quantity)
    query = query.where(*_chosen(record, TradeChoice()), tables.IS_TIMELY).order_by(trades.seq.desc())
    found = (r_multiple(*row) for row in await connection.execute(query.limit(at_most)))
    return [each for each in found if each is not None]


async def trading_days(connection: AsyncConnection, record: SessionRecord) -> int:
    """On how many UTC days a session held anything."""
    days = tables.equity_days.c
    query = select(func.count()).where(days.account_id == record.account_id, days.session == record.session.number)
    return int((await connection.execute(query)).scalar_one())
