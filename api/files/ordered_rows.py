"""The rows of a file that need no putting in order: those of one symbol, each later than the one above it.

The first of them, which are all of most files, are kept as they were read, column by column. The rest stand in blocks
in a private temporary SQLite database, for a file may be larger than memory.
"""

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, repeat
from operator import sub
from typing import NamedTuple

from api.files.bar_columns import BarColumns, NumberedBars
from api.files.intervals import HOUR, Interval
from api.files.known_figures import FigureColumns, FigureTexts, KnownFigures, texts_of
from api.files.row_block import DAY_IN_MICROSECONDS, Gap, RowBlock, instant, microseconds

_MOST_GAPS = 10_000
_MOST_NO_BARS = 10_000
_MOST_IN_MEMORY = 50_000
_NO_TIME = instant(0)
_TABLE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE blocks (
    lines BLOB, walls BLOB, offset INTEGER, opens TEXT, highs TEXT, lows TEXT, closes TEXT, volumes TEXT
);
"""


class _Kept(NamedTuple):
    """A block as it was read."""

    lines: Sequence[int]
    walls: Sequence[int]
    offset: int
    columns: FigureColumns


class OrderedRows:
    """Takes rows in their order, as long as there is nothing to be looked at beside each row itself."""

    def __init__(self) -> None:
        self.symbol: str | None = None
        self.count = 0
        self.stamped_late_by = timedelta()
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLE + "BEGIN;")
        self._first: int | None = None
        self._last = 0
        self._wall_above: int | None = None
        self._instant_above = 0
        self._shortest = DAY_IN_MICROSECONDS
        self._gaps: Counter[tuple[int, int]] = Counter()
        self._no_bars: list[RowBlock] = []
        self._in_memory: list[_Kept] = []

    def close(self) -> None:
        """Let go of everything."""
        self._database.close()

    def take(self, block: RowBlock) -> bool:
        """Keep rows, if all of them follow the rows before them. Once one does not, no more can be taken."""
        symbol = self.symbol or block.symbols[0]
        if any(other != symbol for other in set(block.symbols)) or not self._follows(block):
            return False
        self.symbol = symbol
        self._wall_above, self._instant_above = block.walls[-1], block.walls[-1] - block.offset
        if block.figures is None:
            self._no_bars.append(block)
        else:
            self._keep(block, block.figures)
        return True

    def _follows(self, block: RowBlock) -> bool:
        """Whether rows are later than those before, on the wall and in time; if so, their distances are counted."""
        walls, above, start = block.walls, self._wall_above, block.walls[0] - block.offset
        earlier = walls if above is None else [above, *walls]
        gaps = list(map(sub, walls[1:] if above is None else walls, earlier))
        in_time = gaps if above is None else [start - self._instant_above, *gaps]
        shortest = min(in_time, default=DAY_IN_MICROSECONDS)
        if min(gaps, default=shortest) <= 0 or shortest <= 0:
            return False
        self._gaps.update(_counted(gaps, earlier))
        self._shortest = min(self._shortest, shortest)
        return len(self._gaps) <= _MOST_GAPS and len(self._no_bars) < _MOST_NO_BARS

    def _keep(self, block: RowBlock, figures: FigureTexts) -> None:
        self.count += len(block.walls)
        self._first = block.walls[0] - block.offset if self._first is None else self._first
        self._last = self._instant_above
        if self.count <= _MOST_IN_MEMORY and block.columns is not None:
            self._in_memory.append(_Kept(block.lines, array("q", block.walls), block.offset, block.columns))
            return
        lines, walls = array("q", block.lines).tobytes(), array("q", block.walls).tobytes()
        row = (lines, walls, block.offset, *("\n".join(column) for column in figures))
        self._database.execute("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def gaps(self) -> list[Gap]:
        """The distances between rows, on the wall clock."""
        return [Gap(timedelta(microseconds=gap), weekday, rows) for (gap, weekday), rows in self._gaps.items()]

    def are_apart(self, interval: Interval) -> bool:
        """Whether bars of an interval all end before the next one starts, whatever clocks do meanwhile."""
        is_short = not interval.is_of_calendar and interval.length <= HOUR
        return is_short and self._shortest >= microseconds(interval.length)

    def extent(self, length: timedelta) -> tuple[int, datetime, datetime, list[str]]:
        """How many bars there are, when the first starts and the last ends, and their symbol; there is at least one."""
        by = self.stamped_late_by
        return self.count, instant(self._first or 0) - by, instant(self._last) + length - by, [self.symbol or ""]

    def blocks(self) -> Iterator[RowBlock]:
        """The rows, those that are no bars too."""
        yield from self._no_bars
        for kept in self._in_memory:
            symbols = [self.symbol or ""] * len(kept.walls)
            yield RowBlock(kept.lines, symbols, kept.walls, kept.offset, texts_of(kept.columns))
        for lines, walls, offset, figures in self._stored():
            yield RowBlock(lines, [self.symbol or ""] * len(walls), walls, offset, figures)

    def bars(self, length: timedelta) -> Iterator[NumberedBars]:
        """The bars, of a length."""
        known, late_by = KnownFigures(), microseconds(self.stamped_late_by)
        stored = self._stored()
        later = (_Kept(lines, walls, offset, known.columns(figures)) for lines, walls, offset, figures in stored)
        for kept in chain(self._in_memory, later):
            starts = _instants(kept.walls, kept.offset + late_by, length)
            ends = [start + length for start in starts]
            yield NumberedBars(kept.lines, BarColumns(repeat(self.symbol or ""), starts, ends, *kept.columns).bars())

    def _stored(self) -> Iterator[tuple[Sequence[int], Sequence[int], int, FigureTexts]]:
        for lines, walls, offset, *texts in self._database.execute("SELECT * FROM blocks ORDER BY rowid"):
            opens, highs, lows, closes, volumes = (text.split("\n") for text in texts)
            yield _integers(lines), _integers(walls), offset, (opens, highs, lows, closes, volumes)


def _counted(gaps: Sequence[int], earlier: Sequence[int]) -> Counter[tuple[int, int]]:
    """How often rows are so far apart; by the weekday of the earlier row, where these are whole days."""
    counts = Counter(gaps)
    if all(gap % DAY_IN_MICROSECONDS for gap in counts):
        return Counter({(gap, 0): rows for gap, rows in counts.items()})
    weekdays = [wall // DAY_IN_MICROSECONDS % 7 for wall in earlier[: len(gaps)]]
    return Counter(zip(gaps, weekdays, strict=True))


def _integers(data: bytes) -> Sequence[int]:
    integers = array("q")
    integers.frombytes(data)
    return integers


def _instants(walls: Sequence[int], offset: int, length: timedelta) -> list[datetime]:
    """When bars start: most of them when the one before ends."""
    starts: list[datetime] = []
    end, end_wall, step = _NO_TIME, -1, microseconds(length)
    for wall in walls:
        start = end if wall == end_wall else instant(wall - offset)
        starts.append(start)
        end, end_wall = start + length, wall + step
    return starts
