"""Alerts as templates read them: what they ask for, and the fields of the API that they fill."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from api.errors import PapertapeError
from domain.notation import read_number, read_time
from domain.validation import Invalid

Member = TypeVar("Member", bound=Enum)

_SHOWN = 60


class BadAlert(PapertapeError):
    """An alert that means nothing to its hook: a sentence that says what is wrong, and what would be right."""


class Action(Enum):
    """What an alert asks for."""

    BUY = "buy"
    SELL = "sell"
    CLOSE = "close"
    REVERSE = "reverse"
    AMEND = "amend"


class Standing(Enum):
    """Where a strategy stands after its order."""

    FLAT = "flat"
    LONG = "long"
    SHORT = "short"


_ACTIONS = {
    **{action.value: action for action in Action},
    "long": Action.BUY,
    "short": Action.SELL,
    "exit": Action.CLOSE,
    "flat": Action.CLOSE,
    "modify": Action.AMEND,
    "update": Action.AMEND,
}
_STANDINGS = {standing.value: standing for standing in Standing}


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alert says: `symbol` as the desk names it, and `fields` by their names in the API, their texts unread.

    Fields that no input of the API has are those of api.hooks.fields. One `is_of_strategy` that says where its
    strategy then stands.
    """

    symbol: str
    action: Action | None
    standing: Standing | None
    fields: Mapping[str, str]
    is_of_strategy: bool = False

    @property
    def has_time(self) -> bool:
        """Whether it says when it was sent, so that its body is the same alert for ever."""
        return "timestamp" in self.fields

    @property
    def time(self) -> datetime | None:
        """When it was sent, if it says so."""
        return read_time("timestamp", self.fields["timestamp"]) if self.has_time else None


def alert_of(symbol: str, fields: Mapping[str, str]) -> Alert:
    """The alert of a symbol and all other fields. Raises BadAlert."""
    action = _member("action", fields.get("action"), _ACTIONS)
    standing = _member("position", fields.get("position"), _STANDINGS)
    if standing is None and fields.get("action", "").lower() == Standing.FLAT.value:
        standing = Standing.FLAT
    if action is None and standing is None:
        raise BadAlert("the alert says neither an action (buy, sell, close, reverse, amend) nor a position")
    others = {name: fields[name] for name in fields if name not in ("action", "position")}
    return Alert(symbol, action, standing, others, is_of_strategy="position" in fields)


def sense_of(name: str, text: str) -> object:
    """What the text of a field says, by which others that mean the same field agree with it or do not."""
    plain = text.strip().lower()
    if name == "action":
        return _ACTIONS.get(plain, plain)
    try:
        return read_number(name, plain)
    except Invalid:
        return plain


def _member(name: str, text: str | None, known: Mapping[str, Member]) -> Member | None:
    if text is None:
        return None
    member = known.get(text.strip().lower())
    if member is None:
        raise BadAlert(f"{name} must be one of {', '.join(known)}, not {shown(text)}")
    return member


def require_number(name: str, text: str) -> None:
    """Raises BadAlert for what is no number that the desk reads (R1)."""
    try:
        read_number(name, text)
    except Invalid as problem:
        raise BadAlert(problem.message) from None


def shown(text: str) -> str:
    """A text of an alert as a sentence quotes it."""
    quoted = ascii(text)
    return quoted if len(quoted) <= _SHOWN else f"{quoted[:_SHOWN]}…"
