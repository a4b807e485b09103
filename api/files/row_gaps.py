"""How long a bar is, as the distances between a file's rows tell."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from api.files.intervals import DAY, WEEK, Interval
from api.files.row_block import Gap

_SATURDAY = 5
_FEW = 10
_ENOUGH = 3
_BEYOND_CHANCE = 1_000
_MONTHS = {1: (28, 31), 3: (89, 92), 6: (181, 184), 12: (365, 366)}


def derived(gaps: Sequence[Gap]) -> Interval | None:
    """The commonest distance; None where there is none, it is odd, or more than one row in ten is closer than that.

    Over a weekend rows are a day apart. Several days, of which a market's holidays could be the cause, are an interval
    only where they are the rule: of at least three distances, and most; else those within a week are days.
    """
    counts: Counter[Interval | timedelta] = Counter()
    for gap in gaps:
        counts[_interval(gap) or gap.length] += gap.rows
    commonest = min(
        counts,
        key=lambda interval: (-counts[interval], isinstance(interval, timedelta), _length(interval)),
        default=None,
    )
    if not isinstance(commonest, Interval) or contradicts(commonest, gaps):
        return None
    if not commonest.is_of_calendar:
        return commonest if _divides_most(commonest, gaps) else None
    if commonest.months or commonest.length in (DAY, WEEK):
        return commonest
    is_rule = counts[commonest] >= _ENOUGH and 2 * counts[commonest] > counts.total()
    return commonest if is_rule else Interval(DAY) if commonest.length < WEEK else None


def contradicts(interval: Interval, gaps: Sequence[Gap]) -> bool:
    """Whether more than one row in ten starts before the bar above it can have ended."""
    return _FEW * _rows(gap for gap in gaps if gap.length < interval.least_gap) > _rows(gaps)


def longer_apart(interval: Interval, gaps: Sequence[Gap], *, of_days: bool) -> Interval | None:
    """What the rows are apart where `interval` is too short for them.

    It fits in several times, no two rows are closer, and there are more of them than chance would place so. A part of
    a day may be a market's session where rows are days apart, unless these are days as such (`of_days`).
    """
    apart = derived(gaps)
    if apart is None or min(gap.length for gap in gaps) < apart.least_gap or apart.shortest % interval.shortest:
        return None
    may_be_session = apart.is_of_calendar and not interval.is_of_calendar and not of_days
    times = apart.shortest // interval.shortest
    return None if may_be_session or times ** min(_rows(gaps), _FEW) < _BEYOND_CHANCE else apart


def _interval(gap: Gap) -> Interval | None:
    if gap.length % DAY:
        return None if gap.length > DAY or DAY % gap.length else Interval(gap.length)
    days = gap.length // DAY
    if _is_over_weekend(gap.weekday, days):
        return Interval(DAY)
    if abs(days - 7) == 1:
        return Interval(WEEK)
    months = next((months for months, (least, most) in _MONTHS.items() if least <= days <= most), None)
    return Interval(gap.length) if months is None else Interval(months=months)


def _is_over_weekend(weekday: int, days: int) -> bool:
    """Whether no day from Monday to Friday lies between."""
    return all((weekday + day) % 7 >= _SATURDAY for day in range(1, min(days, 7)))


def _divides_most(interval: Interval, gaps: Sequence[Gap]) -> bool:
    return 2 * _rows(gap for gap in gaps if not gap.length % interval.length) > _rows(gaps)


def _rows(gaps: Iterable[Gap]) -> int:
    return sum(gap.rows for gap in gaps)


def _length(interval: Interval | timedelta) -> timedelta:
    return interval.shortest if isinstance(interval, Interval) else interval
