"""Rows to values of the domain and back, by the names of their fields.

A field is kept in the column of its name: what a database has a type for as it is, an enumeration by its value, and
anything else as JSON. So a new field of a domain type needs a column and nothing here.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints
from uuid import UUID

from sqlalchemy import Row, Table

from api.codec.json_codec import from_json, to_json
from api.codec.values import is_enum

Value = TypeVar("Value")
Values = dict[str, Any]
Convert = Callable[[Any], Any]

_AS_THEY_ARE = frozenset((bool, int, str, Decimal, date, datetime, timedelta, UUID))


def values_of(record: object, table: Table) -> Values:
    """A record's fields as the values of the columns that bear their names."""
    values: Values = {}
    for name, write in _writers(type(record), table):  # type: ignore[arg-type]
        value = getattr(record, name)
        values[name] = value if write is None or value is None else write(value)
    return values


def record_from_row(cls: type[Value], row: Row[Any], **others: object) -> Value:
    """The record of a class from a row with columns of its fields' names; `others` are fields the row has not."""
    mapping, values = row._mapping, dict(others)
    for name, read in readers(cls):  # type: ignore[arg-type]
        if name not in others:
            value = mapping[name]
            values[name] = value if read is None or value is None else read(value)
    return cls(**values)


@cache
def _writers(cls: Any, table: Table) -> list[tuple[str, Convert | None]]:
    """How each field of a class that has a column is written, if not as it is."""
    hints = get_type_hints(cls)
    return [(field.name, _writer(hints[field.name])) for field in fields(cls) if field.name in table.c]


@cache
def readers(cls: Any) -> list[tuple[str, Convert | None]]:
    """How each field of a class is read, if not as it is: worked out once, for it is asked of every row."""
    hints = get_type_hints(cls)
    return [(field.name, _reader(hints[field.name])) for field in fields(cls)]


def _writer(declared: Any) -> Convert | None:
    kind = _kind(declared)
    if kind in _AS_THEY_ARE:
        return None
    return _value_of if is_enum(kind) else to_json


def _reader(declared: Any) -> Convert | None:
    kind = _kind(declared)
    if kind in _AS_THEY_ARE:
        return None
    return kind if is_enum(kind) else partial(_from_json, declared)


def _kind(declared: Any) -> Any:
    """A declared type without its None."""
    members = get_args(declared)
    if NoneType not in members:
        return declared
    others = [member for member in members if member is not NoneType]
    return others[0] if len(others) == 1 else declared


def _value_of(member: Enum) -> object:
    return member.value


def _from_json(declared: Any, value: str) -> object:
    return from_json(value, declared)
