"""Bars from CSV files, plain or gzipped, read row by row: a file may be larger than memory."""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from api.feeds.intervals import Interval, parse_start
from domain.market import Bar
from domain.validation import Invalid

_COLUMNS = {
    "start": ("date", "time", "timestamp", "datetime", "start"),
    "open": ("open",),
    "high": ("high",),
    "low": ("low",),
    "close": ("close",),
    "volume": ("volume", "vol"),
    "symbol": ("symbol", "ticker"),
}
_REQUIRED = ("start", "open", "high", "low", "close")
_PLAIN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_SHOWN = 40


class BadRow(Exception):
    """A row that is no bar: `line` is its number in the file, counted from 1, `reason` what is wrong with it."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class NumberedBar:
    """A bar and the line of the file that it stands on."""

    line: int
    bar: Bar


def read_bars(
    path: Path, *, interval: Interval, symbol: str | None = None, timezone: tzinfo | None = None
) -> Iterator[NumberedBar]:
    """The bars of a file, oldest first; ends with BadRow at the first row that is none.

    The header names the columns, in any order: a date or time of the start, open, high, low, close, and perhaps volume
    and symbol; others are passed over. Where a file has symbols, `symbol` picks one; without it all are read.
    """
    with _opened(path) as file:
        rows = _rows(file)
        parse: _RowParser | None = None
        line, count = 1, 0
        for line, cells in rows:
            if parse is None:
                parse = _RowParser(_columns(line, cells, symbol), len(cells), symbol, interval, timezone)
            elif (bar := parse.bar(line, cells)) is not None:
                count += 1
                yield NumberedBar(line, bar)
        if count == 0:
            raise BadRow(line, "the file ends here without a bar" + (f" of {symbol}" if symbol else ""))


def count_rows(path: Path) -> int:
    """How many lines follow the header: at least as many as there are bars."""
    with _opened(path) as file:
        try:
            return max(0, sum(1 for _ in file) - 1)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return 0


def _opened(path: Path) -> TextIO:
    # Bytes that are not UTF-8 become characters that no figure and no symbol may hold, so that their own row is named.
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _rows(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(file, strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise BadRow(reader.line_num, f"not CSV: {error}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadRow(reader.line_num + 1, f"the compressed file is damaged from here on: {error}") from None


def _columns(line: int, header: Sequence[str], symbol: str | None) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for index, title in enumerate(header):
        name = next((name for name, titles in _COLUMNS.items() if title.casefold() in titles), None)
        if name in found:
            raise BadRow(line, f"the header has two columns for the {name}: {header[found[name]]} and {title}")
        if name is not None:
            found[name] = index
    if missing := [" or ".join(_COLUMNS[name]) for name in _REQUIRED if name not in found]:
        raise BadRow(line, f"the header lacks {', '.join(missing)}; it has {_shown(', '.join(header))}")
    if symbol is None and "symbol" not in found:
        raise BadRow(line, "the header has no symbol column: name the symbol with --symbol")
    return found


@dataclass(slots=True)
class _RowParser:
    columns: Mapping[str, int]
    width: int
    symbol: str | None
    interval: Interval
    timezone: tzinfo | None
    ends: dict[str, datetime] = field(default_factory=dict)

    def bar(self, line: int, cells: Sequence[str]) -> Bar | None:
        """The bar of a row, or None if it is of a symbol that was not asked for."""
        if len(cells) != self.width:
            raise BadRow(line, f"the row has {len(cells)} cells, the header {self.width}")
        symbol = cells[self.columns["symbol"]] if "symbol" in self.columns else self.symbol
        if symbol is None or self.symbol not in (None, symbol):
            return None
        try:
            bar = self._parsed(symbol, cells)
        except Invalid as invalid:
            raise BadRow(line, invalid.message) from None
        except (ValueError, OverflowError) as error:
            raise BadRow(line, str(error)) from None
        self._advance(line, bar)
        return bar

    def _parsed(self, symbol: str, cells: Sequence[str]) -> Bar:
        start = parse_start(cells[self.columns["start"]], self.timezone)
        volume = cells[self.columns["volume"]] if "volume" in self.columns else ""
        return Bar(
            symbol,
            start.astimezone(UTC),
            self.interval.end_of(start),
            open=self._figure("open", cells),
            high=self._figure("high", cells),
            low=self._figure("low", cells),
            close=self._figure("close", cells),
            volume=self._figure("volume", cells) if volume else None,
        )

    def _figure(self, name: str, cells: Sequence[str]) -> Decimal:
        text = cells[self.columns[name]]
        if _PLAIN.fullmatch(text) is None:
            raise ValueError(f"{name} must be a number in plain notation, not {_shown(text)}")
        return Decimal(text)

    def _advance(self, line: int, bar: Bar) -> None:
        last = self.ends.get(bar.symbol)
        if last is not None and bar.start < last:
            raise BadRow(
                line,
                f"the bar starts at {bar.start:%Y-%m-%dT%H:%MZ}, before the one above it ends, {last:%Y-%m-%dT%H:%MZ}: "
                "rows must be oldest first and an interval apart",
            )
        self.ends[bar.symbol] = bar.end


def _shown(text: str) -> str:
    return ascii(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
