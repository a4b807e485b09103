"""Statements that every group of commands runs: their text is worked out once, and the driver gets it as it is.

SQLAlchemy's way of executing takes ten times what SQLite's does for a row or two.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Boolean, Connection, Date, Dialect, Insert, Select
from sqlalchemy.sql.compiler import SQLCompiler

from api.codec.generated import function
from api.persistence.carriers import blocks
from api.persistence.joint_insertion import insert_all
from api.persistence.mappers import Convert
from api.persistence.set_insertion import Insertion, joint_statements
from api.persistence.types import StoredAlike

_DAYS = 1_000

_Row = tuple[Any, ...]
"""Values as every database stores them: money, times and figures as whole numbers and text."""

ProcessRow = Callable[[Sequence[Any]], _Row]


def execute_text(connection: Connection, sql: str) -> None:
    """Execute what has no parameters."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(sql)


def insert(connection: Connection, insertions: Sequence[Insertion]) -> None:
    """Make insertions, each into another table."""
    if not blocks(connection.dialect):
        for sql, columns in joint_statements(insertions, connection.dialect):
            connection.exec_driver_sql(sql, columns)
        return
    with closing(connection.connection.cursor()) as cursor:
        for statement, rows in insertions:
            sql, processed = _prepared_insertion(statement, connection.dialect)
            insert_all(cursor, sql, [*map(processed, rows)])


def fetch_all(
    connection: Connection, statement: Select[Any], names: tuple[str, ...] = (), values: _Row = ()
) -> Sequence[Sequence[Any]]:
    """The rows that a statement finds, as they are stored."""
    sql, processed = _prepared(statement, names, connection.dialect)
    values = processed(values)
    if blocks(connection.dialect):
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    return connection.exec_driver_sql(sql, values).all()


def fetch_values(
    connection: Connection, statement: Select[Any], names: tuple[str, ...], values: _Row
) -> Iterator[Sequence[Any]]:
    """The rows that a statement finds, as values of its columns' types."""
    return map(_reader(statement, connection.dialect), fetch_all(connection, statement, names, values))


def fetch_in_turn(
    connection: Connection, statement: Select[Any], parameters: Mapping[str, Any], at_once: int
) -> Iterator[Sequence[Any]]:
    """The rows that a statement finds, one by one; so many are fetched at once."""
    if blocks(connection.dialect):
        cursor = connection.execute(statement, parameters).cursor
        assert cursor is not None  # noqa: S101 - it finds rows
        # As the driver has them: to make a Row of each takes half as long again.
        while rows := cursor.fetchmany(at_once):
            yield from rows
    else:
        for some in connection.execute(statement, parameters, execution_options={"yield_per": at_once}).partitions():
            yield from some


def _row_processor(processors: Iterable[Convert | None]) -> ProcessRow:
    """What processes the values of a row that the driver does not take, or give, as they are."""
    known = {f"process{place}": process for place, process in enumerate(processors)}
    if not any(known.values()):
        return tuple
    values = [
        f"row[{place}]" if process is None else f"None if (value := row[{place}]) is None else process{place}(value)"
        for place, process in enumerate(known.values())
    ]
    made: ProcessRow = function("row", [f"return ({''.join(f'{value}, ' for value in values)})"], known)
    return made


@cache
def _prepared(statement: Insert | Select[Any], names: tuple[str, ...], dialect: Dialect) -> tuple[str, ProcessRow]:
    """The text of a statement, and what makes its parameters of what is stored."""
    compiled = statement.compile(dialect=dialect, column_keys=names)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - of a statement
    assert tuple(compiled.positiontup or ()) == names  # noqa: S101 - values are in the order of the parameters
    return str(compiled), _row_processor(_processor(compiled.binds[name].type, dialect) for name in names)


@cache
def _prepared_insertion(statement: Insert, dialect: Dialect) -> tuple[str, ProcessRow]:
    """The same of an insertion of all columns, in the order of its table's."""
    return _prepared(statement, tuple(statement.table.c.keys()), dialect)


def _processor(kind: Any, dialect: Dialect) -> Convert | None:
    if isinstance(kind, StoredAlike | Boolean):
        return None
    processor: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    # Most rows of a group are of the same day.
    return lru_cache(_DAYS)(processor) if processor is not None and isinstance(kind, Date) else processor


@cache
def _reader(statement: Select[Any], dialect: Dialect) -> ProcessRow:
    """What makes values of its columns' types of a row that a statement finds."""
    kinds = (column.type.dialect_impl(dialect) for column in statement.selected_columns)
    return _row_processor(kind.result_processor(dialect, None) for kind in kinds)
