"""What an alert means to have done."""

from enum import Enum, auto

from api.hooks.alert import Action, Alert, Standing


class Intent(Enum):
    """What an alert means to have done."""

    LONG = auto()
    SHORT = auto()
    FLAT = auto()
    CLOSE = auto()
    PART = auto()
    REVERSE = auto()
    AMEND = auto()


def intent_of(alert: Alert) -> Intent:
    """What an alert means. A strategy that still stands where its order does not point closes a part."""
    match alert.action, alert.standing:
        case Action.AMEND, _:
            return Intent.AMEND
        case _, Standing.FLAT:
            return Intent.FLAT
        case Action.CLOSE, _:
            return Intent.PART if {"percent", "quantity"} & alert.fields.keys() else Intent.CLOSE
        case (Action.SELL, Standing.LONG) | (Action.BUY, Standing.SHORT):
            return Intent.PART
        case (_, Standing.LONG) | (Action.BUY, None):
            return Intent.LONG
        case (_, Standing.SHORT) | (Action.SELL, None):
            return Intent.SHORT
        case _:
            return Intent.REVERSE
