"""How inputs declare their fields, and how records of the domain are made from them."""

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.codec.ids import signal_key
from domain.engine.commands import CommandId
from domain.notation import with_prices_read

Record = TypeVar("Record")
Value = TypeVar("Value")


ACCOUNT = "The account's name."
ONCE = (
    "The idempotency key, unique among the ids of the account's signals and commands: sent again with the same "
    "content, it gets the first answer and does nothing."
)


def optional(text: str, default: Any = UNSET) -> Any:
    """A field that may be left out, with its description."""
    return strawberry.field(description=text, default=default)


def required(text: str) -> Any:
    """A field that must be sent, with its description."""
    return strawberry.field(description=text)


def sent(value: Value | None) -> Value | None:
    """What a field without a default was sent with; None where it was left out, or null."""
    return None if value is UNSET else value


def record_from_input(kind: type[Record], given: object, /, **others: object) -> Record:
    """A record of the domain from an input's fields of the same names, its prices read as R1 says. Raises Invalid."""
    declared: Any = kind
    values = {name: getattr(given, name) for name in _names(declared, frozenset(others))}
    return kind(**with_prices_read(kind, values), **others)


@cache
def _names(kind: Any, others: frozenset[str]) -> list[str]:
    return [field.name for field in fields(kind) if field.name not in others]


def command_id(account: str, sent: UUID | None) -> CommandId | None:
    """What makes a command happen once, if the client named it."""
    return None if sent is None else CommandId(signal_key(account, sent), sent)
