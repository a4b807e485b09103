"""What the rows know of holdings: what closed trades earned by symbol, what was closed since, prices before a time."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, not_, select

from api.codec.commands import MARKET_DATA_LISTS
from api.codec.json_codec import from_json
from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.mappers import record_from_row
from api.persistence.repositories import load_fills
from domain.analytics.stats import Dimension
from domain.money import rounded
from domain.orders.request import EntryType, Request
from domain.portfolio.fill import FillReason
from domain.portfolio.holding import FillKey
from domain.portfolio.trade import Trade


def closed_pnl(connection: Connection, account_id: UUID, session: int, symbols: Sequence[str]) -> dict[str, Decimal]:
    """What the trades of a session have earned, by symbol."""
    stats = tables.trade_stats.c
    query = select(stats.key, stats.gross_profit, stats.gross_loss)
    earned: dict[str, Decimal] = {}
    for chunk in chunks(symbols):
        conditions = (
            stats.account_id == account_id,
            stats.session == session,
            stats.dimension == Dimension.SYMBOL.value,
            stats.key.in_(chunk),
        )
        rows = connection.execute(query.where(*conditions))
        earned |= {row.key: rounded(row.gross_profit - row.gross_loss) for row in rows}
    return earned


def trades_since(connection: Connection, account_id: UUID, session: int, start: datetime) -> list[Trade]:
    """The trades of a session that were completed at or after a time."""
    trades = tables.trades.c
    conditions = (trades.account_id == account_id, trades.session == session, trades.exit_time >= start)
    rows = connection.execute(select(tables.trades).where(*conditions)).all()
    fills = load_fills(connection, [row.id for row in rows])
    return [record_from_row(Trade, row, fills=fills[row.id]) for row in rows]


def of_day_before(connection: Connection, ids: Sequence[UUID], symbol: str, start: datetime) -> set[FillKey]:
    """Which fills of positions in a symbol are of the day that ends at a time, though dated then or later: what
    a bar filled inside or at its close is dated at its end, and of the day in which it started (R37)."""
    bars = tables.bars.c
    began_before = select(bars.end).where(bars.symbol == symbol, bars.start < start, tables.IS_NOT_RETRACTED)
    end = connection.execute(began_before.order_by(bars.start.desc()).limit(1)).scalar()
    return set() if end is None or end < start else _filled_by_a_bar(connection, ids, end)


def _filled_by_a_bar(connection: Connection, ids: Sequence[UUID], end: datetime) -> set[FillKey]:
    """The fills of positions inside the bar that ends at a time, or at its close."""
    fills, signals, commands = tables.fills.c, tables.signals.c, tables.commands.c
    came_by = (
        select(commands.kind).where(commands.ordinal < fills.journaled).order_by(commands.ordinal.desc()).limit(1)
    ).scalar_subquery()
    query = (
        select(fills.position_id, fills.number, signals.request)
        .join(tables.signals, signals.id == fills.position_id)
        .where(fills.time == end, not_(fills.gap), fills.reason != FillReason.EXPIRED.value)
        .where(came_by.in_([kind.value for kind in MARKET_DATA_LISTS]))
    )
    rows = [row for chunk in chunks(ids) for row in connection.execute(query.where(fills.position_id.in_(chunk)))]
    return {(row.position_id, row.number) for row in rows if row.number > 1 or not _enters_at_open(row.request)}


def _enters_at_open(request: str) -> bool:
    entry: EntryType = from_json(request, Request).entry
    return entry is EntryType.NEXT_OPEN


def price_before(connection: Connection, symbol: str, start: datetime) -> Decimal | None:
    """A symbol's last price of the day that ends at a time: a bar belongs to the day in which it starts (R34)."""
    bars, quotes = tables.bars.c, tables.quotes.c
    last_bar = select(bars.end, bars.close).where(bars.symbol == symbol, bars.start < start, tables.IS_NOT_RETRACTED)
    last_quote = select(quotes.time, quotes.price).where(
        quotes.symbol == symbol, quotes.time < start, tables.IS_NOT_RETRACTED
    )
    known: list[Any] = [
        connection.execute(last_bar.order_by(bars.start.desc()).limit(1)).first(),
        connection.execute(last_quote.order_by(quotes.time.desc(), quotes.number.desc()).limit(1)).first(),
    ]
    prices = sorted((row for row in known if row is not None), key=lambda row: row[0])
    return None if not prices else prices[-1][1]
