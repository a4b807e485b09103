"""Values of the domain as JSON text, exactly: numbers in plain notation, times in UTC, lengths in microseconds."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from cattrs import Converter

from domain.costs import (
    BasisPointsCommission,
    PercentSlippage,
    PerOrderCommission,
    PerShareCommission,
    PerShareSlippage,
    VolumeShareSlippage,
)
from domain.money import plain

Value = TypeVar("Value")

_SLIPPAGES = (PercentSlippage, PerShareSlippage, VolumeShareSlippage)
_COMMISSIONS = (PerShareCommission, BasisPointsCommission, PerOrderCommission)
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
    for models in (_SLIPPAGES, _COMMISSIONS):
        _register_models(converter, models)
    return converter


def _name(value: Enum) -> object:
    return value.value


def _register_models(converter: Converter, models: tuple[type, ...]) -> None:
    """A union of cost models carries the name of the model."""
    union: Any = models[0] | models[1] | models[2]
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
    return json.dumps(_CONVERTER.unstructure(value, declared), separators=(",", ":"), ensure_ascii=False)


def from_json(text: str, declared: Any) -> Any:
    """The value that `to_json` wrote."""
    return _CONVERTER.structure(json.loads(text), declared)
