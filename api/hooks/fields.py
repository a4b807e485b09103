"""What fields of alerts are called: the names of the API, and those that alerts use for them.

Upper and lower case, underscores, hyphens, dots and spaces make no difference. Of several fields that mean the same the
first that has a value counts where they are known to be said together, such as `price` and `close`; others must agree.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from api.codec.hooks import HookDefaults
from api.hooks.alert import BadAlert, sense_of, shown
from domain.validation import Invalid

FIELDS: Mapping[str, tuple[str, ...]] = {
    "symbol": ("ticker", "tickerid", "instrument"),
    "exchange": (),
    "action": ("order_action", "strategy.order.action", "side"),
    "position": ("market_position", "strategy.market_position", "sentiment"),
    "marketPrice": ("price", "close", "strategy.order.price"),
    "timestamp": ("timenow", "time"),
    "quantity": ("qty",),
    "contracts": ("strategy.order.contracts",),
    "positionSize": ("strategy.position_size",),
    "riskPercent": ("risk",),
    "percent": ("close_percent",),
    "stopLoss": ("stop", "sl"),
    "stopDistance": (),
    "stopPercent": ("sl_percent",),
    "target1": ("target", "take_profit", "tp"),
    "target1R": ("target_r", "tp_r"),
    "target1Percent": ("target_percent", "tp_percent"),
    "target2": ("tp2",),
    "target2R": ("tp2_r",),
    "entry": ("order_type",),
    "entryPrice": (),
    "goodUntil": (),
    "timeInForce": (),
    "expiresAt": (),
    "assetClass": (),
    "campaignId": ("campaign",),
    "note": ("comment", "message", "alert_message", "strategy.order.comment", "strategy.order.alert_message"),
    "source": ("strategy",),
    "timeframe": ("interval",),
}
"""The fields of an alert: of executeSignal's input, and a few that say what is meant."""
CARRIED = (
    *("open", "high", "low", "volume", "currency", "base_currency", "order_id", "strategy.order.id"),
    *("prev_market_position", "prev_market_position_size", "market_position_size"),
    *("strategy.prev_market_position", "strategy.prev_market_position_size", "strategy.market_position_size"),
)
"""What alerts often carry, and the desk has no use for."""

_FIRST_COUNTS = frozenset(
    ("symbol", "marketPrice", "timestamp", "contracts", "positionSize", "note", "source", "timeframe")
)
_BETWEEN = re.compile(r"[_\-. ]")
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")


def _plain(name: str) -> str:
    return _BETWEEN.sub("", name).lower()


_PLACES = {_plain(alias): (name, rank) for name, others in FIELDS.items() for rank, alias in enumerate((name, *others))}
_OWN_NAMES = {_plain(name): (name, 0) for name in FIELDS}
_CARRIED = frozenset(_plain(name) for name in CARRIED)


def fields_of(given: Iterable[tuple[str, str]], defaults: HookDefaults, *, only_own: bool = False) -> dict[str, str]:
    """The fields of an alert by the API's names; with `only_own` no other names are known. Raises BadAlert."""
    found: dict[str, tuple[int, str, str]] = {}
    places = _OWN_NAMES if only_own else _PLACES
    for key, text in given:
        named = defaults.fields.get(key, key)
        if named == "" or (_plain(named) in _CARRIED and not only_own):
            continue
        name, rank = _placed(key, named, _PLACES if key in defaults.fields else places)
        _require_filled_in(key, text)
        if not text.strip():
            continue
        if name in found:
            _require_agreement(name, (key, text.strip()), found[name][1:])
        if name not in found or rank < found[name][0]:
            found[name] = rank, key, text.strip()
    return {name: text for name, (_, _, text) in found.items()}


def _require_agreement(name: str, given: tuple[str, str], before: tuple[str, str]) -> None:
    if name not in _FIRST_COUNTS and sense_of(name, given[1]) != sense_of(name, before[1]):
        said = " and ".join(f"{shown(key)} {shown(text)}" for key, text in (before, given))
        raise BadAlert(f"{said} contradict each other: both are {name}, so say one of them")


def field_named(name: str) -> str | None:
    """The field of the API that is called so, if there is one."""
    place = _PLACES.get(_plain(name))
    return None if place is None else place[0]


def require_known(defaults: HookDefaults) -> None:
    """Refuse what fields are called that no template knows. Raises Invalid."""
    for key, named in defaults.fields.items():
        if named and field_named(named) is None:
            raise Invalid(f"`fields` names {shown(named)} for {shown(key)}; there are {', '.join(FIELDS)}", "fields")


def _placed(key: str, named: str, places: Mapping[str, tuple[str, int]]) -> tuple[str, int]:
    place = places.get(_plain(named))
    if place is None:
        near = get_close_matches(_plain(named), places, n=1)
        hint = f": is it {places[near[0]][0]}?" if near else f"; there are {', '.join(FIELDS)}"
        raise BadAlert(f"there is no field {shown(key)}{hint}")
    return place


def _require_filled_in(key: str, text: str) -> None:
    if (placeholder := _PLACEHOLDER.search(text)) is not None:
        raise BadAlert(
            f"{shown(key)} is still {shown(placeholder[0])}: TradingView fills that in where it stands in the alert's "
            "message, not in the text of Pine's alert()"
        )
