"""Market data as it was sent, read again from the commands that are kept."""

import json
from datetime import datetime

from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.codec.inputs import Given, read_as, record_as_sent
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.validation import Invalid


def market_data_sent(kind: CommandKind, sent: str) -> frozenset[Bar] | None:
    """The bars, or quotes as bars, of a batch; None of a command that sends none. What was unreadable is left out."""
    name = MARKET_DATA_LISTS.get(kind)
    if name is None:
        return None
    items = [_bar(kind, item) for item in json.loads(sent)[name]]
    return frozenset(item for item in items if item is not None)


def retraction_sent(sent: str) -> tuple[str, datetime]:
    """What market data was to be retracted: its symbol, and from when on."""
    item = json.loads(sent)
    return item["symbol"], read_as(datetime, "from", item["from"])


def _bar(kind: CommandKind, item: Given) -> Bar | None:
    try:
        if kind is CommandKind.INGEST_QUOTES:
            return record_as_sent(Quote, item).as_bar()
        return record_as_sent(Bar, item)
    except Invalid:
        return None
