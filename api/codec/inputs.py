"""The API's inputs in files, read as strictly as the API reads them.

Numbers are taken from their text, never from a float, whether a file puts them in quotes or not.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from functools import partial
from types import NoneType
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints
from uuid import UUID

from cattrs import Converter

from api.codec.field_names import api_name
from api.codec.json_codec import COMMISSION_MODELS, SLIPPAGE_MODELS
from api.codec.values import is_enum
from api.errors import PapertapeError
from api.zones import require_timezone
from domain.notation import is_rounded, read_number, read_time, to_8_places
from domain.orders.costs import Commission, Slippage
from domain.portfolio.settings import SETTING_NAMES, Settings, SettingsChanges

Record = TypeVar("Record")
Given = Mapping[str, object]


class BadInput(PapertapeError, ValueError):
    """A file holds what the API does not take; the message says what is wrong with which field."""


class _Named(NamedTuple):
    """A value of JSON and the field that holds it, which a refusal names."""

    key: str
    value: object


def parsed(text: str) -> Given:
    """A JSON object, its numbers as they are written. Raises BadInput."""
    try:
        value = json.loads(text, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise BadInput(f"not JSON: {problem}") from None
    if not isinstance(value, dict):
        raise BadInput("not a JSON object")
    return value


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def changes_of(given: Given) -> SettingsChanges:
    """Changes to settings: null restores a default. Raises BadInput."""
    names = {api_name(name): name for name in SETTING_NAMES}
    hints = get_type_hints(Settings)
    _require_known(given, names)
    return {names[key]: _setting(key, value, hints[names[key]]) for key, value in given.items()}


def record_from_json(cls: type[Record], given: Given) -> Record:
    """A record of a class of the domain from values by the API's field names. Raises BadInput, and Invalid."""
    return _STRICT.structure(_Named("", given), cls)


def record_as_sent(cls: type[Record], sent: Given) -> Record:
    """A record from an input that the API has taken, and this Papertape has written. Raises Invalid."""
    return _TRUSTING.structure(_Named("", sent), cls)


def read_as(declared: Any, key: str, value: object) -> Any:
    """A value of a declared type. Raises BadInput, and Invalid."""
    return _STRICT.structure(_Named(key, value), declared)


def _setting(key: str, value: object, declared: Any) -> object:
    if value is None:
        return None
    if key == "timezone":
        require_timezone(_text(_Named(key, value)))
    return read_as(declared, key, value)


def _require_known(given: Given, known: Mapping[str, object]) -> None:
    for key in given:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            raise BadInput(f"there is no field {ascii(key)[:60]}" + (f": is it {near[0]}?" if near else ""))


def _converter(number: Callable[[_Named], Decimal]) -> Converter:
    """A converter that reads named values; `number` reads a number."""
    converter = Converter()
    readers: dict[type, Callable[[_Named], object]] = {
        Decimal: number,
        datetime: _datetime,
        UUID: _uuid,
        int: _whole,
        bool: _truth,
        str: _text,
    }
    for declared, read in readers.items():
        converter.register_structure_hook(declared, partial(_untyped, read))
    converter.register_structure_hook_factory(is_dataclass, partial(_record_reader, converter))
    converter.register_structure_hook_func(is_enum, _enum)
    converter.register_structure_hook_func(is_rounded, lambda named, _: to_8_places(number(named)))
    for union, models in ((Slippage, SLIPPAGE_MODELS), (Commission, COMMISSION_MODELS)):
        converter.register_structure_hook(union, partial(_model, converter, models))
    return converter


def _untyped(read: Callable[[_Named], object], named: _Named, _: object) -> object:
    return read(named)


def _record_reader(converter: Converter, cls: Any) -> Callable[[_Named, object], Any]:
    hints = get_type_hints(cls, include_extras=True)
    kinds = {field.name: without_none(hints[field.name]) for field in fields(cls)}
    known = {api_name(name): (name, kind, converter.get_structure_hook(kind)) for name, kind in kinds.items()}
    required = [
        api_name(field.name) for field in fields(cls) if field.default is MISSING and field.default_factory is MISSING
    ]

    def read(named: _Named, _: object) -> Any:
        given = named.value
        if not isinstance(given, Mapping):
            raise _must_be(named, "an object")
        _require_known(given, known)
        if missing := [key for key in required if given.get(key) is None]:
            raise BadInput(f"{missing[0]} is missing")
        values = {}
        for key, value in given.items():
            if value is not None:
                name, kind, structure = known[key]
                values[name] = structure(_Named(key, value), kind)
        return cls(**values)

    return read


def without_none(declared: Any) -> Any:
    """A declared type, where it may be None, as what it is otherwise."""
    members = get_args(declared)
    others = [member for member in members if member is not NoneType]
    return others[0] if len(others) == 1 and NoneType in members else declared


def _model(converter: Converter, models: Mapping[str, type], named: _Named, _: object) -> object:
    value = named.value
    if not isinstance(value, Mapping) or len(value) != 1 or (name := next(iter(value))) not in models:
        raise BadInput(f"{named.key} must have exactly one of {', '.join(models)}")
    figures = value[name]
    if isinstance(figures, Mapping):
        return converter.structure(_Named(name, figures), models[name])
    return models[name](converter.structure(_Named(f"{named.key}.{name}", figures), Decimal))


def _enum(named: _Named, kind: type[Enum]) -> Enum:
    try:
        return kind(named.value)
    except ValueError:
        raise _must_be(named, " or ".join(member.value for member in kind)) from None


def _number(named: _Named) -> Decimal:
    value = named.value
    if isinstance(value, int) and not isinstance(value, bool):
        return read_number(named.key, str(value))
    if not isinstance(value, str):
        raise _must_be(named, "a number")
    return read_number(named.key, value)


def _number_as_sent(named: _Named) -> Decimal:
    """A number in plain notation, which may be longer than what anyone may send."""
    return Decimal(_text(named))


def _datetime(named: _Named) -> datetime:
    if not isinstance(named.value, str):
        raise _must_be(named, "an ISO 8601 date and time with an offset, like 2024-01-02T14:30:00Z")
    return read_time(named.key, named.value)


def _uuid(named: _Named) -> UUID:
    try:
        if isinstance(named.value, str) and len(named.value) == 36:
            return UUID(named.value)
    except ValueError:
        pass
    raise _must_be(named, "a UUID")


def _whole(named: _Named) -> int:
    number = _number(named)
    if number != int(number):
        raise _must_be(named, "a whole number")
    return int(number)


def _truth(named: _Named) -> bool:
    known = {True: True, False: False, "true": True, "false": False}
    if not isinstance(named.value, bool | str) or named.value not in known:
        raise _must_be(named, "true or false")
    return known[named.value]


def _text(named: _Named) -> str:
    if not isinstance(named.value, str):
        raise _must_be(named, "text")
    return named.value


def _must_be(named: _Named, what: str) -> BadInput:
    shown = ascii(named.value)
    return BadInput(f"{named.key} must be {what}, not {shown if len(shown) <= 60 else shown[:57] + '...'}")


_STRICT = _converter(_number)
_TRUSTING = _converter(_number_as_sent)
