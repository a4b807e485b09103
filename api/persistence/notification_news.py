"""What the journal holds for a target: a page of what comes next, and how much is pending."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select

from api.choices import NotificationEvent
from api.codec.events import AccountEventKind, Stream, TradeEventKind
from api.persistence import tables
from api.persistence.desk_row import newest
from api.persistence.event_log import journal_record_of
from api.persistence.notices import Notice, count_notices, notices_after
from api.persistence.notification_targets import Target
from domain.engine.events import JournalRecord, PositionEventKind, SignalEventKind
from domain.portfolio.fill import FillReason

_journal, _fills, _accounts = tables.journal.c, tables.fills.c, tables.accounts.c
NEWS = frozenset(
    (stream.value, kind.value)
    for stream, kind in (
        (Stream.POSITION, PositionEventKind.OPENED),
        (Stream.POSITION, PositionEventKind.REDUCED),
        (Stream.POSITION, PositionEventKind.CLOSED),
        (Stream.TRADE, TradeEventKind.CLOSED),
        (Stream.SIGNAL, SignalEventKind.REJECTED),
        (Stream.ACCOUNT, AccountEventKind.HALTED),
    )
)
"""The streams and kinds of what anybody may want to be told."""
_WINDOW = 50_000
"""How many ordinals are looked through at once."""
_LOOKED_THROUGH = 10 * _WINDOW
MOST_COUNTED = 10_000
"""How many pending messages are counted."""


def _of(stream: Stream, *kinds: PositionEventKind | SignalEventKind | AccountEventKind | TradeEventKind) -> Any:
    return and_(_journal.stream == stream.value, _journal.kind.in_([kind.value for kind in kinds]))


def _fills_target_1() -> Any:
    """Part of the position leaves there, or all of it."""
    filled = select(_fills.journaled).where(
        _fills.journaled == _journal.ordinal, _fills.reason == FillReason.TARGET_1.value
    )
    return and_(_of(Stream.POSITION, PositionEventKind.REDUCED, PositionEventKind.CLOSED), filled.exists())


_CONDITIONS: dict[NotificationEvent, Callable[[], ColumnElement[bool]]] = {
    NotificationEvent.OPENED: lambda: _of(Stream.POSITION, PositionEventKind.OPENED),
    NotificationEvent.TARGET_1: _fills_target_1,
    NotificationEvent.CLOSED: lambda: _of(Stream.TRADE, TradeEventKind.CLOSED),
    NotificationEvent.REFUSED: lambda: _of(Stream.SIGNAL, SignalEventKind.REJECTED),
    NotificationEvent.HALTED: lambda: _of(Stream.ACCOUNT, AccountEventKind.HALTED),
}
"""What the journal tells; the other events are notices."""


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An entry of the journal, and the name of its account."""

    account: str
    record: JournalRecord


@dataclass(frozen=True, slots=True)
class NewsPage:
    """What comes next for a target, and the ordinal up to which it is all; `is_last` if the journal ends there."""

    items: Sequence[AccountRecord | Notice]
    reached: int
    is_last: bool


def news_page(connection: Connection, target: Target, journal: int, notice: int, limit: int) -> NewsPage:
    """What comes after an ordinal and a notice, in order; little is looked through where little is found."""
    end = min(journal + _WINDOW, head := newest(connection))
    query = _for(target, journal).where(_journal.ordinal <= end).order_by(_journal.ordinal).limit(limit)
    rows = connection.execute(query).all()
    names = _names(connection, {row.account_id for row in rows})
    records = [AccountRecord(names[row.account_id], journal_record_of(row)) for row in rows]
    reached = rows[-1].ordinal if len(rows) == limit else end
    noted = notices_after(connection, target, notice, reached, limit)
    return NewsPage(sorted([*records, *noted], key=_place), reached, reached == head and len(noted) < limit)


def pending(connection: Connection, target: Target) -> int:
    """How many messages a target has before it; no more than 10 000 are counted, nor any beyond 500 000 entries."""
    begun = target.progress.journal
    waiting = _for(target, begun).where(_journal.ordinal <= begun + _LOOKED_THROUGH).limit(MOST_COUNTED).subquery()
    count = int(connection.execute(select(func.count()).select_from(waiting)).scalar_one())
    return min(MOST_COUNTED, count + count_notices(connection, target, MOST_COUNTED))


def _for(target: Target, ordinal: int) -> Select[Any]:
    conditions = [_CONDITIONS[event]() for event in target.events if event in _CONDITIONS]
    query = select(tables.journal).where(_journal.ordinal > ordinal, or_(false(), *conditions))
    if target.accounts is None:
        return query
    named = select(_accounts.id).where(_accounts.name.in_(target.accounts))
    return query.where(_journal.account_id.in_(named))


def _names(connection: Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    query = select(_accounts.id, _accounts.name).where(_accounts.id.in_(ids))
    return {row.id: row.name for row in connection.execute(query)}


def _place(item: AccountRecord | Notice) -> tuple[int, int]:
    return (item.journal, item.number) if isinstance(item, Notice) else (item.record.ordinal, 0)
