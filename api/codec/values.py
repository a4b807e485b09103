"""How single values stand in JSON, in every form: numbers in plain notation, times in UTC, enumerations by value."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TypeGuard
from uuid import UUID

from cattrs import Converter

from domain.money import plain
from domain.notation import print_time

_MICROSECOND = timedelta(microseconds=1)


def value_converter() -> Converter:
    """A converter that writes single values as text, or a length of time in whole microseconds, exactly."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    converter.register_unstructure_hook(Decimal, plain)
    converter.register_unstructure_hook(datetime, print_time)
    converter.register_unstructure_hook(timedelta, lambda length: length // _MICROSECOND)
    converter.register_unstructure_hook(date, lambda day: day.isoformat())
    converter.register_unstructure_hook(UUID, str)
    converter.register_unstructure_hook_func(is_enum, lambda member: member.value)
    return converter


def register_readers(converter: Converter) -> None:
    """Let a converter read what it writes, trusting that nobody else wrote it."""
    converter.register_structure_hook(Decimal, lambda text, _: Decimal(text))
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_structure_hook(timedelta, lambda count, _: count * _MICROSECOND)
    converter.register_structure_hook(UUID, lambda text, _: UUID(text))


def is_enum(declared: object) -> TypeGuard[type[Enum]]:
    """Whether a declared type is an enumeration."""
    return isinstance(declared, type) and issubclass(declared, Enum)
