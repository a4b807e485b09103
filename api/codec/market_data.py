"""Market data as it was sent, read again from the commands that are kept."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.notation import to_8_places
from domain.validation import Invalid

_PRICES = ("open", "high", "low", "close")


def market_data_sent(kind: CommandKind, sent: str) -> frozenset[Bar] | None:
    """The bars, or quotes as bars, of a batch; None of a command that sends none. What was unreadable is left out."""
    name = MARKET_DATA_LISTS.get(kind)
    if name is None:
        return None
    items = [_bar(each) if name == "bars" else _quote(each) for each in json.loads(sent)[name]]
    return frozenset(item for item in items if item is not None)


def retraction_sent(sent: str) -> tuple[str, datetime]:
    """What market data was to be retracted: its symbol, and from when on."""
    item = json.loads(sent)
    return item["symbol"], datetime.fromisoformat(item["from"])


def _bar(item: dict[str, Any]) -> Bar | None:
    volume = item.get("volume")
    prices = {price: _number(item[price]) for price in _PRICES}
    try:
        return Bar(
            item["symbol"],
            datetime.fromisoformat(item["start"]),
            datetime.fromisoformat(item["end"]),
            **prices,
            volume=None if volume is None else _number(volume),
        )
    except Invalid:
        return None


def _quote(item: dict[str, Any]) -> Bar | None:
    try:
        return Quote(item["symbol"], datetime.fromisoformat(item["time"]), _number(item["price"])).as_bar()
    except Invalid:
        return None


def _number(text: str) -> Decimal:
    return to_8_places(Decimal(text))
