"""What was applied to a session: its commands, and the market data of its symbols, in windows of history (R40)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, case, or_, select

from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.persistence import tables
from api.persistence.desk_row import head_with, newest
from api.persistence.event_log import journal_record_of
from api.persistence.facts import MARKET_DATA
from api.persistence.history import retraction_count
from api.persistence.mappers import record_from_row
from domain.engine.events import SignalEvent
from domain.market.update import MarketUpdate
from domain.orders.signal import Signal


@dataclass(frozen=True, slots=True)
class SessionSpan:
    """Which part of history is a session's: what was applied with began < ordinal <= until, of some symbols.

    `retractions` is how many there were when this was read; `head` is that of a record which holds all of it.
    """

    account: str
    account_id: UUID
    session: int
    began: int
    until: int
    symbols: Sequence[str]
    retractions: int
    head: str


@dataclass(frozen=True, slots=True)
class AppliedCommand:
    """A command that was applied; `sent` is left out of others' exports, `signal` is what it decided."""

    ordinal: int
    kind: CommandKind
    clock: datetime
    recorded_at: datetime
    sent: str | None
    signal: Signal | None


@dataclass(frozen=True, slots=True)
class ExportedUpdate:
    """A bar or a quote that was applied, and whether it was retracted later."""

    ordinal: int
    update: MarketUpdate
    is_retracted: bool


def session_span(connection: Connection, account: str, account_id: UUID, number: int) -> SessionSpan | None:
    """Where in history a session lies, as far as it has come; None if there is no such session."""
    sessions = tables.sessions.c
    query = select(sessions.began, sessions.ended).where(sessions.account_id == account_id, sessions.number == number)
    row = connection.execute(query).first()
    if row is None:
        return None
    until = row.ended if row.ended is not None else newest(connection)
    return SessionSpan(
        account=account,
        account_id=account_id,
        session=number,
        began=row.began,
        until=until,
        symbols=_signalled(connection, account_id, number),
        retractions=retraction_count(connection),
        head=head_with(connection, until),
    )


def _signalled(connection: Connection, account_id: UUID, number: int) -> list[str]:
    signalled = tables.signalled.c
    query = select(signalled.symbol).where(signalled.account_id == account_id, signalled.session == number)
    return list(connection.execute(query.order_by(signalled.symbol)).scalars())


def applied_within(
    connection: Connection, span: SessionSpan, after: int, end: int
) -> list[AppliedCommand | ExportedUpdate]:
    """What was applied to a session with after < ordinal <= end, in order; signals as they were decided."""
    applied: list[AppliedCommand | ExportedUpdate] = [
        *_commands(connection, span, after, end),
        *_updates(connection, span, after, end),
    ]
    return sorted(applied, key=attrgetter("ordinal"))


def _commands(connection: Connection, span: SessionSpan, after: int, end: int) -> list[AppliedCommand]:
    """A command that was refused is recorded only so that its id is known again (R5): nothing of it was applied."""
    commands = tables.commands.c
    is_theirs = commands.account == span.account
    query: Select[Any] = select(
        commands.ordinal,
        commands.kind,
        commands.clock,
        commands.recorded_at,
        case((is_theirs, commands.sent), else_=None).label("sent"),
    ).where(
        commands.ordinal > after,
        commands.ordinal <= end,
        or_(is_theirs, commands.kind.in_([kind.value for kind in MARKET_DATA_LISTS])),
        commands.refusal.is_(None),
    )
    signals = _decided(connection, span, after, end)
    rows = connection.execute(query)
    return [
        record_from_row(AppliedCommand, row, kind=CommandKind(row.kind), signal=signals.get(row.ordinal))
        for row in rows
    ]


def _decided(connection: Connection, span: SessionSpan, after: int, end: int) -> dict[int, Signal]:
    """The signals decided in a part of history, by their commands' ordinals: the first fact is the decision."""
    commands, journal = tables.commands.c, tables.journal
    query = (
        select(journal)
        .join(tables.commands, journal.c.ordinal == commands.ordinal + 1)
        .where(commands.ordinal > after, commands.ordinal <= end)
        .where(commands.account == span.account, commands.kind == CommandKind.EXECUTE_SIGNAL.value)
    )
    signals: dict[int, Signal] = {}
    for row in connection.execute(query):
        event = journal_record_of(row).entry.event
        assert isinstance(event, SignalEvent)  # noqa: S101 - a signal's decision comes first
        signals[row.ordinal - 1] = event.signal
    return signals


def _updates(connection: Connection, span: SessionSpan, after: int, end: int) -> list[ExportedUpdate]:
    updates: list[ExportedUpdate] = []
    for table, kind in MARKET_DATA.items():
        within = and_(table.c.ordinal > after, table.c.ordinal <= end, table.c.symbol.in_(span.symbols))
        rows = connection.execute(select(table).where(within))
        updates += [ExportedUpdate(row.ordinal, record_from_row(kind, row), row.retracted is not None) for row in rows]
    return updates
