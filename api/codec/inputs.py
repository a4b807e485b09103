"""The API's inputs in files: read as strictly as the API reads them, and written in the same words.

Numbers are taken from their text, never from a float, whether a file puts them in quotes or not.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints
from uuid import UUID

from api.codec.field_names import api_name
from api.codec.zones import require_timezone
from api.errors import PapertapeError
from domain.money import plain
from domain.notation import is_rounded, read_number, read_time, to_8_places
from domain.orders.costs import (
    BasisPointsCommission,
    PercentSlippage,
    PerOrderCommission,
    PerShareCommission,
    PerShareSlippage,
    VolumeShareSlippage,
)
from domain.portfolio.settings import SETTING_NAMES, Settings, SettingsChanges

Record = TypeVar("Record")
Given = Mapping[str, object]

_SLIPPAGES: Mapping[str, type] = {
    "percent": PercentSlippage,
    "perShare": PerShareSlippage,
    "volumeShare": VolumeShareSlippage,
}
_COMMISSIONS: Mapping[str, type] = {
    "perShare": PerShareCommission,
    "basisPoints": BasisPointsCommission,
    "perOrder": PerOrderCommission,
}
_MODELS: Mapping[str, Mapping[str, type]] = {"slippage": _SLIPPAGES, "commission": _COMMISSIONS}
_MODEL_NAMES = {kind: name for kinds in _MODELS.values() for name, kind in kinds.items()}


class BadInput(PapertapeError, ValueError):
    """What stands in a file is not what the API takes; the message says what is wrong with which field."""


def parsed(text: str) -> Given:
    """A JSON object, its numbers as they are written. Raises BadInput."""
    try:
        found = json.loads(text, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise BadInput(f"not JSON: {problem}") from None
    if not isinstance(found, dict):
        raise BadInput("not a JSON object")
    return found


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def changes_of(given: Given) -> SettingsChanges:
    """Changes to settings: null restores a default. Raises BadInput."""
    names = {api_name(name): name for name in SETTING_NAMES}
    hints = get_type_hints(Settings)
    _require_known(given, names)
    return {names[key]: _setting(key, value, hints[names[key]]) for key, value in given.items()}


def record_of(cls: type[Record], given: Given) -> Record:
    """A record of a class of the domain from values by the API's field names. Raises BadInput, and Invalid."""
    fields_of: Any = _fields
    readers, required = fields_of(cls)
    _require_known(given, readers)
    if missing := [key for key in required if given.get(key) is None]:
        raise BadInput(f"{missing[0]} is missing")
    values = {
        name: read(key, value) for key, value in given.items() if value is not None for name, read in (readers[key],)
    }
    return cls(**values)


def read_as(declared: Any, key: str, value: object) -> Any:
    """A value of a declared type. Raises BadInput, and Invalid."""
    return _reader(declared)(key, value)


def written(value: object) -> Any:
    """A value of the domain as JSON: the API's field names, exact numbers as strings, UTC; what is None is left out."""
    match value:
        case Decimal():
            return plain(value)
        case datetime():
            return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case _ if is_dataclass(value):
            return _written_record(value)
        case _:
            return value


def camelized(value: object) -> object:
    """JSON with its keys as the API writes them."""
    if isinstance(value, dict):
        return {api_name(key): camelized(each) for key, each in value.items()}
    return value


def _written_record(value: Any) -> Any:
    found = {api_name(field.name): getattr(value, field.name) for field in fields(value)}
    shown = {key: written(each) for key, each in found.items() if each is not None}
    model = _MODEL_NAMES.get(type(value))
    return shown if model is None or len(fields(value)) == 1 else {model: shown}


def _require_known(given: Given, known: Mapping[str, object]) -> None:
    for key in given:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            raise BadInput(f"there is no field {ascii(key)[:60]}" + (f": is it {near[0]}?" if near else ""))


def _setting(key: str, value: object, declared: Any) -> object:
    if value is None:
        return None
    if key == "timezone":
        require_timezone(_text(key, value))
    return _model(key, value, _MODELS[key]) if key in _MODELS else read_as(declared, key, value)


def _model(key: str, value: object, kinds: Mapping[str, type]) -> object:
    if not isinstance(value, Mapping) or len(value) != 1 or (name := next(iter(value))) not in kinds:
        raise BadInput(f"{key} must have exactly one of {', '.join(kinds)}")
    figures = value[name]
    if isinstance(figures, Mapping):
        return record_of(kinds[name], figures)
    return kinds[name](_decimal(f"{key}.{name}", figures))


@cache
def _fields(cls: Any) -> tuple[dict[str, tuple[str, Callable[[str, object], Any]]], list[str]]:
    """How each field of a class is read, by its name in the API; and which may not be missing."""
    hints = get_type_hints(cls, include_extras=True)
    readers = {api_name(field.name): (field.name, _reader(hints[field.name])) for field in fields(cls)}
    required = [
        api_name(field.name) for field in fields(cls) if field.default is MISSING and field.default_factory is MISSING
    ]
    return readers, required


@cache
def _reader(declared: Any) -> Callable[[str, object], Any]:
    if is_rounded(declared):
        return _rounded
    kinds = [arg for arg in get_args(declared) if arg is not NoneType] or [declared]
    kind = kinds[0]
    if issubclass(kind, Enum):
        return lambda key, value: _enum(kind, key, value)
    if is_dataclass(kind):
        return lambda key, value: _nested(kind, key, value)
    return _SIMPLE[kind]


def _enum(kind: type[Enum], key: str, value: object) -> Enum:
    try:
        return kind(value)
    except ValueError:
        raise _must_be(key, " or ".join(each.value for each in kind), value) from None


def _nested(kind: Any, key: str, value: object) -> object:
    if not isinstance(value, Mapping):
        raise _must_be(key, "an object", value)
    return record_of(kind, value)


def _decimal(key: str, value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return read_number(key, str(value))
    if not isinstance(value, str):
        raise _must_be(key, "a number", value)
    return read_number(key, value)


def _rounded(key: str, value: object) -> Decimal:
    return to_8_places(_decimal(key, value))


def _datetime(key: str, value: object) -> datetime:
    if not isinstance(value, str):
        raise _must_be(key, "an ISO 8601 date and time with an offset, like 2024-01-02T14:30:00Z", value)
    return read_time(key, value)


def _uuid(key: str, value: object) -> UUID:
    try:
        if isinstance(value, str) and len(value) == 36:
            return UUID(value)
    except ValueError:
        pass
    raise _must_be(key, "a UUID", value)


def _whole(key: str, value: object) -> int:
    number = _decimal(key, value)
    if number != int(number):
        raise _must_be(key, "a whole number", value)
    return int(number)


def _truth(key: str, value: object) -> bool:
    known = {True: True, False: False, "true": True, "false": False}
    if not isinstance(value, bool | str) or value not in known:
        raise _must_be(key, "true or false", value)
    return known[value]


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise _must_be(key, "text", value)
    return value


def _must_be(key: str, what: str, value: object) -> BadInput:
    shown = ascii(value)
    return BadInput(f"{key} must be {what}, not {shown if len(shown) <= 60 else shown[:57] + '...'}")


_SIMPLE: Mapping[Any, Callable[[str, object], Any]] = {
    Decimal: _decimal,
    datetime: _datetime,
    UUID: _uuid,
    int: _whole,
    bool: _truth,
    str: _text,
}
