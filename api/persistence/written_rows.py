"""Rows on their way into tables: tuples in the order of the table's columns, written with one statement a table.

The columns' own types convert, as they would within a statement; but there are many rows, and SQLAlchemy works out for
each anew what is the same for all.
"""

from collections.abc import Sequence
from contextlib import closing
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Date, Dialect, Insert, Table
from sqlalchemy.sql.compiler import SQLCompiler

from api.persistence.carriers import blocks
from api.persistence.joint_insertion import insert_all
from api.persistence.mappers import Convert, Values
from api.persistence.types import StoredAlike

_DAYS = 1_000

StoredRow = tuple[Any, ...]
"""The values of all columns of a table, in their order: money, times and figures as every database stores them, whole
numbers and text."""


def stored_row(table: Table, values: Values) -> StoredRow:
    """A row as it is stored; columns that are not named are empty."""
    names, conversions = _columns(table)
    row = [*map(values.get, names)]
    for place, convert in conversions:
        if (value := row[place]) is not None:
            row[place] = convert(value)
    return tuple(row)


def write(connection: Connection, statement: Insert, rows: Sequence[StoredRow]) -> None:
    """Write rows with an insertion into their table."""
    sql, processors = _prepared(statement, connection.dialect)
    if processors:
        rows = [_processed(row, processors) for row in rows]
    if blocks(connection.dialect):
        # SQLAlchemy's way of executing takes several times what SQLite's does for the few rows of a signal.
        with closing(connection.connection.cursor()) as cursor:
            insert_all(cursor, sql, rows)
    else:
        connection.exec_driver_sql(sql, list(rows))


def _processed(row: StoredRow, processors: Sequence[tuple[int, Convert]]) -> StoredRow:
    """A row with what the driver does not take as it is."""
    values = list(row)
    for place, process in processors:
        if values[place] is not None:
            values[place] = process(values[place])
    return tuple(values)


@cache
def _columns(table: Table) -> tuple[list[str], list[tuple[int, Convert]]]:
    """The names of a table's columns, and the places of those whose values are stored as others."""
    kinds = enumerate(column.type for column in table.c)
    return list(table.c.keys()), [(place, kind.stored) for place, kind in kinds if isinstance(kind, StoredAlike)]


@cache
def _prepared(statement: Insert, dialect: Dialect) -> tuple[str, list[tuple[int, Convert]]]:
    """The text of an insertion of whole rows, and the places of columns whose type still converts what is stored."""
    table = statement.table
    assert isinstance(table, Table)  # noqa: S101 - an insertion into one of ours
    names = [column.name for column in table.c]
    compiled = statement.compile(dialect=dialect, column_keys=names)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - of a statement
    assert compiled.positiontup == names  # noqa: S101 - a row's values are in the order of the columns
    processors = ((place, _processor(column.type, dialect)) for place, column in enumerate(table.c))
    return str(compiled), [(place, process) for place, process in processors if process is not None]


def _processor(kind: Any, dialect: Dialect) -> Convert | None:
    if isinstance(kind, StoredAlike):
        return None
    processor: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    # Most rows of a group are of the same day.
    return lru_cache(_DAYS)(processor) if processor is not None and isinstance(kind, Date) else processor
