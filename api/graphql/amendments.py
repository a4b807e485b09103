"""What amendments of signals and of positions share: how they are sent, and how they are told."""

from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.codec.cursors import BadCursor, event_cursor, event_seq
from api.codec.events import Stream
from api.codec.field_names import api_name
from api.codec.ids import account_id
from api.graphql.context import Info, asked
from api.graphql.input_fields import record_from_input, sent
from domain.engine.events import JournalRecord, PositionEvent, SignalEvent
from domain.orders.amendment import PositionAmendment, SignalAmendment, amendable
from domain.orders.trailing_stop import TrailingStop
from domain.validation import Invalid

IF_CURSOR = (
    "Amend it only if it is as it was there: the cursor of an event, or account.cursor. Changed since, it is refused, "
    "CHANGED_MEANWHILE."
)
AMENDED_AT = (
    "Market time from which on it counts, for bars that start then or later; bars under way meet what was before. "
    "Default: the desk's clock."
)

Amended = TypeVar("Amended", PositionAmendment, SignalAmendment)


@strawberry.type(description="What an amendment did to one field.")
class Change:
    field: str = strawberry.field(description="The field, named as in the input.")
    from_: str | None = strawberry.field(name="from", description="What it was; null if there was none.")
    to: str | None = strawberry.field(description="What it became; null if it was taken away.")


@strawberry.type(description="A change to a signal that waited, or to a position that was open.")
class Amendment:
    time: datetime = strawberry.field(description="Market time from which on it counts.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    cursor: str = strawberry.field(description="The cursor of its event.")
    changes: list[Change] = strawberry.field(description="What it changed.")


class AmendedRecord(NamedTuple):
    """What is asked for its amendments: how many there are, and by which entry of the journal it stands as it does."""

    account_id: UUID
    key: UUID
    stream: Stream
    amendments: int
    changed_seq: int


async def amendments_of(info: Info, record: AmendedRecord) -> list[Amendment]:
    """The amendments that led to how something stands, the oldest first. Raises Forbidden and Unavailable."""
    if not record.amendments:
        return []

    key, stream, until = record.key, record.stream, record.changed_seq
    return [_amendment(item) for item in await asked(info, lambda snapshot: snapshot.amendments(key, stream, until))]


def amendment_from_input(kind: type[Amended], given: Any) -> Amended:
    """An amendment out of an input in which what is left out is not null. Raises Invalid."""
    names = tuple(name for name in amendable(kind) if getattr(given, name) is not UNSET)
    left_out = dict.fromkeys(name for name in amendable(kind) if name not in names)
    trailing = sent(given.trailing_stop)
    if trailing is not None:
        left_out["trailing_stop"] = record_from_input(TrailingStop, trailing)
    return record_from_input(kind, given, given=names, **left_out)


def known_seq(account: str, cursor: str | None) -> int | None:
    """The entry of an account's journal that a cursor names; None where none was sent. Raises Invalid."""
    named = sent(cursor)
    if named is None:
        return None
    try:
        return event_seq(account_id(account), named)
    except BadCursor as problem:
        raise Invalid(str(problem).replace("`after`", "`if_cursor`"), "if_cursor") from None


def _amendment(record: JournalRecord) -> Amendment:
    entry = record.entry
    assert isinstance(entry.event, PositionEvent | SignalEvent)  # noqa: S101 - nothing else is amended
    return Amendment(
        time=entry.event.occurred_at,
        recorded_at=record.recorded_at,
        cursor=event_cursor(entry.account_id, entry.seq),
        changes=[
            Change(field=api_name(change.field), from_=change.before, to=change.after)
            for change in entry.event.changes or ()
        ],
    )
