"""Rows on their way into tables: their values converted once, and written with one statement a table, prepared once.

The columns' own types convert, as they would within a statement; but there are many rows, and SQLAlchemy works out for
each anew what is the same for all.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import SQLCompiler

from api.persistence.mappers import Values
from api.persistence.types import Exact, Moment, Money, Span

_ANY_DIALECT = DefaultDialect()
_ALIKE = (Money, Moment, Span, Exact)

Convert = Callable[[Any], Any]


def stored(table: Table, values: Values) -> Values:
    """A row with its money, times and figures as every database stores them, whole numbers and text; the same
    dictionary."""
    for name, convert in _conversions(table):
        value = values.get(name)
        if value is not None:
            values[name] = convert(value, _ANY_DIALECT)
    return values


def write(connection: Connection, statement: Insert, rows: Sequence[Values]) -> None:
    """Write rows, whose values are as they are stored, with an insertion into their table."""
    sql, columns = _prepared(statement, connection.dialect)
    connection.exec_driver_sql(
        sql,
        [
            tuple(
                value if (value := row.get(name)) is None or convert is None else convert(value)
                for name, convert in columns
            )
            for row in rows
        ],
    )


@cache
def _conversions(table: Table) -> list[tuple[str, Callable[[Any, Dialect], Any]]]:
    typed = ((column.name, column.type) for column in table.c)
    return [(name, kind.process_bind_param) for name, kind in typed if isinstance(kind, _ALIKE)]


@cache
def _prepared(statement: Insert, dialect: Dialect) -> tuple[str, list[tuple[str, Convert | None]]]:
    """The text of an insertion of whole rows, and the columns in its order, each with what its type still converts."""
    table = statement.table
    assert isinstance(table, Table)  # noqa: S101 - an insertion into one of ours
    compiled = statement.compile(dialect=dialect, column_keys=[column.name for column in table.c])
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - of a statement
    names = compiled.positiontup or []
    return str(compiled), [(name, _processor(table.c[name].type, dialect)) for name in names]


def _processor(kind: Any, dialect: Dialect) -> Convert | None:
    if isinstance(kind, _ALIKE):
        return None
    processor: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return processor
