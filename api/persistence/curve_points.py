"""The points of a session's equity curve, made again out of its fills, and the bars and quotes of what it held."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection, func, select

from api.persistence import tables
from api.persistence.desk_row import newest
from api.persistence.facts import MARKET_DATA
from api.persistence.mappers import record_from_row
from api.persistence.recent_history import last_updates, updates_between
from api.persistence.recorded_fills import fills_between, held_at, open_positions
from api.persistence.stored_watches import stored_watch
from domain.analytics.replayed_curve import CurvePoint, CurveReplay, Observed, RecordedFill, RecordedUpdate
from domain.engine.observer import ObservedEquity, Observer
from domain.engine.views import SessionRecord
from domain.market.bar import Bar
from domain.money import amount_of, units_of
from domain.portfolio.hour import Hour, hour_of

_WINDOW = 20_000
"""How many ordinals are read at once."""


@dataclass(frozen=True, slots=True)
class PendingPoint:
    """The last point, which the next may replace, and the running peak of all before it: counts of 0.00000001."""

    time: datetime
    equity: int
    peak: int

    @property
    def final(self) -> CurvePoint:
        """The point, if nothing replaces it any more."""
        return CurvePoint(self.time, amount_of(self.equity), amount_of(max(self.peak, self.equity)))


def with_growth(connection: Connection, record: SessionRecord, known_until: int) -> SessionRecord:
    """A session with what its equity came to since it was looked at, at an ordinal where a group of commands ended."""
    if record.ended is not None or newest(connection) == known_until:
        return record
    stored = stored_watch(connection, record.account_id, record.session.number)
    observer = Observer(ObservedEquity.of(stored.watermarks, stored.hour))
    for time, day, equity in _observations_after(connection, record, known_until):
        observer.observe(time, day, equity)
    return replace(record, watermarks=observer.observed.watermarks, growth=observer.growth)


def _observations_after(connection: Connection, record: SessionRecord, ordinal: int) -> Iterator[Observed]:
    """What was observed of a session's equity since an ordinal, after which it filled nothing."""
    held = open_positions(connection, record)
    symbols = {fill.symbol for fill in held}
    updates = [
        RecordedUpdate(stored.ordinal, stored.command, stored.update)
        for stored in updates_between(connection, ordinal, newest(connection), symbols)
        if not stored.is_retracted
    ]
    if not updates:
        return
    replay = CurveReplay(record.session.zone, record.totals.cash, record.watermarks.time)
    for symbol, update in last_updates(connection, symbols, ordinal).items():
        replay.begin_at(symbol, update.last, update.ordinal)
    for fill in held:
        replay.hold(fill)
    yield from replay.points(updates)


def points_from(connection: Connection, record: SessionRecord, since: datetime | None) -> Iterator[CurvePoint]:
    """The points of a session's curve from a time on, each once and for good; some before it may come first."""
    began = record.began - 1 if since is None else _place_of(connection, record, since)
    if began is None:
        return
    pending = None if since is None else _last_before(connection, record, hour_of(since))
    while began is not None:
        points, pending, began = points_in_window(connection, record, began, pending)
        yield from points
    if pending is not None:
        yield pending.final


def points_in_window(
    connection: Connection, record: SessionRecord, after: int, pending: PendingPoint | None
) -> tuple[list[CurvePoint], PendingPoint | None, int | None]:
    """The next points after a place where a command ended: those that are final, the last, and the place after it."""
    symbols, last = _symbols(connection, record), _last_ordinal(connection, record)
    end = _end_of_command(connection, min(after + _WINDOW, last), last)
    replay = _replay_at(connection, record, after, None if pending is None else pending.time)
    facts: list[RecordedUpdate | RecordedFill] = [
        *(
            RecordedUpdate(stored.ordinal, stored.command, stored.update)
            for stored in updates_between(connection, after, end, symbols)
            if not stored.is_retracted
        ),
        *fills_between(connection, record, after, end),
    ]
    peak = units_of(record.session.starting_capital)
    points: list[CurvePoint] = []
    for time, _, equity in replay.points(sorted(facts, key=attrgetter("ordinal"))):
        if pending is not None and time != pending.time:
            points.append(pending.final)
            peak = max(pending.peak, pending.equity)
        pending = PendingPoint(time, equity, peak if pending is None else max(peak, pending.peak))
    return points, pending, (None if end >= last else end)


