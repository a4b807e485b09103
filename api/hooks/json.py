"""Alerts of other programs, as JSON by the API's own names: {"symbol": "AAPL", "action": "buy", "timestamp": "…"}."""

import json
from collections.abc import Sequence

from api.application.hooks import AlertText
from api.codec.hooks import HookDefaults
from api.hooks.alert import Alert, BadAlert, alert_of
from api.hooks.fields import fields_of, require_known
from api.hooks.json_body import pairs_of
from api.hooks.tradingview import NO_TIME, has_time

_TITLE = "A signal, whose time your program puts in for {{timenow}}, as TradingView does"
_EXAMPLE = {
    "symbol": "AAPL",
    "action": "buy",
    "marketPrice": "148.00",
    "stopLoss": "146.00",
    "target1": "152.00",
    "timestamp": "{{timenow}}",
}


class Json:
    """Reads JSON whose fields have the API's names, or those that the hook was given."""

    def read(self, body: str, defaults: HookDefaults) -> Alert:
        """The alert of a body. Raises BadAlert."""
        fields = fields_of(pairs_of(body), defaults, only_own=True)
        symbol = fields.pop("symbol", None)
        if symbol is None:
            raise BadAlert("the alert has no symbol")
        return alert_of(defaults.symbols.get(symbol, symbol), fields)

    def texts(self, defaults: HookDefaults) -> Sequence[AlertText]:
        """A body, by the names of this hook."""
        own = {named: key for key, named in defaults.fields.items() if named}
        sized = {} if defaults.risk_percent is not None or defaults.quantity is not None else {"quantity": "10"}
        fields = {own.get(name, name): text for name, text in {**_EXAMPLE, **sized}.items()}
        return [AlertText(_TITLE, json.dumps(fields, indent=2), is_json=True)]

    def warnings(self, defaults: HookDefaults) -> Sequence[str]:
        """That alerts have no time, where the hook's fields say so."""
        return [] if has_time(defaults, "timestamp") else [NO_TIME]

    def require_fields(self, defaults: HookDefaults) -> None:
        """Refuse fields that the template does not know. Raises Invalid."""
        require_known(defaults)
