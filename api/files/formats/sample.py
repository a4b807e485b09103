"""The first lines of a file: what stands between their cells, and where the rows begin."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

UNIT_SEPARATOR = "\x1f"
"""What stands between the cells of records that are no text."""

_DELIMITERS = ("\t", ";", "|", ",")
_FEWEST_CELLS = 5
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row and the line, counted from 1, on which it ends."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a file, without those that are empty; `banner` are lines above them that hold one cell."""

    delimiter: str
    rows: Sequence[SampleRow]
    banner: Sequence[str] = ()


def sample_of(lines: Sequence[str]) -> Sample:
    """The rows of the first lines of a file; those after one that is not CSV are not among them."""
    delimiter = _delimiter_of(lines[:_LOOKED_AT])
    rows = _rows(lines, delimiter)
    width = _width(rows[:_LOOKED_AT])
    banner: list[str] = []
    while len(rows) > 1 and width >= _FEWEST_CELLS and len([cell for cell in rows[0].cells if cell]) == 1:
        banner.append(rows.pop(0).cells[0])
    return Sample(delimiter, rows, banner)


def _delimiter_of(lines: Sequence[str]) -> str:
    """The first that makes the same number of cells of most lines; semicolons and tabs leave commas to decimals."""
    if any(UNIT_SEPARATOR in line for line in lines):
        return UNIT_SEPARATOR
    for delimiter in _DELIMITERS:
        rows = _rows(lines, delimiter)
        if _width(rows) >= _FEWEST_CELLS:
            return delimiter
    return ","


def _width(rows: Sequence[SampleRow]) -> int:
    """How many cells most rows have."""
    counts = Counter(len(row.cells) for row in rows)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _rows(lines: Sequence[str], delimiter: str) -> list[SampleRow]:
    rows: list[SampleRow] = []
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append(SampleRow(reader.line_num, stripped))
    except csv.Error:
        return rows
    return rows
