"""Rows of bars and quotes, all those of a command made in one go: most of history is market data."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Table

from api.persistence import tables
from api.persistence.types import microseconds
from api.persistence.written_rows import StoredRow
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.update import MarketUpdate
from domain.money import plain, units_of

Placed = tuple[int, MarketUpdate, int]
"""A bar or quote, between its place in history and its number among those of its symbol."""


def market_data_rows(updates: Sequence[Placed], command: int) -> Iterator[tuple[Table, list[StoredRow]]]:
    """The rows of bars and quotes that came with a command, by their tables."""
    # Those of a batch mostly start and end together.
    times = {time: microseconds(time) for time in {time for _, one, _ in updates for time in (one.start, one.end)}}
    if bars := [_bar_row(at, bar, number, command, times) for at, bar, number in updates if isinstance(bar, Bar)]:
        yield tables.bars, bars
    if quotes := [_quote_row(at, one, number, command, times) for at, one, number in updates if isinstance(one, Quote)]:
        yield tables.quotes, quotes


def _bar_row(ordinal: int, bar: Bar, number: int, command: int, times: dict[datetime, int]) -> StoredRow:
    return (
        ordinal,
        command,
        bar.symbol,
        times[bar.start],
        times[bar.end],
        units_of(bar.open),
        units_of(bar.high),
        units_of(bar.low),
        units_of(bar.close),
        None if bar.volume is None else plain(bar.volume),
        number,
        None,
    )


def _quote_row(ordinal: int, quote: Quote, number: int, command: int, times: dict[datetime, int]) -> StoredRow:
    return ordinal, command, quote.symbol, times[quote.time], units_of(quote.price), number, None
