"""The rows of an export, page by page by keyset: no read transaction is open between two pages.

An export is of one moment: what the account journals after it began is not in it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.codec.ids import node_id
from api.errors import PapertapeError
from api.export.columns import Row, Subject
from api.persistence import tables
from api.persistence.mappers import record_of
from api.persistence.queries import account_head
from api.persistence.repositories import head, head_with, load_fills
from domain.analytics.stats import drawdown
from domain.money import ZERO, ratio
from domain.portfolio.trade import Trade

_PAGE = 2_000


class NothingToExport(PapertapeError):
    """There is no such account, or it has no such session."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Whose rows, of which sessions and places in history: all that the account had journaled when the export began.

    `head` is that of a record which holds all of it.
    """

    account_id: UUID
    session: int | None
    until_seq: int
    after_ordinal: int
    until_ordinal: int | None
    head: str


async def extent_of(engine: AsyncEngine, account: str, session: int | None) -> Extent:
    """What there is to export of an account, or of one of its sessions. Raises NothingToExport."""
    async with engine.connect() as connection, connection.begin():
        found = await account_head(connection, account)
        if found is None:
            raise NothingToExport(f"there is no account {account!r}")
        account_id, current, seq = found
        if session is None:
            return Extent(account_id, None, seq, 0, None, str(await head(connection)))
        if not 1 <= session <= current:
            raise NothingToExport(f"account {account} has sessions 1 to {current}, and no session {session}")
        sessions = tables.sessions.c
        query = select(sessions.number, sessions.ended).where(sessions.account_id == account_id)
        ends = {row.number: row.ended for row in await connection.execute(query)}
        until = ends[session]
        end = str(await head(connection)) if until is None else await head_with(connection, until)
    return Extent(account_id, session, seq, ends.get(session - 1) or 0, until, end)


async def pages(engine: AsyncEngine, subject: Subject, extent: Extent) -> AsyncIterator[list[Row]]:
    """The rows, oldest first, a page at a time."""
    read, after = _READ[subject], None
    while True:
        async with engine.connect() as connection, connection.begin():
            rows, after = await read(connection, extent, after)
        if rows:
            yield rows
        if after is None:
            return


_Key = tuple[Any, ...]
_Page = tuple[list[Row], _Key | None]


async def _keyed(
    connection: AsyncConnection, query: Select[Any], keys: Sequence[Any], after: _Key | None
) -> tuple[Sequence[Any], _Key | None]:
    """The rows of a query after a key, and the key to go on from if there may be more."""
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*(_typed(key, each) for key, each in zip(keys, after, strict=True))))
    rows = (await connection.execute(query.order_by(*keys).limit(_PAGE))).all()
    last = rows[-1] if len(rows) == _PAGE else None
    return rows, None if last is None else tuple(getattr(last, key.name) for key in keys)


def _typed(column: Any, value: object) -> Any:
    return literal(value, column.type)


def _of_session(table: Table, extent: Extent) -> list[ColumnElement[bool]]:
    found = [table.c.account_id == extent.account_id]
    return found if extent.session is None else [*found, table.c.session == extent.session]


async def _trades(connection: AsyncConnection, extent: Extent, after: _Key | None) -> _Page:
    table = tables.trades
    query = select(table).where(*_of_session(table, extent), table.c.seq <= extent.until_seq)
    rows, last = await _keyed(connection, query, [table.c.session, table.c.seq], after)
    return [_trade(record_of(Trade, row, fills=())) for row in rows], last


def _trade(trade: Trade) -> Row:
    multiple = trade.r_multiple
    return (
        trade.session,
        node_id("Position", trade.id),
        str(trade.signal_id),
        trade.symbol,
        trade.side.value,
        None if trade.pattern is None else trade.pattern.value,
        trade.campaign_id,
        trade.quantity,
        trade.entry_time,
        trade.entry_price,
        trade.initial_stop,
        trade.exit_time,
        trade.exit_price,
        trade.exit_reason.value,
        trade.realized_pnl,
        trade.commission,
        trade.slippage,
        None if multiple is None else ratio(multiple),
    )


async def _fills(connection: AsyncConnection, extent: Extent, after: _Key | None) -> _Page:
    table = tables.positions
    columns = (table.c.id, table.c.session, table.c.seq, table.c.signal_id, table.c.symbol, table.c.side)
    query = select(*columns).where(*_of_session(table, extent), table.c.seq <= extent.until_seq)
    positions, last = await _keyed(connection, query, [table.c.session, table.c.seq], after)
    fills = await load_fills(connection, [position.id for position in positions])
    return [_fill(position, fill) for position in positions for fill in fills[position.id]], last


def _fill(position: Any, fill: Any) -> Row:
    return (
        position.session,
        node_id("Position", position.id),
        str(position.signal_id),
        position.symbol,
        position.side,
        fill.number,
        fill.time,
        fill.reason.value,
        fill.quantity,
        fill.price,
        fill.raw_price,
        fill.amount,
        fill.slippage,
        fill.commission,
        fill.realized_pnl,
        fill.gap,
        fill.ambiguous,
    )


async def _equity(connection: AsyncConnection, extent: Extent, after: _Key | None) -> _Page:
    table = tables.equity_points
    query = select(table).where(*_of_session(table, extent))
    rows, last = await _keyed(connection, query, [table.c.session, table.c.time], after)
    found: list[Row] = []
    for row in rows:
        lost = ratio(drawdown(row.peak, row.equity)) if row.peak > ZERO else ZERO
        found.append((row.session, row.time, row.equity, row.peak, lost))
    return found, last


async def _journal(connection: AsyncConnection, extent: Extent, after: _Key | None) -> _Page:
    columns = tables.journal.c
    query = select(tables.journal).where(
        columns.account_id == extent.account_id,
        columns.seq <= extent.until_seq,
        columns.ordinal > extent.after_ordinal,
    )
    if extent.until_ordinal is not None:
        query = query.where(columns.ordinal <= extent.until_ordinal)
    rows, last = await _keyed(connection, query, [columns.seq], after)
    found: list[Row] = [
        (row.ordinal, row.seq, row.stream, row.kind, row.occurred_at, row.recorded_at, row.payload) for row in rows
    ]
    return found, last


_READ: Mapping[Subject, Callable[[AsyncConnection, Extent, _Key | None], Awaitable[_Page]]] = {
    Subject.TRADES: _trades,
    Subject.FILLS: _fills,
    Subject.EQUITY: _equity,
    Subject.JOURNAL: _journal,
}
