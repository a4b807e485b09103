"""What an export reads of an account, page by page by keyset: trades, fills, equity, journal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, literal, select, tuple_

from api.codec.json_codec import whole_json
from api.persistence import tables
from api.persistence.curve_points import points_in_window
from api.persistence.desk_row import head, head_with
from api.persistence.event_log import journal_record_of
from api.persistence.mappers import record_from_row
from api.persistence.reports import session_records
from api.persistence.repositories import load_fills
from domain.engine.views import SessionRecord
from domain.portfolio.fill import Fill
from domain.portfolio.trade import Trade

Exported = TypeVar("Exported")
Key = tuple[Any, ...]

_PAGE = 2_000
_MOST_SESSIONS = 1_000_000


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


@dataclass(frozen=True, slots=True)
class ExportPage(Generic[Exported]):
    """A page of rows, oldest first, and the key to go on from if there may be more."""

    rows: Sequence[Exported]
    last: Key | None


ReadPage = Callable[[Connection, Extent, Key | None], ExportPage[Exported]]


@dataclass(frozen=True, slots=True)
class FillOfPosition:
    """A fill, and the position that it belongs to."""

    session: int
    position_id: UUID
    signal_id: UUID
    symbol: str
    side: str
    fill: Fill


@dataclass(frozen=True, slots=True)
class ExportedPoint:
    """The equity at a time, and its peak by then."""

    session: int
    time: datetime
    equity: Decimal
    peak: Decimal


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as the journal has it; its payload is the whole event in JSON."""

    ordinal: int
    seq: int
    stream: str
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    payload: str


def account_extent(connection: Connection, account_id: UUID, seq: int) -> Extent:
    """All that an account has journaled up to a seq."""
    return Extent(account_id, None, seq, 0, None, str(head(connection)))


def session_extent(connection: Connection, account_id: UUID, seq: int, session: int) -> Extent:
    """All that an account has journaled in one of its sessions, up to a seq."""
    sessions = tables.sessions.c
    query = select(sessions.number, sessions.ended).where(sessions.account_id == account_id)
    ends = {row.number: row.ended for row in connection.execute(query)}
    until = ends[session]
    end = str(head(connection)) if until is None else head_with(connection, until)
    return Extent(account_id, session, seq, ends.get(session - 1) or 0, until, end)


def trades_page(connection: Connection, extent: Extent, after: Key | None) -> ExportPage[Trade]:
    """Trades, without their fills."""
    table = tables.trades
    query = select(table).where(*_of_session(table, extent), table.c.seq <= extent.until_seq)
    rows, last = _keyed(connection, query, [table.c.session, table.c.seq], after)
    return ExportPage([record_from_row(Trade, row, fills=()) for row in rows], last)


def fills_page(connection: Connection, extent: Extent, after: Key | None) -> ExportPage[FillOfPosition]:
    """The fills of a page of positions."""
    table = tables.positions
    columns = (table.c.id, table.c.session, table.c.seq, table.c.signal_id, table.c.symbol, table.c.side)
    query = select(*columns).where(*_of_session(table, extent), table.c.seq <= extent.until_seq)
    positions, last = _keyed(connection, query, [table.c.session, table.c.seq], after)
    fills = load_fills(connection, [position.id for position in positions])
    rows = [
        FillOfPosition(position.session, position.id, position.signal_id, position.symbol, position.side, fill)
        for position in positions
        for fill in fills[position.id]
    ]
    return ExportPage(rows, last)


def equity_page(connection: Connection, extent: Extent, after: Key | None) -> ExportPage[ExportedPoint]:
    """The points of the equity curve, of a part of a session's history; the key is that session, the part's end and the
    point that is not final yet."""
    sessions = _sessions(connection, extent)
    number, place, pending = after or (sessions[0].session.number, sessions[0].began - 1, None)
    record = next(record for record in sessions if record.session.number == number)
    known, pending, end = points_in_window(connection, record, place, pending)
    points = [ExportedPoint(number, point.time, point.equity, point.peak) for point in known]
    if end is not None:
        return ExportPage(points, (number, end, pending))
    if pending is not None:
        last = pending.final
        points.append(ExportedPoint(number, last.time, last.equity, last.peak))
    following = [record for record in sessions if record.session.number > number]
    return ExportPage(points, (following[0].session.number, following[0].began - 1, None) if following else None)


def _sessions(connection: Connection, extent: Extent) -> list[SessionRecord]:
    accounts = tables.accounts.c
    name = connection.execute(select(accounts.name).where(accounts.id == extent.account_id)).scalar_one()
    if extent.session is not None:
        return session_records(connection, name, extent.session)
    return session_records(connection, name, limit=_MOST_SESSIONS)[::-1]


def journal_page(connection: Connection, extent: Extent, after: Key | None) -> ExportPage[StoredEvent]:
    """The journal's events."""
    columns = tables.journal.c
    query = select(tables.journal).where(
        columns.account_id == extent.account_id,
        columns.seq <= extent.until_seq,
        columns.ordinal > extent.after_ordinal,
    )
    if extent.until_ordinal is not None:
        query = query.where(columns.ordinal <= extent.until_ordinal)
    rows, last = _keyed(connection, query, [columns.seq], after)
    return ExportPage([_stored_event(row) for row in rows], last)


def _stored_event(row: Row[Any]) -> StoredEvent:
    return record_from_row(StoredEvent, row, payload=whole_json(journal_record_of(row).entry.event))


def _keyed(
    connection: Connection, query: Select[Any], keys: Sequence[Any], after: Key | None
) -> tuple[Sequence[Any], Key | None]:
    """The rows of a query after a key, and the key to go on from if there may be more."""
    if after is not None:
        place = tuple_(*(literal(value, key.type) for key, value in zip(keys, after, strict=True)))
        query = query.where(tuple_(*keys) > place)
    rows = connection.execute(query.order_by(*keys).limit(_PAGE)).all()
    last = rows[-1] if len(rows) == _PAGE else None
    return rows, None if last is None else tuple(getattr(last, key.name) for key in keys)


def _of_session(table: Table, extent: Extent) -> list[ColumnElement[bool]]:
    is_theirs = table.c.account_id == extent.account_id
    return [is_theirs] if extent.session is None else [is_theirs, table.c.session == extent.session]
