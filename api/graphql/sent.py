"""What a client sent, for the journal: its input as JSON, without what it left out."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from api.codec.long_json import long_json
from api.graphql.scalars import print_decimal, print_instant


def sent_json(value: object) -> str:
    """An input as JSON text."""
    return long_json(_plain(value))


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return print_decimal(value)
        case datetime():
            return print_instant(value)
        case Enum():
            return value.name
        case list():
            return [_plain(each) for each in value]
        case bool() | int() | str() | None:
            return value
        case _ if is_dataclass(value):
            found = {field.name: getattr(value, field.name) for field in fields(value)}
            return {to_camel_case(name.rstrip("_")): _plain(each) for name, each in found.items() if each is not UNSET}
        case _:
            return str(value)
