"""Rows on their way into tables: their values converted once, and written with one statement a table, prepared once.

The columns' own types convert, as they would within a statement; but there are many rows, and SQLAlchemy works out for
each anew what is the same for all.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.sql.compiler import SQLCompiler

from api.persistence.mappers import Convert, Values
from api.persistence.types import StoredAlike


def stored(table: Table, values: Values) -> Values:
    """A row with its money, times and figures as every database stores them, whole numbers and text; the same
    dictionary."""
    for name, convert in _conversions(table):
        value = values.get(name)
        if value is not None:
            values[name] = convert(value)
    return values


def write(connection: Connection, statement: Insert, rows: Sequence[Values]) -> None:
    """Write rows, whose values are as `stored` leaves them, with an insertion into their table."""
    sql, tuple_of = _prepared(statement, connection.dialect)
    connection.exec_driver_sql(sql, list(map(tuple_of, rows)))


@cache
def _conversions(table: Table) -> list[tuple[str, Convert]]:
    return [(column.name, column.type.stored) for column in table.c if isinstance(column.type, StoredAlike)]


@cache
def _prepared(statement: Insert, dialect: Dialect) -> tuple[str, Callable[[Values], tuple[Any, ...]]]:
    """The text of an insertion of whole rows, and what makes its values of a row: some are a database's own."""
    table = statement.table
    assert isinstance(table, Table)  # noqa: S101 - an insertion into one of ours
    compiled = statement.compile(dialect=dialect, column_keys=[column.name for column in table.c])
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - of a statement
    names = compiled.positiontup or []
    processors = [(place, _processor(table.c[name].type, dialect)) for place, name in enumerate(names)]
    conversions = [(place, convert) for place, convert in processors if convert is not None]

    def tuple_of(row: Values) -> tuple[Any, ...]:
        values = list(map(row.get, names))
        for place, convert in conversions:
            value = values[place]
            if value is not None:
                values[place] = convert(value)
        return tuple(values)

    return str(compiled), tuple_of


def _processor(kind: Any, dialect: Dialect) -> Convert | None:
    if isinstance(kind, StoredAlike):
        return None
    processor: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return processor
