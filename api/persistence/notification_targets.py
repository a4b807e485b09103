"""The targets of notifications: whom to tell what, how far each is, and which process sees to it."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, Row, func, or_, select, update

from api.choices import NotificationEvent
from api.persistence import tables
from api.persistence.database_clock import database_time
from domain.validation import require

_targets = tables.notification_targets
_NOBODY = {"lease_owner": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a target is: in the journal by ordinal, in the notices by number; and what became of what it was sent.

    `attempts` at the next message have failed, and all since `failing_since`; `failed` messages were given up, the
    first at `given_up_since`, the last for `given_up_reason`. A target that is `stopped` is not tried again until a
    test reaches it.
    """

    journal: int
    notice: int
    attempts: int = 0
    sent: int = 0
    failed: int = 0
    next_attempt: datetime | None = None
    failing_since: datetime | None = None
    last_error: str | None = None
    last_sent: datetime | None = None
    stopped: bool = False
    given_up_since: datetime | None = None
    given_up_reason: str | None = None

    def given_up(self, now: datetime) -> Self:
        """As it is when its next message is given up, after the attempt that is known."""
        since, reason = self.given_up_since or now, self.last_error
        return replace(self, failed=self.failed + 1, next_attempt=None, given_up_since=since, given_up_reason=reason)

    def revived(self) -> Self:
        """As it is when a test has reached the target: it is tried at once."""
        return replace(self, attempts=0, next_attempt=None, failing_since=None, last_error=None, stopped=False)


_PROGRESS = [field.name for field in fields(Progress)]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to tell what: of all accounts, or of some by name. `url` and `secret` are for nobody's eyes, `shown` is.

    `clock` is the market's clock as it stood when the target was added.
    """

    name: str
    url: str
    secret: str | None
    shown: str
    events: frozenset[NotificationEvent]
    accounts: tuple[str, ...] | None
    created_at: datetime
    clock: datetime | None
    progress: Progress

    @property
    def key(self) -> tuple[str, datetime]:
        """What tells it from one that had its name before."""
        return self.name, self.created_at


def stored_targets(connection: Connection) -> list[Target]:
    """All targets, the oldest first."""
    rows = connection.execute(select(_targets).order_by(_targets.c.created_at, _targets.c.name))
    return [_target_of(row) for row in rows]


def stored_target(connection: Connection, name: str) -> Target | None:
    """The target of a name."""
    row = connection.execute(select(_targets).where(_targets.c.name == name)).one_or_none()
    return None if row is None else _target_of(row)


def add_target(connection: Connection, target: Target, at_most: int) -> Target:
    """Keep a target, which begins at the end of all that there is to tell; as it is kept. Raises Invalid."""
    desk, notices = tables.desk.c, tables.notices.c
    names = connection.execute(select(_targets.c.name)).scalars().all()
    require(target.name not in names, f"there is a notification {target.name!r} already: remove it first", "name")
    require(len(names) < at_most, f"there are {at_most} notifications, and no more may be: remove one first", "name")
    end = connection.execute(select(desk.ordinal, desk.latest_end)).one()
    newest = connection.execute(select(func.coalesce(func.max(notices.number), 0))).scalar_one()
    begun = replace(target, clock=end.latest_end, progress=Progress(end.ordinal, newest))
    connection.execute(_targets.insert().values(_values_of(begun)))
    return begun


def remove_target(connection: Connection, name: str) -> Target | None:
    """Forget a target; the one that there was."""
    target = stored_target(connection, name)
    connection.execute(_targets.delete().where(_targets.c.name == name))
    return target


def revive_target(connection: Connection, target: Target) -> None:
    """Let a target be tried at once, for it was reached."""
    revived = _progress_values(target.progress.revived())
    changed = {name: revived[name] for name in ("attempts", "next_attempt", "failing_since", "last_error", "stopped")}
    connection.execute(update(_targets).where(*_is(target)).values(changed))


@dataclass(frozen=True, slots=True)
class Lease:
    """A process's turn at a target: for so long, unless it is renewed."""

    owner: UUID
    lasting: timedelta
    is_alone: bool
    """Whether no other process can have the database: a lease that another has is a dead one's."""


def take_lease(connection: Connection, target: Target, lease: Lease) -> Target | None:
    """The target as it now is, if it is this process's turn; who has the lease keeps it so."""
    now, columns = database_time(connection), _targets.c
    is_free = or_(columns.lease_owner.is_(None), columns.lease_owner == lease.owner, columns.lease_until < now)
    conditions = _is(target) if lease.is_alone else (*_is(target), is_free)
    taken = update(_targets).where(*conditions).values(lease_owner=lease.owner, lease_until=now + lease.lasting)
    if connection.execute(taken).rowcount == 0:
        return None
    return stored_target(connection, target.name)


def give_up_leases(connection: Connection, owner: UUID) -> None:
    """Let others have their turn at once."""
    connection.execute(update(_targets).where(_targets.c.lease_owner == owner).values(_NOBODY))


def keep_progress(connection: Connection, target: Target, progress: Progress, lease: Lease) -> bool:
    """Keep how far a target is, and the lease; whether it was still this process's."""
    until = database_time(connection) + lease.lasting
    statement = update(_targets).where(*_is(target), _targets.c.lease_owner == lease.owner)
    return connection.execute(statement.values(_progress_values(progress) | {"lease_until": until})).rowcount == 1


def _is(target: Target) -> tuple[Any, Any]:
    return _targets.c.name == target.name, _targets.c.created_at == target.created_at


def _progress_values(progress: Progress) -> dict[str, Any]:
    return {name: getattr(progress, name) for name in _PROGRESS}


def _values_of(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "url": target.url,
        "secret": target.secret,
        "shown": target.shown,
        "events": ",".join(event.name for event in NotificationEvent if event in target.events),
        "accounts": None if target.accounts is None else ",".join(target.accounts),
        "created_at": target.created_at,
        "clock": target.clock,
        **_progress_values(target.progress),
    }


def _target_of(row: Row[Any]) -> Target:
    return Target(
        name=row.name,
        url=row.url,
        secret=row.secret,
        shown=row.shown,
        events=frozenset(NotificationEvent[name] for name in row.events.split(",")),
        accounts=None if row.accounts is None else tuple(row.accounts.split(",")),
        created_at=row.created_at,
        clock=row.clock,
        progress=Progress(**{name: getattr(row, name) for name in _PROGRESS}),
    )
