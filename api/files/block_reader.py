"""Rows read by the block: cells come apart, and columns become values, for a thousand lines at once."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from operator import le

from api.files.formats.figure_texts import ToPlain, added
from api.files.formats.layout import PRICES, Layout
from api.files.known_figures import FigureTexts, KnownFigures
from api.files.known_times import DATE_LENGTH, KnownTimes, NotPlain
from api.files.row_block import RowBlock
from domain.notation import read_symbol
from domain.validation import Invalid


def cells_of(lines: Sequence[str], delimiter: str) -> list[str] | None:
    """The cells of lines one after the other, each line's last followed by a line feed; None where rows differ.

    Without quotes and stray returns a row is what stands between delimiters.
    """
    text = "".join(lines)
    if max(map(len, lines)) > csv.field_size_limit():
        return None
    if '"' in text or "\r" in (text := text.replace("\r\n", "\n")):
        return _cells_by_csv(lines, delimiter)
    if not text.endswith("\n"):
        text += "\n"
    return text.replace("\n", f"{delimiter}\n{delimiter}")[:-1].split(delimiter)


def _cells_by_csv(lines: Sequence[str], delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(rows) != len(lines):
        return None
    return list(chain.from_iterable([*row, "\n"] for row in rows))


@dataclass(frozen=True, slots=True)
class BlockReader:
    """Reads lines of a file of this layout, as read_rows in bars_csv reads each of them by itself.

    Where `symbol` is given, rows of others are passed over; without a column of symbols it is written `written_symbol`.
    """

    layout: Layout
    symbol: str | None
    written_symbol: str
    times: KnownTimes
    known: KnownFigures = field(default_factory=KnownFigures)

    def block(self, first: int, lines: Sequence[str]) -> RowBlock | None:
        """Lines from the one numbered `first` on; None where one of them is not plain."""
        cells, width = cells_of(lines, self.layout.delimiter), self.layout.width
        if cells is None or len(cells) != (width + 1) * len(lines):
            return None
        if cells[width :: width + 1].count("\n") != len(lines):
            return None
        try:
            return self._of_columns(range(first, first + len(lines)), cells)
        except (Invalid, NotPlain):
            return None

    def _of_columns(self, lines: Sequence[int], cells: Sequence[str]) -> RowBlock:
        """Rows of columns. Raises Invalid or NotPlain."""
        starts = self._starts(cells)
        opens, highs, lows, closes = (self._figures(name, cells, self.layout.price) for name in PRICES)
        volumes = self._volumes(cells, len(lines))
        written = self._written(cells, len(lines))
        if self.symbol is not None and "symbol" in self.layout.columns:
            is_wanted = [text.upper() == self.symbol for text in written]
            if not all(is_wanted):
                lines = list(compress(lines, is_wanted))
                starts, written, opens, highs, lows, closes, volumes = (
                    list(compress(column, is_wanted))
                    for column in (starts, written, opens, highs, lows, closes, volumes)
                )
        if not lines:
            return RowBlock((), (), (), 0, ((), (), (), (), ()))
        return self._checked(lines, starts, written, (opens, highs, lows, closes, volumes))

    def _column(self, name: str, cells: Sequence[str]) -> Sequence[str]:
        return cells[self.layout.columns[name] :: self.layout.width + 1]

    def _starts(self, cells: Sequence[str]) -> Sequence[str]:
        layout, starts = self.layout, _stripped(self._column("start", cells))
        if "clock" in layout.columns:
            clocks = _stripped(self._column("clock", cells))
            starts = [f"{day} {clock}" for day, clock in zip(starts, clocks, strict=True)]
        return starts if layout.to_iso is None else list(map(layout.to_iso, starts))

    def _figures(self, name: str, cells: Sequence[str], to_plain: ToPlain | None) -> Sequence[str]:
        column = self._column(name, cells)
        return column if to_plain is None else list(map(to_plain, column))

    def _volumes(self, cells: Sequence[str], rows: int) -> Sequence[str]:
        if "volume" not in self.layout.columns:
            return [""] * rows
        volumes = self._figures("volume", cells, self.layout.volume)
        if "added" not in self.layout.columns:
            return volumes
        return list(map(added, volumes, self._figures("added", cells, self.layout.volume)))

    def _written(self, cells: Sequence[str], rows: int) -> Sequence[str]:
        if "symbol" in self.layout.columns:
            return [text.strip() for text in self._column("symbol", cells)]
        return [self.written_symbol] * rows

    def _checked(
        self, lines: Sequence[int], starts: Sequence[str], written: Sequence[str], texts: FigureTexts
    ) -> RowBlock:
        symbols = {text: read_symbol(text) for text in dict.fromkeys(written)}
        walls, offset = self.times.walls(starts)
        columns = opens, highs, lows, closes, _ = self.known.columns(texts)
        for lower, higher in ((lows, opens), (opens, highs), (lows, closes), (closes, highs)):
            if not all(map(le, lower, higher)):
                raise NotPlain
        return RowBlock(
            lines,
            [symbols[text] for text in written],
            walls,
            offset,
            texts,
            columns,
            are_dates=len(starts[0]) == DATE_LENGTH,
            written=[text for text, symbol in symbols.items() if text != symbol],
        )


def _stripped(column: Sequence[str]) -> Sequence[str]:
    """A column without spaces around its cells, which in most files have none."""
    return [text.strip() for text in column] if any(map(_has_space_around, (column[0], column[-1]))) else column


def _has_space_around(text: str) -> bool:
    return text != text.strip()
