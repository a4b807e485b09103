"""Rows of bars in CSV files, plain or gzipped: what each says, and what is wrong with it."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TextIO

from api.codec.field_names import api_message
from api.errors import PapertapeError
from api.files.row_store import Figures
from api.files.text_file import open_text
from api.files.wall_times import Start, WrongZone, read_start
from domain.market.bar import Bar
from domain.notation import read_number, read_symbol, to_8_places
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
_MISSING = frozenset({"", "nan", "null"})
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class UnusableBars(PapertapeError):
    """A file of which nothing can be taken: `line` is where, counted from 1, `reason` what would make it usable."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row: `start` is None where its time cannot be read, `figures` where it is no bar; `problem` says why.

    `written_symbol` is the symbol as it stands there, perhaps in lower case.
    """

    line: int
    symbol: str = ""
    written_symbol: str = ""
    start: Start | None = None
    figures: Figures | None = None
    problem: str | None = None


def read_rows(path: Path, symbol: str | None, zone: tzinfo | None) -> Iterator[CsvRow]:
    """The rows of a file; those of other symbols than `symbol`, if that is given, are passed over. Raises UnusableBars.

    The header names the columns, in any order: a date or time of the start, open, high, low, close, and perhaps volume
    and symbol; others are passed over.
    """
    wanted = None if symbol is None else _symbol(symbol)
    try:
        with open_text(path) as file:
            rows = _cells(file)
            line, header = next(rows, (1, []))
            parser = _RowParser(_columns(line, header, wanted), len(header), wanted, symbol or "", zone)
            for line, cells in rows:
                row = parser.row(line, cells)
                if row is not None:
                    yield row
    except OSError as error:
        raise UnusableBars(None, f"cannot be read: {error.strerror or error}") from None


def _symbol(text: str) -> str:
    try:
        return read_symbol(text)
    except Invalid as invalid:
        raise UnusableBars(None, api_message(invalid.message)) from None


def _cells(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(file, strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise UnusableBars(reader.line_num, f"not CSV: {error}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        line = reader.line_num + 1
        raise UnusableBars(line, f"the compressed file is damaged from here on: {error}") from None


def _columns(line: int, header: Sequence[str], symbol: str | None) -> Mapping[str, int]:
    if not header:
        raise UnusableBars(line, "the file is empty")
    columns: dict[str, int] = {}
    for index, title in enumerate(header):
        name = next((name for name, titles in _COLUMNS.items() if title.casefold() in titles), None)
        if name in columns:
            first = header[columns[name]]
            raise UnusableBars(line, f"the header has two columns for the {name}: {first} and {title}")
        if name is not None:
            columns[name] = index
    if missing := [" or ".join(_COLUMNS[name]) for name in _REQUIRED if name not in columns]:
        shown = ascii(", ".join(header)[:200])
        raise UnusableBars(line, f"the header lacks {', '.join(missing)}; it has {shown}")
    if symbol is None and "symbol" not in columns:
        raise UnusableBars(line, "the header has no symbol column: name the symbol with --symbol")
    return columns


@dataclass(frozen=True, slots=True)
class _RowParser:
    columns: Mapping[str, int]
    width: int
    symbol: str | None
    written_symbol: str
    zone: tzinfo | None

    def row(self, line: int, cells: Sequence[str]) -> CsvRow | None:
        """What a row says, or None if it is of a symbol that was not asked for. Raises UnusableBars."""
        if len(cells) != self.width:
            return CsvRow(line, problem=f"the row has {len(cells)} cells, the header {self.width}")
        written = cells[self.columns["symbol"]] if "symbol" in self.columns else self.written_symbol
        if self.symbol not in (None, written.upper()):
            return None
        try:
            symbol = read_symbol(written)
            start = read_start(cells[self.columns["start"]], self.zone)
        except Invalid as invalid:
            return CsvRow(line, problem=api_message(invalid.message))
        except WrongZone as wrong:
            raise UnusableBars(line, str(wrong)) from None
        try:
            return CsvRow(line, symbol, written, start, self._figures(symbol, cells))
        except Invalid as invalid:
            return CsvRow(line, symbol, written, start, problem=api_message(invalid.message))

    def _figures(self, symbol: str, cells: Sequence[str]) -> Figures:
        for name in ("open", "high", "low", "close"):
            if cells[self.columns[name]].casefold() in _MISSING:
                raise Invalid(f"{name} is missing", name)
        open_, high, low, close = (
            to_8_places(read_number(name, cells[self.columns[name]])) for name in ("open", "high", "low", "close")
        )
        volume = cells[self.columns["volume"]] if "volume" in self.columns else ""
        known = None if volume.casefold() in _MISSING else to_8_places(read_number("volume", volume))
        # How long the bar is shows only when the whole file is read; to check its figures any length will do.
        Bar(symbol, _ANY_TIME, _ANY_TIME + timedelta(seconds=1), open_, high, low, close, known)
        return open_, high, low, close, known
