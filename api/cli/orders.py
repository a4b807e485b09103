"""Orders for a running server: what was typed is looked over and becomes the input of a mutation, which is sent."""

from collections.abc import Callable, Coroutine, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api.choices import Entry
from api.cli.running import NOT_DONE, exit_with
from api.cli.typed import NONE, Given, require_at_most_one, require_one, require_with

if TYPE_CHECKING:
    from api.cli.asking import Screen
    from api.client import DeskClient

    Work = Callable[[DeskClient, Screen], Coroutine[Any, Any, int]]

_NAMED = {"command_id": "id", "account": "account", "timestamp": "timestamp"}
_LEVELS = {
    "stop": "stopLoss",
    "stop_distance": "stopDistance",
    "stop_percent": "stopPercent",
    "target": "target1",
    "target_r": "target1R",
    "target2": "target2",
    "target2_r": "target2R",
}
_TRAIL = {
    "trail": "offset",
    "trail_percent": "percent",
    "trail_activation": "activation",
    "trail_activation_r": "activationR",
    "trail_step": "step",
}
_CHANGEABLE = {
    "quantity": "quantity",
    "risk_percent": "riskPercent",
    "entry_price": "entryPrice",
    "good_until": "goodUntil",
    "expires_at": "expiresAt",
    "campaign": "campaignId",
    "note": "note",
}
_SIGNAL = {
    "symbol": "symbol",
    "side": "side",
    "asset_class": "assetClass",
    "entry": "entry",
    "time_in_force": "timeInForce",
    "market_price": "marketPrice",
}
_CLOSING = {
    "signal_id": "signalId",
    "position_id": "positionId",
    "quantity": "quantity",
    "percent": "percent",
    "market_price": "marketPrice",
    "symbol": "symbol",
}


def send_signal(given: Given) -> None:
    """Send a signal. Ends the program."""
    require_one(given, "quantity", "risk_percent")
    require_with(given, ("target", "target_r"), "target2", "target2_r")
    _require_entry_price(given)
    signal = {**_fields(given, _NAMED | _SIGNAL), **_changes(given)}
    from api.cli import trading

    _ask(given, lambda client, screen: trading.send_signal(client, signal, preview=given["preview"], screen=screen))


def close(given: Given) -> None:
    """Close a position, a part of it, or all. Ends the program."""
    require_one(given, "signal_id", "position_id", "all")
    require_at_most_one(given, "quantity", "percent")
    require_with(given, ("signal_id", "position_id"), "quantity", "percent")
    require_with(given, ("signal_id", "position_id", "symbol"), "market_price")
    require_with(given, ("all",), "symbol")
    closing = _fields(given, _NAMED | _CLOSING)
    from api.cli import trading

    work = trading.close_all if given["all"] else trading.close_position
    _ask(given, lambda client, screen: work(client, closing, screen=screen))


def amend(given: Given) -> None:
    """Amend a position or a signal. Ends the program."""
    changes = _changes(given)
    if not changes:
        exit_with("say what to change: --stop, --target, --quantity, --note ...", NOT_DONE)
    named = _fields(given, _NAMED | {"signal_id": "signalId", "if_cursor": "ifCursor"})
    from api.cli import trading

    wanted = trading.Amendment({**named, **changes}, given["of_position"], given["preview"])
    _ask(given, lambda client, screen: trading.amend(client, wanted, screen=screen))


def _ask(given: Given, work: "Work") -> None:
    from api.cli.asking import Screen, ask

    screen = Screen(given["as_json"])
    ask(given["url"], given["token"], lambda client: work(client, screen))


def _changes(given: Given) -> dict[str, object]:
    """What both a signal and an amendment may say. Ends the program where one thing is said in two ways."""
    require_at_most_one(given, "quantity", "risk_percent")
    require_at_most_one(given, "stop", "stop_distance", "stop_percent")
    require_at_most_one(given, "target", "target_r")
    require_at_most_one(given, "target2", "target2_r")
    return {**_fields(given, _CHANGEABLE | _LEVELS), **_trailing_stop(given)}


def _trailing_stop(given: Given) -> dict[str, object]:
    require_at_most_one(given, "trail", "trail_percent")
    require_at_most_one(given, "trail_activation", "trail_activation_r")
    require_with(given, ("trail", "trail_percent"), "trail_activation", "trail_activation_r", "trail_step")
    trail = _fields(given, _TRAIL)
    if trail == {"offset": None}:
        return {"trailingStop": None}
    return {"trailingStop": trail} if trail else {}


def _require_entry_price(given: Given) -> None:
    """A limit or stop entry has a price, and no other. Ends the program otherwise."""
    waits_for_price = given["entry"] in (Entry.LIMIT, Entry.STOP)
    if waits_for_price and given["entry_price"] is None:
        exit_with("--entry limit and --entry stop need --entry-price", NOT_DONE)
    if given["entry_price"] is not None and not waits_for_price:
        exit_with("--entry-price needs --entry limit or --entry stop", NOT_DONE)


def _fields(given: Given, names: Mapping[str, str]) -> dict[str, object]:
    """The fields of an input that were given; what is to be taken away is null there."""
    return {field: _sent(given[name]) for name, field in names.items() if given[name] is not None}


def _sent(value: object) -> object:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, UUID):
        return str(value)
    return None if value == NONE else value
