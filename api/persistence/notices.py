"""Notices: what there is to tell that is no event of the journal, each with a number, and once by its key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, or_, select, text

from api.choices import NotificationEvent
from api.persistence import tables
from api.persistence.database_clock import database_time
from api.persistence.desk_row import newest
from api.persistence.notification_targets import Target

_notices = tables.notices
# A number is given when all below it are there to be read, so that nobody's place passes one by.
_ONE_AFTER_ANOTHER = text("LOCK TABLE notices IN SHARE ROW EXCLUSIVE MODE")


@dataclass(frozen=True, slots=True)
class AccountDay:
    """A day of an account's session, in its zone."""

    account_id: UUID
    session: int
    day: date


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something to tell, as plain data; what has the same key is told once."""

    key: str
    event: NotificationEvent
    content: Mapping[str, Any]
    about: AccountDay | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell: its number, and how far the journal was."""

    number: int
    journal: int
    event: NotificationEvent
    content: Mapping[str, Any]
    recorded_at: datetime


def add_notice(connection: Connection, notice: NewNotice) -> bool:
    """Keep something to tell, unless its key is known; whether it was new."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ONE_AFTER_ANOTHER)
    if connection.execute(select(_notices.c.number).where(_notices.c.key == notice.key)).first() is not None:
        return False
    number = connection.execute(select(func.coalesce(func.max(_notices.c.number), 0))).scalar_one() + 1
    about = notice.about
    values = {
        "number": number,
        "key": notice.key,
        "event": notice.event.name,
        "account_id": None if about is None else about.account_id,
        "session": None if about is None else about.session,
        "day": None if about is None else about.day,
        "journal": newest(connection),
        "content": json.dumps(notice.content),
        "recorded_at": database_time(connection),
    }
    connection.execute(_notices.insert().values(values))
    return True


def notices_after(connection: Connection, target: Target, number: int, journal: int, limit: int) -> list[Notice]:
    """The next notices for a target after a number, as far as they were noted at an ordinal of the journal."""
    query = _for(target, number).where(_notices.c.journal <= journal).order_by(_notices.c.number).limit(limit)
    return [_notice_of(row) for row in connection.execute(query)]


def count_notices(connection: Connection, target: Target, at_most: int) -> int:
    """How many notices a target has before it, if they are not more than a number."""
    waiting = _for(target, target.progress.notice).limit(at_most).subquery()
    return int(connection.execute(select(func.count()).select_from(waiting)).scalar_one())


def last_day_noted(connection: Connection, account_id: UUID, session: int) -> date | None:
    """The last day of a session that was noted."""
    query = select(func.max(_notices.c.day)).where(_notices.c.account_id == account_id, _notices.c.session == session)
    noted: date | None = connection.execute(query).scalar_one()
    return noted


def last_notice(connection: Connection, key_prefix: str) -> Notice | None:
    """The newest notice whose key begins so."""
    begins_so = _notices.c.key.startswith(key_prefix, autoescape=True)
    row = connection.execute(select(_notices).where(begins_so).order_by(_notices.c.number.desc()).limit(1)).first()
    return None if row is None else _notice_of(row)


def _for(target: Target, number: int) -> Select[Any]:
    events = [event.name for event in target.events]
    query = select(_notices).where(_notices.c.number > number, _notices.c.event.in_(events))
    if target.accounts is None:
        return query
    named = select(tables.accounts.c.id).where(tables.accounts.c.name.in_(target.accounts))
    return query.where(or_(_notices.c.account_id.is_(None), _notices.c.account_id.in_(named)))


def _notice_of(row: Row[Any]) -> Notice:
    event = NotificationEvent[row.event]
    return Notice(row.number, row.journal, event, json.loads(row.content), row.recorded_at)
