"""Market data in commands: of which type it is, and as it was sent, read again from those that are kept."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.codec.inputs import Given, read_as, record_as_sent
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.update import MarketUpdate
from domain.validation import Invalid

UPDATE_TYPES: Mapping[CommandKind, type[MarketUpdate]] = {
    CommandKind.INGEST_BARS: Bar,
    CommandKind.INGEST_QUOTES: Quote,
}
"""What each command that brings market data lists."""


def market_data_sent(kind: CommandKind, sent: str) -> frozenset[MarketUpdate] | None:
    """The bars or quotes of a batch; None of a command that sends none. What was unreadable is left out."""
    if kind not in UPDATE_TYPES:
        return None
    return frozenset(_readable(UPDATE_TYPES[kind], json.loads(sent)[MARKET_DATA_LISTS[kind]]))


def retraction_sent(sent: str) -> tuple[str, datetime]:
    """What market data was to be retracted: its symbol, and from when on."""
    item = json.loads(sent)
    return item["symbol"], read_as(datetime, "from", item["from"])


def _readable(kind: type[MarketUpdate], items: Iterable[Given]) -> Iterator[MarketUpdate]:
    for item in items:
        with suppress(Invalid):
            yield record_as_sent(kind, item)
