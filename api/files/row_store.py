"""The rows of a file on disk while they are put in order: a file may be larger than memory.

They stand in a private temporary SQLite database that vanishes when it is closed. Times are microseconds since the
year 1, which are never negative; `wall` is what the clock on the wall shows, `wall - offset` the instant.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import repeat
from typing import NamedTuple

from api.files.bar_columns import BarColumns, NumberedBars
from api.files.known_figures import FigureTexts, KnownFigures
from api.files.row_block import DAY_IN_MICROSECONDS, Figures, Gap, RowBlock, instant, microseconds, wall_of
from api.files.wall_times import Start
from domain.money import plain

_MOST_GAPS = 10_000
_BLOCK = 1_000

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE rows (
    line INTEGER PRIMARY KEY, symbol TEXT, wall INTEGER, offset INTEGER,
    open TEXT, high TEXT, low TEXT, close TEXT, volume TEXT
);
CREATE TABLE ends (line INTEGER PRIMARY KEY, end INTEGER);
"""


class TimedRow(NamedTuple):
    """A row whose start is known: `figures` as they were written down."""

    line: int
    symbol: str
    wall: int
    offset: int
    figures: tuple[str | None, ...]

    @property
    def instant(self) -> int:
        """When the bar starts."""
        return self.wall - self.offset


class RowStore:
    """The rows of one file."""

    def __init__(self) -> None:
        self._known = KnownFigures()
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES + "BEGIN;")

    def close(self) -> None:
        """Let go of everything."""
        self._database.close()

    def add(self, line: int, symbol: str, start: Start, figures: Figures | None) -> None:
        """Keep a row; without figures it only tells of its time."""
        offset = None if start.offset is None else microseconds(start.offset)
        texts = [None] * 5 if figures is None else [None if figure is None else plain(figure) for figure in figures]
        row = (line, symbol, microseconds(start.wall - datetime.min), offset, *texts)
        self._database.execute("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def add_block(self, block: RowBlock) -> None:
        """Keep rows; without figures they only tell of their times."""
        texts = repeat([None] * 5) if block.figures is None else self._texts(block.figures)
        rows = (
            (line, symbol, wall, block.offset, *figures)
            for line, symbol, wall, figures in zip(block.lines, block.symbols, block.walls, texts, strict=False)
        )
        self._database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _texts(self, figures: FigureTexts) -> Iterable[Sequence[str | None]]:
        *prices, volumes = self._known.columns(figures)
        known_volumes = (None if volume is None else plain(volume) for volume in volumes)
        return zip(*(map(plain, column) for column in prices), known_volumes, strict=True)

    def gaps(self) -> list[Gap]:
        """The commonest distances between rows, on the wall clock; equal times are none."""
        rows_by_gap = self._database.execute(
            f"""
            SELECT wall - earlier AS gap, earlier / {DAY_IN_MICROSECONDS} % 7 AS weekday, COUNT(*) FROM (
                SELECT wall, LAG(wall) OVER (PARTITION BY symbol ORDER BY wall) AS earlier FROM rows
            ) WHERE wall > earlier GROUP BY gap, weekday ORDER BY COUNT(*) DESC, gap LIMIT {_MOST_GAPS}
            """  # noqa: S608 - nothing of it is given
        )
        return [Gap(timedelta(microseconds=gap), weekday, rows) for gap, weekday, rows in rows_by_gap]

    def directions(self) -> dict[str, tuple[int, int]]:
        """For each symbol, how often the next line's time is later, and how often it is earlier.

        A time that comes twice is compared with others on the wall, and with another such not at all.
        """
        steps = self._database.execute(
            """
            SELECT symbol, SUM(step > 0), SUM(step < 0) FROM (
                SELECT symbol, CASE
                    WHEN offset IS NOT NULL AND LAG(offset) OVER above IS NOT NULL
                    THEN wall - offset - LAG(wall - offset) OVER above
                    WHEN offset IS NOT NULL OR LAG(offset) OVER above IS NOT NULL
                    THEN wall - LAG(wall) OVER above
                END AS step
                FROM rows WINDOW above AS (PARTITION BY symbol ORDER BY line)
            ) GROUP BY symbol
            """
        )
        return {symbol: (later or 0, earlier or 0) for symbol, later, earlier in steps}

    def repeated(self) -> list[tuple[str, int, datetime]]:
        """Symbol, line and wall time of the rows whose time comes twice in their zone, by symbol and line."""
        rows = self._database.execute("SELECT symbol, line, wall FROM rows WHERE offset IS NULL ORDER BY symbol, line")
        return [(symbol, line, wall_of(wall)) for symbol, line, wall in rows]

    def set_offset(self, line: int, offset: timedelta) -> None:
        """What a row's time is ahead of UTC."""
        self._database.execute("UPDATE rows SET offset = ? WHERE line = ?", (microseconds(offset), line))

    def shift(self, by: timedelta) -> None:
        """Take all rows for earlier than they are stamped."""
        if by:
            self._database.execute("UPDATE rows SET wall = wall - ?", (microseconds(by),))

    def by_start(self) -> Iterator[TimedRow]:
        """The rows with figures whose instant is known, by symbol, instant and line."""
        rows = self._database.execute(
            """
            SELECT line, symbol, wall, offset, open, high, low, close, volume FROM rows
            WHERE open IS NOT NULL AND offset IS NOT NULL ORDER BY symbol, wall - offset, line
            """
        )
        return (TimedRow(line, symbol, wall, offset, tuple(texts)) for line, symbol, wall, offset, *texts in rows)

    def set_ends(self, ends: Iterable[tuple[int, int]]) -> None:
        """Lines, and the instants at which their bars end; a row without an end is no bar."""
        self._database.executemany("INSERT INTO ends VALUES (?, ?)", ends)

    def has_bars(self) -> bool:
        """Whether there is any."""
        return self._database.execute("SELECT 1 FROM ends").fetchone() is not None

    def extent(self) -> tuple[int, datetime, datetime, list[str]]:
        """How many bars there are, when the first starts and the last ends, their symbols; there is at least one."""
        count, first, last = self._database.execute(
            "SELECT COUNT(*), MIN(wall - offset), MAX(end) FROM ends JOIN rows USING (line)"
        ).fetchone()
        query = "SELECT DISTINCT symbol FROM ends JOIN rows USING (line) ORDER BY symbol"
        symbols = [symbol for (symbol,) in self._database.execute(query)]
        return count, instant(first), instant(last), symbols

    def bars(self) -> Iterator[NumberedBars]:
        """The bars in the order in which they are applied (R8)."""
        rows = self._database.execute(
            """
            SELECT line, symbol, wall - offset, end, open, high, low, close, volume
            FROM ends JOIN rows USING (line) ORDER BY end, symbol
            """
        )
        known = KnownFigures()
        while block := rows.fetchmany(_BLOCK):
            lines, symbols, starts, ends, *texts, volumes = zip(*block, strict=True)
            known_volumes = ["" if volume is None else volume for volume in volumes]
            figures = known.columns((texts[0], texts[1], texts[2], texts[3], known_volumes))
            columns = BarColumns(symbols, list(map(instant, starts)), list(map(instant, ends)), *figures)
            yield NumberedBars(lines, columns.bars())
