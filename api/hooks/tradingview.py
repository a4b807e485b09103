"""Alerts of TradingView, as JSON of its placeholders, such as {"ticker": "{{ticker}}", "action": "buy"}."""

import json
from collections.abc import Mapping, Sequence

from api.application.hooks import AlertText
from api.codec.hooks import HookDefaults
from api.hooks.alert import Alert, BadAlert, alert_of
from api.hooks.fields import field_named, fields_of, require_known
from api.hooks.json_body import pairs_of
from api.hooks.symbols import desk_symbol

_STRATEGY = {
    "ticker": "{{ticker}}",
    "exchange": "{{exchange}}",
    "action": "{{strategy.order.action}}",
    "market_position": "{{strategy.market_position}}",
    "contracts": "{{strategy.order.contracts}}",
    "position_size": "{{strategy.position_size}}",
    "price": "{{strategy.order.price}}",
    "comment": "{{strategy.order.comment}}",
    "timenow": "{{timenow}}",
}
_INDICATOR = {"ticker": "{{ticker}}", "exchange": "{{exchange}}", "price": "{{close}}", "timenow": "{{timenow}}"}
NO_TIME = (
    "alerts without a time are told apart by their text alone: the same text within 60 s is the same signal, after "
    "that another. Put {{timenow}} into the alert's text"
)


class TradingView:
    """Reads what TradingView sends of a strategy or an indicator, as JSON."""

    def read(self, body: str, defaults: HookDefaults) -> Alert:
        """The alert of a body. Raises BadAlert."""
        return alert_of_fields(fields_of(pairs_of(body), defaults), defaults)

    def texts(self, defaults: HookDefaults) -> Sequence[AlertText]:
        """Texts to put into alerts, of a strategy and of indicators."""
        sized = {} if defaults.risk_percent is not None or defaults.quantity is not None else {"quantity": "1"}
        return [
            AlertText("A strategy: one alert for all its orders", _json(_STRATEGY), is_json=True),
            AlertText("An indicator: buy", _json({"action": "buy", **_INDICATOR, **sized}), is_json=True),
            AlertText("An indicator: sell", _json({"action": "sell", **_INDICATOR, **sized}), is_json=True),
            AlertText("An indicator: close what is open", _json({"action": "close", **_INDICATOR}), is_json=True),
        ]

    def warnings(self, defaults: HookDefaults) -> Sequence[str]:
        """That alerts have no time, where the hook's fields say so."""
        return [] if has_time(defaults, "timenow") else [NO_TIME]

    def require_fields(self, defaults: HookDefaults) -> None:
        """Refuse fields that the template does not know. Raises Invalid."""
        require_known(defaults)


def alert_of_fields(fields: dict[str, str], defaults: HookDefaults) -> Alert:
    """The alert of fields, its ticker in TradingView's notation. Raises BadAlert."""
    ticker = fields.pop("symbol", None)
    if ticker is None:
        raise BadAlert('the alert has no ticker: add "ticker": "{{ticker}}" to its text')
    symbol, asset_class = desk_symbol(ticker, fields.pop("exchange", None), defaults.symbols)
    if asset_class is not None and defaults.asset_class is None:
        fields.setdefault("assetClass", asset_class.value)
    return alert_of(symbol, fields)


def has_time(defaults: HookDefaults, offered: str) -> bool:
    """Whether what ready-made texts offer as an alert's time, or another field that the hook names, is its time."""
    return any(field_named(defaults.fields.get(name, name)) == "timestamp" for name in (offered, *defaults.fields))


def _json(fields: Mapping[str, str]) -> str:
    return json.dumps(fields, indent=2)
