"""Rows of many tables that PostgreSQL inserts with one statement: one answer is waited for, whatever a group writes.

The rows of each table come as an array a column, so that the statement is the same for any number of them. Its parts
see the tables as they were before it, so no two of them may be into the same table.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import BindParameter, Dialect, Insert, String, Table, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

Insertion = tuple[Insert, Sequence[tuple[Any, ...]]]
"""A statement that inserts all columns of its table, and the rows to insert."""

_AT_ONCE = 500
_TEXTS = 200
_PARAMETER = re.compile(r"\$(\d+)")


def joint_statements(insertions: Sequence[Insertion], dialect: Dialect) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The statements that insert these rows, each with its parameters.

    Large insertions are made bit by bit, so that others are served while many rows are made ready.
    """
    for first in range(0, max(len(rows) for _, rows in insertions), _AT_ONCE):
        some = [(statement, rows[first : first + _AT_ONCE]) for statement, rows in insertions if len(rows) > first]
        columns = chain.from_iterable(zip(*rows, strict=True) for _, rows in some)
        yield _joint_text(tuple(statement for statement, _ in some), dialect), tuple(columns)


@lru_cache(_TEXTS)
def _joint_text(statements: tuple[Insert, ...], dialect: Dialect) -> str:
    """The text of all insertions as one statement; they are kept for each choice of tables."""
    parts: list[str] = []
    parameters = 0
    for statement in statements:
        parts.append(_numbered_from(parameters, _text_of_arrays(statement, dialect)))
        parameters += len(statement.table.c)
    *others, last = parts
    named = ", ".join(f"into_{number} AS ({part})" for number, part in enumerate(others))
    return f"WITH {named} {last}" if others else last


def _numbered_from(before: int, text: str) -> str:
    return _PARAMETER.sub(lambda parameter: f"${before + int(parameter[1])}", text)


@cache
def _text_of_arrays(statement: Insert, dialect: Dialect) -> str:
    """The text of an insertion of arrays, a parameter each column in the order of the table's."""
    table = statement.table
    assert isinstance(table, Table)  # noqa: S101 - one of ours
    names = table.c.keys()
    arrays = [_array(column.name, column.type.dialect_impl(dialect)) for column in table.c]
    rows = func.unnest(*arrays).table_valued(*names).render_derived()
    return str(statement.from_select(names, select(*rows.c), include_defaults=False).compile(dialect=dialect))


def _array(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    # An array of VARCHAR(64) would cut longer values off, without an error.
    return bindparam(name, type_=ARRAY(Text() if isinstance(kind, String) else kind))
