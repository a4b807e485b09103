"""Values of the domain as JSON text, exactly: numbers in plain notation, times in UTC, lengths in microseconds."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial, reduce
from operator import or_
from typing import Any, TypeVar, get_args, get_type_hints
from uuid import UUID

from cattrs import Converter

from api.codec.long_json import long_json
from domain.engine.commands import IdentifiedCommand
from domain.money import plain
from domain.orders.costs import (
    BasisPointsCommission,
    PercentSlippage,
    PerOrderCommission,
    PerShareCommission,
    PerShareSlippage,
    VolumeShareSlippage,
)
from domain.portfolio.settings import Settings, SettingsChanges

Value = TypeVar("Value")

_SLIPPAGES = (PercentSlippage, PerShareSlippage, VolumeShareSlippage)
_COMMISSIONS = (PerShareCommission, BasisPointsCommission, PerOrderCommission)
_SETTINGS = get_type_hints(Settings)
_MODEL = "model"
_MICROSECOND = timedelta(microseconds=1)


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    converter.register_unstructure_hook(Decimal, plain)
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(value))
    converter.register_unstructure_hook(datetime, lambda value: value.astimezone(UTC).isoformat())
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value).astimezone(UTC))
    converter.register_unstructure_hook(timedelta, lambda value: value // _MICROSECOND)
    converter.register_structure_hook(timedelta, lambda value, _: value * _MICROSECOND)
    converter.register_unstructure_hook(date, lambda value: value.isoformat())
    converter.register_unstructure_hook(UUID, str)
    converter.register_structure_hook(UUID, lambda value, _: UUID(value))
    converter.register_unstructure_hook_func(lambda each: isinstance(each, type) and issubclass(each, Enum), _name)
    for models in (_SLIPPAGES, _COMMISSIONS, get_args(IdentifiedCommand)):
        _register_models(converter, models)
    converter.register_unstructure_hook_func(lambda each: each == SettingsChanges, partial(_write_changes, converter))
    converter.register_structure_hook_func(lambda each: each == SettingsChanges, partial(_read_changes, converter))
    return converter


def _write_changes(converter: Converter, changes: Mapping[str, Any]) -> dict[str, object]:
    return {
        name: None if value is None else converter.unstructure(value, _SETTINGS[name])
        for name, value in changes.items()
    }


def _read_changes(converter: Converter, changes: Mapping[str, Any], _: object) -> dict[str, object]:
    return {
        name: None if value is None else converter.structure(value, _SETTINGS[name]) for name, value in changes.items()
    }


def _name(value: Enum) -> object:
    return value.value


def _register_models(converter: Converter, models: tuple[type, ...]) -> None:
    """A union of classes, of cost models or commands, carries the name of the class."""
    union: Any = reduce(or_, models)
    by_name = {model.__name__: model for model in models}

    def write(value: object) -> dict[str, object]:
        return {_MODEL: type(value).__name__, **converter.unstructure(value)}

    def read(value: Mapping[str, Any], _: object) -> object:
        fields = {name: each for name, each in value.items() if name != _MODEL}
        return converter.structure(fields, by_name[value[_MODEL]])

    converter.register_unstructure_hook(union, write)
    converter.register_structure_hook(union, read)


_CONVERTER = _converter()


def to_json(value: object, declared: Any = None) -> str:
    """A value of the domain as JSON text; `declared` is its declared type where that is wider than its class."""
    return long_json(_CONVERTER.unstructure(value, declared))


def from_json(text: str, declared: Any) -> Any:
    """The value that `to_json` wrote."""
    return _CONVERTER.structure(json.loads(text), declared)
