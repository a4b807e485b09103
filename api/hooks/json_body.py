"""The body of an alert as a JSON object of single values, whose numbers keep the digits they were written with."""

import json
import re
from collections.abc import Sequence

from api.hooks.alert import BadAlert, shown
from api.hooks.pairs import few_and_once

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""What JSON can spell and no text has: control characters other than ends of lines and tabs, halves of characters."""


def pairs_of(body: str) -> list[tuple[str, str]]:
    """The fields of an object, null left out. Raises BadAlert."""
    try:
        value = json.loads(
            body,
            parse_float=str,
            parse_int=str,
            parse_constant=_refuse_constant,
            object_pairs_hook=_Object,
        )
    except RecursionError:
        raise BadAlert("the alert's JSON is nested too deeply: it is an object of single values") from None
    except ValueError as problem:
        raise BadAlert(f"the alert is not JSON: {problem}") from None
    if not isinstance(value, _Object):
        raise BadAlert("the alert's JSON must be an object of fields")
    return [(key, _text(key, item)) for key, item in few_and_once(value.pairs) if item is not None]


class _Object:
    """An object as it was written, keys that come twice too."""

    def __init__(self, pairs: Sequence[tuple[str, object]]) -> None:
        self.pairs = pairs


def _text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise BadAlert(f"{shown(key)} must be a single value, not a list or an object")
    if not value.isprintable() and _UNREADABLE.search(value):
        raise BadAlert(f"{shown(key)} has control characters in it, or half a character")
    return value


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")
