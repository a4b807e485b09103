"""Alerts as plain text: TradingView's own sentence about a strategy's order, or fields like key=value."""

import re
from collections.abc import Iterator, Sequence

from api.application.hooks import AlertText
from api.codec.hooks import HookDefaults
from api.hooks.alert import Alert, BadAlert, require_number, shown
from api.hooks.fields import fields_of, require_known
from api.hooks.pairs import few_and_once
from api.hooks.tradingview import NO_TIME, alert_of_fields
from domain.money import ZERO
from domain.notation import read_number

_SENTENCE = re.compile(
    r"(?:.*:\s*)?order (?P<action>buy|sell) @ (?P<contracts>\S+) filled on (?P<ticker>\S+?)\. "
    r"New strategy position is (?P<size>\S+?)\.?",
    re.DOTALL,
)
_SEPARATOR = re.compile(r"[,;\n]")
_FIELDS = "action={{strategy.order.action}},ticker={{ticker}},price={{close}},time={{timenow}}"
_OWN_SENTENCE = (
    "order {{strategy.order.action}} @ {{strategy.order.contracts}} filled on {{ticker}}. "
    "New strategy position is {{strategy.position_size}}"
)


class Text:
    """Reads text: the sentence that TradingView puts into a strategy's alert, or fields."""

    def read(self, body: str, defaults: HookDefaults) -> Alert:
        """The alert of a body. Raises BadAlert."""
        text = body.strip()
        sentence = _SENTENCE.fullmatch(text)
        pairs = few_and_once(_pairs(text)) if sentence is None else _pairs_of_sentence(sentence)
        return alert_of_fields(fields_of(pairs, defaults), defaults)

    def texts(self, defaults: HookDefaults) -> Sequence[AlertText]:
        """Texts to put into alerts."""
        sized = "" if defaults.risk_percent is not None or defaults.quantity is not None else ",quantity=1"
        return [
            AlertText("Fields", f"{_FIELDS}{sized}", is_json=False),
            AlertText("TradingView's own sentence", _OWN_SENTENCE, is_json=False),
        ]

    def warnings(self, defaults: HookDefaults) -> Sequence[str]:
        """That TradingView's own sentence has no time."""
        return [f"TradingView's own sentence has no time: {NO_TIME}, as in {_FIELDS}"]

    def require_fields(self, defaults: HookDefaults) -> None:
        """Refuse fields that the template does not know. Raises Invalid."""
        require_known(defaults)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for piece in filter(None, map(str.strip, _SEPARATOR.split(text))):
        key, equals, value = (part.strip() for part in piece.partition("="))
        if not equals or not key:
            raise BadAlert(f"{shown(piece)} is no field like action=buy, nor is the alert TradingView's own sentence")
        yield key, value


def _pairs_of_sentence(sentence: re.Match[str]) -> Iterator[tuple[str, str]]:
    require_number("the strategy's position", sentence["size"])
    size = read_number("positionSize", sentence["size"])
    yield "action", sentence["action"]
    yield "contracts", sentence["contracts"]
    yield "ticker", sentence["ticker"]
    yield "position", "flat" if size == ZERO else "long" if size > ZERO else "short"
    yield "positionSize", sentence["size"]
