"""Rows to values of the domain and back, by the names of their fields.

A field is kept in the column of its name: what a database has a type for as it is, an enumeration by its value, and
anything else as JSON. So a new field of a domain type needs a column and nothing here.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache, partial
from operator import attrgetter
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from sqlalchemy import Row, Table

from api.codec.json_codec import from_json, text_writer_of, to_json
from api.codec.values import is_enum
from domain.orders.signal import ExitPlan

Value = TypeVar("Value")
Values = dict[str, Any]
Convert = Callable[[Any], Any]

_value_of = attrgetter("_value_")
"""The value of a member of an enumeration, in a tenth of the time that `value` takes."""
_AS_THEY_ARE = frozenset((bool, int, str, Decimal, date, datetime, timedelta, UUID))


def values_of(record: object, table: Table) -> Values:
    """A record's fields as the values of the columns that bear their names."""
    names, values_in, written = _writing(type(record), table)  # type: ignore[arg-type]
    values = dict(zip(names, values_in(record), strict=True))
    for name, write in written:
        value = values[name]
        if value is not None:
            values[name] = write(value)
    return values


def record_from_row(cls: type[Value], row: Row[Any], **others: object) -> Value:
    """The record of a class from a row with columns of its fields' names; `others` are fields the row has not."""
    mapping, values = row._mapping, dict(others)
    for name, read in readers(cls):  # type: ignore[arg-type]
        if name not in others:
            value = mapping[name]
            values[name] = value if read is None or value is None else read(value)
    return cls(**values)


def writers(cls: Any, table: Table) -> list[tuple[str, Convert | None]]:
    """The fields of a class that have a column, and how each is written, if not as it is."""
    hints = get_type_hints(cls)
    return [(field.name, _writer(hints[field.name])) for field in fields(cls) if field.name in table.c]


@cache
def _writing(cls: Any, table: Table) -> tuple[list[str], Convert, list[tuple[str, Convert]]]:
    """The fields of a class that have a column, what gets them, and how those are written that are not as they are."""
    known = writers(cls, table)
    names = [name for name, _ in known]
    return names, _getter(names), [(name, write) for name, write in known if write is not None]


def _getter(names: Sequence[str]) -> Convert:
    return attrgetter(*names) if len(names) > 1 else lambda record: (getattr(record, names[0]),)


@cache
def readers(cls: Any) -> list[tuple[str, Convert | None]]:
    """How each field of a class is read, if not as it is: worked out once, for it is asked of every row."""
    hints = get_type_hints(cls)
    return [(field.name, _reader(hints[field.name])) for field in fields(cls)]


def _writer(declared: Any) -> Convert | None:
    kind = _kind(declared)
    if kind in _AS_THEY_ARE:
        return None
    if is_enum(kind):
        return _value_of
    if kind is ExitPlan:
        return _plan_json
    return text_writer_of(kind) if get_origin(kind) is tuple else to_json


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


@lru_cache(256)
def _plan_json(plan: ExitPlan) -> str:
    """Most plans are equal."""
    return to_json(plan)


def _from_json(declared: Any, value: str) -> object:
    return from_json(value, declared)
