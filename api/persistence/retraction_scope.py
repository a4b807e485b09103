"""The market data that would be retracted, and the accounts that it may have affected."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, exists, func, not_, or_, select

from api.codec.commands import CommandKind
from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.retracted_rows import from_then_on
from domain.engine.counterfactual import Dependence
from domain.orders.signal import SignalStatus

_ENDS = {tables.bars: tables.bars.c.end, tables.quotes: tables.quotes.c.time}


@dataclass(frozen=True, slots=True)
class Retractable:
    """Market data that can be retracted: how many bars and quotes, and the ordinal of the first."""

    bars: int
    quotes: int
    first: int


@dataclass(frozen=True, slots=True)
class TouchedSession:
    """The first session of an account, of some name, that market data may have touched; `began` is an ordinal."""

    account: str
    account_id: UUID
    number: int
    began: int


def load_retractable(connection: Connection, symbol: str, since: datetime) -> Retractable | None:
    """A symbol's market data from a time on; None if there is none."""
    counts, firsts = [], []
    for table in _ENDS:
        query = select(func.count(), func.min(table.c.ordinal)).select_from(table)
        count, first = connection.execute(
            query.where(from_then_on(table, symbol, since), tables.IS_NOT_RETRACTED)
        ).one()
        counts.append(count)
        firsts += [] if first is None else [first]
    return Retractable(counts[0], counts[1], min(firsts)) if firsts else None


def touched_sessions(connection: Connection, symbol: str, first: int) -> list[TouchedSession]:
    """The first session of each account that has held a symbol, waited for it or signalled it since an ordinal."""
    sessions, signalled, accounts = tables.sessions, tables.signalled.c, tables.accounts.c
    of_session = and_(signalled.account_id == sessions.c.account_id, signalled.session == sessions.c.number)
    query = (
        select(sessions, accounts.name)
        .join(tables.signalled, of_session)
        .join(tables.accounts, accounts.id == sessions.c.account_id)
        .where(signalled.symbol == symbol, or_(sessions.c.ended.is_(None), sessions.c.ended > first))
        .order_by(sessions.c.account_id, sessions.c.number)
    )
    touched: dict[UUID, TouchedSession] = {}
    for row in connection.execute(query).all():
        if row.account_id not in touched and _is_touched(connection, row, symbol, first):
            touched[row.account_id] = TouchedSession(row.name, row.account_id, row.number, row.began)
    return list(touched.values())


def _is_touched(connection: Connection, session: Row[Any], symbol: str, first: int) -> bool:
    """Whether anything of a symbol was open or waiting in a session since an ordinal, or was decided or ended then."""
    journal, signals = tables.journal.c, tables.signals.c
    before = select(func.max(journal.seq)).where(journal.account_id == session.account_id, journal.ordinal < first)
    seq = connection.execute(before).scalar_one() or 0
    is_late = or_(
        signals.seq > seq,
        # Of a signal that waits, or expired, no row says until when.
        and_(signals.status != SignalStatus.EXECUTED.value, signals.reserved_price.is_not(None)),
        exists().where(tables.positions.c.id == signals.id, tables.IS_HELD),
        exists().where(tables.trades.c.id == signals.id, tables.trades.c.seq > seq),
    )
    query = select(signals.id).where(
        signals.account_id == session.account_id, signals.session == session.number, signals.symbol == symbol, is_late
    )
    return connection.execute(query.limit(1)).first() is not None


def clock_dependences(connection: Connection, symbol: str, since: datetime, first: int) -> list[Dependence]:
    """What was dated by the market's clock (R2) while only the symbol's market data had brought it so far.

    A command that is kept because of its id alone, for it was refused or did nothing (R5), has dated nothing.
    """
    commands = tables.commands
    ends = [
        select(end).where(from_then_on(table, symbol, since), tables.IS_NOT_RETRACTED) for table, end in _ENDS.items()
    ]
    did = tables.journal.join(commands, tables.journal.c.ordinal == commands.c.ordinal + 1)
    query = (
        select(commands, tables.journal.c.occurred_at)
        .select_from(did)
        .where(
            commands.c.ordinal > first,
            commands.c.account.is_not(None),
            or_(*(commands.c.clock.in_(end) for end in ends)),
        )
    )
    recorded = connection.execute(query.order_by(commands.c.ordinal)).all()
    reached = _reached_otherwise(connection, sorted({row.clock for row in recorded}), symbol, since)
    return list(_clock_dependences(recorded, reached))


def _clock_dependences(recorded: Sequence[Row[Any]], reached: dict[datetime, int]) -> Iterator[Dependence]:
    for row in recorded:
        is_other = reached.get(row.clock, row.ordinal) >= row.ordinal
        if is_other and _takes_clock(row):
            what = f"{row.kind} took the market's clock for the time"
            yield Dependence(row.ordinal, row.clock, row.account, what)


def _takes_clock(row: Row[Any]) -> bool:
    """Whether a command without a time of its own is dated by the desk's clock: all but a closing at last prices, and
    an amendment of what was amended at a later time already (R41)."""
    kind, sent = CommandKind(row.kind), json.loads(row.sent)
    if kind in (CommandKind.AMEND_SIGNAL, CommandKind.AMEND_POSITION) and row.occurred_at != row.clock:
        return False
    if kind is CommandKind.REVERSE_POSITION:
        sent = sent["signal"]
    is_closing = kind in (CommandKind.CLOSE_POSITION, CommandKind.CLOSE_ALL)
    is_at_last_price = is_closing and sent.get("marketPrice") is None
    return sent.get("timestamp") is None and not is_at_last_price


def _reached_otherwise(
    connection: Connection, clocks: Sequence[datetime], symbol: str, since: datetime
) -> dict[datetime, int]:
    """By which ordinal other market data had brought the market's clock to these times, where it did."""
    ordinals: dict[datetime, int] = {}
    for chunk in chunks(clocks):
        for table, end in _ENDS.items():
            is_other = not_(from_then_on(table, symbol, since))
            query = select(end, func.min(table.c.ordinal)).where(end.in_(chunk), tables.IS_NOT_RETRACTED, is_other)
            for time, ordinal in connection.execute(query.group_by(end)):
                ordinals[time] = min(ordinal, ordinals.get(time, ordinal))
    return ordinals
