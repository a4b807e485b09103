"""What reports ask of the rows: the record of a session, its trades and their statistics, a trade's excursions."""

import operator
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, func, select

from api.codec.ids import key_of_signal
from api.codec.json_codec import from_json
from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.conditions import Condition, of_session
from api.persistence.curve_points import with_growth
from api.persistence.mappers import record_from_row
from api.persistence.projections.sessions import ledger_totals_of, session_of
from api.persistence.projections.trade_stats import load_trade_stats
from domain.analytics.attribution import ExternalTrade, external_trade
from domain.analytics.stats import Dimension, TradeStats, stats_keys_of
from domain.analytics.trade_filter import TradeFilter
from domain.engine.observer import CurveGrowth
from domain.engine.views import SessionRecord
from domain.portfolio.fill import FillReason
from domain.portfolio.position import r_multiple
from domain.portfolio.settings import Settings
from domain.portfolio.trade import Trade
from domain.portfolio.watermarks import EquityWatermarks
from domain.validation import is_account_name

_CHUNK = 500


def session_records(
    connection: Connection, account: str, number: int | None = None, before: int | None = None, limit: int = 1
) -> list[SessionRecord]:
    """An account's sessions, the newest first: one by its number, or those before a number, or the current one."""
    if not is_account_name(account):
        return []
    accounts, sessions, watermarks = tables.accounts.c, tables.sessions, tables.watermarks
    joined = tables.sessions_with_zones.join(
        watermarks, and_(watermarks.c.account_id == sessions.c.account_id, watermarks.c.session == sessions.c.number)
    ).join(tables.accounts, accounts.id == sessions.c.account_id)
    query = (
        select(sessions, watermarks, tables.session_zones.c.zone).select_from(joined).where(accounts.name == account)
    )
    if number is not None:
        query = query.where(sessions.c.number == number)
    if before is not None:
        query = query.where(sessions.c.number < before)
    rows = connection.execute(query.order_by(sessions.c.number.desc()).limit(limit))
    return [with_growth(connection, _session_record(row), row.ordinal) for row in rows.all()]


def _session_record(row: Row[Any]) -> SessionRecord:
    return SessionRecord(
        account_id=row.account_id,
        session=session_of(row),
        totals=ledger_totals_of(row),
        watermarks=record_from_row(EquityWatermarks, row),
        settings=from_json(row.settings, Settings),
        began=row.began,
        ended=row.ended,
        growth=CurveGrowth(),
    )


def session_trade_stats(
    connection: Connection, record: SessionRecord, dimensions: Sequence[Dimension]
) -> dict[tuple[Dimension, str], TradeStats]:
    """A session's trade statistics, as they were kept with each trade."""
    return load_trade_stats(connection, record.account_id, record.session.number, dimensions)


def count_trades(
    connection: Connection, record: SessionRecord, trade_filter: TradeFilter, dimensions: Sequence[Dimension]
) -> dict[tuple[Dimension, str], TradeStats]:
    """The statistics of some dimensions of a session's chosen trades, counted from the trades."""
    stats: dict[tuple[Dimension, str], TradeStats] = {}
    for trade in _trades_in_order(connection, record, trade_filter):
        for key in stats_keys_of(trade):
            if key[0] in dimensions:
                stats[key] = stats.get(key, TradeStats()).with_trade(trade)
    return stats


def external_trades(
    connection: Connection, record: SessionRecord, signals: Collection[UUID], others: int
) -> list[ExternalTrade]:
    """A session's trades of some signals and the first `others` of its other trades, by the figures any tool has."""
    trades: list[ExternalTrade] = []
    for trade in _trades_in_order(connection, record, TradeFilter()):
        if others == 0:
            break
        if trade.signal_id not in signals:
            trades.append(external_trade(trade))
            others -= 1
    for chunk in chunks(sorted(signals)):
        trades += [external_trade(signal) for signal in _trades_of_signals(connection, record, chunk)]
    return trades


def _trades_of_signals(connection: Connection, record: SessionRecord, signals: Sequence[UUID]) -> list[Trade]:
    """A signal and the trade that it became have one id, which follows from the client's."""
    ids = [key_of_signal(record.account_id, signal_id) for signal_id in signals]
    trades = tables.trades
    query = select(trades).where(trades.c.id.in_(ids), trades.c.session == record.session.number)
    return [record_from_row(Trade, row, fills=()) for row in connection.execute(query.order_by(trades.c.seq))]


def _trades_in_order(connection: Connection, record: SessionRecord, trade_filter: TradeFilter) -> Iterator[Trade]:
    """A session's chosen trades in the order in which they were completed; fills are left out."""
    trades = tables.trades.c
    after: int | None = 0
    while after is not None:
        query = select(tables.trades).where(*_conditions(record, trade_filter), trades.seq > after)
        rows = connection.execute(query.order_by(trades.seq).limit(_CHUNK)).all()
        for row in rows:
            yield record_from_row(Trade, row, fills=())
        after = rows[-1].seq if len(rows) == _CHUNK else None


def _conditions(record: SessionRecord, criteria: TradeFilter) -> list[Condition]:
    pattern, trades = criteria.pattern, tables.trades.c
    return of_session(
        tables.trades,
        record.account_id,
        record.session.number,
        criteria,
        (pattern, lambda: trades.pattern == (pattern and pattern.value)),
        (criteria.exited_from, lambda: trades.exit_time >= criteria.exited_from),
        (criteria.exited_to, lambda: trades.exit_time < criteria.exited_to),
    )


def excursions(connection: Connection, trade: Trade) -> tuple[Decimal, Decimal]:
    """The lowest and the highest price of a trade's life (R38): of what its position saw whole, and of its own fills.

    The bar that it left inside counts with the exit's price alone, for what came after the exit is not its own.
    """
    raw = [fill.raw_price for fill in trade.fills]
    left_inside = trade.exit_reason in _LEFT_INSIDE and not trade.fills[-1].gap
    bars, quotes = tables.bars.c, tables.quotes.c
    is_before = operator.lt if left_inside else operator.le
    bar_range = select(func.min(bars.low), func.max(bars.high)).where(
        bars.symbol == trade.symbol,
        bars.start >= trade.entry_time,
        bars.start < trade.exit_time,
        is_before(bars.end, trade.exit_time),
        tables.IS_NOT_RETRACTED,
    )
    quote_range = select(func.min(quotes.price), func.max(quotes.price)).where(
        quotes.symbol == trade.symbol,
        quotes.time >= trade.entry_time,
        is_before(quotes.time, trade.exit_time),
        tables.IS_NOT_RETRACTED,
    )
    for query in (bar_range, quote_range):
        raw += [price for price in connection.execute(query).one() if price is not None]
    return min(raw), max(raw)


_LEFT_INSIDE = {FillReason.STOP_LOSS, FillReason.TARGET_1, FillReason.TARGET_2}


def r_multiples(connection: Connection, record: SessionRecord, at_most: int) -> list[Decimal]:
    """The R multiples of a session's last trades of live signals."""
    trades = tables.trades.c
    query = select(trades.realized_pnl, trades.entry_price, trades.initial_stop, trades.quantity)
    query = query.where(*_conditions(record, TradeFilter()), tables.IS_LIVE).order_by(trades.seq.desc())
    multiples = (r_multiple(*row) for row in connection.execute(query.limit(at_most)))
    return [multiple for multiple in multiples if multiple is not None]
