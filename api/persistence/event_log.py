"""The journal's rows, and the entries that they hold."""

from collections.abc import Iterable
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.codec.json_codec import from_json, to_json
from api.persistence.tables import IS_OF_ACCOUNT, journal, sessions
from domain.engine import events
from domain.engine.events import Event, JournalEntry, JournalRecord, PositionEvent, SignalEvent, TradeEvent


class Stream(Enum):
    """What an event is about."""

    ACCOUNT = "ACCOUNT"
    SIGNAL = "SIGNAL"
    POSITION = "POSITION"
    TRADE = "TRADE"


_ACCOUNT_KINDS: dict[str, type] = {
    "OPENED": events.AccountOpened,
    "ENABLED": events.AccountEnabled,
    "DISABLED": events.AccountDisabled,
    "SETTINGS_CHANGED": events.SettingsChanged,
    "SESSION_ENDED": events.SessionEnded,
    "SESSION_STARTED": events.SessionStarted,
    "HALTED": events.AccountHalted,
    "RESUMED": events.AccountResumed,
}
_KIND_OF = {cls: kind for kind, cls in _ACCOUNT_KINDS.items()}
_STREAMED: dict[Stream, type] = {
    Stream.SIGNAL: SignalEvent,
    Stream.POSITION: PositionEvent,
    Stream.TRADE: TradeEvent,
}


def stream_and_kind(event: Event) -> tuple[Stream, str]:
    """Where an event belongs, and what happened."""
    match event:
        case PositionEvent():
            return Stream.POSITION, event.kind.value
        case SignalEvent():
            return Stream.SIGNAL, event.signal.status.value
        case TradeEvent():
            return Stream.TRADE, "CLOSED"
        case _:
            return Stream.ACCOUNT, _KIND_OF[type(event)]


def journal_values(record: JournalRecord) -> dict[str, Any]:
    """The row of an entry."""
    stream, kind = stream_and_kind(record.entry.event)
    return {
        "ordinal": record.ordinal,
        "account_id": record.entry.account_id,
        "seq": record.entry.seq,
        "stream": stream.value,
        "kind": kind,
        "occurred_at": record.entry.event.occurred_at,
        "recorded_at": record.recorded_at,
        "payload": to_json(record.entry.event),
    }


def journal_record_of(row: Row[Any]) -> JournalRecord:
    """The entry of a row."""
    cls = _STREAMED.get(Stream(row.stream)) or _ACCOUNT_KINDS[row.kind]
    entry = JournalEntry(row.account_id, row.seq, from_json(row.payload, cls))
    return JournalRecord(row.ordinal, row.recorded_at, entry)


async def account_journal(
    connection: AsyncConnection, account_id: UUID, streams: Iterable[Stream], after: int, until: int, limit: int
) -> list[JournalRecord]:
    """An account's entries of some streams with after < seq <= until, in order."""
    query = (
        select(journal)
        .where(
            journal.c.account_id == account_id,
            journal.c.seq > after,
            journal.c.seq <= until,
            journal.c.stream.in_([stream.value for stream in streams]),
        )
        .order_by(journal.c.seq)
        .limit(limit)
    )
    return [journal_record_of(row) for row in await connection.execute(query)]


async def account_event_page(
    connection: AsyncConnection, account_id: UUID, session: int | None, before: int | None, limit: int
) -> list[tuple[int, JournalRecord]]:
    """What happened to an account itself, or in one session, newest first, older than a place; each with its place."""
    chosen = select(journal).where(_of_account(account_id, session))
    older = chosen if before is None else chosen.where(journal.c.seq < before)
    rows = await connection.execute(older.order_by(journal.c.seq.desc()).limit(limit))
    return [(row.seq, journal_record_of(row)) for row in rows]


async def account_event_count(connection: AsyncConnection, account_id: UUID, session: int | None) -> int:
    """How many events there are of an account itself, or of one session."""
    query = select(func.count()).select_from(journal).where(_of_account(account_id, session))
    return int((await connection.execute(query)).scalar_one())


def _of_account(account_id: UUID, session: int | None) -> ColumnElement[bool]:
    chosen = and_(journal.c.account_id == account_id, IS_OF_ACCOUNT)
    if session is None:
        return chosen
    is_session = and_(sessions.c.account_id == account_id, sessions.c.number == session)
    began, ended = (select(each).where(is_session).scalar_subquery() for each in (sessions.c.began, sessions.c.ended))
    return and_(chosen, journal.c.ordinal >= began, or_(ended.is_(None), journal.c.ordinal <= ended))
