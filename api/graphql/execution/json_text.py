"""JSON as it is sent and answered."""

import json
from typing import NoReturn

from api.errors import PapertapeError

MOST_VALUES = 120_000
"""Commas and opening brackets of one JSON text: more than the largest input has, with a longest document beside it."""
LONGEST_NUMBER = 100


class TooLarge(PapertapeError):
    """What a JSON text has that is more than is taken at once, to be put after its subject."""


def encode(body: object) -> str:
    """JSON text without spaces."""
    return json.dumps(body, separators=(",", ":"))


def decode(data: str | bytes) -> object:
    """A JSON value. Raises TooLarge, and ValueError for what is none.

    None are: what is not UTF-8, NaN, what is nested too deeply, half a character.
    """
    _require_few_values(data)
    text = data if isinstance(data, str) else data.decode()
    try:
        value: object = _DECODER.decode(text)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _require_few_values(data: str | bytes) -> None:
    if isinstance(data, bytes):
        count = data.count(b",") + data.count(b"[") + data.count(b"{")
    else:
        count = data.count(",") + data.count("[") + data.count("{")
    if count > MOST_VALUES:
        raise TooLarge(f"more than the {MOST_VALUES} values that are taken at once")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise TooLarge(f"a number of {len(digits)} digits, where {LONGEST_NUMBER} are read")
    return int(digits)


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_such_number, parse_int=_integer)