def _replay_at(connection: Connection, record: SessionRecord, ordinal: int, known: datetime | None) -> CurveReplay:
    """A replay that begins at a place in history, with what the session held there."""
    held, cash = held_at(connection, record, ordinal)
    replay = CurveReplay(record.session.zone, cash, known)
    for symbol, update in last_updates(connection, _symbols(connection, record), ordinal).items():
        replay.begin_at(symbol, update.last, update.ordinal)
    for fill in held:
        replay.hold(fill)
    return replay


def _symbols(connection: Connection, record: SessionRecord) -> list[str]:
    signalled = tables.signalled.c
    query = select(signalled.symbol).where(
        signalled.account_id == record.account_id, signalled.session == record.session.number
    )
    return list(connection.execute(query).scalars())


def _last_ordinal(connection: Connection, record: SessionRecord) -> int:
    return newest(connection) if record.ended is None else record.ended


def _end_of_command(connection: Connection, ordinal: int, last: int) -> int:
    """The last ordinal of the command that an ordinal belongs to."""
    commands = tables.commands.c
    following = connection.execute(select(func.min(commands.ordinal)).where(commands.ordinal > ordinal)).scalar_one()
    return last if following is None else min(last, int(following) - 1)


def _place_of(connection: Connection, record: SessionRecord, since: datetime) -> int | None:
    """Where the command before the one stands that made the first point of an hour, or a later one; None if none did.

    A point is dated at the end of a bar, or at the last point: something of the hour, or later, came with it or before.
    """
    hour = hour_of(since)
    firsts = [
        first for symbol in _symbols(connection, record) for first in _firsts_of(connection, symbol, hour, record)
    ]
    fills, positions = tables.fills.c, tables.positions.c
    filled = (
        select(func.min(fills.journaled))
        .join(tables.positions, positions.id == fills.position_id)
        .where(positions.account_id == record.account_id, positions.session == record.session.number)
        .where(fills.time >= hour)
    )
    firsts.append(connection.execute(filled).scalar_one())
    known = [first for first in firsts if first is not None]
    if not known:
        return None
    commands = tables.commands.c
    command = connection.execute(select(func.max(commands.ordinal)).where(commands.ordinal < min(known))).scalar_one()
    return max(int(command), record.began) - 1


def _firsts_of(connection: Connection, symbol: str, hour: datetime, record: SessionRecord) -> Iterator[int | None]:
    """The ordinals of the first bar and quote of a symbol in a session that end in an hour or later."""
    for table, kind in MARKET_DATA.items():
        start, end = (table.c.start, table.c.end) if kind is Bar else (table.c.time, table.c.time)
        mine = select(table.c.ordinal).where(
            table.c.symbol == symbol, table.c.ordinal > record.began, tables.IS_NOT_RETRACTED
        )
        under_way = mine.where(start < hour, end >= hour).order_by(start.desc()).limit(1)
        later = mine.where(start >= hour).order_by(start, table.c.ordinal).limit(1)
        for query in (under_way, later):
            yield connection.execute(query).scalar()


def _last_before(connection: Connection, record: SessionRecord, hour: datetime) -> PendingPoint | None:
    """The last point before an hour began, if there is one."""
    last = [known for start, known in record.growth.hours.items() if start < hour][-1:]
    if not last:
        hours = tables.equity_hours.c
        query = select(tables.equity_hours).where(
            hours.account_id == record.account_id, hours.session == record.session.number, hours.hour < hour
        )
        rows = connection.execute(query.order_by(hours.hour.desc()).limit(1))
        last = [record_from_row(Hour, row) for row in rows]
    return PendingPoint(last[0].last_time, units_of(last[0].last), units_of(last[0].last_peak)) if last else None
