"""The formats of an export. Numbers stay exact in each: strings in CSV and JSON Lines, decimals in Parquet."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, Protocol

from api.choices import FileFormat
from api.errors import PapertapeError
from api.export.columns import Column, Kind, Row
from domain.money import plain
from domain.notation import print_time

_ROW_GROUP = 50_000
_TAKEN_FOR_A_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


class CannotWrite(PapertapeError):
    """A format that this installation cannot write; one line says what is missing."""


class RowWriter(Protocol):
    """Takes the rows of an export."""

    def write(self, rows: Sequence[Row]) -> None:
        """More rows."""

    def close(self) -> None:
        """There are no more."""


def writer(wanted: FileFormat, columns: Sequence[Column], file: BinaryIO) -> RowWriter:
    """A writer of a format into a file, which stays open. Raises CannotWrite."""
    match wanted:
        case FileFormat.CSV:
            return _Csv(columns, file)
        case FileFormat.JSON:
            return _JsonLines(columns, file)
        case FileFormat.PARQUET:
            return _Parquet(columns, file)


class _Csv:
    """RFC 4180 with a header; an empty cell is what there is not.

    Text that a spreadsheet would take for a formula has an apostrophe before it; what has one there already gets one
    more, so that the original can be restored. Numbers are numbers, and have none.
    """

    def __init__(self, columns: Sequence[Column], file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._rows.writerow([column.name for column in columns])

    def write(self, rows: Sequence[Row]) -> None:
        self._rows.writerows([[_cell(value) for value in row] for row in rows])

    def close(self) -> None:
        self._text.detach()


class _JsonLines:
    """One JSON object a line."""

    def __init__(self, columns: Sequence[Column], file: BinaryIO) -> None:
        self._columns = columns
        self._file = file

    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            values = {column.name: _as_json(column, value) for column, value in zip(self._columns, row, strict=True)}
            self._file.write(json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        self._file.flush()


class _Parquet:
    """Apache Parquet: decimal128 of 8 places for money and of 12 for figures, timestamps in UTC."""

    def __init__(self, columns: Sequence[Column], file: BinaryIO) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise CannotWrite("Parquet needs pyarrow: pip install 'papertape[parquet]'") from None
        self._arrow: Any = pyarrow
        self._schema = pyarrow.schema([(column.name, _arrow_types(pyarrow)[column.kind]) for column in columns])
        self._out = parquet.ParquetWriter(file, self._schema)
        self._waiting: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        self._waiting += rows
        if len(self._waiting) >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._out.close()

    def _flush(self) -> None:
        if self._waiting:
            columns = zip(*self._waiting, strict=True)
            arrays = [
                self._arrow.array(values, type=field.type) for values, field in zip(columns, self._schema, strict=True)
            ]
            self._out.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._waiting = []


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}" if _TAKEN_FOR_A_FORMULA.match(value) else value
    return "" if value is None else _shown(value)


def _arrow_types(arrow: Any) -> Mapping[Kind, Any]:
    return {
        Kind.TEXT: arrow.string(),
        Kind.WHOLE: arrow.int64(),
        Kind.MONEY: arrow.decimal128(18, 8),
        Kind.FIGURE: arrow.decimal128(38, 12),
        Kind.TIME: arrow.timestamp("us", tz="UTC"),
        Kind.TRUTH: arrow.bool_(),
        Kind.JSON: arrow.string(),
    }


def _as_json(column: Column, value: object) -> object:
    if column.kind is Kind.JSON and isinstance(value, str):
        return json.loads(value)
    return value if value is None or isinstance(value, int) else _shown(value)


def _shown(value: object) -> str:
    match value:
        case Decimal():
            return plain(value)
        case datetime():
            return print_time(value)
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
