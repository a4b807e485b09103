"""Rows of signals as programs write them, put into the words of the inputs; what they ask for is decided later."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import get_args, get_type_hints

from api.codec.field_names import api_name
from api.codec.inputs import BadInput, Given
from api.codec.values import is_enum
from api.files.formats.time_texts import of_epoch
from domain.orders.request import Request
from domain.orders.trailing_stop import TrailingStop

TIMES = ("timestamp", "goodUntil", "expiresAt")

_ENDINGS = ("action", "account", "id", "signalId", "positionId", "percent", "timestamp", "marketPrice", "quantity")
_MOST_NAMES = 1_000
_ABSENT = frozenset({"", "nan", "nat", "null", "none", "<na>", "n/a"})
_SIDES = {"BUY": "LONG", "SELL": "SHORT"}
_ACTIONS = {name.casefold(): name for name in ("execute", "close", "cancel", "closeAll")}
_TRUTHS = {"true": True, "false": False}


def _fields_of(cls: type) -> dict[str, object]:
    """The declared types of a class's fields by the API's names."""
    hints = get_type_hints(cls)
    return {api_name(declared.name): hints[declared.name] for declared in fields(cls)}


_REQUEST = _fields_of(Request)
_KNOWN = {name.casefold(): name for name in (*_REQUEST, *_fields_of(TrailingStop), *_ENDINGS)}
_CHOICES = {
    name
    for name, declared in _REQUEST.items()
    if any(isinstance(member, type) and is_enum(member) for member in (declared, *get_args(declared)))
}
_SWITCHES = {name for name, declared in _REQUEST.items() if bool in (declared, *get_args(declared))}


@dataclass(slots=True)
class SignalNotation:
    """Puts rows into plain words; `read_as` says which other words for a side were met."""

    read_as: dict[str, str] = field(default_factory=dict)

    def plain(self, given: Given) -> dict[str, object]:
        """A row by the API's names, without what says nothing. Raises BadInput."""
        content: dict[str, object] = {}
        for key, value in given.items():
            name = _name(key)
            if not name or _is_absent(name, value):
                continue
            if name in content:
                raise BadInput(f"two fields say {name}: leave one of them out")
            content[name] = self.plain(value) if isinstance(value, Mapping) else self._value(name, value)
        return content

    def _value(self, name: str, value: object) -> object:
        if name in TIMES and isinstance(value, int | str) and not isinstance(value, bool):
            return of_epoch(str(value)) if str(value).replace(".", "").isdecimal() else value
        if not isinstance(value, str):
            return value
        if name in _CHOICES:
            return self._choice(name, value)
        if name in _SWITCHES:
            return _TRUTHS.get(value.casefold(), value)
        return _ACTIONS.get(value.casefold(), value) if name == "action" else value

    def _choice(self, name: str, value: str) -> str:
        written = value.upper()
        if name == "side" and written in _SIDES:
            self.read_as[written] = _SIDES[written]
            return _SIDES[written]
        return written

    def notes(self) -> list[str]:
        """What is said of words that were taken for others."""
        return [f"side {written} is read as {side}" for written, side in sorted(self.read_as.items())]


@lru_cache(_MOST_NAMES)
def _name(key: str) -> str:
    """The API's name of a field; an index column has none, and what is not known stays as it is."""
    folded = key.replace("_", "").replace(" ", "").casefold()
    return "" if folded.startswith("unnamed:") else _KNOWN.get(folded, key.strip())


def _is_absent(name: str, value: object) -> bool:
    return value is None or (isinstance(value, str) and name != "note" and value.strip().casefold() in _ABSENT)
