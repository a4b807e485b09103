"""Writers of JSON text, one for each declared type, that write a value in one step.

The text is that of the plain data that a converter makes of the same value, at a quarter of the cost. What is not known
here, and seldom written, goes the longer way.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

from api.codec.values import is_enum
from domain.money import plain
from domain.notation import print_time

Write = Callable[[Any], str]

BY_CLASS: Any = object()
"""In place of a declared type: a value is written by its class."""

_NO_VALUE = object()

_VALUES: dict[Any, Write] = {
    Decimal: lambda value: f'"{plain(value)}"',
    datetime: lambda value: f'"{print_time(value)}"',
    date: lambda value: f'"{value.isoformat()}"',
    UUID: lambda value: f'"{value}"',
    str: encode_basestring,
    bool: lambda value: "true" if value else "false",
    int: str,
    NoneType: lambda _: "null",
}


@dataclass(frozen=True, slots=True)
class TextField:
    """A field of a record: its name, its key, its declared type, and up to two values that are left out."""

    name: str
    key: str
    declared: Any
    left_out: tuple[object, ...] = ()


class TextWriters:
    """Writers by declared type: `fields_of` knows those of a record, `otherwise` makes all other writers."""

    def __init__(
        self, fields_of: Callable[[type], Sequence[TextField] | None], otherwise: Callable[[Any], Write]
    ) -> None:
        self._fields_of = fields_of
        self._otherwise = otherwise
        self._made: dict[Any, Write] = {
            **_VALUES,
            BY_CLASS: self._by_class,
            list: lambda values: f"[{','.join(map(self._by_class, values))}]",
        }

    def of(self, declared: Any) -> Write:
        """The writer of a type."""
        writer = self._made.get(declared)
        if writer is None:
            writer = self._made[declared] = self._new(declared)
        return writer

    def _by_class(self, value: object) -> str:
        return self.of(type(value))(value)

    def _new(self, declared: Any) -> Write:
        if is_enum(declared):
            return {member: json.dumps(member.value, ensure_ascii=False) for member in declared}.__getitem__
        if is_dataclass(declared) and (fields := self._fields_of(declared)) is not None:  # type: ignore[arg-type]
            return self._of_record(fields)
        match get_origin(declared), get_args(declared):
            case origin, (item, second) if origin is tuple and second is Ellipsis:
                write = self.of(item)
                return lambda values: f"[{','.join(map(write, values))}]"
            case origin, (item, second) if origin in (Union, UnionType) and second is NoneType:
                write = self.of(item)
                return lambda value: "null" if value is None else write(value)
        return self._otherwise(declared)

    def _of_record(self, fields: Sequence[TextField]) -> Write:
        writers = []
        for field in fields:
            first, second = (*field.left_out, _NO_VALUE, _NO_VALUE)[:2]
            writers.append((f'"{field.key}":', self.of(field.declared), first, second))
        names = [field.name for field in fields]
        values_of = attrgetter(*names) if len(names) > 1 else lambda record: (getattr(record, names[0]),)

        def write(record: object) -> str:
            members = [
                key + write_value(value)
                for (key, write_value, first, second), value in zip(writers, values_of(record), strict=True)
                if value is not first and value is not second
            ]
            return f"{{{','.join(members)}}}"

        return write
