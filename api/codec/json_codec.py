"""Values of the domain as they are stored: JSON text by the names of their fields."""

import json
from collections.abc import Mapping
from functools import partial, reduce
from operator import or_
from typing import Any, get_args, get_type_hints

from cattrs import Converter

from api.codec.long_json import long_json
from api.codec.values import register_readers, value_converter
from domain.engine.commands import IdentifiedCommand
from domain.orders.costs import Commission, Slippage
from domain.portfolio.settings import Settings, SettingsChanges

_SETTINGS = get_type_hints(Settings)
_MODEL = "model"


def _converter() -> Converter:
    converter = value_converter()
    register_readers(converter)
    for union in (Slippage, Commission, IdentifiedCommand):
        _register_union(converter, get_args(union))
    converter.register_unstructure_hook_func(_is_changes, partial(_write_changes, converter))
    converter.register_structure_hook_func(_is_changes, partial(_read_changes, converter))
    return converter


def _is_changes(declared: object) -> bool:
    return declared == SettingsChanges


def _write_changes(converter: Converter, changes: Mapping[str, Any]) -> dict[str, object]:
    return {
        name: None if value is None else converter.unstructure(value, _SETTINGS[name])
        for name, value in changes.items()
    }


def _read_changes(converter: Converter, changes: Mapping[str, Any], _: object) -> dict[str, object]:
    return {
        name: None if value is None else converter.structure(value, _SETTINGS[name]) for name, value in changes.items()
    }


def _register_union(converter: Converter, classes: tuple[type, ...]) -> None:
    """A value of a union carries the name of its class."""
    union: Any = reduce(or_, classes)
    by_name = {cls.__name__: cls for cls in classes}

    def write(value: object) -> dict[str, object]:
        return {_MODEL: type(value).__name__, **converter.unstructure(value)}

    def read(stored: Mapping[str, Any], _: object) -> object:
        values = {name: value for name, value in stored.items() if name != _MODEL}
        return converter.structure(values, by_name[stored[_MODEL]])

    converter.register_unstructure_hook(union, write)
    converter.register_structure_hook(union, read)


_CONVERTER = _converter()


def to_json(value: object, declared: Any = None) -> str:
    """A value of the domain as JSON text; `declared` is its declared type where that is wider than its class."""
    return long_json(_CONVERTER.unstructure(value, declared))


def from_json(text: str, declared: Any) -> Any:
    """The value that `to_json` wrote."""
    return _CONVERTER.structure(json.loads(text), declared)
