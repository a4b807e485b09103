"""Rows of bars in the lines of a file: what each says, and what is wrong with it."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain, islice

from api.codec.field_names import api_message
from api.files.bar_source import BarSource, damaged
from api.files.block_reader import BlockReader
from api.files.formats.layout import PRICES, Layout
from api.files.known_figures import MISSING, KnownFigures, texts_of
from api.files.known_times import KnownTimes
from api.files.row_block import Figures, RowBlock, microseconds
from api.files.text_file import DAMAGES
from api.files.unusable import UnusableBars
from api.files.wall_times import Start, WrongZone, read_start
from domain.market.bar import Bar
from domain.notation import read_number, read_symbol, to_8_places
from domain.validation import Invalid

_BLOCK = 1_000
_FEW = 16
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


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

    def as_block(self) -> RowBlock | None:
        """The row as a block of one; None where its time is to be looked at among others."""
        if self.start is None or self.start.offset is None or self.start.is_skipped:
            return None
        wall, offset = microseconds(self.start.wall - datetime.min), microseconds(self.start.offset)
        if self.figures is None:
            return RowBlock([self.line], [self.symbol], [wall], offset, None)
        open_, high, low, close, volume = self.figures
        texts = texts_of(([open_], [high], [low], [close], [volume]))
        return RowBlock([self.line], [self.symbol], [wall], offset, texts, KnownFigures().columns(texts))


def read_rows(source: BarSource, symbol: str | None, zone: tzinfo | None) -> Iterator[RowBlock | CsvRow]:
    """The rows of a file; those of other symbols than `symbol`, if that is given, are passed over. Raises UnusableBars.

    Rows come in blocks, and those that are not plain one by one.
    """
    layout = source.layout
    wanted = None if symbol is None else read_symbol(symbol)
    parser = _RowParser(layout, wanted, layout.symbol or "", zone)
    blocks = BlockReader(layout, wanted, layout.symbol or "", KnownTimes(zone))
    try:
        yield from _Rows(source.lines, layout.delimiter, parser, blocks).after(layout.above)
    except OSError as error:
        raise UnusableBars(None, f"cannot be read: {error.strerror or error}") from None


@dataclass(frozen=True, slots=True)
class _Rows:
    file: Iterator[str]
    delimiter: str
    parser: "_RowParser"
    blocks: BlockReader

    def after(self, line: int) -> Iterator[RowBlock | CsvRow]:
        """The rows after a line. Where one stands on several lines, it and those after it are read one by one."""
        for lines in self._lines_after(line):
            block = self.blocks.block(line + 1, lines)
            if block is not None:
                yield block
            elif _are_rows(lines, self.delimiter):
                yield from self._in_parts(line, lines)
            else:
                yield from self._one_by_one(line, chain(lines, self.file))
                return
            line += len(lines)

    def _lines_after(self, line: int) -> Iterator[list[str]]:
        """A thousand lines at a time; what could be read of a damaged file comes before its error."""
        while True:
            lines: list[str] = []
            try:
                lines.extend(islice(self.file, _BLOCK))
            except DAMAGES as error:
                if lines:
                    yield lines
                raise damaged(line + len(lines) + 1, error) from None
            if not lines:
                return
            yield lines
            line += len(lines)

    def _in_parts(self, line: int, lines: Sequence[str]) -> Iterator[RowBlock | CsvRow]:
        """Rows in blocks as long as can be, and only those around one that is not plain by themselves."""
        if len(lines) <= _FEW:
            yield from self._one_by_one(line, lines)
            return
        middle = len(lines) // 2
        for start, part in ((line, lines[:middle]), (line + middle, lines[middle:])):
            block = self.blocks.block(start + 1, part)
            if block is None:
                yield from self._in_parts(start, part)
            else:
                yield block

    def _one_by_one(self, line: int, lines: Iterable[str]) -> Iterator[CsvRow]:
        for number, cells in _cells(lines, self.delimiter, line):
            row = self.parser.row(number, cells)
            if row is not None:
                yield row


def _are_rows(lines: Sequence[str], delimiter: str) -> bool:
    """Whether each line is a row."""
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == len(lines)
    except csv.Error:
        return False


def _cells(lines: Iterable[str], delimiter: str, above: int) -> Iterator[tuple[int, list[str]]]:
    """The cells of lines that have so many above them, with the line on which each row ends; empty rows are none."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield above + reader.line_num, stripped
    except csv.Error as error:
        raise UnusableBars(above + reader.line_num, f"not CSV: {error}") from None
    except DAMAGES as error:
        raise damaged(above + reader.line_num + 1, error) from None


@dataclass(frozen=True, slots=True)
class _RowParser:
    layout: Layout
    symbol: str | None
    written_symbol: str
    zone: tzinfo | None

    def row(self, line: int, cells: Sequence[str]) -> CsvRow | None:
        """What a row says, or None if it is of a symbol that was not asked for. Raises UnusableBars."""
        layout = self.layout
        if len(cells) != layout.width:
            return CsvRow(line, problem=f"the row has {len(cells)} cells, {layout.above_all()} {layout.width}")
        has_symbols = "symbol" in layout.columns
        written = cells[layout.columns["symbol"]] if has_symbols else self.written_symbol
        if has_symbols and self.symbol not in (None, written.upper()):
            return None
        try:
            symbol = read_symbol(written)
            start = read_start(layout.start(cells), self.zone)
        except Invalid as invalid:
            return CsvRow(line, problem=api_message(invalid.message))
        except WrongZone as wrong:
            raise UnusableBars(line, str(wrong)) from None
        try:
            return CsvRow(line, symbol, written, start, self._figures(symbol, cells))
        except Invalid as invalid:
            return CsvRow(line, symbol, written, start, problem=api_message(invalid.message))

    def _figures(self, symbol: str, cells: Sequence[str]) -> Figures:
        texts = self.layout.figures(cells)
        for name in PRICES:
            if texts[name].casefold() in MISSING:
                raise Invalid(f"{name} is missing", name)
        open_, high, low, close = (to_8_places(read_number(name, texts[name])) for name in PRICES)
        volume = texts["volume"]
        known = None if volume.casefold() in MISSING else to_8_places(read_number("volume", volume))
        # How long the bar is shows only when the whole file is read; to check its figures any length will do.
        Bar(symbol, _ANY_TIME, _ANY_TIME + timedelta(seconds=1), open_, high, low, close, known)
        return open_, high, low, close, known
