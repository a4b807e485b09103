"""The journal's rows, and the entries that they hold."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from api.codec.encoding import ENCODING, require_encoding
from api.codec.entry_payload import EntryLabel, event_of, payload_of
from api.codec.events import Stream, event_class, stream_and_kind
from api.persistence import tables
from api.persistence.mappers import record_from_row
from api.persistence.tables import IS_OF_ACCOUNT, journal, sessions
from api.persistence.written_rows import StoredRow, row_writer
from domain.engine.events import JournalEntry, JournalRecord

_MOST_AMENDMENTS = 1_000


_row = row_writer(journal, EntryLabel, "payload")


def journal_row(record: JournalRecord) -> StoredRow:
    """The row of an entry, as it is stored."""
    label = label_of(record)
    return _row(label, payload_of(record.entry.event, label))


def label_of(record: JournalRecord) -> EntryLabel:
    """What the row of an entry says of it."""
    entry = record.entry
    stream, kind = stream_and_kind(entry.event)
    return EntryLabel(
        record.ordinal,
        entry.account_id,
        entry.seq,
        stream.value,
        kind.value,
        ENCODING,
        entry.event.occurred_at,
        record.recorded_at,
    )


def journal_record_of(row: Row[Any]) -> JournalRecord:
    """The entry of a row. Raises OtherEncoding."""
    require_encoding(row.encoding, "journal", row.ordinal)
    label = record_from_row(EntryLabel, row)
    event = event_of(row.payload, event_class(Stream(row.stream), row.kind), label)
    entry = JournalEntry(row.account_id, row.seq, event)
    return JournalRecord(row.ordinal, row.recorded_at, entry)


def account_journal(
    connection: Connection, account_id: UUID, streams: Iterable[Stream], after: int, until: int, limit: int
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
    return [journal_record_of(row) for row in connection.execute(query)]


def account_event_page(
    connection: Connection, account_id: UUID, session: int | None, before: int | None, limit: int
) -> list[tuple[int, JournalRecord]]:
    """What happened to an account itself, or in one session, newest first, older than a place; each with its place."""
    chosen = select(journal).where(_of_account(account_id, session))
    older = chosen if before is None else chosen.where(journal.c.seq < before)
    rows = connection.execute(older.order_by(journal.c.seq.desc()).limit(limit))
    return [(row.seq, journal_record_of(row)) for row in rows]


def activity_page(connection: Connection, account_id: UUID, before: int, limit: int) -> list[tuple[int, JournalRecord]]:
    """All that was journaled of an account, newest first, older than a place; each with its place."""
    query = select(journal).where(journal.c.account_id == account_id, journal.c.seq < before)
    rows = connection.execute(query.order_by(journal.c.seq.desc()).limit(limit))
    return [(row.seq, journal_record_of(row)) for row in rows]


def account_event_count(connection: Connection, account_id: UUID, session: int | None) -> int:
    """How many events there are of an account itself, or of one session."""
    query = select(func.count()).select_from(journal).where(_of_account(account_id, session))
    return int(connection.execute(query).scalar_one())


def _of_account(account_id: UUID, session: int | None) -> ColumnElement[bool]:
    chosen = and_(journal.c.account_id == account_id, IS_OF_ACCOUNT)
    if session is None:
        return chosen
    is_session = and_(sessions.c.account_id == account_id, sessions.c.number == session)
    began, ended = (
        select(column).where(is_session).scalar_subquery() for column in (sessions.c.began, sessions.c.ended)
    )
    return and_(chosen, journal.c.ordinal >= began, or_(ended.is_(None), journal.c.ordinal <= ended))


def amendments_of(connection: Connection, key: UUID, stream: Stream, until: int) -> list[JournalRecord]:
    """The amendments of a signal or a position by the desk's id, up to a seq, the oldest first, no more than the newest
    thousand (R41)."""
    theirs = tables.amendments.c
    query = (
        select(journal)
        .join(
            tables.amendments,
            and_(theirs.account_id == journal.c.account_id, theirs.seq == journal.c.seq, theirs.id == key),
        )
        .where(journal.c.stream == stream.value, theirs.seq <= until)
        .order_by(theirs.seq.desc())
        .limit(_MOST_AMENDMENTS)
    )
    return [journal_record_of(row) for row in connection.execute(query)][::-1]
