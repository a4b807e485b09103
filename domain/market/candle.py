"""Bars as they are looked at: as they were stored, or coarser ones made of them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import Enum

from domain.durations import shown_span
from domain.market.bar import Bar
from domain.money import plus
from domain.records import dataclass
from domain.validation import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


class Interval(Enum):
    """How long coarser bars are, by the names that clients use."""

    MINUTE = "1m"
    FIVE_MINUTES = "5m"
    QUARTER = "15m"
    HOUR = "1h"
    FOUR_HOURS = "4h"
    DAY = "1d"
    WEEK = "1w"

    @property
    def span(self) -> timedelta:
        """How long one is, where clocks do not change."""
        return _SPANS[self]


_SPANS = {
    Interval.MINUTE: timedelta(minutes=1),
    Interval.FIVE_MINUTES: timedelta(minutes=5),
    Interval.QUARTER: timedelta(minutes=15),
    Interval.HOUR: _HOUR,
    Interval.FOUR_HOURS: timedelta(hours=4),
    Interval.DAY: _DAY,
    Interval.WEEK: _WEEK,
}


def interval_named(name: str) -> Interval:
    """The interval of a name. Raises Invalid."""
    try:
        return Interval(name)
    except ValueError:
        names = ", ".join(interval.value for interval in Interval)
        raise Invalid(f"`interval` must be one of {names}, not {ascii(name)[:40]}", "interval") from None


@dataclass(frozen=True, slots=True)
class Span:
    """The time of a bar: from its start up to its end."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Candle:
    """Open, high, low and close of a symbol over a span, made of so many stored bars.

    `volume` is None unless that of each of them is known.
    """

    symbol: str
    span: Span
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal | None
    bars: int = 1


def stored(bar: Bar) -> Candle:
    """A bar as it was stored."""
    return Candle(bar.symbol, Span(bar.start, bar.end), bar.open, bar.high, bar.low, bar.close, bar.volume)


def span_at(interval: Interval, zone: tzinfo, moment: datetime) -> Span:
    """The span of an interval in which a moment lies, in UTC; they begin with the zone's hours, days and Mondays."""
    local = moment.astimezone(zone)
    length = interval.span
    if length <= _HOUR:
        offset = local.utcoffset() or timedelta(0)
        start = _EPOCH + (moment - _EPOCH + offset) // length * length - offset
        return Span(start, start + length)
    wall = local.replace(tzinfo=None, fold=0)
    begin = datetime.combine(wall.date(), datetime.min.time())
    if interval is Interval.WEEK:
        begin -= _DAY * begin.weekday()
    elif interval is not Interval.DAY:
        begin += (wall - begin) // length * length
    return Span(_moment(begin, zone), _moment(begin + length, zone))


def _moment(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def candles(bars: Iterable[Bar], interval: Interval, zone: tzinfo, begun: Candle | None = None) -> Iterator[Candle]:
    """Coarser bars of stored ones, which come and go the newest first: each belongs to the span in which it starts.

    Where none is stored there is none; `begun` is made of newer ones already. Raises Invalid where a stored one is
    longer than the interval.
    """
    current = begun
    for bar in bars:
        if current is not None and bar.start >= current.span.start:
            require_finer(bar, interval, current.span)
            current = _with_earlier(current, bar)
            continue
        if current is not None:
            yield current
        span = span_at(interval, zone, bar.start)
        require_finer(bar, interval, span)
        current = Candle(bar.symbol, span, bar.open, bar.high, bar.low, bar.close, bar.volume)
    if current is not None:
        yield current


def require_finer(bar: Bar, interval: Interval, span: Span) -> None:
    """A stored bar is not longer than the coarser one that it is to be a part of."""
    length = bar.end - bar.start
    if length > max(interval.span, span.end - span.start):
        message = (
            f"`interval` {interval.value} is finer than what is stored of {bar.symbol}: "
            f"the bar from {bar.start:%Y-%m-%dT%H:%M:%SZ} is {shown_span(length)} long"
        )
        raise Invalid(message, "interval")


def _with_earlier(candle: Candle, bar: Bar) -> Candle:
    volume = None if candle.volume is None or bar.volume is None else plus(bar.volume, candle.volume)
    high, low = max(bar.high, candle.high), min(bar.low, candle.low)
    return Candle(bar.symbol, candle.span, bar.open, high, low, candle.close, volume, candle.bars + 1)
