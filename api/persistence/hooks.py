"""Hooks and their deliveries, beside the record."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Insert, Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.codec.commands import CommandKind
from api.codec.hooks import AlertDelivery, DeliveryStatus, Hook
from api.persistence.mappers import record_from_row, values_of
from api.persistence.tables import IS_PENDING, hook_deliveries, hooks
from domain.refusals import ErrorCode

KEPT = 10_000
"""How many deliveries of a hook are kept at least."""
_DROPPED_TOGETHER = 100


def all_hooks(connection: Connection) -> list[Hook]:
    """All hooks, the revoked ones too, by name."""
    return [record_from_row(Hook, row) for row in connection.execute(select(hooks).order_by(hooks.c.name))]


def create_hook(connection: Connection, hook: Hook) -> bool:
    """Keep a new hook, or one in the place of a revoked one, whose deliveries it goes on with; False if one is live."""
    insertion: Any = postgresql.insert(hooks) if connection.dialect.name == "postgresql" else sqlite.insert(hooks)
    values = values_of(hook, hooks)
    changed = {name: value for name, value in values.items() if name not in ("name", "deliveries")}
    statement: Insert = insertion.values(values).on_conflict_do_update(
        index_elements=[hooks.c.name], set_=changed, where=hooks.c.revoked_at.is_not(None)
    )
    return connection.execute(statement).rowcount == 1


def revoke_hook(connection: Connection, name: str, now: datetime) -> bool:
    """Take a hook's secret away; whether there was one."""
    statement = update(hooks).where(hooks.c.name == name, hooks.c.revoked_at.is_(None)).values(revoked_at=now)
    return connection.execute(statement).rowcount == 1


def receive(connection: Connection, delivery: AlertDelivery, same_since: datetime | None) -> tuple[AlertDelivery, bool]:
    """Keep a delivery, under the hook's next number; as it is kept, and whether it is new.

    It is the alert that came first with its body, if that came after `same_since`, and then is to be done as that was.
    """
    counted = update(hooks).where(hooks.c.name == delivery.hook).values(deliveries=hooks.c.deliveries + 1)
    number = connection.execute(counted.returning(hooks.c.deliveries)).scalar_one()
    kept = replace(delivery, number=number)
    first = None if kept.alert is None else _latest_of(connection, kept)
    is_new = first is None or (same_since is not None and first.first_at <= same_since)
    if first is not None and not is_new:
        kept = replace(kept, first_at=first.first_at, commands=first.commands)
    connection.execute(hook_deliveries.insert().values(values_of(kept, hook_deliveries)))
    if number % _DROPPED_TOGETHER == 0:
        old = hook_deliveries.c.number <= number - KEPT, hook_deliveries.c.status != DeliveryStatus.PENDING.value
        connection.execute(delete(hook_deliveries).where(hook_deliveries.c.hook == kept.hook, *old))
    return kept, is_new


def _latest_of(connection: Connection, delivery: AlertDelivery) -> AlertDelivery | None:
    """The newest delivery of the same body to the same hook that was understood."""
    columns = hook_deliveries.c
    same = columns.hook == delivery.hook, columns.digest == delivery.digest, columns.alert.is_not(None)
    row = connection.execute(select(hook_deliveries).where(*same).order_by(columns.number.desc()).limit(1)).first()
    return None if row is None else record_from_row(AlertDelivery, row)


def will_do(connection: Connection, delivery: AlertDelivery, kind: CommandKind, commands: str) -> None:
    """Keep what is to be done for a delivery, before it is."""
    connection.execute(_update(delivery).values(kind=kind.value, commands=commands))


def has_become(connection: Connection, delivery: AlertDelivery) -> None:
    """Keep what became of a delivery, which nobody sees to any more."""
    names = ("status", "code", "message", "kind", "signal_id")
    values = {name: value for name, value in values_of(delivery, hook_deliveries).items() if name in names}
    connection.execute(_update(delivery).values({**values, "lease_until": None}))


def has_pending(connection: Connection) -> bool:
    """Whether any delivery is pending."""
    return connection.execute(select(hook_deliveries.c.number).where(IS_PENDING).limit(1)).first() is not None


def pending_until(connection: Connection, delivery: AlertDelivery) -> list[AlertDelivery]:
    """The pending deliveries to a hook up to one of them, and it if it is pending still, in the order they came."""
    query = _of_hook(delivery.hook).where(IS_PENDING, hook_deliveries.c.number <= delivery.number)
    return [record_from_row(AlertDelivery, row) for row in connection.execute(query.order_by(hook_deliveries.c.number))]


def newer_done(connection: Connection, delivery: AlertDelivery, since: datetime) -> dict[str, datetime]:
    """By what they mean the newest alerts to a hook that were done before a delivery came, though they are newer by
    their own time; only what came after `since`, and none where the delivery's own alert was done before."""
    columns = hook_deliveries.c
    before = columns.hook == delivery.hook, columns.number < delivery.number, columns.received_at >= since
    is_done = columns.status.in_((DeliveryStatus.DONE.value, DeliveryStatus.REPLAYED.value))
    is_refused = and_(columns.status == DeliveryStatus.REFUSED.value, columns.code != ErrorCode.LATE_SIGNAL.value)
    own = select(columns.number).where(*before, columns.digest == delivery.digest, or_(is_done, is_refused)).limit(1)
    if connection.execute(own).first() is not None:
        return {}
    newer = columns.symbol == delivery.symbol, columns.alerted_at > delivery.alerted_at
    query = select(columns.intent, func.max(columns.alerted_at)).where(*before, *newer, is_done)
    return {row[0]: row[1] for row in connection.execute(query.group_by(columns.intent))}


def take_up(connection: Connection, now: datetime, lease: timedelta, *, is_alone: bool) -> list[AlertDelivery]:
    """The pending deliveries that no process sees to, for this one to see to; where none is beside it, all of them."""
    columns = hook_deliveries.c
    statement = update(hook_deliveries).where(IS_PENDING).values(lease_until=now + lease)
    free = statement if is_alone else statement.where(columns.lease_until < now)
    taken = [record_from_row(AlertDelivery, row) for row in connection.execute(free.returning(hook_deliveries))]
    return sorted(taken, key=lambda delivery: (delivery.received_at, delivery.hook, delivery.number))


def delivery_page(connection: Connection, hook: str, before: int | None, limit: int) -> list[tuple[int, AlertDelivery]]:
    """Deliveries to a hook, the newest first, older than a number; each with its number."""
    number = hook_deliveries.c.number
    query = _of_hook(hook).order_by(number.desc()).limit(limit)
    rows = connection.execute(query if before is None else query.where(number < before))
    return [(row.number, record_from_row(AlertDelivery, row)) for row in rows]


def delivery_count(connection: Connection, hook: str) -> int:
    """How many deliveries to a hook are kept."""
    return int(connection.execute(select(func.count()).select_from(_of_hook(hook).subquery())).scalar_one())


def _of_hook(name: str) -> Select[Any]:
    return select(hook_deliveries).where(hook_deliveries.c.hook == name)


def _update(delivery: AlertDelivery) -> Any:
    columns = hook_deliveries.c
    return update(hook_deliveries).where(columns.hook == delivery.hook, columns.number == delivery.number)
