"""A session's fills by their places in history, and what it held and had in cash at one of them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, and_, func, or_, select, type_coerce

from api.persistence import tables
from api.persistence.chunks import chunks
from domain.analytics.replayed_curve import RecordedFill
from domain.engine.views import SessionRecord
from domain.money import ZERO, amount_of, times
from domain.orders.side import Side
from domain.portfolio.fill import FillReason


def fills_between(connection: Connection, record: SessionRecord, after: int, until: int) -> list[RecordedFill]:
    """The session's fills with after < ordinal <= until, in order."""
    fills = tables.fills.c
    query = select(fills.position_id).where(fills.journaled > after, fills.journaled <= until).distinct()
    ids = list(connection.execute(query).scalars())
    return _fills_of(connection, ids, record, and_(fills.journaled > after, fills.journaled <= until))


def held_at(connection: Connection, record: SessionRecord, ordinal: int) -> tuple[list[RecordedFill], Decimal]:
    """The fills of what the session held at a place in history, and its cash there."""
    seq = _seq_at(connection, record, ordinal)
    positions, trades, fills = tables.positions.c, tables.trades.c, tables.fills.c
    held = (
        select(positions.id)
        .outerjoin(tables.trades, trades.id == positions.id)
        .where(positions.account_id == record.account_id, positions.session == record.session.number)
        .where(positions.seq <= seq, or_(trades.id.is_(None), trades.seq > seq))
    )
    ids = list(connection.execute(held).scalars())
    of_held = _fills_of(connection, ids, record, fills.journaled <= ordinal)
    earned = select(func.sum(type_coerce(trades.realized_pnl, BigInteger))).where(
        trades.account_id == record.account_id, trades.session == record.session.number, trades.seq <= seq
    )
    realized = amount_of(int(connection.execute(earned).scalar_one() or 0))
    return of_held, sum((fill.cash for fill in of_held), record.session.starting_capital + realized)


def open_positions(connection: Connection, record: SessionRecord) -> list[RecordedFill]:
    """What a session holds, each position as if what is left of it had been filled at once."""
    positions, fills = tables.positions.c, tables.fills.c
    query = (
        select(positions.symbol, positions.side, positions.open_quantity, fills.journaled, fills.time)
        .add_columns(positions.override_price.is_not(None).label("is_own"), fills.raw_price)
        .join(tables.fills, and_(fills.position_id == positions.id, fills.number == 1))
        .where(positions.account_id == record.account_id, tables.IS_HELD)
    )
    return [
        RecordedFill(
            ordinal=row.journaled,
            command=row.journaled,
            time=row.time,
            symbol=row.symbol,
            quantity=times(1 if row.side == Side.LONG.value else -1, row.open_quantity),
            cash=ZERO,
            is_entry=True,
            is_last=False,
            own_price=row.raw_price if row.is_own else None,
            entered=row.journaled,
        )
        for row in connection.execute(query)
    ]


def _seq_at(connection: Connection, record: SessionRecord, ordinal: int) -> int:
    """How many entries the account's journal had at a place."""
    journal = tables.journal.c
    query = select(func.max(journal.seq)).where(journal.account_id == record.account_id, journal.ordinal <= ordinal)
    return int(connection.execute(query).scalar_one() or 0)


def _fills_of(
    connection: Connection, ids: Sequence[UUID], record: SessionRecord, condition: ColumnElement[bool]
) -> list[RecordedFill]:
    """Fills of positions, as far as these are the session's and the fills meet a condition, in order."""
    recorded: list[RecordedFill] = []
    for chunk in chunks(ids):
        recorded += _of_chunk(connection, chunk, record, condition)
    return sorted(recorded, key=lambda fill: fill.ordinal)


def _of_chunk(
    connection: Connection, ids: Sequence[UUID], record: SessionRecord, condition: ColumnElement[bool]
) -> Iterable[RecordedFill]:
    fills, positions, commands = tables.fills.c, tables.positions.c, tables.commands.c
    entries, others = tables.fills.alias("entries"), tables.fills.alias("others")
    command = select(func.max(commands.ordinal)).where(commands.ordinal < fills.journaled)
    count = select(func.max(others.c.number)).where(others.c.position_id == fills.position_id)
    query = (
        select(tables.fills, positions.symbol, positions.side, positions.open_quantity)
        .add_columns(
            positions.override_price.is_not(None).label("is_own"),
            entries.c.journaled.label("entered"),
            entries.c.raw_price.label("own_price"),
            command.scalar_subquery().label("command"),
            count.scalar_subquery().label("count"),
        )
        .join(tables.positions, positions.id == fills.position_id)
        .join(entries, and_(entries.c.position_id == fills.position_id, entries.c.number == 1))
        .where(positions.id.in_(ids), positions.account_id == record.account_id)
        .where(positions.session == record.session.number, condition)
    )
    return (_fill(row) for row in connection.execute(query).all())


def _fill(row: Row[Any]) -> RecordedFill:
    is_entry = row.reason == FillReason.ENTRY.value
    sign = 1 if is_entry is (row.side == Side.LONG.value) else -1
    return RecordedFill(
        ordinal=row.journaled,
        command=row.command,
        time=row.time,
        symbol=row.symbol,
        quantity=times(sign, row.quantity),
        cash=times(-sign, row.amount) - row.commission,
        is_entry=is_entry,
        is_last=row.open_quantity == ZERO and row.number == row.count,
        own_price=row.own_price if row.is_own else None,
        entered=row.entered,
    )
