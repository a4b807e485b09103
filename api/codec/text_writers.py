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
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

from api.codec.generated import function
from api.codec.values import is_enum
from domain.money import plain
from domain.notation import print_time

Write = Callable[[Any], str]

BY_CLASS: Any = object()
"""In place of a declared type: a value is written by its class."""

_PIECES: dict[Any, str] = {
    Decimal: '"{plain(value)}"',
    datetime: '"{print_time(value)}"',
    date: '"{value.isoformat()}"',
    UUID: '"{value!s}"',
    str: "{encode_basestring(value)}",
    bool: '{"true" if value else "false"}',
    int: "{value!s}",
    NoneType: "null",
}
"""The text of single values, as it stands in an f-string for `value`."""

_KNOWN = {"plain": plain, "print_time": print_time, "encode_basestring": encode_basestring}


@dataclass(frozen=True, slots=True)
class TextField:
    """A field of a record: its name, its key, its declared type, and values that are left out."""

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
            **{kind: function("value", [f"return {_quoted(piece)}"], _KNOWN) for kind, piece in _PIECES.items()},
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
        members = RecordLines(self)
        for field in fields:
            is_given = " and ".join(f"value is not {members.name(value)}" for value in field.left_out)
            members.add(field.name, field.key, is_given, self._if_given(field))
        return members.function("record")

    @staticmethod
    def _if_given(field: TextField) -> Any:
        """The declared type of what is written of a field: where None is left out, that is no part of it."""
        item, *others = get_args(field.declared) or (None,)
        is_optional = get_origin(field.declared) in (Union, UnionType) and others == [NoneType]
        return item if is_optional and None in field.left_out else field.declared


class RecordLines:
    """A function that writes a record, member by member, as it is made."""

    def __init__(self, writers: TextWriters) -> None:
        self._writers = writers
        self._known: dict[str, Any] = dict(_KNOWN)
        self._lines: list[str] = []

    def name(self, value: object) -> str:
        """A name by which the function knows a value."""
        name = f"known{len(self._known)}"
        self._known[name] = value
        return name

    def add(self, field: str, key: str, condition: str, declared: Any) -> None:
        """Write a field's `value` if it meets a condition, by its declared type."""
        self.add_piece(field, key, condition, self._piece(declared))

    def add_piece(self, field: str, key: str, condition: str, piece: str) -> None:
        """Write a field's `value` if it meets a condition, or in any case, as an f-string has it."""
        text = _quoted(f'"{key}":{piece}')
        member = f"members.append({text})"
        self._lines += [f"value = record.{field}", f"if {condition}: {member}" if condition else member]

    def function(self, arguments: str, *before: str) -> Callable[..., str]:
        """The function, which may do something before."""
        lines = [*before, "members = []", *self._lines, "return '{' + ','.join(members) + '}'"]
        return function(arguments, lines, self._known)

    def _piece(self, declared: Any) -> str:
        if declared in _PIECES:
            return _PIECES[declared]
        if is_enum(declared):
            texts = {member.value: json.dumps(member.value, ensure_ascii=False) for member in declared}
            return f"{{{self.name(texts)}[value._value_]}}"
        return f"{{{self.name(self._writers.of(declared))}(value)}}"


def _quoted(piece: str) -> str:
    """A piece as an f-string."""
    return f"f'''{piece}'''"
