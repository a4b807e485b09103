"""Alerts that come after newer ones of the same hook about the same symbol: what was done since is not undone.

A second entry on a side adds to the first, in whatever order they come. Anything else done late would leave the desk
where the strategy stood before.
"""

from collections.abc import Mapping
from datetime import datetime

from api.codec.hooks import AlertDelivery
from api.hooks.intent import Intent
from domain.notation import print_time
from domain.refusals import ErrorCode, refuse

_ENTRIES = (Intent.LONG.name, Intent.SHORT.name)


def require_in_order(delivery: AlertDelivery, done: Mapping[str, datetime]) -> None:
    """Refuse an alert where newer ones are `done`, by what they meant the time of the newest. Raises Refused."""
    undone = [time for intent, time in done.items() if intent != delivery.intent or intent not in _ENTRIES]
    if undone and delivery.alerted_at is not None:
        own, newest = print_time(delivery.alerted_at), print_time(max(undone))
        message = (
            f"the alert is of {own}, and one of {newest} about {delivery.symbol} was done before it came: it would "
            "undo that"
        )
        raise refuse(ErrorCode.LATE_SIGNAL, message, field="timestamp")
