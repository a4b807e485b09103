"""Rows on their way into tables: tuples in the order of the table's columns.

The columns' own types convert, as they would within a statement; but there are many rows, and SQLAlchemy works out for
each anew what is the same for all.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Column, Table

from api.codec.generated import function
from api.persistence.mappers import Convert, Values, writers
from api.persistence.types import StoredAlike

StoredRow = tuple[Any, ...]
"""The values of all columns of a table, in their order: money, times and figures as every database stores them, whole
numbers and text."""

RowWriter = Callable[..., StoredRow]
"""Makes a row, as it is stored, of records and single values."""


def stored_row(table: Table, values: Values) -> StoredRow:
    """A row as it is stored; columns that are not named are empty."""
    names, conversions = _columns(table)
    row = [*map(values.get, names)]
    for place, convert in conversions:
        if (value := row[place]) is not None:
            row[place] = convert(value)
    return tuple(row)


def row_writer(table: Table, *parts: type | str) -> RowWriter:
    """What makes rows of a table that are written often: its arguments are a record for each class of `parts`, whose
    fields stand in the columns of their names, and a value for each part that names a column. Other columns are empty.
    """
    sources: dict[str, tuple[str, Convert | None]] = {}
    for place, part in enumerate(parts):
        if isinstance(part, str):
            sources[part] = f"part{place}", None
        else:
            sources |= {name: (f"part{place}.{name}", write) for name, write in writers(part, table)}
    known: dict[str, Any] = {}
    values = [_value(column, *sources.get(column.name, ("None", None)), known) for column in table.c]
    return function(", ".join(f"part{place}" for place in range(len(parts))), [f"return {', '.join(values)},"], known)


def _value(column: Column[Any], source: str, write: Convert | None, known: dict[str, Any]) -> str:
    """The value of a column of a row, as Python; what it calls is put where it is `known`."""
    converted = "value" if column.nullable else source
    for step, convert in (("written", write), ("stored", _conversion(column))):
        if convert is not None:
            known[f"{step}_{column.name}"] = convert
            converted = f"{step}_{column.name}({converted})"
    if source == "None" or converted in ("value", source):
        return source
    return f"None if (value := {source}) is None else {converted}" if column.nullable else converted


def _conversion(column: Column[Any]) -> Convert | None:
    """How a column's values are stored, if not as they are."""
    return column.type.stored if isinstance(column.type, StoredAlike) else None


@cache
def _columns(table: Table) -> tuple[tuple[str, ...], list[tuple[int, Convert]]]:
    """The names of a table's columns, and the places of those whose values are stored as others."""
    conversions = ((place, _conversion(column)) for place, column in enumerate(table.c))
    return tuple(table.c.keys()), [(place, convert) for place, convert in conversions if convert is not None]
