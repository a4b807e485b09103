"""What the bars of a file are like: the first and the last, the gaps between them, the sessions that they fill."""

import heapq
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from api.files.bar_columns import NumberedBar
from api.files.bar_file import CheckedBars
from domain.market.bar import Bar

_SHOWN_BARS = 3
_SHOWN_GAPS = 5
_MOST_CLOCKS = 10_000


class Gap(NamedTuple):
    """Time without bars of a symbol, between two of its bars."""

    length: timedelta
    start: datetime
    symbol: str


class Session(NamedTuple):
    """When the first bar of a day starts and the last one ends, on the clock of a zone, as HH:MM."""

    start: str
    end: str


class _Day(NamedTuple):
    day: date
    start: datetime
    end: datetime


@dataclass(slots=True)
class Inspection:
    """One look at all the bars of a file, of which it keeps a few; days are those of `zone`."""

    zone: tzinfo = UTC
    first: list[NumberedBar] = field(default_factory=list)
    last: deque[NumberedBar] = field(default_factory=lambda: deque(maxlen=_SHOWN_BARS))
    gaps_within_days: int = 0
    gaps_between_days: int = 0
    sessions: Counter[Session] = field(default_factory=Counter)
    _longest: list[Gap] = field(default_factory=list)
    _days: dict[str, _Day] = field(default_factory=dict)

    def look_at(self, row: NumberedBar) -> None:
        """Take the next bar, in the order in which they are applied (R8)."""
        if len(self.first) < _SHOWN_BARS:
            self.first.append(row)
        else:
            self.last.append(row)
        bar = row.bar
        day = bar.start.astimezone(self.zone).date()
        held = self._days.get(bar.symbol)
        if held is not None and bar.start > held.end:
            self._count(Gap(bar.start - held.end, held.end, bar.symbol), is_within_day=held.day == day)
        if held is None or held.day != day:
            self._end_day(held)
            self._days[bar.symbol] = _Day(day, bar.start, bar.end)
        else:
            self._days[bar.symbol] = _Day(day, held.start, bar.end)

    def _count(self, gap: Gap, *, is_within_day: bool) -> None:
        if is_within_day:
            self.gaps_within_days += 1
        else:
            self.gaps_between_days += 1
        keep = heapq.heappush if len(self._longest) < _SHOWN_GAPS else heapq.heappushpop
        keep(self._longest, gap)

    def _end_day(self, day: _Day | None) -> None:
        if day is not None and len(self.sessions) < _MOST_CLOCKS:
            clocks = (f"{time.astimezone(self.zone):%H:%M}" for time in (day.start, day.end))
            self.sessions[Session(*clocks)] += 1

    def end(self) -> None:
        """There are no more bars."""
        for day in self._days.values():
            self._end_day(day)

    @property
    def longest_gaps(self) -> list[Gap]:
        """The longest gaps, the longest first."""
        return sorted(self._longest, reverse=True)


def inspected(bars: CheckedBars) -> Inspection:
    """What the bars of a file are like."""
    inspection = Inspection(bars.zone or UTC)
    for row in bars.bars():
        inspection.look_at(row)
    inspection.end()
    return inspection


def figures(bar: Bar) -> tuple[str, ...]:
    """Open, high, low, close and volume as they are shown; empty where there is no volume."""
    volume = "" if bar.volume is None else f"{bar.volume:f}"
    return f"{bar.open:f}", f"{bar.high:f}", f"{bar.low:f}", f"{bar.close:f}", volume
