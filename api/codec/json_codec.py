"""The one JSON form of values of the domain: what is stored, exported and sent has the API's names.

A record is an object by the API's names of its fields, a cost model the one key of its input, a number its plain
notation as text, a time UTC. What is None is left out, and so is what an input does not set; of what is stored of a
request or a plan also what is usual there.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields, is_dataclass
from functools import cache, partial
from types import NoneType
from typing import Any, get_args, get_type_hints

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.strategies import configure_tagged_union

from api.codec.field_names import api_name
from api.codec.long_json import long_json
from api.codec.text_writers import BY_CLASS, TextField, TextWriters
from api.codec.values import register_readers, value_converter
from domain.engine.commands import IdentifiedCommand
from domain.instruments import AssetClass
from domain.orders.costs import (
    BasisPointsCommission,
    Commission,
    PercentSlippage,
    PerOrderCommission,
    PerShareCommission,
    PerShareSlippage,
    Slippage,
    VolumeShareSlippage,
)
from domain.orders.request import EntryType, Request
from domain.orders.signal import ExitPlan
from domain.portfolio.position import StopLevel
from domain.portfolio.settings import SETTING_NAMES, Settings, SettingsChanges

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
_SETTINGS = get_type_hints(Settings)
_USUAL: Mapping[type, Mapping[str, object]] = {
    Request: {"asset_class": AssetClass.STOCK, "entry": EntryType.MARKET},
    ExitPlan: {"break_even_after_target1": False},
    StopLevel: {"is_amended": False},
}
"""What is stored only where it is otherwise."""
_BY_TYPE = object()


def to_json(value: object, declared: Any = None) -> str:
    """A value of the domain as JSON text; `declared` is its declared type where that is wider than its class."""
    return text_writer_of(type(value) if declared is None else declared)(value)


def from_json(text: str, declared: Any) -> Any:
    """The value that `to_json` wrote."""
    return _STORED.structure(json.loads(text), declared)


def text_writer_of(declared: Any) -> Callable[[Any], str]:
    """What writes the JSON text that is stored of values of a declared type."""
    return STORED_TEXTS.of(declared)


def plain_text_writer_of(declared: Any) -> Callable[[Any], str]:
    """The same by way of plain data, which knows every type."""
    return _plain_text_writer(_STORED, declared)


def reader_of(declared: Any) -> Callable[[Any], Any]:
    """What makes values of a declared type of what was stored of them."""
    read = _STORED.get_structure_hook(declared)
    return lambda stored: read(stored, declared)


def plain_data(value: object) -> Any:
    """A value of the domain as plain data for JSON, whole; fields that are None are left out."""
    return _writer(None).unstructure(value)


def whole_json(value: object) -> str:
    """A value of the domain as JSON text, whole; fields that are None are left out."""
    return long_json(plain_data(value))


def input_json(value: object, unset: object) -> str:
    """An input as it was sent, as JSON text; fields that are `unset` are left out."""
    return _input_texts(unset).of(type(value))(value)


@cache
def _writer(left_out: object) -> Converter:
    converter = value_converter()
    converter.register_unstructure_hook_factory(is_dataclass, partial(_record_writer, converter, left_out))
    return converter


def _record_writer(converter: Converter, left_out: object, cls: Any) -> Callable[[Any], Any]:
    if left_out is _BY_TYPE:
        write: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(cls, converter, **_names(cls))
        if usual := _usual(cls):
            write = partial(_write_unusual, write, usual)
    else:
        names = [(_key(field), field.name, field.default is None) for field in fields(cls)]
        write = partial(_write_set, converter, left_out, names)
    if cls not in _MODEL_NAMES or len(fields(cls)) == 1:
        return write  # a model of one figure is named like it
    return lambda model: {_MODEL_NAMES[cls]: write(model)}


def _write_unusual(
    write: Callable[[Any], dict[str, Any]], usual: Mapping[str, object], record: object
) -> dict[str, Any]:
    written = write(record)
    for name, value in usual.items():
        if written[name] == value:
            del written[name]
    return written


def _usual(cls: Any) -> dict[str, object]:
    """What is left out of a record, by the names of its fields: None where it may be, and what is usual."""
    hints = get_type_hints(cls)
    optional = {_key(field): None for field in fields(cls) if NoneType in get_args(hints[field.name])}
    return {**optional, **{api_name(name): plain_data(value) for name, value in _USUAL.get(cls, {}).items()}}


def _write_set(
    converter: Converter, left_out: object, names: Sequence[tuple[str, str, bool]], record: object
) -> dict[str, object]:
    """The fields that are set, each by the class of its value: an input may declare less than it holds."""
    values = ((key, getattr(record, name), is_none) for key, name, is_none in names)
    return {
        key: converter.unstructure(value)
        for key, value, is_none_unless_set in values
        if value is not left_out and not (is_none_unless_set and value is None)
    }


def _record_reader(converter: Converter, cls: Any) -> Callable[[Any, Any], Any]:
    read = make_dict_structure_fn(cls, converter, **_names(cls))
    absent = _usual(cls)
    return lambda stored, declared: read({**absent, **stored}, declared)


def _names(cls: Any) -> dict[str, Any]:
    return {field.name: override(rename=_key(field)) for field in fields(cls)}


def _key(field: "Field[Any]") -> str:
    return api_name(field.name.rstrip("_"))


def _stored() -> Converter:
    converter = _writer(_BY_TYPE)
    register_readers(converter)
    converter.register_structure_hook_factory(is_dataclass, partial(_record_reader, converter))
    for union, models in ((Slippage, SLIPPAGE_MODELS), (Commission, COMMISSION_MODELS)):
        converter.register_unstructure_hook(union, converter.unstructure)
        converter.register_structure_hook(union, partial(_read_model, converter, models))
    converter.register_unstructure_hook_func(_is_changes, partial(_write_changes, converter))
    converter.register_structure_hook_func(_is_changes, partial(_read_changes, converter))
    configure_tagged_union(IdentifiedCommand, converter, tag_name="command")
    return converter


def _read_model(converter: Converter, models: Mapping[str, type], stored: Mapping[str, Any], _: object) -> object:
    ((name, figures),) = stored.items()
    return converter.structure(figures if isinstance(figures, Mapping) else stored, models[name])


def _is_changes(declared: object) -> bool:
    return declared == SettingsChanges


def _write_changes(converter: Converter, changes: Mapping[str, Any]) -> dict[str, object]:
    return {
        api_name(name): None if value is None else converter.unstructure(value, _SETTINGS[name])
        for name, value in changes.items()
    }


def _read_changes(converter: Converter, changes: Mapping[str, Any], _: object) -> dict[str, object]:
    names = {api_name(name): name for name in SETTING_NAMES}
    return {
        names[key]: None if value is None else converter.structure(value, _SETTINGS[names[key]])
        for key, value in changes.items()
    }


def _stored_fields(cls: type) -> list[TextField] | None:
    """The fields of a record as they are stored; None for cost models, which have a form of their own."""
    if cls in _MODEL_NAMES:
        return None
    hints, usual = get_type_hints(cls), _USUAL.get(cls, {})
    optional = {name: None for name, declared in hints.items() if NoneType in get_args(declared)}
    left_out = {name: (value,) for name, value in {**optional, **usual}.items()}
    return [
        TextField(field.name, _key(field), hints[field.name], left_out.get(field.name, ())) for field in fields(cls)
    ]


def _input_fields(unset: object, cls: Any) -> list[TextField] | None:
    """The fields of an input that are set, each by the class of its value: it may declare less than it holds."""
    if cls in _MODEL_NAMES:
        return None
    return [
        TextField(field.name, _key(field), BY_CLASS, (unset, None) if field.default is None else (unset,))
        for field in fields(cls)
    ]


@cache
def _input_texts(unset: object) -> TextWriters:
    return TextWriters(partial(_input_fields, unset), partial(_plain_text_writer, _writer(unset)))


def _plain_text_writer(converter: Converter, declared: Any) -> Callable[[Any], str]:
    write = converter.get_unstructure_hook(declared)
    return lambda value: long_json(write(value))


_STORED = _stored()
STORED_TEXTS = TextWriters(_stored_fields, plain_text_writer_of)
"""What writes the JSON text that is stored."""
