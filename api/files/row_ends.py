"""When the bars of a file end, and which of its rows stand in each other's way."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from itertools import groupby

from api.files.intervals import HOUR, Interval
from api.files.row_block import microseconds, wall_of
from api.files.row_report import RowOutcome, RowReport
from api.files.row_store import TimedRow
from api.files.wall_times import instant_of


def ends_of(
    rows: Iterable[TimedRow], interval: Interval, zone: tzinfo | None, report: RowReport
) -> Iterator[tuple[int, int]]:
    """Lines and the instants at which their bars end, of rows by symbol and start; those in the way are reported.

    The same row again is a duplicate; another of the same time is a conflict, and the first line counts; one that
    starts before the bar above it ends is unusable.
    """
    for _, of_symbol in groupby(rows, key=lambda row: row.symbol):
        yield from _ends_of_symbol(of_symbol, _Ending(interval, zone), report)


def _ends_of_symbol(rows: Iterator[TimedRow], ending: "_Ending", report: RowReport) -> Iterator[tuple[int, int]]:
    held = next(rows)
    for row in rows:
        if row.instant == held.instant:
            _report_same_time(row, held, report)
        elif row.instant < (end := ending.end(held, row)):
            report.name(RowOutcome.UNUSABLE, row.line, _overlap(row, held, end))
        else:
            yield held.line, end
            held = row
    yield held.line, ending.end(held, None)


class _Ending:
    """When a row's bar ends; all in microseconds, for there may be millions."""

    def __init__(self, interval: Interval, zone: tzinfo | None) -> None:
        self._interval = interval
        self._zone = zone if interval.is_of_calendar else None
        self._length = microseconds(interval.length)
        self._least_gap = microseconds(interval.least_gap)
        self._may_stretch = interval.shortest > HOUR

    def end(self, row: TimedRow, following: TimedRow | None) -> int:
        """The instant: as reckoned, unless the next row shows what the clocks made of it.

        A bar that ends where the next one starts on the wall does so in time, too, where only rows say by how much
        clocks were changed meanwhile. An hour or less is never stretched: the next row may be of the second hour.
        """
        wall_end = self._wall_end(row)
        end = self._reckoned(row, wall_end)
        if following is None:
            return end
        meets = self._may_stretch and following.wall == wall_end
        cut_short = row.instant + self._least_gap <= following.instant < end
        return following.instant if meets or cut_short else end

    def _wall_end(self, row: TimedRow) -> int:
        if not self._interval.months:
            return row.wall + self._length
        return microseconds(self._interval.wall_end(wall_of(row.wall)) - datetime.min)

    def _reckoned(self, row: TimedRow, wall_end: int) -> int:
        if self._zone is None:
            return wall_end - row.offset
        return microseconds(instant_of(wall_of(wall_end), self._zone).replace(tzinfo=None) - datetime.min)


def _report_same_time(row: TimedRow, held: TimedRow, report: RowReport) -> None:
    if row.figures == held.figures:
        report.note(RowOutcome.DUPLICATE, row.line)
    else:
        message = f"line {held.line} has other figures for the same time, and is the one that is taken"
        report.name(RowOutcome.CONFLICT, row.line, message)


def _overlap(row: TimedRow, held: TimedRow, end: int) -> str:
    return f"the bar starts at {_shown(row.instant)}, before that of line {held.line} ends, {_shown(end)}"


def _shown(instant: int) -> str:
    return f"{wall_of(instant).replace(tzinfo=UTC):%Y-%m-%dT%H:%MZ}"
