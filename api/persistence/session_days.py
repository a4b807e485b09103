"""The days of a session, in its zone: those with data, and the equity at their ends."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select, true

from api.persistence import tables
from domain.analytics.curve import DayEnd, day_ends
from domain.calendar import Zone
from domain.durations import DAY_IN_SECONDS
from domain.engine.views import SessionRecord

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)

Span = tuple[datetime, datetime]
"""From a moment until before another."""


def session_days(connection: Connection, record: SessionRecord) -> list[DayEnd]:
    """The session's days: those with data, applied in it, of a symbol it signalled (R38), and any others on which
    its equity was observed."""
    days = _days_with_data(connection, record)
    equities = tables.equity_days.c
    query = select(equities.day, equities.equity).where(
        equities.account_id == record.account_id, equities.session == record.session.number
    )
    observed = {row.day: row.equity for row in connection.execute(query)} | record.growth.days
    return day_ends(record.session.starting_capital, days, observed)


def trading_days(connection: Connection, record: SessionRecord) -> int:
    """On how many days a session held anything."""
    days = tables.equity_days.c
    query = select(func.count()).where(days.account_id == record.account_id, days.session == record.session.number)
    stored = int(connection.execute(query).scalar_one())
    known = select(days.day).where(days.account_id == record.account_id, days.session == record.session.number)
    later = connection.execute(known.where(days.day.in_(record.growth.days))).scalars() if record.growth.days else ()
    return stored + len(record.growth.days.keys() - set(later))


def _days_with_data(connection: Connection, record: SessionRecord) -> set[date]:
    """The days with data. What was kept says for each day of UTC in which hours data began, and where in history its
    first lies; only where hours of two days, or data of before or after the session, may be meant is the data itself
    asked."""
    zone, segments = record.session.zone, _stretches(record.session.zone)
    days_with_data: set[date] = set()
    doubtful: list[Span] = []
    for row in connection.execute(_kept_days(record, segments)):
        midnight = datetime.combine(row.day, time(), UTC)
        seen = (segment for segment, has_data in zip(segments, row[3:], strict=True) if has_data)
        spans = [(midnight + first * _HOUR, midnight + end * _HOUR) for first, end in seen]
        days = {zone.day_of_all(*span) for span in spans}
        if row.is_whole:
            doubtful += [span for span in spans if zone.day_of_all(*span) is None]
            days_with_data |= {day for day in days if day is not None}
        elif row.has_some and len(days) == 1 and None not in days:
            days_with_data |= {day for day in days if day is not None}
        else:
            doubtful += spans
    for span in doubtful:
        if not _possible_days(zone, span) <= days_with_data:
            days_with_data |= {zone.day_of(moment) for moment in _data_within(connection, record, span)}
    return days_with_data


def _stretches(zone: Zone) -> Sequence[tuple[int, int]]:
    """A UTC day's hours, cut where a day of the zone may begin."""
    seconds = {-offset % DAY_IN_SECONDS for offset in zone.offsets}
    cuts = {0, 24, *(second // 3_600 for second in seconds), *(-(-second // 3_600) for second in seconds)}
    return list(pairwise(sorted(cuts)))


def _possible_days(zone: Zone, span: Span) -> set[date]:
    only = zone.day_of_all(*span)
    if only is not None:
        return {only}
    start, end = span
    first = zone.day_of(start)
    return {first, first + _DAY, zone.day_of(end - timedelta.resolution)}


def _kept_days(record: SessionRecord, segments: Iterable[tuple[int, int]]) -> Select[Any]:
    """The days of UTC on which data of a signalled symbol may have been applied in the session: whether all their data
    was, whether some surely was, and in which stretches of hours there is any.

    A day's bars, and its quotes, lie in history before the next day's, so that the first of these is where they end.
    """
    days, later, signalled = tables.market_days.c, tables.market_days.alias().c, tables.signalled.c
    follows = and_(later.symbol == days.symbol, later.kind == days.kind, later.day > days.day)
    next_first = select(later.first).where(follows).order_by(later.day).limit(1).scalar_subquery()
    begins_within = days.first > record.began
    ends_within = true() if record.ended is None else next_first < record.ended
    masks = ((1 << end) - (1 << first) for first, end in segments)
    query = select(
        days.day,
        and_(begins_within, ends_within).label("is_whole"),
        begins_within.label("has_some"),
        *(days.hours.bitwise_and(mask) != 0 for mask in masks),
    )
    query = query.join(tables.signalled, signalled.symbol == days.symbol)
    query = query.where(signalled.account_id == record.account_id, signalled.session == record.session.number)
    query = query.where(or_(begins_within, func.coalesce(next_first > record.began, true())))
    return (query if record.ended is None else query.where(days.first < record.ended)).distinct()


def _data_within(connection: Connection, record: SessionRecord, span: Span) -> set[datetime]:
    """When the data began that was applied in a session in a span: of one day, one moment a table is enough."""
    start, end = span
    is_of_one_day = record.session.zone.day_of_all(start, end) is not None
    signalled = tables.signalled.c
    symbols = select(signalled.symbol).where(
        signalled.account_id == record.account_id, signalled.session == record.session.number
    )
    moments: set[datetime] = set()
    for table, moment in ((tables.bars, tables.bars.c.start), (tables.quotes, tables.quotes.c.time)):
        query = select(moment).where(table.c.symbol.in_(symbols), moment >= start, moment < end)
        query = query.where(table.c.ordinal > record.began, tables.IS_NOT_RETRACTED)
        if record.ended is not None:
            query = query.where(table.c.ordinal < record.ended)
        wanted = query.limit(1) if is_of_one_day else query.distinct()
        moments |= set(connection.execute(wanted).scalars())
    return moments
