"""Rows on their way into tables: tuples in the order of the table's columns.

The columns' own types convert, as they would within a statement; but there are many rows, and SQLAlchemy works out for
each anew what is the same for all.
"""

from functools import cache
from typing import Any

from sqlalchemy import Table

from api.persistence.mappers import Convert, Values
from api.persistence.types import StoredAlike

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


@cache
def _columns(table: Table) -> tuple[tuple[str, ...], list[tuple[int, Convert]]]:
    """The names of a table's columns, and the places of those whose values are stored as others."""
    kinds = enumerate(column.type for column in table.c)
    return tuple(table.c.keys()), [(place, kind.stored) for place, kind in kinds if isinstance(kind, StoredAlike)]
