"""A file of bars, read and checked as a whole before any of it is used: sorted, and its interval determined.

What cannot be used is named by its line, and the rest is taken. What would make every bar wrong (a zone that is not
the file's, an interval that its rows contradict) makes the whole file unusable.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from itertools import chain
from pathlib import Path

from api.choices import Stamp
from api.files.bar_columns import NumberedBar, NumberedBars
from api.files.bar_source import BarSource, bar_source
from api.files.bars_csv import CsvRow, read_rows
from api.files.formats.layout import Asked
from api.files.formats.reading import Reading
from api.files.intervals import DAY, Interval
from api.files.ordered_rows import OrderedRows
from api.files.row_block import DAY_IN_MICROSECONDS, Gap, RowBlock
from api.files.row_ends import ends_of
from api.files.row_gaps import contradicts, derived, longer_apart
from api.files.row_order import note_on, orders_of, resolve_repeated
from api.files.row_report import RowOutcome, RowReport
from api.files.row_store import RowStore
from api.files.unusable import UnusableBars
from api.files.wall_times import skipped

_MOST_SYMBOLS = 3
_AS_IT_SHOWS = Reading()


@dataclass(frozen=True, slots=True)
class BarFile:
    """A file of bars. Without an interval its rows tell it; `symbol` names it, or picks one of several.

    `timezone` is the zone of times without an offset, and that in which days, weeks and months are reckoned. `reading`
    is what else is said of its form.
    """

    path: Path
    interval: Interval | None = None
    symbol: str | None = None
    timezone: tzinfo | None = None
    reading: Reading = _AS_IT_SHOWS


@dataclass(frozen=True, slots=True)
class CheckedBars:
    """The bars of a file. `recognised` says which program wrote it, if one is known, and how it was read, `notes` what
    was made of it; `report` holds the rows that are not among the bars. `zone` is that in which days are reckoned.
    """

    path: Path
    interval: Interval
    count: int
    first: datetime
    last: datetime
    symbols: list[str]
    recognised: str
    notes: list[str]
    report: RowReport
    zone: tzinfo | None
    _bars: Callable[[], Iterator[NumberedBars]]

    def blocks(self) -> Iterator[NumberedBars]:
        """The bars in the order in which they are applied (R8), many at a time."""
        return self._bars()

    def bars(self) -> Iterator[NumberedBar]:
        """The bars in the order in which they are applied (R8)."""
        return chain.from_iterable(self._bars())

    def remarks(self) -> list[str]:
        """What the file holds, what was made of it, and which of its rows are not among the bars."""
        duplicates = self.report.lines(RowOutcome.DUPLICATE)
        said = [*self.said(), *self.report.sentences(), *([f"duplicate lines: {duplicates}"] if duplicates else ())]
        return [self.summary(), *(f"{self.path.name}: {remark}" for remark in said)]

    def said(self) -> list[str]:
        """What was recognised, and what was made of it."""
        return [self.recognised, *self.notes] if self.recognised else self.notes

    def summary(self) -> str:
        """What the file holds, in one line."""
        shown = ", ".join(self.symbols[:_MOST_SYMBOLS])
        more = len(self.symbols) - _MOST_SYMBOLS
        of = f"{shown} and {more} more symbols" if more > 0 else shown
        span = f"{self.first:%Y-%m-%dT%H:%MZ} to {self.last:%Y-%m-%dT%H:%MZ}"
        bars = "1 bar" if self.count == 1 else f"{self.count} bars"
        return f"{self.path.name}: {bars} of {of}, {self.interval} each, {span}"


@contextmanager
def checked(file: BarFile, *, strict: bool = False) -> Iterator[CheckedBars]:
    """The bars of a file, once all of it was read. Raises UnusableBars; if `strict`, for any row that is no bar too."""
    asked = Asked(file.path, file.symbol, file.timezone, file.reading)
    try:
        with closing(RowStore()) as store, closing(OrderedRows()) as ordered, bar_source(asked) as source:
            yield _Check(file, source, store, ordered).result(strict=strict)
    except sqlite3.OperationalError as error:
        raise UnusableBars(None, f"its rows cannot be put in order in a temporary file: {error}") from None


@dataclass(slots=True)
class _Check:
    file: BarFile
    source: BarSource
    store: RowStore
    ordered: OrderedRows
    is_ordered: bool = True
    notes: list[str] = field(default_factory=list)
    report: RowReport = field(default_factory=RowReport)
    lower_case: set[str] = field(default_factory=set)
    last_line: int = 1
    are_dates: bool = True
    are_midnights: bool = True
    skipped_midnight: tuple[int, datetime] | None = None

    @property
    def zone(self) -> tzinfo | None:
        """The zone of times without an offset: as the user says, else as the file does."""
        return self.source.layout.zone

    def result(self, *, strict: bool) -> CheckedBars:
        for rows in read_rows(self.source, self.file.symbol, self.zone):
            if isinstance(rows, CsvRow):
                self._take_row(rows)
            else:
                self._take_block(rows)
        interval = self._interval(self.ordered.gaps() if self.is_ordered else self.store.gaps())
        if self.is_ordered and not (self.ordered.count and self.ordered.are_apart(interval)):
            self._give_up_order()
        by = self._stamped_late_by(interval)
        if self.is_ordered:
            self.ordered.stamped_late_by = by
        else:
            self._put_in_order(interval)
            self.store.shift(by)
            self.store.set_ends(ends_of(self.store.by_start(), interval, self.zone, self.report))
        self._require_usable(strict=strict)
        if self.lower_case:
            self.notes.append(f"symbols in lower case are read as capitals: {', '.join(sorted(self.lower_case))}")
        return self._checked(interval)

    def _checked(self, interval: Interval) -> CheckedBars:
        length = interval.length
        bars = partial(self.ordered.bars, length) if self.is_ordered else self.store.bars
        count, first, last, symbols = self.ordered.extent(length) if self.is_ordered else self.store.extent()
        said = (self._recognised(interval), self.notes, self.report, self.zone)
        return CheckedBars(self.file.path, interval, count, first, last, symbols, *said, bars)

    def _recognised(self, interval: Interval) -> str:
        program, *how = self.source.layout.said or ("",)
        return ", ".join(filter(None, (program, f"{interval}", *how))) if program or how else ""

    def _take_block(self, block: RowBlock) -> None:
        if not block.lines:
            return
        self.last_line = block.lines[-1]
        self.are_dates &= block.are_dates
        self.are_midnights &= not any(wall % DAY_IN_MICROSECONDS for wall in block.walls)
        for written in block.written:
            self._note_lower_case(written)
        self._keep(block)

    def _take_row(self, row: CsvRow) -> None:
        self.last_line = row.line
        if row.problem is not None:
            self.report.name(RowOutcome.UNUSABLE, row.line, row.problem)
        if row.start is None:
            return
        self.are_dates &= row.start.is_date
        self.are_midnights &= row.start.wall.time() == time()
        if row.start.is_skipped and not row.start.is_date:
            self.skipped_midnight = self.skipped_midnight or (row.line, row.start.wall)
        if row.written_symbol != row.symbol:
            self._note_lower_case(row.written_symbol)
        if (block := row.as_block()) is not None:
            self._keep(block)
        else:
            self._give_up_order()
            self.store.add(row.line, row.symbol, row.start, row.figures)

    def _note_lower_case(self, written: str) -> None:
        if len(self.lower_case) < _MOST_SYMBOLS:
            self.lower_case.add(written)

    def _keep(self, block: RowBlock) -> None:
        if not (self.is_ordered and self.ordered.take(block)):
            self._give_up_order()
            self.store.add_block(block)

    def _give_up_order(self) -> None:
        """Move what was taken in order to where it can be put in another."""
        if self.is_ordered:
            self.is_ordered = False
            for block in self.ordered.blocks():
                self.store.add_block(block)

    def _interval(self, gaps: Sequence[Gap]) -> Interval:
        """The interval that is given, or that the rows tell. Raises UnusableBars where they differ, or tell none."""
        given = self.file.interval or self.source.layout.interval
        if given is None:
            interval = derived(gaps) or (Interval(DAY) if self.are_dates and not gaps else None)
            if interval is None:
                raise UnusableBars(None, "the rows do not tell how long a bar is: say it with --interval, as in 1h")
            return interval
        apart = derived(gaps) if contradicts(given, gaps) else longer_apart(given, gaps, of_days=self.are_midnights)
        if self.are_dates and not given.is_of_calendar:
            apart = apart or Interval(DAY)
        if apart is not None or contradicts(given, gaps):
            distance = "closer together" if apart is None else f"{apart} apart"
            told = f"--interval {given}" if self.file.interval else f"the file's own interval, {given},"
            raise UnusableBars(None, f"the rows are {distance}, which {told} contradicts")
        return given

    def _stamped_late_by(self, interval: Interval) -> timedelta:
        """What the file's times are after the starts of bars. Raises UnusableBars."""
        if self.source.layout.stamp is Stamp.START:
            return timedelta()
        if interval.is_of_calendar:
            reason = (
                f"bars of {interval} are read by the day on which they start, not by when they end: leave their clock "
                "out with --columns time=DATE, or --stamped end"
            )
            raise UnusableBars(None, reason)
        return interval.length

    def _put_in_order(self, interval: Interval) -> None:
        if self.skipped_midnight is not None and not interval.is_of_calendar:
            line, wall = self.skipped_midnight
            raise UnusableBars(line, str(skipped(wall, self.zone)))
        orders = orders_of(self.store)
        if (note := note_on(orders.values())) is not None:
            self.notes.append(note)
        if self.zone is not None:
            are_days = interval.is_of_calendar
            resolve_repeated(self.store, orders, self.zone, self.report, are_days=are_days)

    def _require_usable(self, *, strict: bool) -> None:
        named = self.report.sentences()
        if strict and named:
            more = self.report.named_in_all - 1
            raise UnusableBars(None, named[0] + (f" (and {more} more rows that cannot be used)" if more else ""))
        if not (self.is_ordered or self.store.has_bars()):
            of = "" if self.file.symbol is None else f" of {self.file.symbol.upper()}"
            reason = f": {named[0]}" if named else ""
            raise UnusableBars(None if named else self.last_line, f"the file holds no bar{of}{reason}")
