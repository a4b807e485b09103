"""Inputs as JSON, in the API's words: camel case, cost models by their input's name."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from typing import Any

from cattrs import Converter

from api.codec.field_names import api_name
from api.codec.long_json import long_json
from api.codec.values import value_converter
from domain.orders.costs import (
    BasisPointsCommission,
    PercentSlippage,
    PerOrderCommission,
    PerShareCommission,
    PerShareSlippage,
    VolumeShareSlippage,
)

SLIPPAGE_MODELS: Mapping[str, type] = {
    "percent": PercentSlippage,
    "perShare": PerShareSlippage,
    "volumeShare": VolumeShareSlippage,
}
COMMISSION_MODELS: Mapping[str, type] = {
    "perShare": PerShareCommission,
    "basisPoints": BasisPointsCommission,
    "perOrder": PerOrderCommission,
}
_MODEL_NAMES = {cls: name for models in (SLIPPAGE_MODELS, COMMISSION_MODELS) for name, cls in models.items()}


def written(value: object) -> Any:
    """A value of the domain as plain data for JSON; fields that are None are left out."""
    return _writer(None).unstructure(value)


def input_json(value: object, unset: object) -> str:
    """An input as it was sent, as JSON text; fields that are `unset` are left out."""
    return long_json(_writer(unset).unstructure(value))


@cache
def _writer(left_out: object) -> Converter:
    converter = value_converter()
    converter.register_unstructure_hook_factory(is_dataclass, partial(_record_writer, converter, left_out))
    return converter


def _record_writer(converter: Converter, left_out: object, cls: Any) -> Callable[[Any], Any]:
    names = [(field.name, api_name(field.name.rstrip("_"))) for field in fields(cls)]
    model = _MODEL_NAMES.get(cls)

    def write(record: Any) -> Any:
        values = ((key, getattr(record, name)) for name, key in names)
        shown = {key: converter.unstructure(value) for key, value in values if value is not left_out}
        return shown if model is None or len(names) == 1 else {model: shown}

    return write
